import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { AbandonedCallError } from '../../errors.ts';
import type { DecodeOwner } from '../decode-queue.ts';
import { inspectPhoto } from '../inspect.ts';
import { createPhotoNormalizer } from '../normalize.ts';
import { encodeHeic, missingHeicEncoder } from '../testing/make-heic.ts';
import { box, codedItem, grid, type HeifItem, ispe, makeHeif } from '../testing/make-heif.ts';
import { coloursAt, realPicture } from '../testing/real-picture.ts';
import { LIMITS, uploaded } from '../testing/uploaded-photo.ts';
import { createHeicDecoder, type HeicDecoderOptions, isHeicDecoderInstalled } from './heic-decoder.ts';

/** Enough for a machine that runs other tests beside this one. */
const PATIENT = { small: 60, large: 60 };
const RED = { red: true, blue: false };
const BLUE = { red: false, blue: true };
/** A structure without a picture; the decoder is not asked to read it. */
const EMPTY = makeHeif({ items: [{ type: 'hvc1', properties: [ispe(64, 48)], data: Buffer.alloc(99) }] });

function inspected(file: Buffer) {
  return inspectPhoto(uploaded(file), 0, LIMITS);
}

/** Returns the ids of the processes of Node that this one has started for a program. */
function childrenThatRun(program: string): number[] {
  const tasks = readdirSync('/proc/self/task');
  const children = tasks.flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '));
  return children.map(Number).filter((pid) => {
    const [executable, ...rest] = pid === 0 ? [] : readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return executable === process.execPath && rest.includes(program);
  });
}

function createNormalizer(heic: Omit<HeicDecoderOptions, 'clock'> = {}, clock: Clock = systemClock) {
  return createPhotoNormalizer({
    concurrency: 1,
    capacity: 4,
    backgroundCapacity: 4,
    clock,
    metrics: createTestMetrics().decodes,
    heic: { seconds: PATIENT, ...heic },
  });
}

const ANNA: DecodeOwner = { subject: 'user:anna', background: false };

async function normalized(file: Buffer, heic: Omit<HeicDecoderOptions, 'clock'> = {}) {
  return createNormalizer(heic).normalize(inspected(file), 0, ANNA);
}

// The decoder is an optional package, and Debian's heif-enc makes the photos.
describe.skipIf(!isHeicDecoderInstalled() || missingHeicEncoder !== undefined)('a HEIC', { timeout: 60_000 }, () => {
  let tile: HeifItem;
  beforeAll(async () => {
    tile = codedItem(encodeHeic(await realPicture(64, 64).png().toBuffer()));
  });
  const irot = box('irot', Buffer.from([1]));

  it('of tiles, turned by its file, is an upright JPEG of the primary picture; all other pictures are ignored', async () => {
    const file = makeHeif({
      items: [
        { type: 'hvc1', properties: [ispe(64, 64)], data: Buffer.from('a gain map') },
        { type: 'grid', properties: [ispe(128, 64), irot], data: grid(1, 2, 128, 64), parts: [3, 4] },
        tile,
        tile,
      ],
      primary: 2,
      extra: [box('moov', Buffer.from('the video of a Live Photo'))],
    });
    const { height, jpeg, width } = await normalized(Buffer.concat([file, Buffer.from('SEFT')]));
    expect({ width, height }).toEqual({ width: 64, height: 128 });
    expect(await coloursAt(jpeg, 0.5, 0.9)).toEqual(RED);
    expect(await coloursAt(jpeg, 0.5, 0.6)).toEqual(BLUE);
    expect(await coloursAt(jpeg, 0.5, 0.4)).toEqual(RED);
  });

  it('is converted from its colour profile, and shrunk to 1500 pixels', async () => {
    const flat = sharp({ create: { width: 3_200, height: 64, channels: 3, background: '#c86432' } });
    const plain = encodeHeic(await flat.clone().png().toBuffer());
    const wide = encodeHeic(await flat.clone().withIccProfile('p3').png().toBuffer());
    const colours = await Promise.all(
      [plain, wide].map(async (file) => {
        const { height, jpeg, width } = await normalized(file);
        expect({ width, height }).toEqual({ width: 1_500, height: 30 });
        const { dominant } = await sharp(jpeg).stats();
        return dominant;
      }),
    );
    // The PNG was converted to the profile, so that both have the same colour again.
    expect(colours[1]).toEqual(colours[0]);
    const { profile } = inspected(wide);
    expect((profile?.to ?? 0) - (profile?.from ?? 0)).toBeGreaterThan(100);
  });

  it('is refused when it is damaged', async () => {
    const reason = { type: 'unreadable', fault: 'damaged' };
    await expect(normalized(EMPTY)).rejects.toMatchObject({ code: 'photo_undecodable', reason });
  });
});

