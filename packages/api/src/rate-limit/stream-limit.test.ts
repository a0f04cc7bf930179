import { expect, it } from 'vitest';
import { createStreamLimit } from './stream-limit.ts';

it('a stream frees one place, however often it is closed', () => {
  const streams = createStreamLimit({ most: 2 });
  const close = streams.open('user:anna');
  streams.open('user:anna');
  const refused = expect.objectContaining({ code: 'rate_limited', retryAfter: 5 }) as Error;
  expect(() => streams.open('user:anna')).toThrow(refused);
  close();
  close();
  streams.open('user:anna');
  expect(() => streams.open('user:anna')).toThrow(refused);
});
