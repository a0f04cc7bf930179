import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './tcp-transport.ts';

describe('parseRedisUrl', () => {
  it.each(['redis://localhost:6379', 'redis://user:pass@cache.example/3', 'rediss://cache.example:6380/0'])(
    'returns %s unchanged',
    (url) => {
      expect(parseRedisUrl(url)).toEqual({ type: 'url', url });
    },
  );

  it('reads the path and the database of a unix socket', () => {
    expect(parseRedisUrl('unix:///tmp/a%20b/redis.sock?db=2')).toEqual({
      type: 'socket',
      path: '/tmp/a b/redis.sock',
      db: 2,
    });
    expect(parseRedisUrl('unix:///tmp/redis.sock')).toMatchObject({ db: 0 });
  });

  it.each(['http://localhost', 'unix://tmp/redis.sock', 'unix:///r.sock?db=x', 'redis://localhost/cache', 'localhost'])(
    'refuses %s',
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow(TypeError);
    },
  );

  it.each([
    'http://user:hush@cache.example',
    'redis://user:hush@cache.example:port',
    'redis://user:123/hush@cache.example',
    'user:hush@cache.example',
  ])('never quotes a password: %s', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.toSatisfy((error: object) => !JSON.stringify(Object.getOwnPropertyDescriptors(error)).includes('hush')),
    );
  });
});
