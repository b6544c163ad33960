// What a browser makes of the report that stage.ps1 left in a folder:  node check.mjs FOLDER
import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { chromium } from 'playwright-core';

const folder = process.argv[2];
const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
const widths = [320, 375, 768, 1100, 1600];
let passed = 0;
let failed = 0;

async function check(name, body) {
    try {
        await body();
        passed++;
        console.log(`ok browser: ${name}`);
    } catch (error) {
        failed++;
        console.log(`FAILED browser: ${name}`);
        console.log(`    ${String(error.message ?? error).replaceAll('\n', '\n    ').slice(0, 1500)}`);
    }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

/** Opens a page and remembers everything that it said and asked for. */
async function open(file, { scheme = 'light', width = 1100 } = {}) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const told = { said: [], asked: [], forbidden: [], dialogs: 0 };
    page.on('console', message => told.said.push(message.text()));
    page.on('pageerror', error => told.said.push(error.message));
    page.on('request', request => told.asked.push(request.url()));
    page.on('requestfailed', request => request.failure().errorText === 'csp' && told.forbidden.push(request.url()));
    page.on('dialog', dialog => { told.dialogs++; dialog.dismiss(); });
    await page.goto(pathToFileURL(join(folder, file)).href, { waitUntil: 'load' });
    return { page, told, url: page.url() };
}

async function onPage(file, options, body) {
    const opened = await open(file, options);
    try {
        return await body(opened.page, opened);
    } finally {
        await opened.page.context().close();
    }
}

const number = value => value.toLocaleString('en-US');
const text = (page, selector) => page.locator(selector).allTextContents();
const marks = (page, chart) => page.locator(`#${chart} rect.mark`).count();

for (const file of ['report.html', 'first.html', 'one-run.html']) {
    await check(`${file} says nothing to the console and asks for nothing but itself`, () => onPage(file, {}, (page, { told, url }) => {
        assert.deepEqual(told.said, []);
        assert.deepEqual(told.asked, [url]);
        assert.equal(told.dialogs, 0);
    }));
}

await check('its policy lets nothing in: no script, no picture, no frame, no form, no other style', () => onPage('report.html', {}, async (page, { told, url }) => {
    const ran = await page.evaluate(async () => {
        const add = (name, attributes, content = '') => {
            const element = document.createElement(name);
            for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
            element.textContent = content;
            document.body.append(element);
            return element;
        };
        add('script', {}, 'window.ran = true');
        add('img', { src: 'http://127.0.0.1:9/x.png', onerror: 'window.ran = true' });
        add('iframe', { src: 'http://127.0.0.1:9/' });
        const styled = add('p', { style: 'position: fixed' });
        add('style', {}, 'h1 { display: none }');
        await new Promise(resolve => setTimeout(resolve, 200));
        return [window.ran ?? false, getComputedStyle(styled).position, getComputedStyle(document.querySelector('h1')).display];
    });
    assert.deepEqual(ran, [false, 'static', 'block']);
    assert.deepEqual(told.asked.filter(asked => asked !== url && !told.forbidden.includes(asked)), []);
    assert.ok(told.said.length >= 4, 'the browser reports what was refused');
}));

await check('state and reconciliation stand on top', () => onPage('report.html', {}, async page => {
    const last = report.runs.at(-1);
    assert.equal(await page.locator('h1').textContent(), 'photos');
    assert.equal(await page.locator('.verdict strong').textContent(), 'Needs a look');
    const terms = (await text(page, '.equation li')).map(term => term.replace(/\s+/g, ' ').trim());
    const counts = ['copied', 'skipped', 'conflict', 'unsupported', 'needsRestore', 'vanished', 'failed'].map(name => last[name].objects);
    assert.ok(terms[0].startsWith(`${number(last.listed.objects)} listed`), terms[0]);
    counts.forEach((count, i) => assert.match(terms[i + 1], new RegExp(`^[=+] ?${number(count)} `), terms[i + 1]));
    assert.equal(counts.reduce((sum, count) => sum + count, 0), last.listed.objects);
    assert.ok((await page.locator('.equation').boundingBox()).y < 800, 'seen without scrolling');
}));

await check('every chart has a name and a description that a screen reader finds, and is seen', () => onPage('report.html', {}, async page => {
    const charts = await page.locator('svg.chart').evaluateAll(all => all.map(chart => ({
        id: chart.id, width: chart.getBoundingClientRect().width, height: chart.getBoundingClientRect().height,
        title: chart.querySelector('title').textContent, description: chart.querySelector('desc').textContent,
    })));
    assert.deepEqual(charts.map(chart => chart.id), ['share', 'step-timeline', 'throughput-bytes', 'throughput-objects', 'cause-bars', 'outcome-bars', 'size-bars', 'run-columns']);
    for (const chart of charts) {
        assert.ok(chart.width > 500 && chart.height > 15, `${chart.id} is ${chart.width} by ${chart.height}`);
        assert.ok(chart.description.length > 10, chart.id);
        assert.equal(await page.getByRole('img', { name: chart.title }).count() > 0, true, chart.id);
    }
}));

