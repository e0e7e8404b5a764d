-- KEYS: 19 the lock. ARGV: 2 fence.
if redis.call('HGET', KEYS[19], 'fence') == ARGV[2] then
  redis.call('DEL', KEYS[19])
end
return 'ok'
