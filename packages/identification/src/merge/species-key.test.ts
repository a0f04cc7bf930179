import { expect, test } from 'vitest';
import { speciesKey } from './species-key.ts';

test.each([
  { name: 'case', one: 'Bellis perennis', other: 'BELLIS PERENNIS' },
  { name: 'a capitalised epithet', one: 'Bellis perennis', other: 'Bellis Perennis' },
  { name: 'an author', one: 'Bellis perennis', other: 'Bellis perennis L.' },
  { name: 'authors in brackets', one: 'Calla aethiopica', other: 'Calla aethiopica (L.) Spreng. ex Kunth' },
  { name: 'an author of several words', one: 'Dracaena fragrans', other: 'Dracaena fragrans (L.) Ker Gawl.' },
  { name: 'a hybrid sign', one: 'Mentha ×piperita', other: 'Mentha x piperita' },
  { name: 'a hybrid sign with spaces', one: 'Mentha × piperita', other: 'Mentha piperita L.' },
  { name: 'a hybrid genus', one: '×Fatshedera lizei', other: 'x Fatshedera lizei' },
  { name: 'an accent', one: 'Isoëtes lacustris', other: 'Isoetes lacustris' },
  { name: 'a rank mark', one: 'Acer negundo var. violaceum', other: 'Acer negundo violaceum' },
  { name: 'spaces', one: ' Bellis  perennis ', other: 'Bellis perennis' },
  { name: 'an author after a genus alone', one: 'Monstera', other: 'Monstera Adans.' },
])('a species key ignores $name', ({ one, other }) => {
  expect(speciesKey(other)).toBe(speciesKey(one));
});

test.each([
  ['Bellis perennis', 'Bellis sylvestris'],
  ['Viola odorata', 'Rosa odorata'],
  ['Acer negundo', 'Acer negundo var. violaceum'],
  ['Lonicera xylosteum', 'Lonicera ylosteum'],
  ['Monstera', 'Monstera deliciosa'],
])('the species keys of %s and %s differ', (one, other) => {
  expect(speciesKey(one)).not.toBe(speciesKey(other));
});
