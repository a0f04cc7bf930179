import { expect, it } from 'vitest';
import { bearerOf } from './access-token.ts';

const of = (authorization: string) => bearerOf(new Headers({ authorization }));

it.each(['Bearer aA0-._~+/==', 'bearer aA0-._~+/==', 'BEARER   aA0-._~+/==', 'Bearer\taA0-._~+/=='])(
  'takes the token out of %j',
  (value) => expect(of(value)).toBe('aA0-._~+/=='),
);

it.each(['Bearer', 'bearer ', 'Bearer one two', 'Bearer one, Bearer two', 'Bearer "quoted"', 'Bearer a=b'])(
  'finds that %j means to bring one and does not',
  (value) => expect(of(value)).toBe(''),
);

it.each(['', 'Basic YTpi', 'Bearertoken', 'Token abc'])('finds none in %j', (value) => {
  expect(of(value)).toBeUndefined();
});

it('finds none without the header', () => expect(bearerOf(new Headers())).toBeUndefined());

it('is done at once with a header of a megabyte', () => {
  expect(of(`Bearer ${'a'.repeat(1_000_000)}!`)).toBe('');
});
