/**
 * Writes a value, unless somebody has a better right to the key.
 * KEYS value, fence; ARGV envelope, ms to keep it, the writer's fence or '', whether the value yields ('1' or '0').
 * Returns 1 when written, 0 when a later holder of the lease has been given a fence, 2 when a better value is kept.
 */
export const FILL = `
local latest = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
if ARGV[3] ~= '' and latest > tonumber(ARGV[3]) then return 0 end
if ARGV[4] == '1' and redis.call('TYPE', KEYS[1]).ok == 'string' then
  local read, kept = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if read and type(kept) == 'table' and kept.yields == false then return 2 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;
