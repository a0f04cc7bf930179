import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from './cursor.ts';

const id = '01KC0XN6ZV4T6C8Q2J5B7M9R3D';

describe('a history cursor', () => {
  it('leads back to the id it was made of', () => {
    expect(readCursor(writeCursor(id))).toBe(id);
  });

  it('is safe in an address', () => expect(encodeURIComponent(writeCursor(id))).toBe(writeCursor(id)));

  it.each([
    '',
    'x',
    id,
    `${writeCursor(id)}=`,
    `${writeCursor(id)} `,
    writeCursor('not an id'),
    writeCursor(`${id}\0`),
  ])('is not %j', (text) => {
    expect(readCursor(text)).toBeUndefined();
  });
});
