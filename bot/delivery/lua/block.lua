-- ARGV: 2 chat, 3 '1' to block, '0' to forget it.
if ARGV[3] == '1' then
  block(ARGV[2])
else
  redis.call('HDEL', blocked, ARGV[2])
end
return 'ok'
