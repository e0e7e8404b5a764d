-- KEYS named..: the "seen" key of each item. ARGV 2..: key, chat, priority, order, body of each.
local added = 0
for i = named, #KEYS do
  local a = 2 + (i - named) * 5
  added = added + put(this, KEYS[i], ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4])
end
return added
