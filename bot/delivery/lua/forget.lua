-- Takes sessions that expired out of the list of their keys, 1,000 a call.
-- ARGV: 2 '-' or what the call before gave. Gives where to go on, '' at the end.
local keys = redis.call('ZRANGEBYLEX', sessions, ARGV[2], '+', 'LIMIT', 0, 1000)
for _, key in ipairs(keys) do
  if revisionOf(sessions .. ':' .. key) == '0' then
    redis.call('ZREM', sessions, key)
  end
end
if #keys < 1000 then
  return ''
end
return '(' .. keys[#keys]