await check('throughput has its points, and the figures as a table', () => onPage('report.html', {}, async page => {
    assert.ok(report.throughput.length >= 3, `${report.throughput.length} points`);
    for (const chart of ['throughput-bytes', 'throughput-objects']) {
        assert.equal(await page.locator(`#${chart} rect.hover`).count(), report.throughput.length);
        const area = await page.locator(`#${chart} path.area`).boundingBox();
        assert.ok(area.width > 500 && area.height > 20, `${chart} draws ${area.width} by ${area.height}`);
    }
    assert.equal(await page.locator('#throughput ~ details tbody tr, section:has(#throughput) details tbody tr').count(), report.throughput.length);
}));

await check('outcomes, causes, sizes, runs and steps are drawn as the document counts them', () => onPage('report.html', {}, async page => {
    const last = report.runs.at(-1);
    const outcomes = ['copied', 'skipped', 'conflict', 'unsupported', 'needsRestore', 'vanished', 'failed'].filter(name => last[name].objects > 0);
    assert.equal(await marks(page, 'outcome-bars'), outcomes.length);
    assert.equal(await marks(page, 'cause-bars'), report.causes.length);
    const sizes = report.sizes.filter(size => size.objects.objects > 0);
    assert.equal(await marks(page, 'size-bars'), sizes.length + sizes.filter(size => size.objects.bytes > 0).length);
    assert.equal(await marks(page, 'run-columns'), report.runs.length);
    assert.equal(await marks(page, 'step-timeline'), report.steps.reduce((sum, step) => sum + step.periods.length, 0));
    const columns = await page.locator('#run-columns rect.mark').evaluateAll(all => all.map(column => column.getBoundingClientRect().height));
    const copied = report.runs.map(run => run.copied.objects);
    assert.deepEqual([...columns].sort((a, b) => b - a), columns, 'the series shrinks');
    assert.deepEqual([...copied].sort((a, b) => b - a), copied);
    assert.ok(columns[0] > 3 * columns.at(-1), 'and it shows');
    for (const run of report.runs) assert.ok((await page.locator('#run-columns desc').textContent()).includes(`run ${run.run}: ${number(run.copied.objects)}`));
    for (const size of sizes) assert.ok((await page.locator('#size-bars desc').textContent()).includes(`${number(size.objects.objects)} objects`));
}));

await check('what failed has its reason, its advice from the help, and its keys as text', () => onPage('report.html', {}, async page => {
    assert.equal(await page.locator('article.cause').count(), report.causes.length);
    const advice = (await text(page, 'article.cause p')).join('\n');
    for (const cause of report.causes) assert.ok(advice.includes(cause.advice), cause.id);
    const keys = await text(page, 'article.cause tbody th');
    assert.deepEqual(keys.sort(), ['"><img src=x onerror=alert(1)>', '+1', '-2+3', '<script>alert(1)</script>', "=cmd|' /C calc'!A0", '@SUM(1+9)', 'bell\\u0007', 'rtl\\u202Egpj.exe'].sort());
    assert.deepEqual(await page.evaluate(() => [document.scripts.length, document.images.length, document.links.length, document.querySelectorAll('iframe, object, embed, link, base, form').length]), [0, 0, 0, 0]);
    assert.ok(!/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/.test(await page.content()));
}));

await check('headings have an order, tables have captions and scopes, the language is said', () => onPage('report.html', {}, async page => {
    const levels = await page.locator('h1, h2, h3, h4').evaluateAll(all => all.map(heading => Number(heading.tagName[1])));
    assert.equal(levels.filter(level => level === 1).length, 1);
    levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `h${level} follows h${levels[i - 1]}`));
    assert.equal(await page.locator('table:not(:has(caption)), th:not([scope])').count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    assert.equal(await page.locator('section').count(), await page.locator('section[aria-labelledby]').count());
}));

