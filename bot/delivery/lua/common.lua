-- Beginning of every script of the queues. Keys, all of one hash tag:
--   1 counter  2 blocked  3 keys of sessions  4-11 inbox  12-19 outbox  20-27 jobs  28.. named by the script
-- What erasing a chat finds can't be named before; the tag keeps it on this server.
-- ARGV[1] is the queue meant, and how many milliseconds to add to the server's
-- clock (0 but in tests).
local remembered = 172800000 -- 48 h, Remembered in store.go

local meant, ahead = string.match(ARGV[1], '^(%a+) (.+)$')
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ahead)

local function queue(at)
  return {
    base = string.sub(KEYS[at + 2], 1, -6), -- of the keys "seen" and "done": {name}:in:
    lanes = { ['0'] = KEYS[at], ['1'] = KEYS[at + 1] }, -- zset lane -> ready from
    order = KEYS[at + 2],  -- zset of members, lane|order|arrival
    items = KEYS[at + 3],  -- hash member -> received:key\nbody
    tries = KEYS[at + 4],  -- hash member -> claims
    lease = KEYS[at + 5],  -- hash lane -> fence:owner
    parked = KEYS[at + 6], -- zset member -> since
    notes = KEYS[at + 7],  -- hash member -> why parked
  }
end

local counter, blocked, sessions = KEYS[1], KEYS[2], KEYS[3]
local queues = { ['in'] = queue(4), out = queue(12), job = queue(20) }
local this, inbox, outbox = queues[meant], queues['in'], queues.out
local named = 28

local function lanesOf(q, lane)
  return q.lanes[string.sub(lane, 1, 1)]
end

local function head(q, lane)
  return redis.call('ZRANGEBYLEX', q.order, '[' .. lane .. '|', '(' .. lane .. '}', 'LIMIT', 0, 1)[1]
end

-- put adds one item unless its key is known; gives 1 if it was added.
local function put(q, seen, key, chat, prio, order, body)
  if redis.call('EXISTS', seen) == 1 then
    return 0
  end
  redis.call('SET', seen, '', 'PX', remembered)
  if q.order == outbox.order and redis.call('HEXISTS', blocked, chat) == 1 then
    return 0
  end
  local lane = prio .. ':' .. chat
  local member = lane .. '|' .. order .. '|' .. string.format('%016d', redis.call('INCR', counter))
  redis.call('HSET', q.items, member, now .. ':' .. key .. '\n' .. body)
  redis.call('ZADD', q.order, 0, member)
  redis.call('ZADD', lanesOf(q, lane), 'NX', now, lane)
  return 1
end

-- drop takes an item out of line.
local function drop(q, member)
  redis.call('ZREM', q.order, member)
  redis.call('HDEL', q.items, member)
  redis.call('HDEL', q.tries, member)
end

-- doneOf is a zset of the keys done for a chat, by when.
local function doneOf(q, chat)
  return q.base .. 'done:' .. chat
end

-- remember notes the result of an item that is done, and forgets what is too old.
local function remember(q, seen, key, chat, result)
  redis.call('SET', seen, result, 'XX', 'KEEPTTL')
  local done = doneOf(q, chat)
  redis.call('ZADD', done, now, key)
  redis.call('ZREMRANGEBYSCORE', done, '-inf', now - remembered)
  redis.call('PEXPIRE', done, remembered)
end

-- block notes the chat and drops what waits for it, whoever holds it.
local function block(chat)
  redis.call('HSETNX', blocked, chat, now)
  for _, prio in ipairs({ '0', '1' }) do
    local lane = prio .. ':' .. chat
    for _, member in ipairs(redis.call('ZRANGEBYLEX', outbox.order, '[' .. lane .. '|', '(' .. lane .. '}')) do
      drop(outbox, member)
    end
    redis.call('HDEL', outbox.lease, lane)
    redis.call('ZREM', lanesOf(outbox, lane), lane)
  end
end

-- revisionOf gives the revision of a session that has not expired, '0' for none.
local function revisionOf(session)
  local at = redis.call('HMGET', session, 'rev', 'until')
  if at[1] and tonumber(at[2]) > now then
    return at[1]
  end
  return '0'
end

-- eraseQueue drops what a queue holds of a chat, whoever holds it, but items
-- after the order named, if one is.
local function eraseQueue(q, chat, upTo)
  for _, prio in ipairs({ '0', '1' }) do
    local lane = prio .. ':' .. chat
    local last = upTo == '' and '(' .. lane .. '}' or '(' .. lane .. '|' .. upTo .. '}'
    for _, member in ipairs(redis.call('ZRANGEBYLEX', q.order, '[' .. lane .. '|', last)) do
      drop(q, member)
    end
    for _, member in ipairs(redis.call('ZRANGE', q.parked, 0, -1)) do
      if string.sub(member, 1, #lane + 1) == lane .. '|' then
        drop(q, member)
        redis.call('ZREM', q.parked, member)
        redis.call('HDEL', q.notes, member)
      end
    end
    if not head(q, lane) then
      redis.call('HDEL', q.lease, lane)
      redis.call('ZREM', lanesOf(q, lane), lane)
    end
  end
  local done = doneOf(q, chat)
  for _, key in ipairs(redis.call('ZRANGE', done, 0, -1)) do
    redis.call('SET', q.base .. 'seen:' .. key, '', 'XX', 'KEEPTTL')
  end
  redis.call('DEL', done)
end

-- eraseSessions deletes the sessions whose keys begin with a prefix.
local function eraseSessions(prefix)
  for _, key in ipairs(redis.call('ZRANGEBYLEX', sessions, '[' .. prefix, '(' .. prefix .. '\255')) do
    redis.call('DEL', sessions .. ':' .. key)
    redis.call('ZREM', sessions, key)
  end
end

-- save writes a session whose revision was checked; a ttl of '' deletes it.
local function save(session, value, ttl)
  local key = string.sub(session, #sessions + 2)
  redis.call('DEL', session)
  if ttl == '' then
    redis.call('ZREM', sessions, key)
    return 0
  end
  redis.call('ZADD', sessions, 0, key)
  local rev = redis.call('INCR', counter)
  redis.call('HSET', session, 'rev', rev, 'value', value, 'until', now + tonumber(ttl))
  redis.call('PEXPIRE', session, ttl)
  return rev
end
