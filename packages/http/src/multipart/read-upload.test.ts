import { createHash, randomBytes } from 'node:crypto';
import { FakeClock } from '@plantcommunity/resilience/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../errors.ts';
import { arriving, BOUNDARY, CONTENT_TYPE, file, makeUpload, part, text } from '../testing/make-upload.ts';
import type { UploadForm } from './form.ts';
import { readUpload } from './read-upload.ts';

const MEGABYTE = 1_048_576;
const FORM: UploadForm = {
  maxBytes: 10 * MEGABYTE,
  maxPhotos: 5,
  photoField: 'image',
  textFields: {
    organs: 'list',
    include_diseases: 'single',
    latitude: 'single',
    longitude: 'single',
    language: 'single',
    project: 'single',
  },
  ignoredFields: ['image_url'],
};
const ROSE = Buffer.from('a rose');

async function read(bytes: Buffer, { size = 65_536, contentLength = null as string | null } = {}) {
  return readUpload(arriving(bytes, { size }).body, CONTENT_TYPE, contentLength, FORM);
}

/** Returns the error with which an upload is refused; undefined if it is accepted. */
async function refused(bytes: Buffer, contentLength: string | null = null) {
  try {
    await read(bytes, { contentLength });
    return undefined;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { code, status, message } = error;
    return { code, status, message };
  }
}

const plain = (value: string) => ({ text: value, isJson: false });
const malformed = (message: string) => ({ code: 'malformed_upload', status: 400, message });

