-- The router's decisions in Redis, done with care: a sorted set of ready agents per class (queue, skill, level), by the end
-- of their last work; one of waiting items per class, by t0; and per agent the list of the classes that he serves.
-- KEYS[1]: 'a' or 'f'. a: now, item, class (queue:skill:level). f: now, agent. Answers the agent or the item, or 0.
local weights = { ['0'] = 100, ['1'] = 200, ['2'] = 50, ['3'] = 100 }
local targets = { ['0'] = 300000, ['1'] = 600000, ['2'] = 45000, ['3'] = 3600000 }
local now = tonumber(ARGV[1])

local function classes_of(agent)
  return redis.call('LRANGE', 'classes:' .. agent, 0, -1)
end

if KEYS[1] == 'a' then
  local item, class = ARGV[2], ARGV[3]
  local best = redis.call('ZRANGE', 'ready:' .. class, 0, 0)[1]
  if not best then
    redis.call('ZADD', 'wait:' .. class, now, item)
    return 0
  end
  for _, c in ipairs(classes_of(best)) do
    redis.call('ZREM', 'ready:' .. c, best)
  end
  return tonumber(best)
end

local agent = ARGV[2]
local best, best_class, best_t0, best_queue
local classes = classes_of(agent)
for _, c in ipairs(classes) do
  local head = redis.call('ZRANGE', 'wait:' .. c, 0, 0, 'WITHSCORES')
  if head[1] then
    local t0, queue = tonumber(head[2]), string.sub(c, 1, 1)
    local l = best and (now - t0) * weights[queue] * (targets[best_queue] / 1000)
    local r = best and (now - best_t0) * weights[best_queue] * (targets[queue] / 1000)
    local first = not best
    if best and queue ~= best_queue and l ~= r then
      first = l > r
    elseif best then
      first = t0 < best_t0 or (t0 == best_t0 and tonumber(head[1]) < tonumber(best))
    end
    if first then
      best, best_class, best_t0, best_queue = head[1], c, t0, queue
    end
  end
end
if best then
  redis.call('ZREM', 'wait:' .. best_class, best)
  return tonumber(best)
end
for _, c in ipairs(classes) do
  redis.call('ZADD', 'ready:' .. c, now, agent)
end
return 0
