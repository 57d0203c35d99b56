// minio-js with its default settings: usage: node minio.mjs ENDPOINT BUCKET, the key and its secret in the environment.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import * as Minio from 'minio';
import { collect, serve } from './lines.mjs';

const [endpoint, bucket] = process.argv.slice(2);
const url = new URL(endpoint);
const client = new Minio.Client({
  endPoint: url.hostname, port: Number(url.port), useSSL: false,
  accessKey: process.env.AWS_ACCESS_KEY_ID, secretKey: process.env.AWS_SECRET_ACCESS_KEY,
});

await serve({
  put: ({ key, path, meta }) => client.fPutObject(bucket, key, path, meta ?? {}).then((done) => done.etag),
  stream: ({ key, path }) => client.putObject(bucket, key, Readable.from(createReadStream(path))).then((done) => done.etag),
  get: async ({ key }) => (await collect(await client.getObject(bucket, key))).toString('base64'),
  head: async ({ key }) => (await client.statObject(bucket, key)).metaData,
  list: async ({ prefix }) => {
    const keys = [];
    for await (const entry of client.listObjectsV2(bucket, prefix, true)) keys.push(entry.name);
    return keys;
  },
  copy: ({ from, to }) => client.copyObject(bucket, to, `/${bucket}/${from}`).then((done) => done.etag),
  delete: ({ key }) => client.removeObject(bucket, key),
  delete_many: ({ keys }) => client.removeObjects(bucket, keys).then(() => keys),
  presign: ({ key, method }) => (method === 'PUT' ? client.presignedPutObject(bucket, key, 60)
    : client.presignedGetObject(bucket, key, 60)),
  form: async ({ key, least, most }) => {
    const policy = client.newPostPolicy();
    policy.setBucket(bucket);
    policy.setKey(key);
    policy.setExpires(new Date(Date.now() + 60_000));
    policy.setContentLengthRange(least, most);
    const { postURL, formData } = await client.presignedPostPolicy(policy);
    return { url: postURL, fields: formData };
  },
});
