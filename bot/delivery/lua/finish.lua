-- KEYS: 19 the claim's "seen" key, then the session of each save, then the "seen" key of each item.
-- ARGV: 2 lane, 3 member, 4 fence, 5 state, 6 delay, 7 uncounted, 8 note, 9 result, 10 chat to block or '',
--       11 number of saves, then revision, value, ttl of each save; then five values of each item as in put.
-- Everything is checked before the first write: a script is not undone.
local lane, member, fence = ARGV[2], ARGV[3], ARGV[4]
local held = redis.call('HGET', this.lease, lane)
if not held or string.match(held, '^%d+') ~= fence then
  return 'fenced'
end
local saves = tonumber(ARGV[11])
for i = 1, saves do
  if revisionOf(KEYS[19 + i]) ~= ARGV[9 + 3 * i] then
    return 'conflict'
  end
end

local ready = now
if ARGV[5] == 'retry' then
  ready = now + tonumber(ARGV[6])
  redis.call('PEXPIRE', KEYS[19], remembered)
  if ARGV[7] == '1' then
    redis.call('HINCRBY', this.tries, member, -1)
  end
else
  redis.call('ZREM', this.order, member)
  if ARGV[5] == 'parked' then
    redis.call('ZADD', this.parked, now, member)
    redis.call('HSET', this.notes, member, ARGV[8])
  else
    redis.call('HDEL', this.items, member)
    redis.call('HDEL', this.tries, member)
    redis.call('SET', KEYS[19], ARGV[9], 'XX', 'KEEPTTL')
  end
end
redis.call('HDEL', this.lease, lane)
if head(this, lane) then
  redis.call('ZADD', lanesOf(this, lane), ready, lane)
else
  redis.call('ZREM', lanesOf(this, lane), lane)
end

for i = 1, saves do
  save(KEYS[19 + i], ARGV[10 + 3 * i], ARGV[11 + 3 * i])
end
if ARGV[10] ~= '' then
  block(ARGV[10])
end
local a = 12 + 3 * saves
for i = 20 + saves, #KEYS do
  put(outbox, KEYS[i], ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4])
  a = a + 5
end
return 'ok'
