import { FakeClock } from '@plantcommunity/resilience/testing';
import { expect, it } from 'vitest';
import { IdentificationError, PhotoError } from '../errors.ts';
import type { DecodeOwner } from './decode-queue.ts';
import { createStructureCache } from './formats/read-structure.ts';
import { type InspectedPhoto, inspectPhoto } from './inspect.ts';
import { createRetryingNormalizer } from './normalize.ts';
import { makeJpeg } from './testing/make-jpeg.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';
import type { NormalizedPhoto } from './types.ts';

const BUSY = new IdentificationError('busy', 'Too many at once.', { retryAfterMs: 5_000 });
const PREPARED: NormalizedPhoto = { jpeg: Buffer.from('prepared'), width: 8, height: 8 };
const ANNA: DecodeOwner = { subject: 'user:anna', background: true };
const photo: InspectedPhoto = inspectPhoto(
  uploaded(makeJpeg({ width: 8, height: 8 }), { name: 'leaf.jpg', declaredType: 'image/jpeg' }),
  0,
  LIMITS,
  createStructureCache(),
);

/** An intake that refuses for as long as `refuses` says why. */
function setUp(refuses: Error | undefined) {
  const clock = new FakeClock();
  const asked = { times: 0, refuses };
  const intake = createRetryingNormalizer({
    clock,
    normalizer: {
      async normalize() {
        asked.times += 1;
        if (asked.refuses !== undefined) throw asked.refuses;
        return PREPARED;
      },
    },
  });
  const settled = () => new Promise(setImmediate);
  return { asked, clock, intake, settled };
}

it('comes back when it was told to, not before', async () => {
  const { asked, clock, intake, settled } = setUp(BUSY);
  const prepared = intake.normalize(photo, 0, ANNA);
  await settled();
  clock.advance(4_999);
  await settled();
  expect(asked.times).toBe(1);
  asked.refuses = undefined;
  clock.advance(1);
  expect(await prepared).toBe(PREPARED);
  expect(clock.pendingTimers).toBe(0);
});

it('gives up after the third try', async () => {
  const { asked, clock, intake, settled } = setUp(BUSY);
  const refused = intake.normalize(photo, 0, ANNA).catch((error: unknown) => error);
  for (let tries = 0; tries < 3; tries += 1) {
    await settled();
    clock.advance(5_000);
  }
  expect(await refused).toBe(BUSY);
  expect(asked.times).toBe(3);
});

it('tries a photo that cannot be read only once', async () => {
  const damaged = new PhotoError('photo_undecodable', 0, 'Photo 1 is damaged.');
  const { asked, clock, intake } = setUp(damaged);
  await expect(intake.normalize(photo, 0, ANNA)).rejects.toBe(damaged);
  expect([asked.times, clock.pendingTimers]).toEqual([1, 0]);
});

it('lets sixteen wait, so that uploads do not fill the memory, and others as soon as those are through', async () => {
  const { asked, clock, intake, settled } = setUp(BUSY);
  const owners = ['anna', 'bob', 'cora', 'dan'].map((name) => ({ subject: `user:${name}`, background: true }));
  const four = (owner: DecodeOwner) => Array.from({ length: 4 }, () => intake.normalize(photo, 0, owner));
  const waiting = owners.flatMap(four);
  await settled();
  await expect(intake.normalize(photo, 0, { subject: 'user:eve', background: true })).rejects.toBe(BUSY);
  asked.refuses = undefined;
  clock.advance(5_000);
  expect(await Promise.all(waiting)).toHaveLength(16);
  asked.refuses = BUSY;
  const late = intake.normalize(photo, 0, ANNA);
  await settled();
  asked.refuses = undefined;
  clock.advance(5_000);
  expect(await late).toBe(PREPARED);
});

it('lets four photos of one owner wait, so that those of others still may', async () => {
  const { asked, clock, intake, settled } = setUp(BUSY);
  const hers = Array.from({ length: 4 }, () => intake.normalize(photo, 0, ANNA));
  await settled();
  await expect(intake.normalize(photo, 0, ANNA)).rejects.toBe(BUSY);
  const his = intake.normalize(photo, 0, { subject: 'user:bob', background: true });
  await settled();
  asked.refuses = undefined;
  clock.advance(5_000);
  expect(await Promise.all([...hers, his])).toHaveLength(5);
});
