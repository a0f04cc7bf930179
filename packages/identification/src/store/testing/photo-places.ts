// oxlint-disable-next-line typescript/triple-slash-reference -- other packages compile this file without its folder
/// <reference path="./s3rver.d.ts" />
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { PhotoBucket } from '../photo-bucket.ts';
import { fileNameOf } from '../photo-files.ts';
import type { PhotoPlace } from '../store.ts';

export { openPhotoFiles } from '../store.ts';

/** A place for photos of a test. */
export interface TestPlace {
  readonly place: PhotoPlace;
  close(): Promise<void>;
}

/** A bucket of a test. */
export interface TestBucket extends TestPlace {
  readonly place: PhotoBucket & { endpoint: string; credentials: NonNullable<PhotoBucket['credentials']> };
  /** Makes a file look as if it was written two hours ago. */
  age(id: string): Promise<void>;
}

/** Every kind of place for photos, each empty when it is opened. */
export const photoPlaces: readonly { kind: string; open: () => Promise<TestPlace> }[] = [
  { kind: 'a folder', open: openFolder },
  { kind: 'a bucket', open: openBucket },
];

/** A bucket at whose address nothing listens. */
export const unreachablePlace = {
  bucket: 'photos',
  prefix: '',
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
} satisfies PhotoPlace;

/** Opens a bucket that takes requests and never answers them; `onRequest` is called for each connection. */
export async function openHangingPlace(onRequest: () => void): Promise<TestPlace> {
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).resume());
    onRequest();
  });
  const sockets = new Set<Socket>();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    place: { ...unreachablePlace, endpoint: `http://127.0.0.1:${address.port}` },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openFolder(): Promise<TestPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'photos-'));
  return { place: { folder }, close: () => rm(folder, { recursive: true }) };
}

/** Starts a server that speaks the protocol of S3. */
export async function openBucket(): Promise<TestBucket> {
  const directory = await mkdtemp(join(tmpdir(), 'bucket-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'photos' }],
  });
  const { port } = await server.run();
  return {
    place: {
      bucket: 'photos',
      prefix: 'of/plants/',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      forcePathStyle: true,
      // The only ones that the server knows.
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    },
    async age(id) {
      const written = new Date(Date.now() - 2 * 3_600_000);
      await utimes(join(directory, 'photos/of/plants', `${fileNameOf(id)}._S3rver_object`), written, written);
    },
    async close() {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
