import { expect, test } from 'vitest';
import { seedOf, seePhoto } from './photo.ts';
import { picture, plain } from './testing/pictures.ts';

test('a picture has one seed, whatever file it comes in', async () => {
  const png = await seePhoto(await picture().png().toBuffer());
  const jpeg = await seePhoto(await picture().jpeg({ quality: 95 }).toBuffer());
  const smaller = await seePhoto(await picture().resize(120, 90).png().toBuffer());
  expect(png).toMatchObject({ width: 240, height: 180, isPlant: true });
  expect(jpeg?.seed).toBe(png?.seed);
  expect(smaller?.seed).toBe(png?.seed);
});

test('other pictures have other seeds', async () => {
  const seeds = await Promise.all(
    [1, 2, 3, 4].map(async (variant) => (await seePhoto(await picture(variant).jpeg().toBuffer()))?.seed),
  );
  expect(new Set(seeds).size).toBe(4);
});

test.each([
  ['a grey picture', picture().grayscale().png()],
  ['a grey picture with three channels', picture().grayscale().toColourspace('srgb').jpeg()],
  ['a single colour', plain('#2e8b57').png()],
  ['a single colour after compression', plain('#c03060').jpeg({ quality: 30 })],
  ['black', plain('#000').jpeg()],
])('%s is no plant', async (_, image) => {
  expect(await seePhoto(await image.toBuffer())).toMatchObject({ isPlant: false });
});

test('what cannot be decoded is no photo', async () => {
  const whole = await picture().jpeg().toBuffer();
  expect(await seePhoto(Buffer.from('no picture'))).toBeUndefined();
  expect(await seePhoto(whole.subarray(0, 2000))).toBeUndefined();
});

test('several photos are of one plant, seen in those that show one', () => {
  const photo = (seed: string, isPlant = true) => ({ width: 1, height: 1, seed, isPlant });
  expect(seedOf([photo('a'), photo('b', false), photo('c')])).toBe('a+c');
  expect(seedOf([photo('b', false)])).toBeUndefined();
});
