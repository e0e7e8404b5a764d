-- KEYS: named: the counter of the limit. ARGV: 2 n, 3 limit, 4 window. Gives 1 or 0, used, what is left of the window.
local n, limit, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used, ends = 0, now + window
local at = redis.call('HMGET', KEYS[named], 'used', 'until')
if at[1] and tonumber(at[2]) > now then
  used, ends = tonumber(at[1]), tonumber(at[2])
end
if n > 0 and used + n > limit then
  return { 0, used, ends - now }
end
used = math.max(0, used + n)
redis.call('HSET', KEYS[named], 'used', used, 'until', ends)
redis.call('PEXPIRE', KEYS[named], math.max(1, ends - now))
return { 1, used, ends - now }
