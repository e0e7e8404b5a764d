-- KEYS: named: the lock. ARGV: 2 owner, 3 ttl. Gives the fence, -1 when another holds it.
local lock = redis.call('HMGET', KEYS[named], 'owner', 'fence', 'until')
local fence = lock[2]
if lock[1] and tonumber(lock[3]) > now then
  if lock[1] ~= ARGV[2] then
    return -1
  end
else
  fence = redis.call('INCR', counter)
end
redis.call('HSET', KEYS[named], 'owner', ARGV[2], 'fence', fence, 'until', now + tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[named], ARGV[3])
return tonumber(fence)
