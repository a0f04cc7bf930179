import { RELEASE_STEP } from '../lease/store.ts';

/**
 * Ends the writer's lease, if there is one, and writes a value unless somebody has a better right to the key. Both in
 * one step: who is woken finds the value. The lease ends first: a Redis that refuses the value keeps nobody waiting.
 * KEYS value, fence, and with a lease: lease; ARGV envelope, ms to keep it, whether the value yields ('1' or '0'), and
 * with a lease: owner, fence, channel, message.
 * Returns {1 when the lease was still the writer's or 0, and 1 when written, 0 when a later holder of the lease has
 * been given a fence, 2 when a better value is kept}.
 */
export const FILL: string = `${RELEASE_STEP}
local wasOurs = 0
if KEYS[3] then
  wasOurs = release(KEYS[3], KEYS[2], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
  local latest = redis.pcall('GET', KEYS[2])
  local fence = type(latest) == 'string' and string.match(latest, '^%d+') or 0
  if tonumber(fence) > tonumber(ARGV[5]) then return {wasOurs, 0} end
end
if ARGV[3] == '1' and redis.call('TYPE', KEYS[1]).ok == 'string' then
  local read, kept = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if read and type(kept) == 'table' and kept.yields == false then return {wasOurs, 2} end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {wasOurs, 1}
`;

/**
 * Writes back a value that may have been lost, unless a newer value exists, or this one yields and the existing one
 * does not. Checks no fence: the value had been written before, and the holder of a lease will overwrite it. KEYS
 * value; ARGV envelope, TTL in ms, time of writing, whether it yields ('1' or '0'). Returns 1 when written.
 */
export const RESTORE = `
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  local read, kept = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if read and type(kept) == 'table' and type(kept.writtenAt) == 'number' then
    if kept.writtenAt >= tonumber(ARGV[3]) then return 0 end
    if ARGV[4] == '1' and kept.yields == false then return 0 end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;
