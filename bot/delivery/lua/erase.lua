-- ARGV: 2 chat, 3.. beginnings of the keys of sessions.
eraseQueue(inbox, ARGV[2], '')
eraseQueue(outbox, ARGV[2], '')
for i = 3, #ARGV do
  eraseSessions(ARGV[i])
end
return 'ok'
