import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const id = '01KC0XN6ZV4T6C8Q2J5B7M9R3D';

describe('a history cursor', () => {
  it('leads back to the id it was made of', () => {
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  it('is safe in an address', () => expect(encodeURIComponent(encodeCursor(id))).toBe(encodeCursor(id)));

  it.each([
    '',
    'x',
    id,
    `${encodeCursor(id)}=`,
    `${encodeCursor(id)} `,
    encodeCursor('not an id'),
    encodeCursor(`${id}\0`),
  ])('is not %j', (text) => {
    expect(decodeCursor(text)).toBeUndefined();
  });
});
