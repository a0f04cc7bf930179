/**
 * Takes a lease and mints its fence. Redis' own time keeps fences rising even when Redis has lost its data; the last
 * one given keeps them rising when its time steps back. Beside the fence stands its owner until the release.
 * KEYS lease, fence; ARGV owner, lease length in ms.
 * Returns {1, fence, the owner before who did not release or ''} when taken, {0, ms until the holder's lease ends or
 * -1 when it does not} when held.
 */
export const ACQUIRE = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {0, redis.call('PTTL', KEYS[1])}
end
local kept = redis.pcall('GET', KEYS[2])
local last, before = string.match(type(kept) == 'string' and kept or '', '^(%d+) ?(.*)$')
local time = redis.call('TIME')
local fence = time[1] * 1000000 + time[2]
if last and fence <= tonumber(last) then fence = tonumber(last) + 1 end
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[2], text .. ' ' .. ARGV[1], 'PX', 86400000)
return {1, text, before or ''}
`;

/** KEYS lease; ARGV owner, lease length in ms. Returns 1 when the lease is the owner's and runs anew, else 0. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * For the beginning of a script: a function that ends an owner's lease and wakes those who wait, who find whatever the
 * rest of the script does. Returns 1 when the lease was the owner's, else 0.
 */
export const RELEASE_STEP = `
local function release(lease, fence, owner, number, channel, message)
  if redis.call('GET', lease) ~= owner then return 0 end
  redis.call('DEL', lease)
  -- pcall: without access to channels the release still happens, and waiters poll.
  redis.pcall('PUBLISH', channel, message)
  -- A Redis that refuses it only tells the next holder of one that did not release.
  if number ~= '' then redis.pcall('SET', fence, number, 'PX', 86400000) end
  return 1
end
`;

/** KEYS lease, fence; ARGV owner, its fence or '', channel, message. Returns what the step does. */
export const RELEASE: string = `${RELEASE_STEP}
return release(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
`;
