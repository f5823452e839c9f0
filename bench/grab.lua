-- A grab in Redis. KEYS: members of the group, shares left, who got what, count; ARGV[1]: the account.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return redis.error_reply('not-a-member') end
local had = redis.call('HGET', KEYS[3], ARGV[1])
if had then return {ok = 'got ' .. had} end
local amount = redis.call('LPOP', KEYS[2])
if not amount then return {ok = 'gone'} end
local place = redis.call('INCR', KEYS[4]) - 1
redis.call('HSET', KEYS[3], ARGV[1], amount .. ' ' .. place)
-- told: redis.call('PUBLISH', 'won', KEYS[3] .. ' ' .. ARGV[1] .. ' ' .. place .. ' ' .. amount)
return {ok = 'got ' .. amount .. ' ' .. place}
