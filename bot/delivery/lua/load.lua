-- KEYS: named: the session. Gives revision and value, or nothing.
if revisionOf(KEYS[named]) == '0' then
  return {}
end
return redis.call('HMGET', KEYS[named], 'rev', 'value')
