// @aws-sdk/client-s3 with its default settings: usage: node aws.mjs ENDPOINT BUCKET, the key and its secret in the environment.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command,
  PutObjectCommand, S3Client, UploadPartCopyCommand, CreateMultipartUploadCommand, CompleteMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { collect, serve } from './lines.mjs';

const [endpoint, Bucket] = process.argv.slice(2);
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
const send = (Command, args) => client.send(new Command({ Bucket, ...args }));

await serve({
  put: ({ key, path, ...more }) => send(PutObjectCommand, { Key: key, Body: createReadStream(path), ...more })
    .then((done) => done.ETag),
  put_bytes: ({ key, text, ...more }) => send(PutObjectCommand, { Key: key, Body: text, ...more }).then((done) => done.ETag),
  // A stream of no known length, as lib-storage takes it: in parts.
  stream: async ({ key, path }) => {
    const upload = new Upload({ client, params: { Bucket, Key: key, Body: Readable.from(createReadStream(path)) } });
    return (await upload.done()).Location;
  },
  get: async ({ key }) => {
    const got = await send(GetObjectCommand, { Key: key });
    return (await collect(got.Body)).toString('base64');
  },
  head: async ({ key }) => {
    const { ContentLength, ContentType, CacheControl, Metadata } = await send(HeadObjectCommand, { Key: key });
    return { ContentLength, ContentType, CacheControl, Metadata };
  },
  list: async ({ prefix }) => {
    const keys = [];
    let token;
    do {
      const page = await send(ListObjectsV2Command, { Prefix: prefix, ContinuationToken: token, MaxKeys: 2 });
      keys.push(...(page.Contents ?? []).map((entry) => entry.Key));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  },
  copy: ({ from, to, ...more }) => send(CopyObjectCommand, { Key: to, CopySource: encodeURI(`/${Bucket}/${from}`), ...more })
    .then((done) => done.CopyObjectResult.ETag),
  copy_part: async ({ from, to, range }) => {
    const { UploadId } = await send(CreateMultipartUploadCommand, { Key: to });
    const part = await send(UploadPartCopyCommand, {
      Key: to, UploadId, PartNumber: 1, CopySource: encodeURI(`/${Bucket}/${from}`), CopySourceRange: range,
    });
    await send(CompleteMultipartUploadCommand, {
      Key: to, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.CopyPartResult.ETag }] },
    });
  },
  delete: ({ key }) => send(DeleteObjectCommand, { Key: key }).then(() => null),
  delete_many: ({ keys }) => send(DeleteObjectsCommand, { Delete: { Objects: keys.map((Key) => ({ Key })) } })
    .then((done) => done.Deleted.map((entry) => entry.Key)),
  presign: ({ key, method }) => getSignedUrl(client, method === 'PUT'
    ? new PutObjectCommand({ Bucket, Key: key }) : new GetObjectCommand({ Bucket, Key: key }), { expiresIn: 60 }),
  form: ({ key, least, most, fields, conditions }) => createPresignedPost(client, {
    Bucket, Key: key, Conditions: [['content-length-range', least, most], ...(conditions ?? [])], Fields: fields, Expires: 60,
  }),
});
