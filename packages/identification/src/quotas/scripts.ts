/**
 * Common to all scripts of a provider's quota.
 *
 * KEYS state, flight, then one counter a window in the order of WINDOWS. State is a hash: `word`, which changes with
 * whatever was not counted by us; `askedAt`, when the provider was asked last; `refusesUntil` and `refusedAt` of a 429;
 * `limit:<window>` as the provider says. Flight is a sorted set of the credits that are out, `<n>:<id>` for each of a
 * call's, by when it is over for certain, so that they are counted without looking at each; `0:<id>` stands for a call
 * that was settled, by when. A counter is a hash: `used`; `begun` once it has
 * its first number; `warned` once its warning was given.
 *
 * The standing is {word, askedAt or 0, refusesUntil or 0, credits of calls that are out, then of each window what is
 * used, or -1 less what was added when its counter has not begun, and the provider's limit, -1 for none}.
 */
const PRELUDE = `
local WINDOWS = {'hour', 'day', 'week', 'month', 'total'}
local STATE_MS = 34560000000
local function field(name) return tonumber(redis.call('HGET', KEYS[1], name) or 0) end
local function standing(now)
  local out = redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf')
  local reply = {field('word'), field('askedAt'), field('refusesUntil'), out}
  for i, window in ipairs(WINDOWS) do
    local counter = redis.call('HMGET', KEYS[2 + i], 'begun', 'used')
    local used = tonumber(counter[2] or 0)
    reply[#reply + 1] = counter[1] and used or -1 - used
    reply[#reply + 1] = tonumber(redis.call('HGET', KEYS[1], 'limit:' .. window) or -1)
  end
  return reply
end
local function add(i, credits, keptMs)
  redis.call('HINCRBY', KEYS[2 + i], 'used', credits)
  redis.call('PEXPIRE', KEYS[2 + i], keptMs)
end
local function news()
  redis.call('HINCRBY', KEYS[1], 'word', 1)
  redis.call('PEXPIRE', KEYS[1], STATE_MS)
end
`;

/** ARGV now. Returns the standing. */
export const READ: string = `${PRELUDE}
return standing(ARGV[1])
`;

/**
 * ARGV now. Returns the credits of calls that have certainly ended since the last usage request and were never settled:
 * they hung, or their processes died.
 */
export const COUNT_OVERDUE: string = `${PRELUDE}
local credits = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. field('askedAt'), ARGV[1])) do
  if string.sub(member, 1, 2) ~= '0:' then credits = credits + 1 end
end
return credits
`;

/**
 * Takes credits of every window, or of none. A call that was settled meanwhile, because no answer came, takes none.
 * ARGV now, word that the limits were read from, id, credits, when the call is over for certain, then of each window its
 * limit or '', then how long each counter is kept.
 * Returns {1, standing} when taken; and when not {0, standing} for want of credits, {2, standing} when there is another
 * word, {3, standing} when a counter has not begun.
 */
export const RESERVE: string = `${PRELUDE}
local now, credits = ARGV[1], tonumber(ARGV[4])
local before = standing(now)
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
return {1, standing(now)}
`;

/**
 * Begins the counters that have not begun; what was added to one already stays.
 * ARGV now, then of each window what is used, then how long each counter is kept. Returns the standing.
 */
export const INITIALIZE: string = `${PRELUDE}
for i = 1, #WINDOWS do
  if redis.call('HSETNX', KEYS[2 + i], 'begun', '1') == 1 then
    local used = tonumber(redis.call('HGET', KEYS[2 + i], 'used') or 0)
    redis.call('HSET', KEYS[2 + i], 'used', math.max(used, tonumber(ARGV[1 + i])))
    redis.call('PEXPIRE', KEYS[2 + i], ARGV[6 + i])
  end
end
return standing(ARGV[1])
`;

/**
 * The end of a call, whose counters are those of the moment it was reserved in. Safe to repeat. A call that is not given
 * back and not known here, because Redis was away or has lost its data, is added now. One in doubt stays out until it is
 * over for certain: the provider may count it yet.
 * ARGV now, id, credits, 'counted', 'released' or 'unknown', then how long each counter is kept.
 * Returns the standing.
 */
