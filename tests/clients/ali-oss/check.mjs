// Checks an OSS endpoint with the npm client ali-oss: node check.mjs V1|V4
// Reads OSS_ENDPOINT (http://localhost:PORT), OSS_REGION, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
// Prints "ok NAME" or "FAILED NAME: why" for each check, and the counts as one line of JSON at the end.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { connect } from './client.mjs';

const version = process.argv[2];
if (!['V1', 'V4'].includes(version)) throw new Error('usage: node check.mjs V1|V4');

const authorizationV4 = version === 'V4';
const region = `oss-${process.env.OSS_REGION}`;
const bucket = `foreign-${version.toLowerCase()}-${randomBytes(4).toString('hex')}`;
const client = connect({ authorizationV4 });

let passed = 0;
let failed = 0;
async function check(name, action) {
  try {
    await action();
    passed++;
    console.log(`ok ali-oss ${version}: ${name}`);
  } catch (error) {
    failed++;
    const place = (error.stack ?? '').split('\n').find(line => line.includes('check.mjs')) ?? '';
    console.log(`FAILED ali-oss ${version}: ${name}: ${error.code ?? error.name}: ${error.message} ${place.trim()}`);
  }
}

async function refused(status, code, action) {
  const error = await action().then(() => undefined, e => e);
  assert.ok(error, `expected ${status} ${code}, but it was accepted`);
  assert.equal(error.status, status, `${error.code}: ${error.message}`);
  assert.equal(error.code, code);
  return error;
}

const upperMd5 = content => createHash('md5').update(content).digest('hex').toUpperCase();
const unquoted = etag => etag.replaceAll('"', '');
const keysOf = result => result.objects.map(o => o.name);
const bytesOrder = keys => [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = BigInt(n);
  for (let bit = 0; bit < 8; bit++) c = c & 1n ? (c >> 1n) ^ 0xc96c5795d7870f42n : c >> 1n;
  return c;
});
function crc64(content) { // CRC-64/XZ
  let c = 0xffffffffffffffffn;
  for (const byte of content) c = crcTable[Number((c ^ BigInt(byte)) & 0xffn)] ^ (c >> 8n);
  return (c ^ 0xffffffffffffffffn).toString();
}
assert.equal(crc64(Buffer.from('123456789')), '11051210869376104954');

async function list(query, method = 'listV2') { // every page of a listing
  const keys = [];
  const prefixes = [];
  let next;
  for (let page = 0; page < 1000; page++) {
    const result = await client[method]({ ...query, ...next });
    keys.push(...keysOf(result));
    prefixes.push(...(result.prefixes ?? []));
    if (!result.isTruncated) return { keys, prefixes, pages: page + 1 };
    next = method === 'listV2' ? { 'continuation-token': result.nextContinuationToken } : { marker: result.nextMarker };
    assert.ok(Object.values(next)[0], 'a truncated page without a token');
  }
  throw new Error('the listing does not end');
}

await check('putBucket, listBuckets, getBucketInfo, getBucketLocation', async () => {
  await client.putBucket(bucket);
  client.useBucket(bucket);
  assert.ok((await client.listBuckets({ prefix: bucket })).buckets.some(b => b.name === bucket));
  const { bucket: info } = await client.getBucketInfo(bucket);
  assert.equal(info.Name, bucket);
  assert.equal(info.Location, region);
  assert.equal((await client.getBucketLocation(bucket)).location, region);
});
client.useBucket(bucket);

const text = Buffer.from('hello world');
await check('put answers ETag, Content-MD5, CRC-64 and a request id', async () => {
  const { res } = await client.put('plain.txt', text);
  assert.equal(unquoted(res.headers.etag), upperMd5(text));
  assert.equal(res.headers['x-oss-hash-crc64ecma'], '5981764153023615706');
  assert.equal(res.headers['content-md5'], 'XrY7u+Ae7tCTyyK7j1rNww==');
  assert.match(res.headers['x-oss-request-id'], /^[0-9A-Fa-f]{24}$/);
});

