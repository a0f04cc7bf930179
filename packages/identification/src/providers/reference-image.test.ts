import { expect, test } from 'vitest';
import { referenceImages } from './reference-image.ts';

test('keeps author and licence as text, with or without an address in them', () => {
  const [image] = referenceImages(
    [{ url: 'https://images.test/1', author: '//commons.test/wiki/User:Someone', license: 'CC BY-SA 3.0' }],
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
  `https://images.test/${'a'.repeat(3000)}`,
])('leaves out %j', (url) => {
  expect(referenceImages([{ url }], 5)).toEqual([]);
});

test('shows each image once, and only so many', () => {
  const images = ['1', '1', '2', '3'].map((name) => ({ url: `https://images.test/${name}`, author: null }));
  expect(referenceImages(images, 2)).toEqual([{ url: 'https://images.test/1' }, { url: 'https://images.test/2' }]);
});