export const SETTLE: string = `${PRELUDE}
local now, id, credits, verdict = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local settled = '0:' .. id
if redis.call('ZSCORE', KEYS[2], settled) then return standing(now) end
local known = redis.call('ZSCORE', KEYS[2], '1:' .. id) and 1 or 0
if verdict == 'unknown' and known == 1 then return standing(now) end
if verdict == 'released' and known == 1 then
  for i = 1, #WINDOWS do add(i, -credits, ARGV[4 + i]) end
elseif verdict ~= 'released' and known == 0 then
  for i = 1, #WINDOWS do add(i, credits, ARGV[4 + i]) end
end
for n = 1, credits do redis.call('ZREM', KEYS[2], n .. ':' .. id) end
redis.call('ZADD', KEYS[2], now, settled)
redis.call('PEXPIRE', KEYS[2], STATE_MS)
return standing(now)
`;

/**
 * What the provider said, if nobody else has brought its word since; see correction.ts. What it says in passing only
 * raises our count; when it was asked, nobody knows better what a counter begins with.
 * ARGV now, word that it was asked at, '1' when it was asked for it or '0' when it said so in passing, when it was asked,
 * until when it refuses or '0', then of each window what it says is used and the shift, both '' when it does not say,
 * then of each its limit, '-' for none and '' when it does not say, then how long each counter is kept.
 * Returns {1, standing} when taken over, {0, standing} when another word came first.
 */
export const RECONCILE: string = `${PRELUDE}
local now, isAsked = ARGV[1], ARGV[3] == '1'
if field('word') ~= tonumber(ARGV[2]) then return {0, standing(now)} end
local changed = false
for i, window in ipairs(WINDOWS) do
  local said, shift, limit = tonumber(ARGV[4 + 2 * i]), tonumber(ARGV[5 + 2 * i]), ARGV[15 + i]
  if said then
    local used = tonumber(redis.call('HGET', KEYS[2 + i], 'used') or 0)
    local isOff = used < said or (isAsked and shift < 0)
    local right = isOff and math.max(said, used + shift) or used
    add(i, right - used, ARGV[20 + i])
    if isAsked then redis.call('HSET', KEYS[2 + i], 'begun', '1') end
    changed = changed or right ~= used
  end
  if limit == '-' then
    changed = redis.call('HDEL', KEYS[1], 'limit:' .. window) == 1 or changed
  elseif limit ~= '' then
    changed = changed or redis.call('HGET', KEYS[1], 'limit:' .. window) ~= limit
    redis.call('HSET', KEYS[1], 'limit:' .. window, limit)
  end
end
if isAsked then
  redis.call('HSET', KEYS[1], 'askedAt', ARGV[4])
  if ARGV[5] ~= '0' then
    redis.call('HSET', KEYS[1], 'refusesUntil', ARGV[5], 'refusedAt', ARGV[4])
    changed = true
  elseif tonumber(ARGV[4]) - field('refusedAt') >= 60000 then
    changed = redis.call('HDEL', KEYS[1], 'refusesUntil', 'refusedAt') > 0 or changed
  end
end
if changed then news() end
redis.call('PEXPIRE', KEYS[1], STATE_MS)
return {1, standing(now)}
`;

/** ARGV now, until when the provider refuses calls. Returns the standing. */
export const MARK_EXHAUSTED: string = `${PRELUDE}
local untilThen = ARGV[2]
if field('refusesUntil') < tonumber(untilThen) then redis.call('HSET', KEYS[1], 'refusesUntil', untilThen) end
redis.call('HSET', KEYS[1], 'refusedAt', ARGV[1])
news()
return standing(ARGV[1])
`;

/** KEYS counter. Returns 1 to the one who is to warn of it, 0 to all others. */
export const CLAIM_WARNING = `
if redis.call('HEXISTS', KEYS[1], 'used') == 0 then return 0 end
return redis.call('HSETNX', KEYS[1], 'warned', '1')
`;