await check('get gives the same bytes and headers', async () => {
  const { content, res } = await client.get('plain.txt');
  assert.deepEqual(content, text);
  assert.equal(unquoted(res.headers.etag), upperMd5(text));
  assert.equal(res.headers['x-oss-hash-crc64ecma'], '5981764153023615706');
  assert.equal(res.headers['x-oss-object-type'], 'Normal');
  assert.equal(res.headers['x-oss-storage-class'], 'Standard');
});

await check('an empty object has CRC 0 and the MD5 of nothing', async () => {
  const { res } = await client.put('empty', Buffer.alloc(0));
  assert.equal(res.headers['x-oss-hash-crc64ecma'], '0');
  assert.equal(unquoted(res.headers.etag), 'D41D8CD98F00B204E9800998ECF8427E');
  assert.equal((await client.get('empty')).content.length, 0);
});

await check('putStream without a length (chunked) arrives whole', async () => {
  const content = randomBytes(700_001);
  const { res } = await client.putStream('streamed.bin', Readable.from([content.subarray(0, 300_000), content.subarray(300_000)]));
  assert.equal(res.headers['x-oss-hash-crc64ecma'], crc64(content));
  assert.deepEqual((await client.get('streamed.bin')).content, content);
});

await check('standard headers and user metadata arrive and come back', async () => {
  const headers = {
    'Content-Type': 'text/x-test; charset=utf-8',
    'Cache-Control': 'max-age=77',
    'Content-Disposition': 'attachment; filename="a b.txt"',
    'Content-Encoding': 'identity',
    'Content-Language': 'de-DE',
    Expires: 'Wed, 21 Oct 2037 07:28:00 GMT',
  };
  await client.put('with-headers', text, { mime: headers['Content-Type'], headers, meta: { owner: 'nobody', 'two-words': 'a  b' } });
  const { res, meta } = await client.head('with-headers');
  for (const [name, value] of Object.entries(headers)) assert.equal(res.headers[name.toLowerCase()], value, name);
  assert.deepEqual(meta, { owner: 'nobody', 'two-words': 'a  b' });
  assert.equal(res.headers['content-length'], String(text.length));
});

await check('putMeta replaces the metadata', async () => {
  await client.putMeta('with-headers', { color: 'blue' });
  assert.deepEqual((await client.head('with-headers')).meta, { color: 'blue' });
});

await check('getObjectMeta answers without user metadata', async () => {
  const { res } = await client.getObjectMeta('plain.txt');
  assert.equal(res.headers['content-length'], String(text.length));
  assert.equal(unquoted(res.headers.etag), upperMd5(text));
  assert.ok(!Object.keys((await client.getObjectMeta('with-headers')).res.headers).some(name => name.startsWith('x-oss-meta-')));
});

await check('ranges: 206 inside; whole object outside; standard behaviour on request', async () => {
  const inside = await client.get('plain.txt', { headers: { Range: 'bytes=6-10' } });
  assert.equal(inside.res.status, 206);
  assert.equal(inside.content.toString(), 'world');
  assert.equal(inside.res.headers['content-range'], 'bytes 6-10/11');
  const suffix = await client.get('plain.txt', { headers: { Range: 'bytes=-5' } });
  assert.equal(suffix.content.toString(), 'world');
  const outside = await client.get('plain.txt', { headers: { Range: 'bytes=6-100' } });
  assert.equal(outside.res.status, 200);
  assert.equal(outside.content.length, text.length);
  const clipped = await client.get('plain.txt', { headers: { Range: 'bytes=6-100', 'x-oss-range-behavior': 'standard' } });
  assert.equal(clipped.res.status, 206);
  assert.equal(clipped.content.toString(), 'world');
  await refused(416, 'InvalidRange', () =>
    client.get('plain.txt', { headers: { Range: 'bytes=100-', 'x-oss-range-behavior': 'standard' } }));
});

await check('conditions: If-Match, If-None-Match', async () => {
  const etag = `"${upperMd5(text)}"`;
  assert.equal((await client.get('plain.txt', { headers: { 'If-Match': etag } })).res.status, 200);
  await refused(412, 'PreconditionFailed', () => client.get('plain.txt', { headers: { 'If-Match': '"0"' } }));
  assert.equal((await client.head('plain.txt', { headers: { 'If-None-Match': etag } })).status, 304);
});

