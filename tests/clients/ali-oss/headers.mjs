// Prints the headers of one object as ali-oss sees them, "name: value" sorted by name: node headers.mjs BUCKET KEY
import { connect } from './client.mjs';

const { res } = await connect({ bucket: process.argv[2] }).head(process.argv[3]);
for (const name of Object.keys(res.headers).sort()) console.log(`${name}: ${res.headers[name]}`);