describe('readUpload', () => {
  it('returns photos in order, hashed, and the text fields that were sent', async () => {
    const noise = randomBytes(300_000);
    const upload = await read(
      makeUpload(
        text('organs', 'leaf'),
        file(noise, { fileName: '../../etc/x.jpg' }),
        text('include_diseases', 'false'),
        file(ROSE, { fileName: 'Märzenbecher.WEBP', type: 'Image/WebP; x=y' }),
        text('organs', 'flower'),
        text('project', ''),
      ),
    );
    expect(upload.photos).toEqual([
      { name: 'x.jpg', declaredType: 'image/jpeg', size: 300_000, bytes: noise, hash: sha256(noise) },
      { name: 'Märzenbecher.WEBP', declaredType: 'image/webp', size: 6, bytes: ROSE, hash: sha256(ROSE) },
    ]);
    expect(Object.fromEntries(upload.fields)).toEqual({
      organs: [plain('leaf'), plain('flower')],
      include_diseases: [plain('false')],
      project: [plain('')],
    });
  });

  it('returns the same for every size of chunks', async () => {
    const photo = Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n--\r\n\r\r\n-`);
    const body = makeUpload(file(photo), text('language', 'de'));
    const expected = await read(body);
    expect(expected.photos).toMatchObject([{ bytes: photo, hash: sha256(photo) }]);
    for (let size = 1; size <= body.length; size += 1) expect(await read(body, { size })).toEqual(expected);
  });

  it('returns any photo byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        fc.integer({ min: 1, max: 700 }),
        async (bytes, size) => {
          const { photos } = await read(makeUpload(file(Buffer.from(bytes))), { size });
          expect(photos).toMatchObject([{ bytes: Buffer.from(bytes), hash: sha256(bytes) }]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('accepts a quoted boundary', async () => {
    const { body } = arriving(makeUpload(file(ROSE)));
    const upload = await readUpload(body, `multipart/form-data; boundary="${BOUNDARY}"`, null, FORM);
    expect(upload.photos).toHaveLength(1);
  });

  it('ignores a file field that was left empty beside another', async () => {
    const upload = await read(makeUpload(file('', { fileName: '', type: 'application/octet-stream' }), file(ROSE)));
    expect(upload.photos).toMatchObject([{ bytes: ROSE }]);
  });

  it('accepts a file without a media type, and a name in filename*', async () => {
    const disposition = `Content-Disposition: form-data; name="image"; filename*=utf-8''M%C3%A4rz%E2%80%8E.jpg`;
    const { photos } = await read(makeUpload(part(disposition, ROSE)));
    expect(photos).toMatchObject([{ name: 'März.jpg', declaredType: '' }]);
  });

  it.each([
    ['a line break', `filename*=utf-8''a%0d%0aSet-Cookie%3A%20b.jpg`],
    ['a NUL', `filename*=utf-8''shell.php%00.jpg`],
    ['a backspace', 'filename="rose.php\b\b\b\bjpg"'],
    ['an override of the direction of writing', 'filename="rose\u202Egnp.jpg"'],
  ])('refuses a file name with %s', async (_, name) => {
    const upload = makeUpload(part(`Content-Disposition: form-data; name="image"; ${name}`, ROSE));
    const what = 'control characters, or characters that turn its direction of writing';
    expect(await refused(upload)).toEqual({
      code: 'malformed_upload',
      status: 400,
      message: `The file name of photo 1 holds ${what}. Please rename the file.`,
    });
  });

  it.each([
    ['JPEG', [0xff, 0xd8, 0xff, 0xe0, 0x41, 0x42]],
    ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]],
    ['GIF', [...Buffer.from('GIF89a'), 1, 0, 1, 0]],
    ['WebP', [...Buffer.from('RIFF'), 0x24, 0, 0, 0, ...Buffer.from('WEBPVP8 ')]],
  ])('accepts a %s without a file name, with and without a media type', async (_, bytes) => {
    const photo = Buffer.from(bytes);
    const named = 'Content-Disposition: form-data; name="image"';
    const { photos } = await read(makeUpload(part(`${named}\r\nContent-Type: image/jpeg`, photo), part(named, photo)));
    expect(photos).toMatchObject([
      { name: '', declaredType: 'image/jpeg', bytes: photo },
      { name: '', declaredType: '', bytes: photo },
    ]);
  });

  it('accepts lists under the names that PHP, Rails and axios give them', async () => {
    const { fields, photos } = await read(
      makeUpload(
        file(ROSE, { name: 'image[]' }),
        file(ROSE, { name: 'image[]' }),
        text('organs[]', 'leaf'),
        text('organs[]', 'flower'),
      ),
    );
    expect(photos).toHaveLength(2);
    expect(fields.get('organs')).toEqual([plain('leaf'), plain('flower')]);
  });

  it.each([
    ['text', text('image_url', 'https://plants.example/rose.jpg')],
    ['nothing', text('image_url', '')],
    ['a long text', text('image_url', `data:image/jpeg;base64,${'A'.repeat(100_000)}`)],
    ['JSON', part('Content-Disposition: form-data; name="image_url"\r\nContent-Type: application/json', '"https://x"')],
    ['a file', file(ROSE, { name: 'image_url' })],
    ['several texts', Buffer.concat([text('image_url', 'a'), text('image_url', 'b')])],
    ['bytes that are not UTF-8', text('image_url', Buffer.from([0xff]))],
  ])('ignores image_url, which the replaced system never read: %s', async (_, ignored) => {
    const { fields, photos } = await read(makeUpload(ignored, file(ROSE), ignored));
    expect(photos).toHaveLength(1);
    expect(fields.size).toBe(0);
  });
});

/** Returns a part with text for `organs` and a file name. */
function textFile(value: string, name: string): Buffer {
  return part(`Content-Disposition: form-data; name="organs"; filename="${name}"`, value);
}

describe('readUpload checks fields: it', () => {
  it.each([
    {
      name: 'an unknown text field',
      extra: text('admin', 'true'),
      message: 'The upload has a field “admin”, which we do not know.',
    },
    {
      name: 'an unknown file field',
      extra: file(ROSE, { name: 'photo' }),
      message: 'The upload has a field “photo”, which we do not know.',
    },
    {
      name: '__proto__',
      extra: text('__proto__', 'x'),
      message: 'The upload has a field “__proto__”, which we do not know.',
    },
    {
      name: 'an indexed name',
      extra: file(ROSE, { name: 'image[0]' }),
      message: 'The upload has a field “image[0]”, which we do not know.',
    },
    { name: 'no name', extra: text('', 'x'), message: 'The upload has a field “”, which we do not know.' },
    {
      name: 'another case',
      extra: file(ROSE, { name: 'Image' }),
      message: 'The upload has a field “Image”, which we do not know.',
    },
  ])('refuses $name', async ({ extra, message }) => {
    expect(await refused(makeUpload(file(ROSE), extra))).toEqual({ code: 'unknown_field', status: 400, message });
  });

  it.each([
    {
      name: 'text for a photo',
      extra: text('image', 'x'),
      message: 'The field “image” holds text; it must be a file.',
    },
    {
      name: 'a file for text',
      extra: file('x', { name: 'organs' }),
      message: 'The field “organs” holds a file; it must be text.',
    },
    {
      name: 'text with the ending of another file',
      extra: textFile('leaf', 'leaf.php'),
      message: 'The field “organs” holds a file; it must be text.',
    },
    {
      name: 'HTML for text',
      extra: part('Content-Disposition: form-data; name=organs\r\nContent-Type: text/html', 'leaf'),
      message: 'The field “organs” must be plain text or JSON.',
    },
    {
      name: 'base64',
      extra: part(
        'Content-Disposition: form-data; name=image; filename=a.jpg\r\nContent-Transfer-Encoding: Base64',
        '/9j/',
      ),
      message: 'The field “image” is encoded as base64; please send its bytes as they are.',
    },
    {
      name: 'text that is not UTF-8',
      extra: text('language', Buffer.from([0xff])),
      message: 'The field “language” is not UTF-8 text.',
    },
    {
      name: 'a long value',
      extra: text('project', 'x'.repeat(257)),
      message: 'The field “project” is longer than 256 bytes.',
    },
    {
      name: 'a single field twice',
      extra: Buffer.concat([text('latitude', '1'), text('latitude', '2')]),
      message: 'The field “latitude” comes more than once.',
    },
    {
      name: 'more organs than photos can be',
      extra: Buffer.concat(Array(6).fill(text('organs', 'leaf'))),
      message: 'The field “organs” comes more than 5 times.',
    },
    {
      name: 'a long file name',
      extra: file(ROSE, { fileName: `${'x'.repeat(252)}.jpg` }),
      message: 'The file name of photo 2 is longer than 255 characters.',
    },
    {
      name: 'a sixth photo',
      extra: Buffer.concat(Array(5).fill(file(ROSE))),
      message: 'The upload has more than 5 photos.',
    },
    {
      name: 'empty file fields without end',
      extra: Buffer.concat(Array(21).fill(file('', { fileName: '' }))),
      message: 'The upload has more than 21 parts.',
    },
  ])('refuses $name', async ({ extra, message }) => {
    expect(await refused(makeUpload(file(ROSE), extra))).toEqual(malformed(message));
  });

  it.each(['text/plain; charset=UTF-8', '', 'text/*', '*/*', 'application/octet-stream', 'multipart/form-data'])(
    'accepts text of the media type “%s”',
    async (type) => {
      const organs = part(`Content-Disposition: form-data; name=organs\r\nContent-Type: ${type}`, 'leaf');
      expect((await read(makeUpload(file(ROSE), organs))).fields.get('organs')).toEqual([plain('leaf')]);
    },
  );

  it.each([
    ['us-ascii', Buffer.from('leaf'), 'leaf'],
    ['US-ASCII', Buffer.from('März'), 'März'],
    ['"utf-8"', Buffer.from('März'), 'März'],
    ['ISO-8859-1', Buffer.from('M\u00e4rz', 'latin1'), 'März'],
    ['utf-16le', Buffer.from('leaf', 'utf16le'), 'leaf'],
    ['x-unknown', Buffer.from('März'), 'März'],
  ])('reads text in the encoding %s, as its part declares it', async (charset, value, expected) => {
    const header = `Content-Disposition: form-data; name=project\r\nContent-Type: text/plain; charset=${charset}`;
    const { fields } = await read(makeUpload(file(ROSE), part(header, value)));
    expect(fields.get('project')).toEqual([plain(expected)]);
  });

  it('refuses text that is not in the encoding that its part declares', async () => {
    const header = 'Content-Disposition: form-data; name=project\r\nContent-Type: text/plain; charset=utf-16le';
    expect(await refused(makeUpload(file(ROSE), part(header, Buffer.from('abc'))))).toEqual(
      malformed('The field “project” is not UTF-16LE text.'),
    );
  });

  it.each(['blob', 'organs', 'organs.txt', 'organs.json', ''])('accepts text with the file name “%s”', async (name) => {
    const { fields } = await read(makeUpload(file(ROSE), textFile('leaf', name)));
    expect(fields.get('organs')).toEqual([plain('leaf')]);
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8', 'text/json', 'application/vnd.plants+json'])(
    'marks a part of type %s as JSON',
    async (type) => {
      const organs = part(`Content-Disposition: form-data; name=organs; filename=blob\r\nContent-Type: ${type}`, '[]');
      expect((await read(makeUpload(file(ROSE), organs))).fields.get('organs')).toEqual([{ text: '[]', isJson: true }]);
    },
  );
});

describe('a missing photo', () => {
  const none = { code: 'missing_image', status: 400, message: 'Please choose a photo: the field “image” holds none.' };

  it('is reported for no part, no photo, an empty file field and empty text', async () => {
    expect(await refused(makeUpload())).toEqual(none);
    expect(await refused(makeUpload(text('organs', 'leaf')))).toEqual(none);
    expect(await refused(makeUpload(file('', { fileName: '' })))).toEqual(none);
    expect(await refused(makeUpload(text('image', '')))).toEqual(none);
  });

  it('is reported by its number when its file is empty', async () => {
    const message = 'Photo 2 is empty.';
    expect(await refused(makeUpload(file(ROSE), file('')))).toEqual({
      code: 'missing_image',
      status: 400,
      message,
    });
  });
});

describe('readUpload limits the size: it', () => {
  const tooLarge = (message: string) => ({ code: 'photo_too_large', status: 413, message });

  it('accepts five photos of exactly 10 MB', async () => {
    const photo = file(Buffer.alloc(FORM.maxBytes));
    const body = makeUpload(photo, photo, photo, photo, photo);
    const { photos } = await read(body, { contentLength: String(body.length) });
    expect(photos.map(({ bytes }) => bytes.length)).toEqual(Array(5).fill(FORM.maxBytes));
  });

  it('refuses a photo of one byte more, naming photo, size and limit', async () => {
    const one = makeUpload(file(ROSE), file(Buffer.alloc(FORM.maxBytes + 1)));
    expect(await refused(one)).toEqual(tooLarge('Photo 2 is 10.1 MB; 10 MB is the most.'));
    const other = makeUpload(file(Buffer.alloc(12.4 * MEGABYTE)));
    expect(await refused(other)).toEqual(tooLarge('Photo 1 is 12.4 MB; 10 MB is the most.'));
  });

  it('refuses a declared length of more than five photos before reading the body', async () => {
    const { body, seen } = arriving(makeUpload(file(ROSE)), { last: 'stall' });
    const upload = readUpload(body, CONTENT_TYPE, String(80 * MEGABYTE), FORM);
    const message = 'The upload is 80 MB; it may hold at most 5 photos of 10 MB.';
    await expect(upload).rejects.toMatchObject(tooLarge(message));
    expect(seen.read).toBeLessThan(1000);
  });

  it('counts the bytes that arrive, not the declared length', async () => {
    const message = 'The upload is more than 50 MB; it may hold at most 5 photos of 10 MB.';
    expect(await refused(makeUpload(file(Buffer.alloc(51 * MEGABYTE))), '1000')).toEqual(tooLarge(message));
  });

  it.each(['', '-1', '1e3', '0x10', '10, 10', '9'.repeat(400)])('refuses the Content-Length "%s"', async (length) => {
    const message = 'The Content-Length of the upload is not a number.';
    expect(await refused(makeUpload(file(ROSE)), length)).toEqual(malformed(message));
  });
});

describe('readUpload checks the end of a body: it', () => {
  it('refuses a body that a proxy cut off at 10 MB', async () => {
    const body = makeUpload(file(Buffer.alloc(10 * MEGABYTE - 100)));
    expect(await refused(body.subarray(0, 10 * MEGABYTE))).toEqual(
      malformed('The upload ends before its closing boundary.'),
    );
  });

  it.each(['gzip', 'x-gzip', 'br', 'deflate, GZIP'])(
    'refuses a body with the Content-Encoding “%s”',
    async (contentEncoding) => {
      const { body } = arriving(makeUpload(file(ROSE)));
      const message = 'The upload has a Content-Encoding of compressed data; please send it without compression.';
      const upload = readUpload(body, CONTENT_TYPE, null, FORM, { contentEncoding });
      await expect(upload).rejects.toMatchObject(malformed(message));
    },
  );

  it.each(['', 'identity', 'Identity', 'utf-8', null])(
    'accepts a body with the Content-Encoding “%s”',
    async (contentEncoding) => {
      const { body } = arriving(makeUpload(file(ROSE)));
      expect((await readUpload(body, CONTENT_TYPE, null, FORM, { contentEncoding })).photos).toHaveLength(1);
    },
  );

  it('refuses a request without a body', async () => {
    await expect(readUpload(null, CONTENT_TYPE, null, FORM)).rejects.toMatchObject(
      malformed('The upload has no body.'),
    );
  });

  it('refuses a body whose connection breaks off', async () => {
    const { body } = arriving(makeUpload(file(ROSE)), { last: 'break off' });
    const message = 'The upload broke off before its end.';
    await expect(readUpload(body, CONTENT_TYPE, null, FORM)).rejects.toMatchObject(malformed(message));
  });

  const stalled = (message: string) => ({ code: 'upload_stalled', status: 408, message });
  const TOO_SLOW =
    'The upload stalled: less than 8 kB/s arrived over 20 seconds. It is not counted against your limit.';

  /** Advances the clock second by second; `bytes` arrive in each second. */
  async function arriveSlowly(clock: FakeClock, feed: (bytes: number) => void, bytes: number, seconds: number) {
    for (let second = 0; second < seconds; second += 1) {
      if (bytes > 0) feed(bytes);
      for (let turn = 0; turn < 4; turn += 1) await tick();
      clock.advance(1_000);
    }
  }

  /** Begins to read a photo of 10 MB, whose bytes arrive by `feed`. */
  function fed(clock: FakeClock) {
    const bytes = makeUpload(file(Buffer.alloc(10 * MEGABYTE)));
    let at = 0;
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (its) => {
        controller = its;
      },
    });
    const feed = (size: number) => {
      controller?.enqueue(bytes.subarray(at, at + size));
      at += size;
    };
    const upload = readUpload(body, CONTENT_TYPE, null, FORM, { clock });
    upload.catch(() => {});
    const finish = () => {
      feed(bytes.length - at);
      controller?.close();
    };
    return { feed, finish, upload };
  }

  it('ends an upload that is silent for 20 seconds, and cancels its timer', async () => {
    const clock = new FakeClock();
    const { feed, upload } = fed(clock);
    await arriveSlowly(clock, feed, MEGABYTE, 2);
    await arriveSlowly(clock, feed, 0, 20);
    await expect(upload).rejects.toMatchObject(stalled(TOO_SLOW));
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends an upload that arrives at less than 8 kB/s', async () => {
    const clock = new FakeClock();
    const { feed, upload } = fed(clock);
    await arriveSlowly(clock, feed, 7_900, 20);
    await expect(upload).rejects.toMatchObject(stalled(TOO_SLOW));
  });

  it('accepts an upload that arrives at 16 kB/s for 9 minutes', async () => {
    const clock = new FakeClock();
    const { feed, finish, upload } = fed(clock);
    await arriveSlowly(clock, feed, 16_000, 540);
    finish();
    expect((await upload).photos).toMatchObject([{ size: 10 * MEGABYTE }]);
  });

  it('ends an upload that takes longer than 10 minutes', async () => {
    const clock = new FakeClock();
    const { feed, upload } = fed(clock);
    await arriveSlowly(clock, feed, 16_000, 600);
    const message = 'The upload took longer than 10 minutes. It is not counted against your limit.';
    await expect(upload).rejects.toMatchObject(stalled(message));
  });

  it('does not count time spent waiting for memory as waiting for the sender', async () => {
    const clock = new FakeClock();
    const { body, seen } = arriving(makeUpload(file(Buffer.alloc(MEGABYTE))));
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
    const held = { take: () => room, release: () => undefined };
    const upload = readUpload(body, CONTENT_TYPE, null, FORM, { clock, memory: held });
    await readTo(seen, 65_536);
    await arriveSlowly(clock, () => undefined, 0, 60);
    makeRoom();
    expect((await upload).photos).toHaveLength(1);
  });

  it('stops with the caller’s reason when the caller leaves, and cancels the body', async () => {
    const clock = new FakeClock();
    const { body, seen } = arriving(makeUpload(file(ROSE)).subarray(0, 80), { last: 'stall' });
    const caller = new AbortController();
    const upload = readUpload(body, CONTENT_TYPE, null, FORM, { signal: caller.signal, clock });
    await readTo(seen, 80);
    caller.abort(new Error('gone'));
    await expect(upload).rejects.toThrow('gone');
    expect(seen.cancelled).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer after a complete upload', async () => {
    const clock = new FakeClock();
    await readUpload(arriving(makeUpload(file(ROSE))).body, CONTENT_TYPE, null, FORM, { clock });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('while the admission of the caller is pending, readUpload', () => {
  const EARLY_BYTES = 256 * 1024;

  function begun() {
    const bytes = makeUpload(file(Buffer.alloc(MEGABYTE)));
    const { body, seen } = arriving(bytes);
    const { promise: admitted, resolve: answer } = Promise.withResolvers<boolean>();
    const upload = readUpload(body, CONTENT_TYPE, null, FORM, { admitted, clock: new FakeClock() });
    return { answer, bytes, seen, upload };
  }

  it('reads 256 kB, and the rest once the caller is admitted', async () => {
    const { answer, seen, upload } = begun();
    await readTo(seen, EARLY_BYTES);
    for (let turn = 0; turn < 10; turn += 1) await tick();
    expect(seen.read).toBe(EARLY_BYTES);
    answer(true);
    expect((await upload).photos).toMatchObject([{ hash: sha256(Buffer.alloc(MEGABYTE)) }]);
  });

  it('fails when the caller is not admitted, and leaves the rest unread', async () => {
    const { answer, bytes, seen, upload } = begun();
    answer(false);
    await expect(upload).rejects.toBeInstanceOf(HttpError);
    for (let turn = 0; turn < 10; turn += 1) await tick();
    expect(seen.read).toBeLessThan(bytes.length);
    expect(seen.cancelled).toBe(false);
  });

  it('fails when the caller is not admitted after 256 kB have been read', async () => {
    const { answer, seen, upload } = begun();
    await readTo(seen, EARLY_BYTES);
    for (let turn = 0; turn < 10; turn += 1) await tick();
    answer(false);
    await expect(upload).rejects.toMatchObject(malformed('The caller was not admitted.'));
    for (let turn = 0; turn < 10; turn += 1) await tick();
    expect(seen.read).toBe(EARLY_BYTES);
  });

  it.each([
    ['a refusal', () => false],
    [
      'a failure',
      () => {
        throw new Error('Redis is gone');
      },
    ],
  ])('stops waiting after %s of the admission, and cancels its timer', async (_, answer) => {
    const clock = new FakeClock();
    const { body, seen } = arriving(makeUpload(file(ROSE)).subarray(0, 80), { last: 'stall' });
    const { promise: asked, resolve: settle } = Promise.withResolvers<void>();
    const upload = readUpload(body, CONTENT_TYPE, null, FORM, { admitted: asked.then(answer), clock });
    await readTo(seen, 80);
    for (let turn = 0; turn < 10; turn += 1) await tick();
    settle();
    await expect(upload).rejects.toMatchObject(malformed('The caller was not admitted.'));
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('after a refusal, readUpload', () => {
  it('leaves the rest unread and does not cancel the body, which would cut the connection before the answer', async () => {
    const clock = new FakeClock();
    const rest = makeUpload(text('unknown', 'x'), file(Buffer.alloc(3 * MEGABYTE)));
    const { body, seen } = arriving(rest);
    await expect(readUpload(body, CONTENT_TYPE, null, FORM, { clock })).rejects.toMatchObject({
      code: 'unknown_field',
    });
    for (let turn = 0; turn < 10; turn += 1) await tick();
    expect(seen.read).toBeLessThan(MEGABYTE);
    expect(seen.cancelled).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readTo(seen: { read: number }, bytes: number): Promise<void> {
  while (seen.read < bytes) await tick();
}

async function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