describe('the process that decodes HEIC', { timeout: 60_000 }, () => {
  const start = (
    options: Partial<HeicDecoderOptions>,
    data = EMPTY,
    { signal = new AbortController().signal, width = 64, height = 48 } = {},
  ) =>
    createHeicDecoder({ clock: systemClock, seconds: PATIENT, ...options }).decode(
      { data, width, height },
      1_500,
      signal,
    );
  const probe = join(import.meta.dirname, '..', 'testing', 'probe-access.mts');
  const echo = join(import.meta.dirname, '..', 'testing', 'write-contained-png.mts');
  const ended = join(import.meta.dirname, '..', 'testing', 'end-by-signal.mts');

  // The decoder is an optional package.
  it.skipIf(!isHeicDecoderInstalled())('may read the decoder only, and gets no environment', async () => {
    const report: unknown = JSON.parse((await start({ program: probe })).toString());
    expect(report).toEqual({
      readDecoder: 'allowed',
      readFile: 'ERR_ACCESS_DENIED',
      listFolder: 'ERR_ACCESS_DENIED',
      writeFile: 'ERR_ACCESS_DENIED',
      startProcess: 'ERR_ACCESS_DENIED',
      startThread: 'ERR_ACCESS_DENIED',
      environment: ['NODE_ENV'],
    });
  });

  it('is ended when it takes too long', async () => {
    const reason = { type: 'decode_seconds', format: 'heic', max: 0.01 };
    await expect(start({ seconds: { small: 0.01, large: 60 } })).rejects.toMatchObject({ reason });
  });

  it('has a longer time limit above 16 megapixels', async () => {
    const seconds = { small: 60, large: 0.01 };
    const reason = { type: 'decode_seconds', format: 'heic', max: 0.01 };
    await expect(start({ seconds }, EMPTY, { width: 4_001, height: 4_000 })).rejects.toMatchObject({ reason });
    await expect(start({ seconds, program: probe }, EMPTY, { width: 4_000, height: 4_000 })).resolves.toBeInstanceOf(
      Buffer,
    );
  });

  // Memory of a process is read from /proc, which only Linux has.
  it.skipIf(process.platform !== 'linux')('is ended when it takes half of the memory of the container', async () => {
    const reason = { type: 'decode_memory', max: 1_000_000 };
    await expect(start({ containerBytes: 2_000_000 })).rejects.toMatchObject({ reason });
  });

  it('may use its memory where the container has no limit', async () => {
    await expect(start({ containerBytes: 0, program: probe })).resolves.toBeInstanceOf(Buffer);
    await expect(start({ containerBytes: 2 ** 64, program: probe })).resolves.toBeInstanceOf(Buffer);
  });

  // Only Linux has /proc/self/oom_score_adj.
  it.skipIf(process.platform !== 'linux')('is the first that the kernel ends when memory runs out', async () => {
    const decoded = start({ program: ended }, Buffer.from('no signal')).catch((error: unknown) => error);
    const pids = () => childrenThatRun(ended);
    await expect.poll(pids, { timeout: 30_000 }).toHaveLength(1);
    const [pid = Number.NaN] = pids();
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('1000\n');
    process.kill(pid, 'SIGKILL');
    expect(await decoded).toMatchObject({ code: 'busy' });
  });

  it('is ended by the kernel when it takes too much CPU time, with the same refusal', async () => {
    const options = { clock: new FakeClock(), program: ended, seconds: { small: 0.01, large: 60 } };
    const reason = { type: 'decode_seconds', format: 'heic', max: 0.01 };
    await expect(start(options, Buffer.from('no signal'))).rejects.toMatchObject({ reason });
  });

  it('is ended when no caller waits for it any more', async () => {
    const caller = new AbortController();
    const decoded = start({ program: ended }, Buffer.from('no signal'), { signal: caller.signal });
    caller.abort(new Error('no caller waits'));
    await expect(decoded).rejects.toThrow('no caller waits');
    await expect(start({}, EMPTY, { signal: caller.signal })).rejects.toThrow('no caller waits');
  });

  it('leaves the photo for later when the kernel ends it', async () => {
    const busy = { code: 'busy', retryAfterMs: 5_000 };
    await expect(start({ program: ended }, Buffer.from('SIGKILL'))).rejects.toMatchObject(busy);
  });

  it('leaves the photo for later when it cannot be started', async () => {
    // The system refuses the argument as too long, which Node throws as it throws a lack of memory.
    const program = `/${'x'.repeat(2_000_000)}`;
    await expect(start({ program })).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
  });

  it('leaves the photo for later when the app has no file descriptor left', () => {
    const script = join(import.meta.dirname, '..', 'testing', 'decode-without-descriptors.mts');
    const report = execFileSync('/bin/sh', ['-c', 'ulimit -n 60 && exec "$0" "$@"', process.execPath, script]);
    expect(JSON.parse(report.toString())).toEqual({ code: 'busy', retryAfterMs: 5_000, unhandled: [] });
  });

  it('that cannot work is no fault of the photo', async () => {
    await expect(normalized(EMPTY, { program: '/no/such/program.mts' })).rejects.toThrow('exited with code 1');
  });

  it('is not trusted: what it writes must be a PNG', async () => {
    const reason = { type: 'unreadable', fault: 'damaged' };
    await expect(normalized(EMPTY, { program: probe })).rejects.toMatchObject({ reason });
  });

  it('is not trusted: its PNG is smaller than twice the side that was asked for', async () => {
    const heicOf = async (width: number) => {
      const png = await realPicture(width, 8).png().toBuffer();
      return makeHeif({ items: [{ type: 'hvc1', properties: [ispe(64, 48)], data: png }] });
    };
    expect(await normalized(await heicOf(2_999), { program: echo })).toMatchObject({ width: 1_500 });
    const reason = { type: 'unreadable', fault: 'damaged' };
    await expect(normalized(await heicOf(3_000), { program: echo })).rejects.toMatchObject({ reason });
  });
});

