-- KEYS: named: the session. ARGV: 2 revision, 3 value, 4 ttl or ''. Gives the new revision, -1 for a conflict.
if revisionOf(KEYS[named]) ~= ARGV[2] then
  return -1
end
return save(KEYS[named], ARGV[3], ARGV[4])
