import { expect, test } from 'vitest';
import { readPhoto, seedOf } from './photo.ts';
import { picture, plain } from './testing/pictures.ts';

test('a picture has the same seed in any size and encoding', async () => {
  const png = await readPhoto(await picture().png().toBuffer());
  const jpeg = await readPhoto(await picture().jpeg({ quality: 95 }).toBuffer());
  const smaller = await readPhoto(await picture().resize(120, 90).png().toBuffer());
  expect(png).toMatchObject({ width: 240, height: 180, isPlant: true });
  expect(jpeg?.seed).toBe(png?.seed);
  expect(smaller?.seed).toBe(png?.seed);
});

test('different pictures have different seeds', async () => {
  const seeds = await Promise.all(
    [1, 2, 3, 4].map(async (variant) => (await readPhoto(await picture(variant).jpeg().toBuffer()))?.seed),
  );
  expect(new Set(seeds).size).toBe(4);
});

test.each([
  ['a grey picture', picture().grayscale().png()],
  ['a grey picture with three channels', picture().grayscale().toColourspace('srgb').jpeg()],
  ['a single colour', plain('#2e8b57').png()],
  ['a single colour after compression', plain('#c03060').jpeg({ quality: 30 })],
  ['black', plain('#000').jpeg()],
])('%s does not count as a plant', async (_, image) => {
  expect(await readPhoto(await image.toBuffer())).toMatchObject({ isPlant: false });
});

test('bytes that cannot be decoded are not a photo', async () => {
  const whole = await picture().jpeg().toBuffer();
  expect(await readPhoto(Buffer.from('no picture'))).toBeUndefined();
  expect(await readPhoto(whole.subarray(0, 2000))).toBeUndefined();
});

test('the seed of several photos comes from those that show a plant', () => {
  const photo = (seed: string, isPlant = true) => ({ width: 1, height: 1, seed, isPlant });
  expect(seedOf([photo('a'), photo('b', false), photo('c')])).toBe('a+c');
  expect(seedOf([photo('b', false)])).toBeUndefined();
});