it('a HEIC that was refused is decoded again after five minutes only, and each time with its place in the upload', async () => {
  const clock = new FakeClock();
  // lru-cache treats time 0 as unset.
  clock.advance(1);
  const program = join(import.meta.dirname, '..', 'testing', 'write-contained-png.mts');
  const normalizer = createNormalizer({ program }, clock);
  const photo = inspected(EMPTY);
  const refusal = (index: number) => ({ photo: index, reason: { type: 'unreadable', fault: 'damaged' } });
  await expect(normalizer.normalize(photo, 0, ANNA)).rejects.toMatchObject(refusal(0));
  // The same photo with other bytes shows whether it is decoded.
  const readable = { ...photo, data: await realPicture(64, 48).png().toBuffer() };
  clock.advance(299_000);
  await expect(normalizer.normalize(readable, 3, ANNA)).rejects.toMatchObject(refusal(3));
  clock.advance(2_000);
  await expect(normalizer.normalize(readable, 3, ANNA)).resolves.toMatchObject({ width: 64, height: 48 });
});

it('a HEIC whose decoder was ended for memory is decoded again at once', async () => {
  const normalizer = createNormalizer({ program: join(import.meta.dirname, '..', 'testing', 'end-by-signal.mts') });
  const killed = { ...inspected(EMPTY), data: Buffer.from('SIGKILL') };
  await expect(normalizer.normalize(killed, 0, ANNA)).rejects.toMatchObject({ code: 'busy' });
  const late = { ...killed, data: Buffer.from('SIGXCPU') };
  await expect(normalizer.normalize(late, 0, ANNA)).rejects.toMatchObject({ reason: { type: 'decode_seconds' } });
});

