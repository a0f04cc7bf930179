/**
 * Prelude of all scripts of a provider's quota.
 *
 * KEYS: state, flight, then one counter per window in the order of WINDOWS.
 * - State is a hash: `word` is the revision, which changes with everything that reservations and settlements do not
 *   count; `askedAt` is the time of the last active usage report; `refusesUntil` and `refusedAt` belong to the
 *   provider's refusal (429 or 402); `limit:<window>` is the provider's limit.
 * - Flight is a sorted set with one member `<n>:<id>` for each credit of a call in flight, scored by the time at which
 *   the call has certainly ended, so that the credits are counted without reading each. `0:<id>` marks a settled call,
 *   scored by the time of its settlement.
 * - A counter is a hash: `used`; `begun` once it is initialized; `warned`, the day (its period) whose warning was logged last.
 *
 * The state reply is {revision, askedAt or 0, refusesUntil or 0, credits in flight, then for each window `used` (or
 * -1 - used when its counter is not initialized) and the provider's limit (-1: none)}.
 */
const PRELUDE = `
local WINDOWS = {'hour', 'day', 'week', 'month', 'total'}
local STATE_MS = 34560000000
local function field(name) return tonumber(redis.call('HGET', KEYS[1], name) or 0) end
local function state(now)
  local inFlight = redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf')
  local reply = {field('word'), field('askedAt'), field('refusesUntil'), inFlight}
  for i, window in ipairs(WINDOWS) do
    local counter = redis.call('HMGET', KEYS[2 + i], 'begun', 'used')
    local used = tonumber(counter[2] or 0)
    reply[#reply + 1] = counter[1] and used or -1 - used
    reply[#reply + 1] = tonumber(redis.call('HGET', KEYS[1], 'limit:' .. window) or -1)
  end
  return reply
end
local function add(i, credits, ttlMs)
  redis.call('HINCRBY', KEYS[2 + i], 'used', credits)
  redis.call('PEXPIRE', KEYS[2 + i], ttlMs)
end
local function nextRevision()
  redis.call('HINCRBY', KEYS[1], 'word', 1)
  redis.call('PEXPIRE', KEYS[1], STATE_MS)
end
`;

/** ARGV: now. Returns the state. */
export const READ: string = `${PRELUDE}
return state(ARGV[1])
`;

/**
 * ARGV: now. Returns the credits of calls that have certainly ended since the last active usage report but were never
 * settled: they hung, or their processes died.
 */
export const COUNT_OVERDUE: string = `${PRELUDE}
local credits = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. field('askedAt'), ARGV[1])) do
  if string.sub(member, 1, 2) ~= '0:' then credits = credits + 1 end
end
return credits
`;

/**
 * Reserves the credits in every window, or in none. A call that was settled in the meantime, because the reply of its
 * reservation was lost, reserves none.
 * ARGV: now, revision at which the limits were read, id, credits, time at which the call has certainly ended, then the
 * limit of each window or '', then the TTL of each counter.
 * Returns {1, state} when reserved; otherwise {0, state} when refused, {2, state} when the revision is stale,
 * {3, state} when a counter is not initialized.
 */
export const RESERVE: string = `${PRELUDE}
local now, credits = ARGV[1], tonumber(ARGV[4])
local before = state(now)
if before[1] ~= tonumber(ARGV[2]) then return {2, before} end
if before[3] > tonumber(now) or redis.call('ZSCORE', KEYS[2], '0:' .. ARGV[3]) then return {0, before} end
for i = 1, #WINDOWS do
  local used, limit = before[3 + 2 * i], tonumber(ARGV[5 + i])
  if used < 0 then return {3, before} end
  if limit and used + credits > limit then return {0, before} end
end
for i = 1, #WINDOWS do add(i, credits, ARGV[10 + i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', tonumber(now) - 3600000)
for n = 1, credits do redis.call('ZADD', KEYS[2], ARGV[5], n .. ':' .. ARGV[3]) end
redis.call('PEXPIRE', KEYS[2], STATE_MS)
return {1, state(now)}
`;

/**
 * Initializes the counters that are not yet; what was already added to one stays.
 * ARGV: now, then the credits used in each window, then the TTL of each counter. Returns the state.
 */
export const INITIALIZE: string = `${PRELUDE}
for i = 1, #WINDOWS do
  if redis.call('HSETNX', KEYS[2 + i], 'begun', '1') == 1 then
    local used = tonumber(redis.call('HGET', KEYS[2 + i], 'used') or 0)
    redis.call('HSET', KEYS[2 + i], 'used', math.max(used, tonumber(ARGV[1 + i])))
    redis.call('PEXPIRE', KEYS[2 + i], ARGV[6 + i])
  end
end
return state(ARGV[1])
`;

