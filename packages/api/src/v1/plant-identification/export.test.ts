import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ExportedIdentification, PhotoStoreUnavailableError } from '@plantcommunity/identification';
import { afterEach, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { ada, anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { monstera } from '../../testing/fake-service.ts';
import { guardUnderTest, serve } from '../../testing/serve.ts';

const BASE = '/api/v1/plant-identification/identifications';
const URL_OF = { json: `http://localhost:3000${BASE}/export.json`, zip: `http://localhost:3000${BASE}/export.zip` };
const asAnna = { Authorization: 'Bearer anna' };
const createdAt = new Date('2026-03-01T12:00:00.000Z');

const idOf = (n: number) => `01JD8Z4Q0M3T5R7V9X1B${String(n).padStart(6, '0')}`;

function identificationOf(n: number, photoNumbers: readonly number[] = [1]): ExportedIdentification {
  return {
    identification: { ...monstera, id: idOf(n) },
    createdAt,
    options: { includeDiseases: true, organs: ['leaf'], location: { latitude: 52.5, longitude: 13.4 } },
    photos: photoNumbers.length,
    photosState: 'kept',
    photoNumbers,
  };
}

/** The API for a history of Anna, with what was read of it. */
function withHistory(history: Iterable<ExportedIdentification>, photoOf = (id: string, n: number) => `${id} ${n}`) {
  const read = { identifications: 0, photos: 0, ended: 0 };
  const under = apiUnderTest({
    service: {
      async *exportHistory(ownerId) {
        try {
          if (ownerId !== anna.userId && ownerId !== ada.userId) return;
          for (const one of history) {
            read.identifications += 1;
            yield one;
          }
        } finally {
          read.ended += 1;
        }
      },
      async photo(_ownerId, id, n) {
        read.photos += 1;
        const text = photoOf(id, n);
        return text === '' ? undefined : { bytes: Buffer.from(text) };
      },
    },
  });
  const send = (kind: 'json' | 'zip', init: RequestInit = {}) =>
    under.api.rest(new Request(URL_OF[kind], { headers: asAnna, ...init }));
  return { ...under, read, send };
}

/** An endless history. */
const endless = {
  *[Symbol.iterator]() {
    for (let n = 0; ; n += 1) yield identificationOf(n);
  },
};

/** Waits until nothing is read any more, and returns the number of identifications that were. */
async function untilStill(read: { readonly identifications: number }): Promise<number> {
  let before = -1;
  await expect
    .poll(() => {
      const isStill = before === read.identifications && before > 0;
      before = read.identifications;
      return isStill;
    })
    .toBe(true);
  return before;
}

/** Returns the files of a ZIP by their names, in its order. @throws when the ZIP is not whole, or a name leads elsewhere */
async function readZip(zip: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const opened = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of opened.eachEntry())
    files.set(entry.fileName, await buffer(await opened.openReadStreamPromise(entry)));
  return files;
}

const jsonOf = (text: string | Buffer | undefined) =>
  JSON.parse(String(text)) as { exported_at: string; identifications: { id: string; files?: string[] }[] };

describe('an export as JSON', () => {
  it('has every identification as it was answered, what was asked, and its time', async () => {
    const { send } = withHistory([identificationOf(2, [1, 2]), identificationOf(1, [])]);
    const answer = await send('json');
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="identifications-2026-03-01.json"',
      'cache-control': 'private, no-store',
    });
    const { exported_at: at, identifications } = jsonOf(await answer.text());
    expect(at).toBe('2026-03-01T12:00:00.000Z');
    expect(identifications).toHaveLength(2);
    expect(identifications[0]).toMatchObject({
      id: idOf(2),
      created_at: createdAt.toISOString(),
      scientific_name: 'Monstera deliciosa',
      photos: 2,
      request: { organs: ['leaf'], include_diseases: true, latitude: 52.5, longitude: 13.4 },
    });
    expect(identifications[0]).not.toHaveProperty('files');
  });

  it('of an empty history is an empty list', async () => {
    expect(jsonOf(await (await withHistory([]).send('json')).text())).toMatchObject({ identifications: [] });
  });

  it('reads no photo', async () => {
    const { read, send } = withHistory([identificationOf(1)]);
    await (await send('json')).text();
    expect(read.photos).toBe(0);
  });
});

describe('an export as ZIP', () => {
  it('has the photos, named by date, identification and number, and the JSON that names them', async () => {
    const { send } = withHistory([identificationOf(2, [1, 2]), identificationOf(1, [])]);
    const answer = await send('zip');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="identifications-2026-03-01.zip"',
      'cache-control': 'private, no-store',
    });
    const files = await readZip(Buffer.from(await answer.arrayBuffer()));
    const names = [1, 2].map((n) => `photos/2026-03-01-${idOf(2)}-${n}.jpg`);
    expect([...files.keys()]).toEqual([...names, 'identifications.json']);
    expect(names.map((name) => String(files.get(name)))).toEqual([`${idOf(2)} 1`, `${idOf(2)} 2`]);
    const { identifications } = jsonOf(files.get('identifications.json'));
    expect(identifications.map(({ files: own, id }) => ({ id, files: own }))).toEqual([
      { id: idOf(2), files: names },
      { id: idOf(1), files: [] },
    ]);
  });

  it('leaves out a photo that was deleted meanwhile, and its JSON does not name it', async () => {
    const { send } = withHistory([identificationOf(2, [1, 3]), identificationOf(1)], (id, n) =>
      id === idOf(2) && n === 1 ? '' : 'jpeg',
    );
    const files = await readZip(Buffer.from(await (await send('zip')).arrayBuffer()));
    const kept = [`photos/2026-03-01-${idOf(2)}-3.jpg`, `photos/2026-03-01-${idOf(1)}-1.jpg`];
    expect([...files.keys()]).toEqual([...kept, 'identifications.json']);
    const { identifications } = jsonOf(files.get('identifications.json'));
    expect(identifications.flatMap(({ files: own }) => own)).toEqual(kept);
  });

  it('of an empty history has the JSON alone', async () => {
    const files = await readZip(Buffer.from(await (await withHistory([]).send('zip')).arrayBuffer()));
    expect([...files.keys()]).toEqual(['identifications.json']);
  });
});

