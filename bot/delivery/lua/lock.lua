-- KEYS: 19 the lock. ARGV: 2 owner, 3 ttl. Gives the fence, -1 when another holds it.
local lock = redis.call('HMGET', KEYS[19], 'owner', 'fence', 'until')
local fence = lock[2]
if lock[1] and tonumber(lock[3]) > now then
  if lock[1] ~= ARGV[2] then
    return -1
  end
else
  fence = redis.call('INCR', counter)
end
redis.call('HSET', KEYS[19], 'owner', ARGV[2], 'fence', fence, 'until', now + tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[19], ARGV[3])
return tonumber(fence)