/**
 * Settles a call in the counters of the time of its reservation. Safe to repeat. A call that is not released and not
 * known here, because Redis was unavailable or lost its data, is added now. An unknown one stays in flight until it has
 * certainly ended: the provider may still count it.
 * ARGV: now, id, credits, 'counted', 'released' or 'unknown', then the TTL of each counter. Returns the state.
 */
export const SETTLE: string = `${PRELUDE}
local now, id, credits, settlement = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local settled = '0:' .. id
if redis.call('ZSCORE', KEYS[2], settled) then return state(now) end
local known = redis.call('ZSCORE', KEYS[2], '1:' .. id) and 1 or 0
if settlement == 'unknown' and known == 1 then return state(now) end
if settlement == 'released' and known == 1 then
  for i = 1, #WINDOWS do add(i, -credits, ARGV[4 + i]) end
elseif settlement ~= 'released' and known == 0 then
  for i = 1, #WINDOWS do add(i, credits, ARGV[4 + i]) end
end
for n = 1, credits do redis.call('ZREM', KEYS[2], n .. ':' .. id) end
redis.call('ZADD', KEYS[2], now, settled)
redis.call('PEXPIRE', KEYS[2], STATE_MS)
return state(now)
`;

/**
 * Applies a usage report, unless another one was applied since the revision; see reconciliationShift. A passive report
 * only raises our count; an active one also initializes the counters, since no other source knows better.
 * ARGV: now, revision before the report, '1' for an active or '0' for a passive report, time of the request, end of the
 * provider's refusal or '0', then for each window the reported usage and the shift (both '' when not reported), then
 * each reported limit ('-': none; '': not reported), then the TTL of each counter.
 * Returns {1, state} when applied, {0, state} when the revision is stale.
 */
export const RECONCILE: string = `${PRELUDE}
local now, isActive = ARGV[1], ARGV[3] == '1'
if field('word') ~= tonumber(ARGV[2]) then return {0, state(now)} end
local changed = false
for i, window in ipairs(WINDOWS) do
  local reported, shift, limit = tonumber(ARGV[4 + 2 * i]), tonumber(ARGV[5 + 2 * i]), ARGV[15 + i]
  if reported then
    local used = tonumber(redis.call('HGET', KEYS[2 + i], 'used') or 0)
    local isOff = used < reported or (isActive and shift < 0)
    local right = isOff and math.max(reported, used + shift) or used
    add(i, right - used, ARGV[20 + i])
    if isActive then redis.call('HSET', KEYS[2 + i], 'begun', '1') end
    changed = changed or right ~= used
  end
  if limit == '-' then
    changed = redis.call('HDEL', KEYS[1], 'limit:' .. window) == 1 or changed
  elseif limit ~= '' then
    changed = changed or redis.call('HGET', KEYS[1], 'limit:' .. window) ~= limit
    redis.call('HSET', KEYS[1], 'limit:' .. window, limit)
  end
end
if isActive then
  redis.call('HSET', KEYS[1], 'askedAt', ARGV[4])
  if ARGV[5] ~= '0' then
    redis.call('HSET', KEYS[1], 'refusesUntil', ARGV[5], 'refusedAt', ARGV[4])
    changed = true
  elseif tonumber(ARGV[4]) - field('refusedAt') >= 60000 then
    changed = redis.call('HDEL', KEYS[1], 'refusesUntil', 'refusedAt') > 0 or changed
  end
end
if changed then nextRevision() end
redis.call('PEXPIRE', KEYS[1], STATE_MS)
return {1, state(now)}
`;

/** ARGV: now, end of the provider's refusal. Returns the state. */
export const MARK_EXHAUSTED: string = `${PRELUDE}
local untilThen = ARGV[2]
if field('refusesUntil') < tonumber(untilThen) then redis.call('HSET', KEYS[1], 'refusesUntil', untilThen) end
redis.call('HSET', KEYS[1], 'refusedAt', ARGV[1])
nextRevision()
return state(ARGV[1])
`;

/** KEYS: counter. ARGV: id of the day. Returns 1 to the one caller who logs the counter's warning of the day, else 0. */
export const CLAIM_WARNING = `
local warned = redis.call('HGET', KEYS[1], 'warned')
if redis.call('HEXISTS', KEYS[1], 'used') == 0 or (warned and warned >= ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'warned', ARGV[1])
return 1
`;
