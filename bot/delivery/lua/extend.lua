-- ARGV: 2 lane, 3 fence, 4 lease. Gives 0 when the lease was lost.
local lane, fence = ARGV[2], ARGV[3]
local held = redis.call('HGET', this.lease, lane)
if not held or string.match(held, '^%d+') ~= fence then
  return 0
end
redis.call('ZADD', lanesOf(this, lane), now + tonumber(ARGV[4]), lane)
return 1
