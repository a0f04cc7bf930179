import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { StalledReaderError } from '../errors/stalled-reader-error.ts';
import { MIN_BYTES_PER_SECOND, STALL_MS, streamBody } from './stream-body.ts';

/** A stream of parts of given sizes, with what happened to it. */
function source(sizes: readonly number[], { failure }: { failure?: Error } = {}) {
  const seen = { made: 0, ended: false };
  async function* stream() {
    try {
      for (const size of sizes) {
        seen.made += 1;
        yield new Uint8Array(size).fill(seen.made);
      }
      if (failure !== undefined) throw failure;
    } finally {
      seen.ended = true;
    }
  }
  return { seen, stream: stream() };
}

function bodyOf(stream: AsyncGenerator<Uint8Array, void>) {
  const clock = new FakeClock(0);
  const leaving = new AbortController();
  const failures: unknown[] = [];
  const { signal } = leaving;
  const body = streamBody(stream, { clock, signal, onFailure: (error) => failures.push(error) });
  return { body, clock, failures, leaving };
}

const bytesOf = async (body: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(body).arrayBuffer());

describe('the body of a stream', () => {
  it('has all its bytes in parts of at most 64 kB', async () => {
    const { stream } = source([3, 0, 150_000, 1]);
    const body = await bodyOf(stream).body;
    const sizes: number[] = [];
    for await (const part of body) sizes.push(part.length);
    expect(sizes).toEqual([3, 65_536, 65_536, 18_928, 1]);
  });

  it('is empty for an empty stream', async () => {
    const { seen, stream } = source([]);
    expect(await bytesOf(await bodyOf(stream).body)).toHaveLength(0);
    expect(seen).toEqual({ made: 0, ended: true });
  });

  it('makes a part when its reader asks for one', async () => {
    const { seen, stream } = source([1, 1, 1, 1]);
    const reader = (await bodyOf(stream).body).getReader();
    expect(seen.made).toBe(1);
    await reader.read();
    expect(seen.made).toBe(1);
    await reader.read();
    await reader.read();
    expect(seen).toEqual({ made: 3, ended: false });
  });

  it('ends the stream when its reader leaves, also before the first read', async () => {
    for (const reads of [0, 2]) {
      const { seen, stream } = source([1, 1, 1, 1]);
      const { body, failures } = bodyOf(stream);
      const reader = (await body).getReader();
      for (let n = 0; n < reads; n += 1) await reader.read();
      await reader.cancel();
      expect({ ...seen, failures }).toEqual({ made: Math.max(1, reads), ended: true, failures: [] });
    }
  });

  it.each([0, 2])('ends the stream when its caller leaves without another read, after %i reads', async (reads) => {
    const { seen, stream } = source([1, 1, 1, 1]);
    const { body, clock, failures, leaving } = bodyOf(stream);
    const reader = (await body).getReader();
    for (let n = 0; n < reads; n += 1) await reader.read();
    leaving.abort();
    await expect.poll(() => seen.ended).toBe(true);
    await expect(reader.read()).rejects.toBe(leaving.signal.reason);
    expect({ failures, timers: clock.pendingTimers }).toEqual({ failures: [], timers: 0 });
  });

  it('ends the stream when its caller leaves before the first bytes', async () => {
    const { seen, stream } = source([1, 1]);
    const { body, failures, leaving } = bodyOf(stream);
    leaving.abort();
    await expect(body).rejects.toBe(leaving.signal.reason);
    expect({ ...seen, failures }).toEqual({ made: 1, ended: true, failures: [] });
  });

  it('rejects with what fails before the first bytes', async () => {
    const failure = new Error('no database');
    const { body, failures } = bodyOf(source([], { failure }).stream);
    await expect(body).rejects.toBe(failure);
    expect(failures).toEqual([]);
  });

  it('breaks with what fails later, and reports it', async () => {
    const failure = new Error('no photos');
    const { body, failures } = bodyOf(source([1, 1], { failure }).stream);
    await expect(bytesOf(await body)).rejects.toBe(failure);
    expect(failures).toEqual([failure]);
  });

  it.each([0, 2])('breaks and ends the stream when its reader stalls after %i reads', async (reads) => {
    const { seen, stream } = source([1, 1, 1, 1]);
    const { body, clock, failures } = bodyOf(stream);
    const reader = (await body).getReader();
    for (let n = 0; n < reads; n += 1) await reader.read();
    clock.advance(STALL_MS - 1);
    expect(failures).toEqual([]);
    clock.advance(1);
    await expect(reader.read()).rejects.toBeInstanceOf(StalledReaderError);
    expect(failures).toEqual([expect.any(StalledReaderError)]);
    await expect.poll(() => seen.ended).toBe(true);
  });

  /** Reads parts of 64 kB, with a pause before each, and returns how many the reader got before it was too slow. */
  async function partsOfPaced(pauseMs: (n: number) => number, most: number): Promise<number> {
    const { stream } = source(Array.from({ length: most }, () => 65_536));
    const { body, clock, failures } = bodyOf(stream);
    const reader = (await body).getReader();
    let taken = 0;
    for (; taken < most; taken += 1) {
      clock.advance(pauseMs(taken));
      if (failures.length > 0) break;
      await reader.read();
    }
    return taken;
  }

  const PART_MS = (1_000 * 65_536) / MIN_BYTES_PER_SECOND;

  it('breaks for a reader that takes a part just before it would stall, again and again', async () => {
    expect(await partsOfPaced(() => STALL_MS - 1, 100)).toBe(1);
  });

  it('goes on for a reader of the lowest rate, and ends for one that is slower', async () => {
    expect(await partsOfPaced(() => PART_MS, 1_000)).toBe(1_000);
    // Each part costs a twentieth more than it gives, which uses up a minute within 150 parts.
    expect(await partsOfPaced(() => PART_MS * 1.05, 1_000)).toBeLessThan(150);
  });

  it('goes on for a reader that takes parts in bursts', async () => {
    expect(await partsOfPaced((n) => (n % 8 === 0 ? STALL_MS - 1 : 0), 400)).toBe(400);
  });

  it('does not wait longer for a reader that was fast', async () => {
    expect(await partsOfPaced((n) => (n === 500 ? STALL_MS : 0), 1_000)).toBe(500);
  });

  it('reports a stream that fails while it is ended', async () => {
    const failure = new Error('The file cannot be closed');
    async function* stream() {
      try {
        yield new Uint8Array(1);
        yield new Uint8Array(1);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- an end that fails
        throw failure;
      }
    }
    const { body, clock, failures } = bodyOf(stream());
    const reader = (await body).getReader();
    clock.advance(STALL_MS);
    await expect(reader.read()).rejects.toBeInstanceOf(StalledReaderError);
    await expect.poll(() => failures).toEqual([expect.any(StalledReaderError), failure]);
  });

  it('does not stall while the stream itself is slow', async () => {
    const slow = Promise.withResolvers<void>();
    const { body, clock, failures } = bodyOf(
      (async function* () {
        yield new Uint8Array([1]);
        await slow.promise;
        yield new Uint8Array([2]);
      })(),
    );
    const reader = (await body).getReader();
    await reader.read();
    const second = reader.read();
    clock.advance(10 * STALL_MS);
    slow.resolve();
    expect(await second).toEqual({ done: false, value: new Uint8Array([2]) });
    expect((await reader.read()).done).toBe(true);
    clock.advance(10 * STALL_MS);
    expect(failures).toEqual([]);
  });
});
