-- Beginning of every script of the queues. Keys, all of one hash tag:
--   1 counter  2 blocked  3-10 the queue  11-18 the outbox  19.. named by the script
-- ARGV[1] is how many milliseconds to add to the server's clock (0 but in tests).
local remembered = 172800000 -- 48 h, Remembered in store.go

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[1])

local function queue(at)
  return {
    lanes = { ['0'] = KEYS[at], ['1'] = KEYS[at + 1] }, -- zset lane -> ready from
    order = KEYS[at + 2],  -- zset of members, lane|order|arrival
    items = KEYS[at + 3],  -- hash member -> received:key\nbody
    tries = KEYS[at + 4],  -- hash member -> claims
    lease = KEYS[at + 5],  -- hash lane -> fence:owner
    parked = KEYS[at + 6], -- zset member -> since
    notes = KEYS[at + 7],  -- hash member -> why parked
  }
end

local counter, blocked = KEYS[1], KEYS[2]
local this, outbox = queue(3), queue(11)

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

-- block notes the chat and drops what waits for it, whoever holds it.
local function block(chat)
  redis.call('HSETNX', blocked, chat, now)
  for _, prio in ipairs({ '0', '1' }) do
    local lane = prio .. ':' .. chat
    for _, member in ipairs(redis.call('ZRANGEBYLEX', outbox.order, '[' .. lane .. '|', '(' .. lane .. '}')) do
      redis.call('ZREM', outbox.order, member)
      redis.call('HDEL', outbox.items, member)
      redis.call('HDEL', outbox.tries, member)
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

-- save writes a session whose revision was checked; a ttl of '' deletes it.
local function save(session, value, ttl)
  redis.call('DEL', session)
  if ttl == '' then
    return 0
  end
  local rev = redis.call('INCR', counter)
  redis.call('HSET', session, 'rev', rev, 'value', value, 'until', now + tonumber(ttl))
  redis.call('PEXPIRE', session, ttl)
  return rev
end
