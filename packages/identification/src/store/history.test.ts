import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, photosStateAt } from './history.ts';

const id = '01KC0XN6ZV4T6C8Q2J5B7M9R3D';

describe('a history cursor', () => {
  it('decodes to its id', () => {
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  it('needs no escaping in a URL', () => {
    expect(encodeURIComponent(encodeCursor(id))).toBe(encodeCursor(id));
  });

  it.each([
    '',
    'x',
    id,
    `${encodeCursor(id)}=`,
    `${encodeCursor(id)} `,
    encodeCursor('not an id'),
    encodeCursor(`${id}\0`),
  ])('is rejected if it is %j', (text) => {
    expect(decodeCursor(text)).toBeUndefined();
  });
});

describe('photosStateAt', () => {
  const createdAt = new Date(0);
  const minutes = 60_000;

  it.each([
    ['pending', 9 * minutes, 'pending'],
    ['pending', 11 * minutes, 'missing'],
    ['kept', 11 * minutes, 'kept'],
    ['missing', 0, 'missing'],
  ] as const)('%s after %i ms is %s', (photosState, age, expected) => {
    expect(photosStateAt(age, { photosState, createdAt })).toBe(expected);
  });
});
