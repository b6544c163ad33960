// judge.mjs EXPLAINED BROKEN REPORT...: holds Stryker's reports against the list of mutants that may survive. BROKEN: groups that gave no report.
import { readFileSync } from 'node:fs';

const [explainedFile, broken, ...reports] = process.argv.slice(2);
const fields = ['file', 'line', 'from', 'to'];
const plain = text => text.trim().replace(/\s+/g, ' ');
const keyOf = mutant => fields.map(field => mutant[field]).join('\n');

const explained = new Map();
for (const block of readFileSync(explainedFile, 'utf8').split(/\n\s*\n/)) {
  const entry = Object.fromEntries(block.split('\n').filter(line => /^\w+: /.test(line)).map(line => [line.slice(0, line.indexOf(':')), plain(line.slice(line.indexOf(':') + 1))]));
  if (!entry.file) continue;
  if (!entry.why) throw new Error(`An entry says no reason: ${block}`);
  explained.set(keyOf(entry), { ...entry, isKnown: false });
}

function describe(path, source, mutant) {
  const { start, end } = mutant.location;
  const lines = source.slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return { file: path, line: plain(source[start.line - 1]), from: plain(lines.join('\n')), to: plain(mutant.replacement || '(removed)'), status: mutant.status };
}

const totals = { mutants: 0, killed: 0, explained: 0, open: 0 };
const open = [];
const files = new Set();
for (const report of reports) {
  for (const [name, file] of Object.entries(JSON.parse(readFileSync(report, 'utf8')).files)) {
    const path = name.replaceAll('\\', '/').replace(/^.*src\/OssMigration\.Core\//, '');
    const counts = { mutants: 0, killed: 0, explained: 0, open: 0 };
    const source = file.source.split('\n');
    for (const mutant of file.mutants.map(found => describe(path, source, found))) {
      const why = explained.get(keyOf(mutant));
      if (why) why.isKnown = true;
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(mutant.status)) continue;
      counts.mutants++;
      const fate = mutant.status === 'Killed' || mutant.status === 'Timeout' ? 'killed' : why ? 'explained' : 'open';
      counts[fate]++;
      if (fate === 'open') open.push(mutant);
    }
    if (counts.mutants === 0) continue;
    files.add(path);
    console.log(`${path.padEnd(36)} ${String(counts.killed).padStart(4)} of ${String(counts.mutants).padStart(4)} killed, ${counts.explained} explained, ${counts.open} open`);
    for (const field of Object.keys(totals)) totals[field] += counts[field];
  }
}

for (const mutant of open) console.log(`\nSURVIVED and not explained\n${fields.map(field => `${field}: ${mutant[field]}`).join('\n')}`);
const stale = [...explained.values()].filter(entry => files.has(entry.file) && !entry.isKnown);
for (const entry of stale) console.log(`\nEXPLAINED and not there any more\n${fields.map(field => `${field}: ${entry[field]}`).join('\n')}`);
console.log(`\n${totals.mutants} mutants: ${totals.killed} killed, ${totals.explained} survived and are explained, ${totals.open} survived`);
const failed = open.length + stale.length + Number(broken) + (totals.mutants === 0 ? 1 : 0);
console.log(JSON.stringify({ passed: totals.killed + totals.explained, failed }));
process.exit(failed === 0 ? 0 : 1);
