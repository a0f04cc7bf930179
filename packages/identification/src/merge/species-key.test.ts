import { expect, test } from 'vitest';
import { speciesKey } from './species-key.ts';

test.each([
  ['case', 'Bellis perennis', 'BELLIS PERENNIS'],
  ['a capitalised epithet', 'Bellis perennis', 'Bellis Perennis'],
  ['an author', 'Bellis perennis', 'Bellis perennis L.'],
  ['authors in brackets', 'Calla aethiopica', 'Calla aethiopica (L.) Spreng. ex Kunth'],
  ['an author of several words', 'Dracaena fragrans', 'Dracaena fragrans (L.) Ker Gawl.'],
  ['a hybrid sign', 'Mentha ×piperita', 'Mentha x piperita'],
  ['a hybrid sign with spaces', 'Mentha × piperita', 'Mentha piperita L.'],
  ['a hybrid genus', '×Fatshedera lizei', 'x Fatshedera lizei'],
  ['an accent', 'Isoëtes lacustris', 'Isoetes lacustris'],
  ['a rank mark', 'Acer negundo var. violaceum', 'Acer negundo violaceum'],
  ['spaces', ' Bellis  perennis ', 'Bellis perennis'],
  ['an author after a genus alone', 'Monstera', 'Monstera Adans.'],
])('a species key ignores %s', (_, one, other) => {
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
