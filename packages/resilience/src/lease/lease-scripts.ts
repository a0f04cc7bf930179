/**
 * Takes a lease and mints its fence. Redis' own time keeps fences rising even when Redis has lost its data; the last
 * one given keeps them rising when its time steps back.
 * KEYS lease, fence, owner that has not released; ARGV owner, lease length in ms.
 * Returns {1, fence, the one before who did not release or nil} when taken, {0, ms until the holder's lease ends} when
 * held.
 */
export const ACQUIRE = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {0, redis.call('PTTL', KEYS[1])}
end
local time = redis.call('TIME')
local fence = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
if fence <= last then fence = last + 1 end
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[2], text, 'PX', 86400000)
local before = redis.call('GET', KEYS[3])
redis.call('SET', KEYS[3], ARGV[1], 'PX', 86400000)
return {1, text, before}
`;

/** KEYS lease; ARGV owner, lease length in ms. Returns 1 when the lease is the owner's and runs anew, else 0. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * KEYS lease, owner that has not released; ARGV owner, channel, message. Wakes those who wait.
 * Returns 1 when the owner's lease was ended, else 0.
 */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
`;