await check('missing objects and buckets give the typed errors', async () => {
  const error = await refused(404, 'NoSuchKey', () => client.get('no such key'));
  assert.match(error.requestId, /^[0-9A-Fa-f]{24}$/);
  await refused(404, 'NoSuchKey', () => client.head('no such key'));
  const other = connect({ authorizationV4, bucket: 'foreign-is-not-there' });
  await refused(404, 'NoSuchBucket', () => other.listV2({}));
  await refused(404, 'NoSuchBucket', () => other.put('a', text));
});

await check('a wrong secret and an unknown key id are refused', async () => {
  const wrong = connect({ authorizationV4, bucket, accessKeySecret: 'not-the-secret' });
  await refused(403, 'SignatureDoesNotMatch', () => wrong.get('plain.txt'));
  const unknown = connect({ authorizationV4, bucket, accessKeyId: 'LTAIunknown' });
  await refused(403, 'InvalidAccessKeyId', () => unknown.get('plain.txt'));
});

await check('x-oss-forbid-overwrite gives 409 FileAlreadyExists', async () => {
  const options = { headers: { 'x-oss-forbid-overwrite': 'true' } };
  await refused(409, 'FileAlreadyExists', () => client.put('plain.txt', Buffer.from('other'), options));
  assert.deepEqual((await client.get('plain.txt')).content, text);
  await client.put('forbid-new', text, { headers: { 'x-oss-forbid-overwrite': 'true' } });
});

const oddKeys = ['a//b', 'a/', 'a b', 'a+b', 'a%2Fb', 'a%b', 'a&b=c', 'a?b', 'a#b', "it's (1)!*~", 'q"uote<>', '\u00e9', 'e\u0301',
  'Case', 'case', '日本語/キー', '\u{1f600}.txt', '\uff5e', 'x'.repeat(1023)];
for (const key of oddKeys) {
  await check(`odd key ${JSON.stringify(key.length > 40 ? `${key.slice(0, 10)}... (${key.length})` : key)}`, async () => {
    const name = key.length > 1000 ? key : `odd/${key}`;
    await client.put(name, Buffer.from(key));
    assert.equal((await client.get(name)).content.toString(), key);
    assert.equal((await client.head(name)).status, 200);
  });
}

await check('keys are listed in the order of their UTF-8 bytes, byte by byte', async () => {
  const expected = bytesOrder(oddKeys.filter(key => key.length < 1000).map(key => `odd/${key}`));
  assert.deepEqual((await list({ prefix: 'odd/', 'max-keys': 4 })).keys, expected);
  assert.deepEqual((await list({ prefix: 'odd/', 'max-keys': 1000 })).keys, expected);
  assert.deepEqual((await list({ prefix: 'odd/', 'max-keys': 4 }, 'list')).keys, expected);
});

await check('encoding-type=url encodes keys, a space as %20 and a plus as %2B', async () => {
  const { keys } = await list({ prefix: 'odd/a', 'max-keys': 1000, 'encoding-type': 'url' });
  assert.ok(keys.includes('odd%2Fa%20b'), keys.join());
  assert.ok(keys.includes('odd%2Fa%2Bb'), keys.join());
  assert.ok(keys.includes('odd%2Fa%252Fb'), keys.join());
});

await check('a key of 1,024 bytes and one with a leading backslash are refused', async () => {
  await refused(400, 'InvalidObjectName', () => client.put('x'.repeat(1024), text));
  await refused(400, 'InvalidObjectName', () => client.put('\\a', text));
});

