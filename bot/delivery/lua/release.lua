-- ARGV: 2 owner, 3.. fences to keep.
local keep = {}
for i = 3, #ARGV do
  keep[ARGV[i]] = true
end
local leases = redis.call('HGETALL', this.lease)
for i = 1, #leases, 2 do
  local fence, owner = string.match(leases[i + 1], '^(%d+):(.*)$')
  if owner == ARGV[2] and not keep[fence] then
    redis.call('HDEL', this.lease, leases[i])
    redis.call('ZADD', lanesOf(this, leases[i]), now, leases[i])
  end
end
return 'ok'
