import { describe, expect, it } from 'vitest';
import { searchText, searchWords } from './search-text.ts';

const suggestion = (plantName: string, scientificName: string) => ({
  plantName,
  scientificName,
  sources: [],
  images: [],
});

describe('searchWords', () => {
  it.each([
    ['Échinacée pourpre', 'echinacee pourpre'],
    ['E\u0301CHINACE\u0301E', 'echinacee'],
    ['Weiße Maßliebchen, Grüne', 'weisse massliebchen grune'],
    ['Łubin trwały', 'lubin trwaly'],
    ['İNCİR ağacı', 'incir agaci'],
    ['Mentha × piperita', 'mentha x piperita'],
    ['Mentha ×piperita', 'mentha x piperita'],
    ["Adam's needle, Adam’s needle", 'adams needle adams needle'],
    ['Ficus benjamina ‘Starlight’ (L.)', 'ficus benjamina starlight l'],
    ['forget-me-not', 'forget me not'],
    ['Шиповник майский, ёлка', 'шиповник маискии елка'],
    ['ΡΟΔΟΣ', 'ροδοσ'],
    ['龟背竹', '龟背竹'],
    ['ガジュマル', 'ガジュマル'],
    ['몬스테라', '몬스테라'],
    ['तुलसी', 'तुलसी'],
    ['ﬁcus ④', 'ficus 4'],
    [String.raw`100% _under_ \back\ "quoted"`, '100 under back quoted'],
    ['a\0b \ud800', 'a b'],
    [' %_* 🌱 ', ''],
    ['', ''],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text).join(' ')).toBe(words.normalize('NFC'));
  });
});

describe('searchText', () => {
  it('has the words of all names once, best first', () => {
    const suggestions = [
      suggestion('Swiss cheese plant', 'Monstera deliciosa'),
      suggestion('Swiss cheese vine', 'Monstera adansonii'),
    ];
    expect(searchText({ suggestions })).toBe('swiss cheese plant monstera deliciosa vine adansonii');
    expect(searchText({ suggestions }, 'Windowleaf vine')).toBe(
      'windowleaf vine swiss cheese plant monstera deliciosa adansonii',
    );
  });

  it('is empty without a name', () => {
    expect(searchText({ suggestions: [] })).toBe('');
  });

  it('has at most 2,000 bytes, and only whole words', () => {
    const word = '龟'.repeat(100);
    const names = Array.from({ length: 10 }, (_, n) => `${word}${n}`).join(' ');
    const text = searchText({ suggestions: [suggestion(names, 'Monstera')] }, 'Kept');
    expect(text.split(' ')).toEqual(['kept', ...Array.from({ length: 6 }, (_, n) => `${word}${n}`), 'monstera']);
  });

  it('keeps the names of the answer when its owner gives one that is too long as it is searched', () => {
    // One character, which a search compares as the six of キロメートル.
    const tooLong = '㌖'.repeat(200);
    expect(searchText({ suggestions: [suggestion('Swiss cheese plant', 'Monstera')] }, tooLong)).toBe(
      'swiss cheese plant monstera',
    );
    expect(searchText({ suggestions: [suggestion('x'.repeat(2_001), 'Monstera')] })).toBe('monstera');
  });
});
