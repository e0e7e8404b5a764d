-- KEYS: named: the claim's "seen" key, then the session of each save, then the "seen" key of each item.
-- ARGV: 2 lane, 3 member, 4 fence, 5 state, 6 delay, 7 uncounted, 8 note, 9 result, 10 chat to block or '',
--       11 number of saves, then revision, value, ttl of each save; then '' or order up to which the inbox is erased,
--       number of beginnings of sessions to erase, and these; then the number of jobs, and five values of each item as in put,
--       the jobs before the messages.
-- Everything is checked before the first write: a script is not undone.
local lane, member, fence = ARGV[2], ARGV[3], ARGV[4]
local chat = string.sub(lane, 3)
local held = redis.call('HGET', this.lease, lane)
if not held or string.match(held, '^%d+') ~= fence then
  return 'fenced'
end
local saves = tonumber(ARGV[11])
for i = 1, saves do
  if revisionOf(KEYS[named + i]) ~= ARGV[9 + 3 * i] then
    return 'conflict'
  end
end

local ready = now
if ARGV[5] == 'retry' then
  ready = now + tonumber(ARGV[6])
  redis.call('PEXPIRE', KEYS[named], remembered)
  if ARGV[7] == '1' then
    redis.call('HINCRBY', this.tries, member, -1)
  end
else
  redis.call('ZREM', this.order, member)
  if ARGV[5] == 'parked' then
    redis.call('ZADD', this.parked, now, member)
    redis.call('HSET', this.notes, member, ARGV[8])
  else
    drop(this, member)
    remember(this, KEYS[named], string.sub(KEYS[named], #this.base + 6), chat, ARGV[9])
  end
end
redis.call('HDEL', this.lease, lane)
if head(this, lane) then
  redis.call('ZADD', lanesOf(this, lane), ready, lane)
else
  redis.call('ZREM', lanesOf(this, lane), lane)
end

for i = 1, saves do
  save(KEYS[named + i], ARGV[10 + 3 * i], ARGV[11 + 3 * i])
end
if ARGV[10] ~= '' then
  block(ARGV[10])
end
local a = 12 + 3 * saves
if ARGV[a] ~= '' then
  eraseQueue(inbox, chat, ARGV[a])
  eraseQueue(outbox, chat, '')
  for i = 1, tonumber(ARGV[a + 1]) do
    eraseSessions(ARGV[a + 1 + i])
  end
end
a = a + 2 + tonumber(ARGV[a + 1])
local first = named + 1 + saves
local jobs = tonumber(ARGV[a])
a = a + 1
for i = first, #KEYS do
  put(i < first + jobs and queues.job or outbox, KEYS[i], ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4])
  a = a + 5
end
return 'ok'
