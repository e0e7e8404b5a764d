-- KEYS: named: the lock. ARGV: 2 fence.
if redis.call('HGET', KEYS[named], 'fence') == ARGV[2] then
  redis.call('DEL', KEYS[named])
end
return 'ok'
