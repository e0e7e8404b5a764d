-- ARGV: 2 how long parked items are kept. The rest expires by itself.
for _, member in ipairs(redis.call('ZRANGEBYSCORE', this.parked, '-inf', now - tonumber(ARGV[2]), 'LIMIT', 0, 1000)) do
  redis.call('ZREM', this.parked, member)
  redis.call('HDEL', this.notes, member)
  redis.call('HDEL', this.items, member)
  redis.call('HDEL', this.tries, member)
end
return 'ok'
