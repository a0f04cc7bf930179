import { JITTER } from './state.ts';

/**
 * The circuit in Redis: one script for each event. Times are those of Redis; processes and scripts exchange durations, so
 * that no two clocks are compared. Generations and revisions are microseconds of that time, but always higher than the
 * one before, so that they rise when the time steps back and after data loss.
 *
 * Fields of the hash that differ from the names in the code: `born` is the epoch, one life of the state until Redis
 * loses it; `fails` is `failCount`; `down` is `openedAt`; `reset` is `resetTimeoutMs`; `till` is `until`, the end of an
 * isolation as people read it; `rest` is `retryAt`, which ends the isolation.
 *
 * KEYS state (a hash), trials (a sorted set: trial ids by the time their permits expire); in one slot of a cluster.
 * ARGV the state that the caller knows (JSON), its options (JSON), channel, author; then those named below.
 * Each script returns the state as JSON, and publishes it when it changed:
 * TRY_ACQUIRE trial: {0 rejected | 1 closed, call | 2 permit taken, permits that had expired, state}
 * RECORD outcome, generation, trial or '', failure: {1 if it counted else 0, state}
 * APPLY type of override, reason, until or -1, time left or -1: state
 * SYNC: state
 */
const BEGIN = `
local known, rules = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
local TEXTS = {'state', 'cause', 'reason', 'failure', 'born'}
local NUMBERS = {
  'generation', 'revision', 'since', 'till', 'fails', 'openings', 'down', 'reset', 'rest', 'successes',
}
local SEVERITY = {closed = 0, half_open = 1, open = 1, isolated = 2}

local function text(number) return string.format('%.0f', number) end
local function after(last) return math.max(micros, last + 1) end

local restored, changed = false, false

local function finite(text)
  local number = tonumber(text)
  return number and math.abs(number) < math.huge and number
end

-- A partial hash counts as missing. An isolation whose end is not a number has no end: an operator asked for it.
local function read()
  local flat, fields = redis.call('HGETALL', KEYS[1]), {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  if fields.state == 'isolated' and fields.till and fields.rest and not (finite(fields.till) and finite(fields.rest)) then
    fields.till, fields.rest, changed = -1, -1, true
  end
  for _, name in ipairs(NUMBERS) do
    fields[name] = finite(fields[name])
    if not fields[name] then return nil end
  end
  return SEVERITY[fields.state] and fields
end

local circuit = read()

-- Of two states, neither known to be later, the more severe holds.
local function severity(one)
  return one.state == 'closed' and one.fails / (one.fails + 1) or SEVERITY[one.state]
end

-- Redis lost its data, or knows less than the caller: put the caller's state in its place.
local function restore()
  local stored = circuit or {generation = 0, revision = 0}
  circuit, restored = known.circuit, true
  changed = known.diverged or stored.born ~= nil or known.born == ''
  if known.moved or circuit.generation < stored.generation or circuit.generation == 0 then
    circuit.generation = after(math.max(circuit.generation, stored.generation))
    redis.call('DEL', KEYS[2])
  end
  circuit.revision = math.max(known.revision, stored.revision)
  circuit.born = stored.born or (known.born ~= '' and known.born) or ARGV[4] .. ' ' .. text(micros)
  circuit.since, circuit.down = now - circuit.since, now - circuit.down
  circuit.rest = circuit.rest < 0 and -1 or now + circuit.rest
end

local function reconcile()
  if not circuit then return restore() end
  local mine, theirs = severity(known.circuit), severity(circuit)
  local isReborn, isBehind = known.born ~= '' and known.born ~= circuit.born, circuit.revision < known.revision
  if mine > theirs and (known.diverged or isReborn) then
    restore()
  elseif isBehind and isReborn and theirs > mine then
    circuit.revision, changed = known.revision, true
  elseif isBehind or (known.diverged and known.revision == circuit.revision) then
    restore()
  end
end

local function become(state, cause)
  circuit.state, circuit.cause, circuit.since, changed = state, cause, now, true
  circuit.generation = after(circuit.generation)
  redis.call('DEL', KEYS[2])
end

local function close(cause, reason)
  circuit.fails, circuit.openings, circuit.reset, circuit.rest = 0, 0, rules.base, -1
  if cause ~= 'calls' then circuit.reason, circuit.till = reason, -1 end
  become('closed', cause)
end

local function open()
  circuit.openings, circuit.reset = circuit.openings + 1, rules.base
  if circuit.openings == 1 then
    circuit.down = now
  else
    local doubled = rules.base * 2 ^ (circuit.openings - 1) * (1 + ${JITTER} * rules.random)
    circuit.reset = math.min(doubled, rules.max)
  end
  circuit.rest = now + circuit.reset
  become('open', 'calls')
end

local function finish()
  if changed then circuit.revision = after(circuit.revision) end
  if changed or restored then
    local fields = {}
    for _, name in ipairs(TEXTS) do fields[#fields + 1] = name; fields[#fields + 1] = circuit[name] end
    for _, name in ipairs(NUMBERS) do fields[#fields + 1] = name; fields[#fields + 1] = text(circuit[name]) end
    redis.call('HSET', KEYS[1], unpack(fields))
  end
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  local state = cjson.encode({
    author = ARGV[4], state = circuit.state, cause = circuit.cause, reason = circuit.reason, failure = circuit.failure,
    generation = text(circuit.generation), revision = text(circuit.revision), born = circuit.born,
    since = now - circuit.since, down = now - circuit.down, till = circuit.till,
    fails = circuit.fails, openings = circuit.openings, successes = circuit.successes, reset = circuit.reset,
    rest = circuit.rest < 0 and -1 or math.max(0, circuit.rest - now),
    running = redis.call('ZCARD', KEYS[2]), frees = first[2] and math.max(0, first[2] - now) or 0,
  })
  -- pcall: the change stays for a user without access to channels, and the other processes poll.
  if changed then redis.pcall('PUBLISH', ARGV[3], state) end
  return state
end

-- Clamp: a longer wait means that the clock of Redis was set back.
local function clamp_rest(ms)
  if ms >= 0 and circuit.rest > now + ms then circuit.rest, changed = now + ms, true end
end

reconcile()
if circuit.state == 'open' then clamp_rest(circuit.reset) end
if circuit.state == 'isolated' then
  if circuit.generation == known.circuit.generation then clamp_rest(known.circuit.rest) end
  if circuit.rest >= 0 and circuit.rest <= now then close('release', '') end
end
`;

