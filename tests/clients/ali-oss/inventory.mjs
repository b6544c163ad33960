// Reads every object of a bucket with ali-oss and prints "MD5 KEY" for each: node inventory.mjs BUCKET
// Reads OSS_ENDPOINT, OSS_REGION, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
import { createHash } from 'node:crypto';
import OSS from 'ali-oss';

const client = new OSS({
  endpoint: process.env.OSS_ENDPOINT,
  region: `oss-${process.env.OSS_REGION}`,
  accessKeyId: process.env.OSS_ACCESS_KEY_ID,
  accessKeySecret: process.env.OSS_ACCESS_KEY_SECRET,
  authorizationV4: true,
  sldEnable: true,
  bucket: process.argv[2],
});

async function print(name) {
  const hash = createHash('md5');
  const { stream } = await client.getStream(name);
  for await (const chunk of stream) hash.update(chunk);
  process.stdout.write(`${hash.digest('hex')} ${name}\n`);
}

let token;
do {
  const page = await client.listV2({ 'max-keys': 1000, ...(token && { 'continuation-token': token }) });
  const waiting = page.objects.map(o => o.name);
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await print(name);
  }));
  token = page.isTruncated ? page.nextContinuationToken : undefined;
} while (token);