await check('listing: pages, prefixes, start-after, delimiter, default page of 100', async () => {
  const names = Array.from({ length: 130 }, (_, n) => `page/${String(n).padStart(3, '0')}`);
  for (const name of names) await client.put(name, Buffer.from(name));
  await client.put('page/sub/1', text);
  await client.put('page/sub/2', text);
  const first = await client.listV2({ prefix: 'page/' });
  assert.equal(first.objects.length, 100);
  assert.equal(first.keyCount, 100);
  assert.ok(first.isTruncated);
  const all = await list({ prefix: 'page/', 'max-keys': 37 });
  assert.deepEqual(all.keys, [...names, 'page/sub/1', 'page/sub/2']);
  assert.equal(all.pages, 4);
  const folders = await list({ prefix: 'page/', delimiter: '/', 'max-keys': 50 });
  assert.deepEqual(folders.keys, names);
  assert.deepEqual(folders.prefixes, ['page/sub/']);
  assert.deepEqual(keysOf(await client.listV2({ prefix: 'page/', 'start-after': 'page/127' })), ['page/128', 'page/129', 'page/sub/1', 'page/sub/2']);
  const v1 = await list({ prefix: 'page/', delimiter: '/', 'max-keys': 50 }, 'list');
  assert.deepEqual(v1, { keys: names, prefixes: ['page/sub/'], pages: 3 });
  const entry = (await client.listV2({ prefix: 'page/000', 'fetch-owner': 'true' })).objects[0];
  assert.equal(entry.size, 8);
  assert.equal(unquoted(entry.etag), upperMd5('page/000'));
  assert.equal(entry.type, 'Normal');
  assert.ok(entry.owner.id);
  assert.ok(Math.abs(Date.now() - Date.parse(entry.lastModified)) < 600_000);
});

await check('multipart upload by the client', async () => {
  const content = randomBytes(1_300_000);
  const result = await client.multipartUpload('multi/whole', content, { partSize: 400 * 1024, parallel: 3, meta: { kind: 'multi' }, mime: 'text/x-multi' });
  assert.equal(result.res.headers['x-oss-hash-crc64ecma'], crc64(content));
  const { content: got, res } = await client.get('multi/whole');
  assert.ok(content.equals(got));
  assert.equal(res.headers['x-oss-object-type'], 'Multipart');
  assert.equal(res.headers['content-type'], 'text/x-multi');
  assert.equal(res.headers['x-oss-meta-kind'], 'multi');
  assert.equal(res.headers['content-md5'], undefined);
  assert.notEqual(unquoted(res.headers.etag), upperMd5(content));
});

await check('multipart step by step: parts, list, wrong order, too small, complete, gone afterwards', async () => {
  const one = randomBytes(150_000);
  const two = randomBytes(1_000);
  const { uploadId } = await client.initMultipartUpload('multi/steps');
  const part1 = await client.uploadPart('multi/steps', uploadId, 1, one, 0, one.length);
  const part2 = await client.uploadPart('multi/steps', uploadId, 2, two, 0, two.length);
  assert.equal(unquoted(part1.etag), upperMd5(one));
  assert.equal(part1.res.headers['x-oss-hash-crc64ecma'], crc64(one));
  const { parts } = await client.listParts('multi/steps', uploadId);
  assert.deepEqual(parts.map(p => [Number(p.PartNumber), Number(p.Size)]), [[1, 150_000], [2, 1_000]]);
  assert.ok((await client.listUploads({ prefix: 'multi/' })).uploads.some(u => u.uploadId === uploadId && u.name === 'multi/steps'));
  await refused(400, 'InvalidPart', () =>
    client.completeMultipartUpload('multi/steps', uploadId, [{ number: 1, etag: part2.etag }, { number: 2, etag: part2.etag }]));
  const done = [{ number: 1, etag: part1.etag }, { number: 2, etag: part2.etag }];
  const result = await client.completeMultipartUpload('multi/steps', uploadId, done);
  assert.equal(result.res.headers['x-oss-hash-crc64ecma'], crc64(Buffer.concat([one, two])));
  await refused(404, 'NoSuchUpload', () => client.completeMultipartUpload('multi/steps', uploadId, done));
  const small = await client.initMultipartUpload('multi/small');
  const small1 = await client.uploadPart('multi/small', small.uploadId, 1, two, 0, two.length);
  const small2 = await client.uploadPart('multi/small', small.uploadId, 2, two, 0, two.length);
  await refused(400, 'EntityTooSmall', () =>
    client.completeMultipartUpload('multi/small', small.uploadId, [{ number: 1, etag: small1.etag }, { number: 2, etag: small2.etag }]));
  await client.abortMultipartUpload('multi/small', small.uploadId);
  await refused(404, 'NoSuchUpload', () => client.abortMultipartUpload('multi/small', small.uploadId));
  assert.deepEqual((await client.listUploads({ prefix: 'multi/' })).uploads, []);
});

