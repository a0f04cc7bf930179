import { errors } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { toCommand } from './command.ts';

describe('toCommand', () => {
  it('returns the name in capitals and the arguments as text', () => {
    expect(toCommand(['hset', 'key', 'n', 1, 'yes', true])).toEqual(['HSET', 'key', 'n', '1', 'yes', 'true']);
  });

  it.each([
    [['blpop', 'key', 0]],
    [['SUBSCRIBE', 'channel']],
    [['Multi']],
    [['SELECT', 1]],
    [['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$']],
    [['SET', 'key', undefined]],
    [['SET', null, 'value']],
    ['PING'],
    [[]],
  ])('refuses %j', (body) => {
    expect(() => toCommand(body)).toThrow(errors.UpstashError);
  });

  it('accepts reading a stream without blocking', () => {
    expect(toCommand(['XREAD', 'COUNT', 1, 'STREAMS', 's', '0'])).toHaveLength(6);
  });
});
