// The rule of budget/judge.ts in Lua, so that Redis or Valkey checks and consumes in one step. Kept equal to it by the
// contract suite and by replaying random traces through both (test/properties/budget.test.ts). Needs Redis 6.2 or later
// (ZADD GT). All keys share one hash tag: a cluster keeps them on one node.
import { presenceSpare } from '../budget/budget-store.ts';
import { knownScript } from './redis-known-script.ts';

/**
 * What both scripts begin with. Every charge that was kept has a turn. A server that has fewer turns than an instance was
 * told of came back with an older state (a dump, a replica that lagged): the epoch goes, so that all instances know.
 */
const notRolledBack = `
local turn = tonumber(redis.call('GET', KEYS[2]) or nil) or 0
if redis.call('GET', KEYS[1]) ~= c.epoch then return 'lost' end
if turn < c.turn then
  redis.call('DEL', KEYS[1])
  return 'lost'
end
`;

/** KEYS: epoch, turn. ARGV[1]: both as this instance knows them. Returns `kept` or `lost`. */
export const confirmScript: string = `
local c = cjson.decode(ARGV[1])
${notRolledBack}
return 'kept'
`;

/** KEYS: epoch, turn, presence, fleet, new, known, known before, then the sets. ARGV[1]: the charge as JSON. Returns JSON, or `lost`, `clock`. */
export const budgetScript: string = `
local c = cjson.decode(ARGV[1])
${notRolledBack}
if c.tolerance then
  local t = redis.call('TIME')
  if math.abs(t[1] * 1000 + t[2] / 1000 - c.now) > c.tolerance then return 'clock' end
end
local now = c.now
local spare = 3600000

local function text(n) return string.format('%.0f', n) end

local function seen(key, r, since)
  local latest
  for _, digest in ipairs(r) do
    local at = tonumber(redis.call('ZSCORE', key, digest) or nil)
    if at and at > since and (not latest or at > latest) then latest = at end
  end
  return latest
end

local function unseen(key, since)
  local n = 0
  for _, r in ipairs(c.records) do
    if not seen(key, r, since) then n = n + 1 end
  end
  return n
end

local function prune(key, since) redis.call('ZREMRANGEBYSCORE', key, '-inf', text(since)) end

local function bucketOf(l, at) return math.floor(at / l.bucket) end

local function buckets(key, l)
  local first = bucketOf(l, now - l.window)
  local flat = redis.call('HGETALL', key)
  local list, sum = {}, 0
  for i = 1, #flat, 2 do
    local bucket, held = tonumber(flat[i]), tonumber(flat[i + 1])
    if bucket < first then redis.call('HDEL', key, flat[i])
    else
      sum = sum + held
      list[#list + 1] = { bucket, held }
    end
  end
  return list, sum
end

local function overTally(key, l, added)
  if added == 0 then return nil end
  local list, sum = buckets(key, l)
  local excess = sum + added - l.cap
  if excess <= 0 then return nil end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  local leaving = 0
  for _, one in ipairs(list) do
    leaving = leaving + one[2]
    if leaving >= excess then return { l.name, (one[1] + 1) * l.bucket + l.window } end
  end
  return { l.name, now + l.window }
end

local function overSet(key, l)
  local added = unseen(key, now - l.window)
  if added == 0 then return nil end
  prune(key, now - l.window)
  local excess = redis.call('ZCARD', key) + added - l.cap
  if excess <= 0 then return nil end
  local nth = redis.call('ZRANGE', key, excess - 1, excess - 1, 'WITHSCORES')
  return { l.name, (tonumber(nth[2]) or now) + l.window }
end

${knownScript}
local fleet, novelty, presence = c.fleet, c.novelty, c.presence
local moves, over = {}, nil
if fleet then
  local of = c.limits[fleet.of]
  for _, r in ipairs(c.records) do
    local at = seen(KEYS[7 + fleet.of], r, now - of.window)
    if at then moves[#moves + 1] = at end
  end
  over = overTally(KEYS[4], fleet, #c.records - #moves)
end
for i, l in ipairs(c.limits) do
  if over then break end
  over = overSet(KEYS[7 + i], l)
end
local novel = 0
if novelty then
  moveEarlier(novelty.horizon, text(novelty.horizon + spare))
  for _, r in ipairs(c.records) do
    if not knownSince(r, now - novelty.horizon) then novel = novel + 1 end
  end
  if not over then over = overTally(KEYS[5], novelty, novel) end
end
local fresh, left, short = 0, 0, false
if presence then
  fresh = unseen(KEYS[7 + presence.free], now - c.limits[presence.free].window)
  local ended = now > presence.expires
  if not ended then left = math.max(0, presence.records - (tonumber(redis.call('GET', KEYS[3]) or nil) or 0)) end
  short = ended or fresh > left
end

local refused
if over then refused = { outcome = 'cap', limit = over[1], retryAt = math.ceil(over[2]) }
elseif short then refused = { outcome = 'presence-used-up', fresh = fresh, left = left } end
if refused and c.enforce then return cjson.encode({ turn = turn, charged = refused }) end

local function touch(key, window)
  if #c.records == 0 then return end
  for _, r in ipairs(c.records) do
    if r[2] then redis.call('ZREM', key, r[2]) end
    redis.call('ZADD', key, 'GT', text(now), r[1])
  end
  prune(key, now - window)
  redis.call('PEXPIRE', key, text(window + spare))
end

local function add(key, l, at, n)
  local bucket = text(bucketOf(l, at))
  if redis.call('HINCRBY', key, bucket, n) <= 0 then redis.call('HDEL', key, bucket) end
  redis.call('PEXPIRE', key, text(l.window + l.bucket + spare))
end

for i, l in ipairs(c.limits) do touch(KEYS[7 + i], l.window) end
if fleet then
  for _, at in ipairs(moves) do add(KEYS[4], fleet, at, -1) end
  if #c.records > 0 then add(KEYS[4], fleet, now, #c.records) end
end
if novelty then
  for _, r in ipairs(c.records) do
    if r[2] then drop(r[2]) end
    put(r[1], now, now - novelty.horizon)
  end
  if #c.records > 0 then keepKnown(text(novelty.horizon + spare)) end
  if novel > 0 then add(KEYS[5], novelty, now, novel) end
end
if presence then
  redis.call('INCRBY', KEYS[3], fresh)
  redis.call('PEXPIRE', KEYS[3], text(math.max(0, presence.expires - now) + ${presenceSpare}))
end
return cjson.encode({
  turn = redis.call('INCR', KEYS[2]),
  charged = { outcome = 'granted', fresh = fresh, novel = novel, left = math.max(0, left - fresh) },
  wouldBe = refused,
})
`;