describe.each(['json', 'zip'] as const)('an export as %s', (kind) => {
  it('is read no further than its reader asks, and ends when its reader leaves', async () => {
    const { read, send } = withHistory(endless);
    const reader = (await send(kind)).body?.getReader();
    for (let n = 0; n < 30; n += 1) await reader?.read();
    // An identification of a ZIP makes four parts: header, name, photo and descriptor.
    expect(read.identifications).toBeLessThanOrEqual(32);
    expect(read.photos).toBeLessThanOrEqual(32);
    expect(read.ended).toBe(0);
    await reader?.cancel();
    expect(read.ended).toBe(1);
  });

  it('stops reading database and photos when a connection takes no more, and goes on when it does', async () => {
    const { api, clock, read } = withHistory(endless, () => 'x'.repeat(100_000));
    const server = await serve(guardUnderTest(clock), (request) => api.rest(request));
    closing.push(() => server.close());
    const socket = connect(server.port, '127.0.0.1').pause();
    closing.push(() => socket.destroy());
    socket.write(`GET ${BASE}/export.${kind} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer anna\r\n\r\n`);
    const before = await untilStill(read);
    socket.resume();
    await expect.poll(() => read.identifications).toBeGreaterThan(before + 100);
    socket.destroy();
    await expect.poll(() => read.ended).toBe(1);
  });

  it('answers HEAD without a body and leaves nothing open', async () => {
    const { read, send } = withHistory(endless);
    for (let n = 0; n < 3; n += 1) {
      const answer = await send(kind, { method: 'HEAD' });
      expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 200, body: '' });
    }
    expect(read.ended).toBe(3);
  });

  it('gets 429 with Retry-After while two exports of the account run', async () => {
    const { send } = withHistory(endless);
    const running = [await send(kind), await send('json')];
    const refused = await send(kind);
    expect({ status: refused.status, after: refused.headers.get('retry-after') }).toEqual({ status: 429, after: '30' });
    const others = await send(kind, { headers: { Authorization: 'Bearer ada' } });
    expect(others.status).toBe(200);
    await running[0]?.body?.cancel();
    expect((await send(kind)).status).toBe(200);
  });

  it('ends and frees its place when its caller leaves, although its body is neither read nor cancelled', async () => {
    const { read, send } = withHistory(endless);
    const leaving = new AbortController();
    for (let n = 0; n < 2; n += 1) await send(kind, { signal: leaving.signal });
    leaving.abort();
    await expect.poll(() => read.ended).toBe(2);
    expect((await send(kind)).status).toBe(200);
  });

  it('is cut off for a reader that takes nothing for a minute, which is no error of the server', async () => {
    const { api, clock, log, read, send } = withHistory(endless, () => 'x'.repeat(100_000));
    const server = await serve(guardUnderTest(clock), (request) => api.rest(request));
    closing.push(() => server.close());
    const request = get({
      port: server.port,
      path: `${BASE}/export.${kind}`,
      headers: { Host: 'localhost', ...asAnna },
    });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    await untilStill(read);
    clock.advance(60_000);
    await expect.poll(() => read.ended).toBe(1);
    await expect(buffer(answer)).rejects.toThrow('aborted');
    const lines = log.map((line) => JSON.parse(line) as { level: string });
    const msg = 'The caller took the answer too slowly';
    expect(lines).toContainEqual(expect.objectContaining({ msg, level: 'info', path: `${BASE}/export.${kind}` }));
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    for (let n = 0; n < 2; n += 1) expect((await send(kind)).status).toBe(200);
  });

  it('answers an error that comes before the first bytes', async () => {
    const { api } = apiUnderTest({
      service: {
        // oxlint-disable-next-line require-yield -- it fails before
        async *exportHistory() {
          throw new PhotoStoreUnavailableError(new Error('away'));
        },
      },
    });
    for (let n = 0; n < 3; n += 1) {
      const answer = await api.rest(new Request(URL_OF[kind], { headers: asAnna }));
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'busy' });
      expect(answer.headers.has('content-disposition')).toBe(false);
    }
  });

  it('breaks the connection for an error after the first bytes, so that no client takes a part for the whole', async () => {
    const { promise: isAnswered, resolve: answered } = Promise.withResolvers<void>();
    const { api, clock, log } = apiUnderTest({
      service: {
        async *exportHistory() {
          yield identificationOf(1);
          await isAnswered;
          throw new Error('The database is gone');
        },
        photo: async () => ({ bytes: Buffer.from('jpeg') }),
      },
    });
    const server = await serve(guardUnderTest(clock), (request) => api.rest(request));
    closing.push(() => server.close());
    const request = get({
      port: server.port,
      path: `${BASE}/export.${kind}`,
      headers: { Host: 'localhost', ...asAnna },
    });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answered();
    await expect(buffer(answer)).rejects.toThrow('aborted');
    const path = `${BASE}/export.${kind}`;
    const requestId = answer.headers['x-request-id'];
    expect(log.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ msg: 'An answer broke off', level: 'error', path, requestId }),
    );
  });

  it('requires a signed-in user, in development too', async () => {
    const { read, send } = withHistory([identificationOf(1)]);
    expect((await send(kind, { headers: {} })).status).toBe(401);
    expect(read.identifications).toBe(0);
  });
});

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
