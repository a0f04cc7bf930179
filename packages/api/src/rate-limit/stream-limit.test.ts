import { expect, it } from 'vitest';
import { createStreamLimit } from './stream-limit.ts';

it('a stream that is closed twice frees one place', () => {
  const streams = createStreamLimit({ maxPerSubject: 2, retryAfter: 5 });
  const close = streams.open('user:anna');
  streams.open('user:anna');
  const refused = expect.objectContaining({ code: 'rate_limited', retryAfter: 5 }) as Error;
  expect(() => streams.open('user:anna')).toThrow(refused);
  close();
  close();
  streams.open('user:anna');
  expect(() => streams.open('user:anna')).toThrow(refused);
});

it('a process with as many streams as it may have refuses all subjects, until one is closed', () => {
  const streams = createStreamLimit({ maxPerSubject: 2, maxTotal: 3, retryAfter: 30 });
  const close = streams.open('user:anna');
  streams.open('user:anna');
  streams.open('user:berta');
  const refused = expect.objectContaining({ code: 'busy', status: 503, retryAfter: 30 }) as Error;
  expect(() => streams.open('user:carla')).toThrow(refused);
  close();
  streams.open('user:carla');
  expect(() => streams.open('user:berta')).toThrow(refused);
});