export const TRY_ACQUIRE: string = `${BEGIN}
local admitted, expired = 0, 0
if circuit.state == 'closed' then
  admitted = 1
elseif circuit.state == 'open' and circuit.rest <= now then
  circuit.successes = 0
  become('half_open', 'calls')
end
if circuit.state == 'half_open' then
  expired = redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  -- A permit that would last longer than the deadline: the clock of Redis was set back.
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '(' .. text(now + rules.deadline), '+inf')
  if redis.call('ZCARD', KEYS[2]) < rules.permits then
    redis.call('ZADD', KEYS[2], text(now + rules.deadline), ARGV[5])
    admitted, changed = 2, true
  end
end
return {admitted, expired, finish()}
`;

export const RECORD: string = `${BEGIN}
local outcome, trial = ARGV[5], ARGV[7]
local counts = tonumber(ARGV[6]) == circuit.generation
if trial ~= '' then
  local expires = tonumber(redis.call('ZSCORE', KEYS[2], trial) or 0)
  counts = counts and expires > now
  changed = redis.call('ZREM', KEYS[2], trial) == 1 or changed
end
if counts and outcome == 'success' and circuit.state == 'half_open' then
  circuit.successes, changed = circuit.successes + 1, true
  if circuit.successes >= rules.threshold then close('calls') end
elseif counts and outcome == 'success' and circuit.fails > 0 then
  circuit.fails, changed = 0, true
elseif counts and outcome == 'failure' then
  circuit.fails, circuit.failure, changed = math.min(circuit.fails + 1, rules.failMax), ARGV[8], true
  if circuit.state == 'half_open' or circuit.fails >= rules.failMax then open() end
end
return {counts and 1 or 0, finish()}
`;

export const APPLY: string = `${BEGIN}
local override, reason, till, rest = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
if override == 'isolate' then
  if circuit.state ~= 'isolated' or circuit.reason ~= reason or circuit.till ~= till then
    circuit.reason, circuit.till, circuit.rest = reason, till, rest < 0 and -1 or now + rest
    become('isolated', 'isolate')
  end
elseif override == 'reset' or circuit.state == 'isolated' then
  close(override, reason)
end
return finish()
`;

export const SYNC: string = `${BEGIN}
return finish()
`;
