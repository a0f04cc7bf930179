import { describe, expect, it } from 'vitest';
import { safeNextPath } from './next-auth-options.ts';

describe('safeNextPath', () => {
  it.each(['/', '/history', '/history/01JD?from=x&y=%2F%2Fz#top', '/identify?next=https://plants.example'])(
    'keeps %s',
    (path) => expect(safeNextPath(path, '/fallback')).toBe(path),
  );

  it.each([
    undefined,
    null,
    7,
    ['/history'],
    '',
    'history',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/history\\..\\evil',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /history',
    '/.//evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    `/${'a'.repeat(2048)}`,
  ])('refuses %j', (value) => expect(safeNextPath(value, '/fallback')).toBe('/fallback'));

  it('never returns another origin, for all beginnings of four characters', () => {
    const pieces = ['/', '\\', '.', '\t', '\r', ' ', '@', ':', '%', '#', '?', 'x', '%2f', '\u2028', '\u0000'];
    const beginnings = pieces.flatMap((a) =>
      pieces.flatMap((b) => pieces.flatMap((c) => pieces.map((d) => a + b + c + d))),
    );
    const own = 'https://plants.example';
    const foreign = beginnings.filter((beginning) => {
      const path = safeNextPath(`${beginning}evil.example/`, '/');
      // Resolve twice: as a browser reads a Location header, and as code reads the result.
      const url = new URL(path, own);
      return url.origin !== own || new URL(url.pathname, own).origin !== own;
    });
    expect(foreign).toEqual([]);
  });
});
