// A client of the OSS endpoint that OSS_ENDPOINT, OSS_REGION, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET name.
import OSS from 'ali-oss';

export function connect(options) {
  return new OSS({
    endpoint: process.env.OSS_ENDPOINT, // http://localhost:PORT
    region: `oss-${process.env.OSS_REGION}`,
    accessKeyId: process.env.OSS_ACCESS_KEY_ID,
    accessKeySecret: process.env.OSS_ACCESS_KEY_SECRET,
    authorizationV4: true,
    sldEnable: true, // path style; with an IP address as endpoint this client would send the public cloud's Host
    timeout: 20000,
    ...options,
  });
}
