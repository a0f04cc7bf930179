/**
 * Writes a value under a fence: refused when a later holder of the lease has been given one.
 * KEYS value, fence; ARGV envelope, ms to keep it, the writer's fence.
 * Returns 1 when written, 0 when refused.
 */
export const FILL = `
local latest = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
if latest > tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;
