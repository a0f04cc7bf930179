import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { IdentificationError, PhotoError } from '../errors.ts';
import type { DecodeOwner } from './decode-queue.ts';
import { createStructureCache } from './formats/read-structure.ts';
import { type InspectedPhoto, inspectPhoto } from './inspect.ts';
import { createRetryingNormalizer } from './normalize.ts';
import { makeJpeg } from './testing/make-jpeg.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';
import type { NormalizedPhoto } from './types.ts';

const BUSY = new IdentificationError('busy', 'Too many at once.', { retryAfterMs: 5_000 });
const NORMALIZED: NormalizedPhoto = { jpeg: Buffer.from('normalized'), width: 8, height: 8 };
const ANNA: DecodeOwner = { subject: 'user:anna', background: true };
const photo: InspectedPhoto = inspectPhoto(
  uploaded(makeJpeg({ width: 8, height: 8 }), { name: 'leaf.jpg', declaredType: 'image/jpeg' }),
  0,
  LIMITS,
  { structureOf: createStructureCache() },
);

/** Creates a retrying normalizer; the one below it throws `calls.error` while that is set. */
function setUp(error: Error | undefined) {
  const clock = new FakeClock();
  const calls = { count: 0, error };
  const normalizer = createRetryingNormalizer({
    clock,
    normalizer: {
      async normalize() {
        calls.count += 1;
        if (calls.error !== undefined) throw calls.error;
        return NORMALIZED;
      },
    },
  });
  const settled = () => new Promise(setImmediate);
  return { calls, clock, normalizer, settled };
}

describe('the retrying normalizer', () => {
  it('retries after retryAfterMs, not before', async () => {
    const { calls, clock, normalizer, settled } = setUp(BUSY);
    const result = normalizer.normalize(photo, 0, ANNA);
    await settled();
    clock.advance(4_999);
    await settled();
    expect(calls.count).toBe(1);
    calls.error = undefined;
    clock.advance(1);
    expect(await result).toBe(NORMALIZED);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up after the third try', async () => {
    const { calls, clock, normalizer, settled } = setUp(BUSY);
    const refused = normalizer.normalize(photo, 0, ANNA).catch((error: unknown) => error);
    for (let tries = 0; tries < 3; tries += 1) {
      await settled();
      clock.advance(5_000);
    }
    expect(await refused).toBe(BUSY);
    expect(calls.count).toBe(3);
  });

  it('tries a damaged photo only once', async () => {
    const damaged = new PhotoError(0, { type: 'unreadable', fault: 'damaged' });
    const { calls, clock, normalizer } = setUp(damaged);
    await expect(normalizer.normalize(photo, 0, ANNA)).rejects.toBe(damaged);
    expect({ calls: calls.count, timers: clock.pendingTimers }).toEqual({ calls: 1, timers: 0 });
  });

  it('lets sixteen photos wait, so that uploads do not fill the memory, and more as soon as these are done', async () => {
    const { calls, clock, normalizer, settled } = setUp(BUSY);
    const owners = ['anna', 'bob', 'cora', 'dan'].map((name) => ({ subject: `user:${name}`, background: true }));
    const four = (owner: DecodeOwner) => Array.from({ length: 4 }, () => normalizer.normalize(photo, 0, owner));
    const waiting = owners.flatMap(four);
    await settled();
    await expect(normalizer.normalize(photo, 0, { subject: 'user:eve', background: true })).rejects.toBe(BUSY);
    calls.error = undefined;
    clock.advance(5_000);
    expect(await Promise.all(waiting)).toHaveLength(16);
    calls.error = BUSY;
    const late = normalizer.normalize(photo, 0, ANNA);
    await settled();
    calls.error = undefined;
    clock.advance(5_000);
    expect(await late).toBe(NORMALIZED);
  });

  it('lets four photos of one owner wait, so that other owners have places', async () => {
    const { calls, clock, normalizer, settled } = setUp(BUSY);
    const hers = Array.from({ length: 4 }, () => normalizer.normalize(photo, 0, ANNA));
    await settled();
    await expect(normalizer.normalize(photo, 0, ANNA)).rejects.toBe(BUSY);
    const his = normalizer.normalize(photo, 0, { subject: 'user:bob', background: true });
    await settled();
    calls.error = undefined;
    clock.advance(5_000);
    expect(await Promise.all([...hers, his])).toHaveLength(5);
  });
});