/** Contrast of every text with what is behind it, by WCAG 2.2; text that lies on bars or areas is left out. */
const contrasts = () => {
    const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const parse = color => color.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!own || element.closest('title, desc, style') || element.getClientRects().length === 0) continue;
        const style = getComputedStyle(element);
        const ink = parse(element instanceof SVGElement ? style.fill : style.color);
        const [high, low] = [light(ink), light(behind(element))].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05) * Number(style.opacity);
        const isLarge = parseFloat(style.fontSize) >= 18.6 || (parseFloat(style.fontSize) >= 18 && Number(style.fontWeight) >= 600);
        if (ratio < (isLarge ? 3 : 4.5)) poor.push(`${element.tagName} "${element.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
    }
    return poor;
};

/** Texts of a chart that lie over one another. */
const overlaps = () => {
    const found = [];
    for (const chart of document.querySelectorAll('svg.chart')) {
        const boxes = [...chart.querySelectorAll('text')].filter(label => label.textContent && getComputedStyle(label).display !== 'none')
            .map(label => ({ text: label.textContent, box: label.getBoundingClientRect() }));
        for (let i = 0; i < boxes.length; i++) {
            for (let j = i + 1; j < boxes.length; j++) {
                const [a, b] = [boxes[i].box, boxes[j].box];
                if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
                    found.push(`${chart.id}: "${boxes[i].text}" and "${boxes[j].text}"`);
            }
        }
    }
    return found;
};

for (const scheme of ['light', 'dark']) {
    await check(`${scheme}: a screenshot, and every text stands out from what is behind it`, () => onPage('report.html', { scheme }, async page => {
        await page.screenshot({ path: join(folder, `report-${scheme}.png`), fullPage: true });
        const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].map(color => Number(color.match(/\d+/)[0])));
        assert.ok(scheme === 'light' ? ink < paper : ink > paper, `ink ${ink} on ${paper}`);
        assert.deepEqual(await page.evaluate(contrasts), []);
        assert.ok((await stat(join(folder, `report-${scheme}.png`))).size > 50_000);
    }));
}

await check(`it fits windows of ${widths.join(', ')} pixels, and no label of a chart lies on another`, async () => {
    for (const width of widths) {
        await onPage('report.html', { width }, async page => {
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
            assert.deepEqual((await page.evaluate(overlaps)).map(overlap => `${width}: ${overlap}`), []);
            if (width === 375) await page.screenshot({ path: join(folder, 'report-narrow.png'), fullPage: true });
        });
    }
});

await check('it prints on white, in pages, whatever the screen is like', () => onPage('report.html', { scheme: 'dark' }, async page => {
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    const pdf = await page.pdf({ format: 'A4', path: join(folder, 'report.pdf') });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    assert.ok(pages >= 2 && pages <= 12, `${pages} pages`);
}));

await check('the document is as its published schema says, and has no member that the schema does not name', async () => {
    const schema = JSON.parse(await readFile(new URL('../../src/OssMigration/schemas/migration-report.schema.json', import.meta.url), 'utf8'));
    const close = part => {
        if (part?.properties) part.additionalProperties = false;
        if (part && typeof part === 'object') Object.values(part).forEach(close);
    };
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
    addFormats(ajv);
    assert.ok(ajv.validateSchema(schema), ajv.errorsText());
    close(schema);
    const isValid = ajv.compile(schema);
    assert.ok(isValid(report), ajv.errorsText(isValid.errors, { separator: '\n' }));
    assert.ok(!isValid({ ...report, run: 'first', more: 1 }), 'the schema can fail');
});

/** Rows after RFC 4180. */
function rowsOf(csv) {
    assert.equal(csv.charCodeAt(0), 0xfeff, 'begins with a byte order mark');
    const rows = [];
    for (const line of csv.slice(1).match(/(?:"(?:[^"]|"")*"|[^"\r])*\r\n/g))
        rows.push([...line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(cell => cell[1]?.replaceAll('""', '"') ?? cell[2]));
    return rows;
}

await check('the four lists add up to what was listed, and no cell of them is a formula', async () => {
    const lists = {};
    for (const file of (await readdir(folder)).filter(name => name.endsWith('.csv')))
        lists[file.match(/_(\w+)_list/)[1]] = rowsOf(await readFile(join(folder, file), 'utf8'));
    assert.deepEqual(Object.keys(lists).sort(), ['completed', 'failed', 'skipped', 'total']);
    for (const [name, rows] of Object.entries(lists)) {
        assert.equal(rows.length - 1, report.lists[name].objects, name);
        assert.ok(rows.every(row => row.length === 17), name);
        assert.deepEqual(rows.flat().filter(cell => /^[=+\-@\t\r]/.test(cell)), [], name);
    }
    assert.equal(report.lists.total.objects, report.runs.at(-1).listed.objects);
    const odd = lists.failed.slice(1).map(row => decodeURIComponent(row[0].slice('s3://source/'.length))).sort();
    assert.deepEqual(odd, report.exceptions.map(item => item.key).sort());
});

await browser.close();
console.log(JSON.stringify({ client: 'browser', passed, failed }));
process.exit(failed === 0 && passed > 0 ? 0 : 1);