await check('copy keeps the metadata, or replaces it', async () => {
  await client.put('copy/source key+1', text, { mime: 'text/x-copied', meta: { tag: 'one' } });
  await client.copy('copy/target', 'copy/source key+1');
  const kept = await client.head('copy/target');
  assert.deepEqual(kept.meta, { tag: 'one' });
  assert.equal(kept.res.headers['content-type'], 'text/x-copied');
  await client.copy('copy/target', 'copy/source key+1', { meta: { tag: 'two' } });
  assert.deepEqual((await client.head('copy/target')).meta, { tag: 'two' });
  assert.deepEqual((await client.get('copy/target')).content, text);
  await refused(412, 'PreconditionFailed', () => client.copy('copy/target', 'copy/source key+1', { headers: { 'if-match': '"0"' } }));
});

await check('multipart copy', async () => {
  await client.multipartUploadCopy('multi/copied', { sourceKey: 'multi/whole', sourceBucketName: bucket }, { partSize: 500 * 1024 });
  const [source, copied] = [await client.get('multi/whole'), await client.get('multi/copied')];
  assert.ok(source.content.equals(copied.content));
});

await check('object tagging', async () => {
  await client.putObjectTagging('plain.txt', { a: '1', 'b c': 'd+e' });
  assert.deepEqual((await client.getObjectTagging('plain.txt')).tag, { a: '1', 'b c': 'd+e' });
  assert.equal((await client.head('plain.txt')).res.headers['x-oss-tagging-count'], '2');
  await client.deleteObjectTagging('plain.txt');
  assert.deepEqual((await client.getObjectTagging('plain.txt')).tag, {});
  await client.put('tagged', text, { headers: { 'x-oss-tagging': 'k=v&empty=' } });
  assert.deepEqual((await client.getObjectTagging('tagged')).tag, { k: 'v', empty: '' });
});

await check('object and bucket ACL', async () => {
  await client.putACL('plain.txt', 'public-read');
  assert.equal((await client.getACL('plain.txt')).acl, 'public-read');
  await client.putBucketACL(bucket, 'private');
  assert.equal((await client.getBucketACL(bucket)).acl, 'private');
});

await check('bucket lifecycle: put, get, delete', async () => {
  await refused(404, 'NoSuchLifecycle', () => client.getBucketLifecycle(bucket));
  await client.putBucketLifecycle(bucket, [
    { id: 'days', status: 'Enabled', prefix: 'logs/', expiration: { days: 3 } },
    { id: 'date', status: 'Disabled', prefix: 'old/', expiration: { createdBeforeDate: '2030-01-02T00:00:00.000Z' } },
  ]);
  const { rules } = await client.getBucketLifecycle(bucket);
  assert.deepEqual(rules.map(r => [r.id, r.status, r.prefix]), [['days', 'Enabled', 'logs/'], ['date', 'Disabled', 'old/']]);
  assert.equal(rules[0].expiration.days, '3');
  assert.equal(rules[1].expiration.createdBeforeDate, '2030-01-02T00:00:00.000Z');
  await client.deleteBucketLifecycle(bucket);
  await refused(404, 'NoSuchLifecycle', () => client.getBucketLifecycle(bucket));
});

await check('bucket website with a mirror rule: put, get, delete', async () => {
  await refused(404, 'NoSuchWebsiteConfiguration', () => client.getBucketWebsite(bucket));
  const rule = {
    RuleNumber: '1',
    Condition: { KeyPrefixEquals: 'mirror/', HttpErrorCodeReturnedEquals: '404' },
    Redirect: { RedirectType: 'Mirror', MirrorURL: 'http://127.0.0.1:9/', MirrorFollowRedirect: 'true' },
  };
  await client.putBucketWebsite(bucket, { index: 'index.html', error: 'error.html', routingRules: [rule] });
  const site = await client.getBucketWebsite(bucket);
  assert.equal(site.index, 'index.html');
  assert.equal(site.error, 'error.html');
  assert.equal(site.routingRules.length, 1);
  assert.equal(site.routingRules[0].Redirect.MirrorURL, 'http://127.0.0.1:9/');
  assert.equal(site.routingRules[0].Condition.KeyPrefixEquals, 'mirror/');
  await client.deleteBucketWebsite(bucket);
  await refused(404, 'NoSuchWebsiteConfiguration', () => client.getBucketWebsite(bucket));
});

