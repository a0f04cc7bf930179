import { expect, it } from 'vitest';
import { bearerOf } from './bearer.ts';

const of = (authorization: string) => bearerOf(new Headers({ authorization }));

it.each(['Bearer aA0-._~+/==', 'bearer aA0-._~+/==', 'BEARER   aA0-._~+/==', 'Bearer\taA0-._~+/=='])(
  'bearerOf returns the token of %j',
  (value) => expect(of(value)).toBe('aA0-._~+/=='),
);

it.each(['Bearer', 'bearer ', 'Bearer one two', 'Bearer one, Bearer two', 'Bearer "quoted"', 'Bearer a=b'])(
  'bearerOf returns an empty token for %j',
  (value) => expect(of(value)).toBe(''),
);

it.each(['', 'Basic YTpi', 'Bearertoken', 'Token abc'])('bearerOf returns undefined for %j', (value) => {
  expect(of(value)).toBeUndefined();
});

it('bearerOf returns undefined without the header', () => expect(bearerOf(new Headers())).toBeUndefined());

it('bearerOf reads a header of a megabyte in linear time', () => {
  expect(of(`Bearer ${'a'.repeat(1_000_000)}!`)).toBe('');
});
