import { describe, expect, it } from 'vitest';
import { hidesCharacters, shownFieldName, shownFileName } from './file-name.ts';

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

describe('hidesCharacters', () => {
  it.each([
    'a\0.jpg',
    'a\x01.jpg',
    'a\t.jpg',
    'a\r\n.jpg',
    'a\x1b[2K.jpg',
    'a\x7f.jpg',
    'a\u202Egpj.exe',
    'a\u202D.jpg',
  ])('is true for %j', (name) => {
    expect(hidesCharacters(name)).toBe(true);
  });

  it.each([
    'Märzenbecher 🌼.jpg',
    '\u200EIMG-20260501-WA0001.jpg',
    'Foto von \u2068Anna\u2069.jpg',
    '👩‍🌾.jpg',
    'Bildschirmfoto 10.30.00\u202FPM.png',
    'צמח.jpg',
  ])('is false for %j', (name) => {
    expect(hidesCharacters(name)).toBe(false);
  });
});