await check('presigned URLs: get, put, expired, changed', async () => {
  const headers = { 'Content-Type': 'text/plain' };
  const url = method => (version === 'V4'
    ? client.signatureUrlV4(method, 300, method === 'PUT' ? { headers } : {}, 'pre signed/ü+1.txt')
    : client.signatureUrl('pre signed/ü+1.txt', { method, expires: 300, ...(method === 'PUT' ? headers : {}) }));
  const put = await fetch(await url('PUT'), { method: 'PUT', body: 'through the URL', headers });
  assert.equal(put.status, 200, await put.text());
  const get = await fetch(await url('GET'));
  assert.equal(get.status, 200);
  assert.equal(await get.text(), 'through the URL');
  const changed = (await url('GET')).replace('1.txt', '2.txt');
  assert.equal((await fetch(changed)).status, 403);
});

await check('deleteMulti deletes what it names, and no more', async () => {
  await client.put('del/1', text);
  await client.put('del/2 <&> "x"', text);
  await client.put('del/3', text);
  const { deleted } = await client.deleteMulti(['del/1', 'del/2 <&> "x"', 'del/never was']);
  assert.deepEqual(deleted.map(d => decodeURIComponent(d.Key)).sort(), ['del/1', 'del/2 <&> "x"', 'del/never was']);
  assert.deepEqual((await list({ prefix: 'del/' })).keys, ['del/3']);
  assert.deepEqual((await client.deleteMulti(['del/3'], { quiet: true })).deleted, []);
  assert.deepEqual((await list({ prefix: 'del/' })).keys, []);
});

await check('delete answers 204, whether or not the object was there', async () => {
  assert.equal((await client.delete('plain.txt')).res.status, 204);
  assert.equal((await client.delete('plain.txt')).res.status, 204);
  await refused(404, 'NoSuchKey', () => client.get('plain.txt'));
});

await check('versioning: versions, delete marker, a version by its id', async () => {
  const versioned = `${bucket}-v`;
  await client.putBucket(versioned);
  client.useBucket(versioned);
  try {
    await client.putBucketVersioning(versioned, 'Enabled');
    assert.equal((await client.getBucketVersioning(versioned)).versionStatus, 'Enabled');
    const first = (await client.put('v', Buffer.from('first'))).res.headers['x-oss-version-id'];
    const second = (await client.put('v', Buffer.from('second'))).res.headers['x-oss-version-id'];
    assert.ok(first && second && first !== second);
    assert.equal((await client.get('v', { versionId: first })).content.toString(), 'first');
    await client.delete('v');
    await refused(404, 'NoSuchKey', () => client.get('v'));
    const { objects, deleteMarker } = await client.getBucketVersions({});
    assert.deepEqual(objects.map(o => o.versionId), [second, first]);
    assert.equal(deleteMarker.length, 1);
    await client.delete('v', { versionId: deleteMarker[0].versionId });
    assert.equal((await client.get('v')).content.toString(), 'second');
    await client.delete('v', { versionId: first });
    await client.delete('v', { versionId: second });
    await client.deleteBucket(versioned);
  } finally {
    client.useBucket(bucket);
  }
});

await check('deleteBucket refuses a bucket with objects, and deletes an empty one', async () => {
  await refused(409, 'BucketNotEmpty', () => client.deleteBucket(bucket));
  const { keys } = await list({ 'max-keys': 1000 });
  for (let at = 0; at < keys.length; at += 1) await client.delete(keys[at]);
  await client.deleteBucket(bucket);
  await refused(404, 'NoSuchBucket', () => client.listV2({}));
});

console.log(JSON.stringify({ client: `ali-oss ${version}`, passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
