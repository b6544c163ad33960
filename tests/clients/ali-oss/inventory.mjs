// Reads every object of a bucket with ali-oss and prints "MD5 KEY" for each: node inventory.mjs BUCKET
import { createHash } from 'node:crypto';
import http from 'node:http';
import { connect } from './client.mjs';

const client = connect({ bucket: process.argv[2] });

// The client resolves "." and ".." in a key before it sends it, but not in a URL that it signs, so the bytes are asked for by hand.
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
async function print(name) {
  const url = await client.signatureUrlV4('GET', 600, {}, name);
  const { host, hostname, port } = new URL(url);
  const path = url.slice(url.indexOf(host) + host.length);
  const hash = createHash('md5');
  const answer = await new Promise((resolve, reject) => http.get({ hostname, port, path, agent }, resolve).on('error', reject));
  for await (const chunk of answer) hash.update(chunk);
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} for ${name}`);
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
agent.destroy();
