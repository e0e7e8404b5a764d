-- KEYS: 19 the session. Gives revision and value, or nothing.
if revisionOf(KEYS[19]) == '0' then
  return {}
end
return redis.call('HMGET', KEYS[19], 'rev', 'value')
