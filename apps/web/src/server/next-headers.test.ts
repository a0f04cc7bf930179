import { expect, it } from 'vitest';
import { dropUnreadableNextHeaders } from './next-headers.ts';

const HEADER = 'next-router-state-tree';

it.each(['x', '%', '[]', '{"a":1}', encodeURIComponent('["",{"children":[1]}]'), `["${'a'.repeat(50_000)}",{}]`])(
  'dropUnreadableNextHeaders removes the router state "%.20s"',
  (value) => {
    const headers = { [HEADER]: value, rsc: '1' };
    dropUnreadableNextHeaders(headers);
    expect(headers).toEqual({ rsc: '1' });
  },
);

it('dropUnreadableNextHeaders keeps a router state that Next can read', () => {
  const headers = { [HEADER]: encodeURIComponent('["",{"children":["identify",{"children":["__PAGE__",{}]}]}]') };
  dropUnreadableNextHeaders(headers);
  expect(headers).toHaveProperty(HEADER);
});

it('dropUnreadableNextHeaders removes the name of a server action', () => {
  const headers = { 'next-action': '7f00000000000000000000000000000000000000ff', accept: '*/*' };
  dropUnreadableNextHeaders(headers);
  expect(headers).toEqual({ accept: '*/*' });
});
