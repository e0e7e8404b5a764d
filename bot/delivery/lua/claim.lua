-- ARGV: 2 owner, 3 how many at most, 4 lease. Gives five values a claim.
local claims = {}
local left = tonumber(ARGV[3])
for _, prio in ipairs({ '0', '1' }) do
  if left > 0 then
    local lanes = redis.call('ZRANGEBYSCORE', this.lanes[prio], '-inf', now, 'LIMIT', 0, left)
    for _, lane in ipairs(lanes) do
      local member = head(this, lane)
      local fence = redis.call('INCR', counter)
      redis.call('HSET', this.lease, lane, fence .. ':' .. ARGV[2])
      redis.call('ZADD', this.lanes[prio], now + tonumber(ARGV[4]), lane)
      local tries = redis.call('HINCRBY', this.tries, member, 1)
      table.insert(claims, { lane, member, redis.call('HGET', this.items, member), fence, tries })
    end
    left = left - #lanes
  end
end
return claims
