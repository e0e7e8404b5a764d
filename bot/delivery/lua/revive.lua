local members = redis.call('ZRANGE', this.parked, 0, -1)
for _, member in ipairs(members) do
  local lane = string.match(member, '^[^|]+')
  redis.call('ZREM', this.parked, member)
  redis.call('HDEL', this.notes, member)
  redis.call('HDEL', this.tries, member)
  redis.call('ZADD', this.order, 0, member)
  redis.call('ZADD', lanesOf(this, lane), 'NX', now, lane)
end
return #members
