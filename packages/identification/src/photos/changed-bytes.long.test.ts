import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PhotoError } from '../errors.ts';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { composedHeifs } from './testing/composed-photos.ts';
import { encodeHeic, missingHeicEncoder } from './testing/make-heic.ts';
import { ispe, makeHeif } from './testing/make-heif.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const RUNS = 5_000;
/** Each starts a process. */
const HEIC_RUNS = 200;
const DECLARED = new Set(['taken', 'photo_type', 'photo_too_large', 'photo_undecodable']);
/** A photo of 64 pixels takes milliseconds; this is for a machine that runs other tests beside this one. */
const MAX_MS = 5_000;

type Outcomes = Map<string, number>;

interface Change {
  at: number;
  value: number;
  kind: 'set' | 'flip' | 'cut' | 'insert' | 'end';
}

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
  kind: fc.constantFrom('set', 'set', 'flip', 'flip', 'cut', 'insert', 'end'),
});

function changed(bytes: Buffer, { at, kind, value }: Change): Buffer {
  if (bytes.length === 0) return bytes;
  const place = at % bytes.length;
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  if (kind === 'end') return head;
  if (kind === 'cut') return Buffer.concat([head, tail]);
  const old = bytes[place] ?? 0;
  const added = kind === 'insert' ? [value, old] : [kind === 'flip' ? old ^ (1 << (value % 8)) : value];
  return Buffer.concat([head, Buffer.from(added), tail]);
}

/** Changes bytes of photos, and returns how often each outcome was seen. Rejects with the smallest change of another outcome. */
async function outcomesOf(photos: readonly Buffer[], runs: number, maxMs: number): Promise<Outcomes> {
  const normalizer = createPhotoNormalizer({
    concurrency: 2,
    capacity: 32,
    backgroundCapacity: 16,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
  });
  const seen: Outcomes = new Map();

  async function outcomeOf(bytes: Buffer): Promise<string> {
    try {
      const photo = inspectPhoto(uploaded(bytes), 0, LIMITS);
      await normalizer.normalize(photo, 0, { subject: 'user:anna', background: false });
      return 'taken';
    } catch (error) {
      if (error instanceof PhotoError) return error.code;
      throw error;
    }
  }

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...photos),
      fc.array(changes, { minLength: 1, maxLength: 8 }),
      async (photo, all) => {
        const began = performance.now();
        const outcome = await outcomeOf(all.reduce(changed, photo));
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        expect(DECLARED).toContain(outcome);
        expect(performance.now() - began).toBeLessThan(maxMs);
      },
    ),
    { numRuns: runs },
  );
  return seen;
}

const picture = () => realPicture(64, 48);

async function animated(): Promise<Buffer[]> {
  const frames = await Promise.all(
    ['#f00', '#00f'].map((background) =>
      sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const joined = () => sharp(frames, { join: { animated: true } });
  return Promise.all([joined().gif().toBuffer(), joined().webp().toBuffer()]);
}

describe('photos with changed bytes are taken or refused with a declared code', () => {
  it('in all formats that are decoded in this process', { timeout: 600_000 }, async () => {
    const formats = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
    const plain = await Promise.all(formats.map((type) => picture().toFormat(type).toBuffer()));
    const variants = await Promise.all([
      picture().jpeg({ progressive: true }).withMetadata({ orientation: 6, icc: 'p3' }).toBuffer(),
      picture().toColourspace('cmyk').jpeg().toBuffer(),
      picture().ensureAlpha(0.5).png({ progressive: true }).toBuffer(),
      picture().png({ palette: true }).toBuffer(),
      picture().webp({ lossless: true }).toBuffer(),
    ]);
    const jpeg = plain[0] ?? Buffer.alloc(0);
    const inside = makeHeif({ brand: 'mif1', items: [{ type: 'jpeg', properties: [ispe(64, 48)], data: jpeg }] });
    const tiles = await composedHeifs('avif', (one) => one.avif({ effort: 0 }).toBuffer());
    const photos = [...plain, ...variants, ...(await animated()), inside, ...Object.values(tiles)];
    const seen = await outcomesOf(photos, RUNS, MAX_MS);
    // Some of each: else the changes would test the first check only.
    expect(seen.get('taken')).toBeGreaterThan(RUNS / 100);
    expect(seen.get('photo_undecodable')).toBeGreaterThan(RUNS / 100);
  });

  // The decoder is an optional package, and Debian's heif-enc makes the photos.
  it.skipIf(!isHeicDecoderInstalled() || missingHeicEncoder !== undefined)(
    'in HEIC',
    { timeout: 600_000 },
    async () => {
      const plain = encodeHeic(await picture().png().toBuffer());
      const tiles = await composedHeifs('heic', async (one) => encodeHeic(await one.png().toBuffer()));
      const seen = await outcomesOf([plain, ...Object.values(tiles)], HEIC_RUNS, 4 * MAX_MS);
      expect(seen.get('taken')).toBeGreaterThan(0);
      expect(seen.get('photo_undecodable')).toBeGreaterThan(0);
    },
  );
});
