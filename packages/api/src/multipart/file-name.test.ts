import { describe, expect, it } from 'vitest';
import { shownFieldName, shownFileName } from './file-name.ts';

describe('shownFileName', () => {
  it.each([
    ['rose.jpg', 'rose.jpg'],
    ['../../etc/x.jpg', 'x.jpg'],
    ['..\\..\\w.jpg', 'w.jpg'],
    ['C:\\Users\\me\\rose.jpg', 'rose.jpg'],
    ['folder/', 'folder'],
    ['shell.php/', 'shell.php'],
    ['C:\\shell.php\\\\', 'shell.php'],
    ['/', ''],
    ['..', '..'],
    ['a\0.jpg', 'a.jpg'],
    ['a\r\nSet-Cookie: x.jpg', 'aSet-Cookie: x.jpg'],
    ['\u202Egpj.exe', 'gpj.exe'],
    ['ro\u200Bse\u2028.jpg\u007F', 'rose.jpg'],
    ['  Märzenbecher 🌼.jpg ', 'Märzenbecher 🌼.jpg'],
  ])('shows %j as %j', (name, shown) => {
    expect(shownFileName(name)).toBe(shown);
  });

  it('keeps all endings of a long name', () => {
    const name = `${'a'.repeat(100)}.php${'.x'.repeat(50)}`;
    expect(shownFileName(name)).toBe(name);
  });
});

describe('shownFieldName', () => {
  it('shortens a long name in the middle', () => {
    const shown = shownFieldName(`${'🌼'.repeat(200)}.jpeg`);
    expect(shown).toBe(`${'🌼'.repeat(63)}…${'🌼'.repeat(11)}.jpeg`);
    expect(Array.from(shown)).toHaveLength(80);
  });
});
