// Who is known to an account, in Lua: a year of persons is what fills a Redis, and a sorted set takes 150 bytes for each.
// Here a hash has up to 64 buckets, named by the first character of the digest; a bucket is entries of 16 bytes, ten more
// characters of the digest and the time in six bytes. The 66 bits are of a keyed hash: nobody can search for two persons
// that meet in them, and by chance 30,000 persons of one account hold such a pair once in 10^11 (docs/bulk-queries.md).
// Then one person would not count as new; the caps of a day keep all 128 bits.

/** Part of `budgetScript`: wants `now` and KEYS[6] (the hash), KEYS[7] (the sorted set of earlier versions). */
export const knownScript = `
local size, held, changed = 16, {}, {}

local function bucketFor(digest)
  local name = string.sub(digest, 1, 1)
  if not held[name] then held[name] = redis.call('HGET', KEYS[6], name) or '' end
  return name, held[name]
end

local function placeIn(bucket, digest)
  local tag, from = string.sub(digest, 2, 11), 1
  while true do
    local place = string.find(bucket, tag, from, true)
    if not place or (place - 1) % size == 0 then return place end
    from = place + 1
  end
end

local function timeAt(bucket, place) return (struct.unpack('>I6', bucket, place + 10)) end

local function knownSince(r, since)
  for _, digest in ipairs(r) do
    local _, bucket = bucketFor(digest)
    local place = placeIn(bucket, digest)
    if place and timeAt(bucket, place) > since then return true end
  end
  return false
end

local function withoutOld(bucket, since)
  local kept = {}
  for place = 1, #bucket, size do
    if timeAt(bucket, place) > since then kept[#kept + 1] = string.sub(bucket, place, place + size - 1) end
  end
  return table.concat(kept)
end

local function put(digest, at, since)
  local name, bucket = bucketFor(digest)
  local place = placeIn(bucket, digest)
  if not place then
    bucket = withoutOld(bucket, since)
    place = #bucket + 1
  elseif at < timeAt(bucket, place) then return end
  local entry = string.sub(digest, 2, 11) .. struct.pack('>I6', at)
  held[name] = string.sub(bucket, 1, place - 1) .. entry .. string.sub(bucket, place + size)
  changed[name] = true
end

local function drop(digest)
  local name, bucket = bucketFor(digest)
  local place = placeIn(bucket, digest)
  if not place then return end
  held[name] = string.sub(bucket, 1, place - 1) .. string.sub(bucket, place + size)
  changed[name] = true
end

local function keepKnown(expires)
  for name in pairs(changed) do
    if held[name] == '' then redis.call('HDEL', KEYS[6], name) else redis.call('HSET', KEYS[6], name, held[name]) end
  end
  changed = {}
  redis.call('PEXPIRE', KEYS[6], expires)
end

-- Once for each account, in one walk: 30,000 persons must not hold the server up.
local function moveEarlier(horizon, expires)
  if redis.call('EXISTS', KEYS[7]) == 0 then return end
  local flat = redis.call('ZRANGEBYSCORE', KEYS[7], '(' .. string.format('%.0f', now - horizon), '+inf', 'WITHSCORES')
  local added = {}
  for i = 1, #flat, 2 do
    local digest, at = flat[i], tonumber(flat[i + 1])
    local name, bucket = bucketFor(digest)
    if placeIn(bucket, digest) then put(digest, at, now - horizon)
    else
      added[name] = added[name] or {}
      table.insert(added[name], string.sub(digest, 2, 11) .. struct.pack('>I6', at))
    end
  end
  for name, entries in pairs(added) do
    held[name] = held[name] .. table.concat(entries)
    changed[name] = true
  end
  keepKnown(expires)
  redis.call('DEL', KEYS[7])
end
`;