it('a HEIC that its caller waits for no longer leaves the process to the next one', async () => {
  const normalizer = createNormalizer({ program: join(import.meta.dirname, '..', 'testing', 'end-by-signal.mts') });
  const caller = new AbortController();
  const endless = { ...inspected(EMPTY), hash: 'endless', data: Buffer.from('no signal') };
  const left = normalizer.normalize(endless, 0, ANNA, caller.signal);
  const next = normalizer.normalize({ ...endless, hash: 'next', data: Buffer.from('SIGXCPU') }, 0, ANNA);
  caller.abort();
  await expect(left).rejects.toBeInstanceOf(AbandonedCallError);
  await expect(next).rejects.toMatchObject({ reason: { type: 'decode_seconds' } });
});

describe('the one process at a time that decodes HEIC', { timeout: 60_000 }, () => {
  const program = (name: string) => join(import.meta.dirname, '..', 'testing', name);
  const named = (hash: string, data = EMPTY) => ({ ...inspected(EMPTY), hash, data });
  const BOB: DecodeOwner = { subject: 'user:bob', background: false };

  it('takes turns between users, however many photos one of them sent', async () => {
    const png = await realPicture(64, 48).png().toBuffer();
    const normalizer = createNormalizer({ program: program('write-contained-png.mts') });
    const done: string[] = [];
    const decode = async (name: string, owner: DecodeOwner) => {
      await normalizer.normalize(named(name, png), 0, owner);
      done.push(name);
    };
    const hers = ['anna 1', 'anna 2', 'anna 3', 'anna 4'].map((name) => decode(name, ANNA));
    await Promise.all([...hers, decode('bob', BOB)]);
    expect(done).toEqual(['anna 1', 'anna 2', 'bob', 'anna 3', 'anna 4']);
  });

  it('is waited for by no photo of another format', async () => {
    const normalizer = createNormalizer({ program: program('end-by-signal.mts') });
    const caller = new AbortController();
    const endless = normalizer.normalize(named('endless', Buffer.from('no signal')), 0, ANNA, caller.signal);
    const jpeg = inspected(await realPicture(64, 48).jpeg().toBuffer());
    await expect(normalizer.normalize(jpeg, 0, BOB)).resolves.toMatchObject({ width: 64 });
    caller.abort();
    await expect(endless).rejects.toBeInstanceOf(AbandonedCallError);
  });

  it('is waited for by a HEIC for 20 seconds, then the photo is refused as busy', async () => {
    const clock = new FakeClock();
    const normalizer = createNormalizer({ program: program('end-by-signal.mts') }, clock);
    const caller = new AbortController();
    const endless = normalizer.normalize(named('endless', Buffer.from('no signal')), 0, ANNA, caller.signal);
    const late = normalizer.normalize(named('late'), 0, BOB);
    clock.advance(20_000);
    await expect(late).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
    expect(normalizer.load()).toMatchObject({ running: 1, waiting: 0 });
    caller.abort();
    await expect(endless).rejects.toBeInstanceOf(AbandonedCallError);
  });
});
