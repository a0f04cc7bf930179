import { expect, test } from 'vitest';
import { referenceImages } from './candidate.ts';

const HOSTS = ['images.test', 'pictures.test'];

test('an image keeps author and licence as text, with or without an address in them', () => {
  const [image] = referenceImages(
    [{ url: 'https://images.test/1', author: '//commons.test/wiki/User:Someone', license: 'CC BY-SA 3.0' }],
    HOSTS,
    5,
  );
  expect(image).toEqual({
    url: 'https://images.test/1',
    author: '//commons.test/wiki/User:Someone',
    license: 'CC BY-SA 3.0',
  });
});

test.each([
  undefined,
  null,
  '',
  'http://images.test/1',
  '//images.test/1',
  'javascript:alert(1)',
  'data:image/png;base64,AAAA',
  'https://user:password@images.test/1',
  'https://',
  'https://elsewhere.test/1',
  'https://images.test:8443/1',
  'https://images.test.elsewhere.test/1',
  'https://www.images.test/1',
  'https://images.test./1',
  'https://images.test@elsewhere.test/1',
  'https://elsewhere.test/https://images.test/1',
  `https://images.test/${'a'.repeat(3000)}`,
])('an image with the URL %j is left out', (url) => {
  expect(referenceImages([{ url }], HOSTS, 5)).toEqual([]);
});

test('each image is returned once, up to the maximum', () => {
  const images = ['1', '1', '2', '3'].map((name) => ({ url: `https://images.test/${name}`, author: null }));
  expect(referenceImages(images, HOSTS, 2)).toEqual([
    { url: 'https://images.test/1' },
    { url: 'https://images.test/2' },
  ]);
});

test.each([
  ['https://pictures.test/1', 'https://pictures.test/1'],
  ['https://IMAGES.test:443/1', 'https://images.test/1'],
])('takes %s', (url, shown) => {
  expect(referenceImages([{ url }], HOSTS, 5)).toEqual([{ url: shown }]);
});
