import { hash } from 'node:crypto';
import { memoize } from './memoize.ts';
import { DATABASE_IDS, fileNameOf, type PhotoFiles, photoIdOf } from './photo-files.ts';

/** A bucket of S3 or of a service that speaks its protocol. */
export interface PhotoBucket {
  readonly bucket: string;
  /** Begins the name of every object, such as `photos/`; empty unless photos share the bucket with other things. */
  readonly prefix: string;
  /** Undefined: as the AWS SDK finds it. */
  readonly region: string | undefined;
  /** Undefined: that of AWS in the region. */
  readonly endpoint: string | undefined;
  /** Puts the bucket into the path instead of the host name, as most services other than AWS need it. */
  readonly forcePathStyle: boolean;
  /** Undefined: as the AWS SDK finds them, such as the role of the machine. */
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
}

/** Maximum number of objects in one request DeleteObjects, by the protocol. */
const MAX_REMOVED = 1_000;

const CONNECT_TIMEOUT_MS = 3_000;
/** Longest time without a byte, and of a whole request. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * Opens a bucket for photos. An object appears whole or not at all, by the protocol. Nothing is asked of the service
 * before the first use, so that the app starts while it is away.
 */
export function openPhotoBucket(options: PhotoBucket): PhotoFiles {
  const { bucket: Bucket, credentials, endpoint, forcePathStyle, prefix, region } = options;
  const connected = memoize(async () => {
    // Loaded only where photos are in a bucket: it is a large library.
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      forcePathStyle,
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials !== undefined && { credentials }),
      // Several services other than AWS refuse the checksums that the SDK sends by default.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
    return { sdk, client };
  });
  const keyOf = (id: string) => `${prefix}${fileNameOf(id)}`;
  const databases = `${prefix}${DATABASE_IDS}/`;

  /** Yields the objects whose names begin with `Prefix`, in pages. */
  async function* objects(Prefix: string, abortSignal?: AbortSignal) {
    const { client, sdk } = await connected();
    const pages = sdk.paginateListObjectsV2({ client }, { Bucket, Prefix }, endingWith(abortSignal));
    for await (const { Contents = [] } of pages) {
      yield Contents.flatMap(({ Key, LastModified }) =>
        Key === undefined || LastModified === undefined ? [] : [{ key: Key, writtenAt: LastModified.getTime() }],
      );
    }
  }

  return {
    async write(id, jpeg, signal) {
      const { client, sdk } = await connected();
      const headers = { ContentType: 'image/jpeg', CacheControl: 'private, no-store' };
      const put = new sdk.PutObjectCommand({ Bucket, Key: keyOf(id), Body: jpeg, ...headers });
      await client.send(put, endingWith(signal));
    },
    async read(id, signal) {
      const { client, sdk } = await connected();
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(id) }), endingWith(signal));
        const bytes = await Body?.transformToByteArray();
        return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return undefined;
        throw error;
      }
    },
    maxRemoved: MAX_REMOVED,
    async remove(ids, signal) {
      const { client, sdk } = await connected();
      if (ids.length === 0) return new Map();
      const [id = ''] = ids;
      if (ids.length === 1) {
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(id) }), endingWith(signal));
        return new Map();
      }
      const Objects = ids.map((each) => ({ Key: keyOf(each) }));
      // Quiet: the answer lists errors only.
      const removal = new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
      removal.middlewareStack.add((next) => (given) => next(withMd5(given)), { step: 'build', priority: 'low' });
      const { Errors = [] } = await client.send(removal, endingWith(signal));
      return new Map(
        Errors.flatMap(({ Code, Key = '', Message }): [string, unknown][] => {
          const failed = photoIdOf(Key.slice(prefix.length));
          return failed === undefined ? [] : [[failed, new Error(`${Code}: ${Message}`)]];
        }),
      );
    },
    async *list() {
      for await (const page of objects(prefix)) {
        yield page.flatMap(({ key, writtenAt }) => {
          const id = photoIdOf(key.slice(prefix.length));
          return id === undefined ? [] : [{ id, writtenAt: async () => writtenAt }];
        });
      }
    },
    async databases(signal) {
      const ids: string[] = [];
      for await (const page of objects(databases, signal))
        ids.push(...page.map(({ key }) => key.slice(databases.length)));
      return ids;
    },
    async addDatabase(id) {
      const { client, sdk } = await connected();
      await client.send(new sdk.PutObjectCommand({ Bucket, Key: `${databases}${id}`, Body: Buffer.from(id) }));
    },
    async freeBytes() {
      const { client, sdk } = await connected();
      await client.send(new sdk.HeadBucketCommand({ Bucket }));
      return 'unknown';
    },
  };
}

/**
 * Adds the MD5 checksum that the first version of the protocol asks for in DeleteObjects. Some services other than AWS
 * still need it, while the SDK sends newer checksums only, which they do not know.
 */
function withMd5<Given extends { request: unknown }>(given: Given): Given {
  const { request } = given;
  if (typeof request !== 'object' || request === null || !('headers' in request) || !('body' in request)) return given;
  const { body, headers } = request;
  if (typeof headers !== 'object' || (typeof body !== 'string' && !(body instanceof Uint8Array))) return given;
  const md5 = hash('md5', body, 'base64');
  return { ...given, request: Object.assign(request, { headers: { ...headers, 'content-md5': md5 } }) };
}

/** Options of a call to the SDK that ends when `abortSignal` aborts. */
function endingWith(abortSignal: AbortSignal | undefined) {
  return abortSignal === undefined ? {} : { abortSignal };
}
