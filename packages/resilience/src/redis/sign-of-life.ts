import type { UpstashRequest } from '@upstash/redis';

const PROBE_KEYS = ['string', 'hash', 'sorted-set', 'list'].map((type) => `{sign-of-life}:${type}`);
const PROBE_TTL_MS = '60000';

/**
 * Writes one value of each type that our scripts and commands write, so that Redis counts as available only if it
 * accepts such writes from this user. A PING would also succeed on a replica, without memory, and without permission
 * for scripts. KEYS string, hash, sorted set, list; in one slot of a cluster. ARGV ms to keep them. Returns 1.
 */
const PROBE_SCRIPT = `
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('HSET', KEYS[2], 'sign', '1')
redis.call('ZADD', KEYS[3], 1, 'sign')
redis.call('DEL', KEYS[4])
redis.call('RPUSH', KEYS[4], 'sign')
for key = 2, 4 do redis.call('PEXPIRE', KEYS[key], ARGV[1]) end
return 1
`;

export const PROBE: UpstashRequest = {
  body: ['EVAL', PROBE_SCRIPT, String(PROBE_KEYS.length), ...PROBE_KEYS, PROBE_TTL_MS],
};
