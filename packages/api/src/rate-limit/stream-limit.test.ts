import { expect, it } from 'vitest';
import { createStreamLimit } from './stream-limit.ts';

it('a stream that is closed twice frees one place', () => {
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
