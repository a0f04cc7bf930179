/** What ioredis takes: a URL, or the path of a unix socket with a database index. */
export type RedisAddress =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'socket'; readonly path: string; readonly db: number };

/**
 * `redis://` and `rediss://` with `/database`, or `unix:///path/of.sock` with `?db=`.
 * @throws {TypeError} for anything else; never quotes the URL, which may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  // The error of `new URL` carries its input.
  if (!URL.canParse(url)) throw new TypeError('a Redis URL begins with redis://, rediss:// or unix://');
  const { protocol, pathname, searchParams, hostname } = new URL(url);
  switch (protocol) {
    case 'redis:':
    case 'rediss:':
      if (!/^\/?\d*$/.test(pathname)) throw new TypeError(`the database of a Redis URL is a number, got ${pathname}`);
      return { type: 'url', url };
    case 'unix:': {
      const db = Number(searchParams.get('db') ?? 0);
      if (hostname || !pathname) throw new TypeError('a unix socket needs three slashes: unix:///path/of.sock');
      if (!Number.isSafeInteger(db) || db < 0) throw new TypeError('db of a Redis URL is a number of 0 or more');
      return { type: 'socket', path: decodeURIComponent(pathname), db };
    }
    default:
      throw new TypeError(`a Redis URL begins with redis://, rediss:// or unix://, got ${protocol}`);
  }
}
