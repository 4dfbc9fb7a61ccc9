-- SPDX-License-Identifier: MIT
-- Add the maintenance ARGV[1], which is ARGV[2], to the hash KEYS[1], unless that
-- holds one which is neither it nor among ARGV[3] and what follows: those that are
-- known to whoever found that there is room. 1; or 0 where it does.
local known = {}
for i = 3, #ARGV do known[ARGV[i]] = true end
known[ARGV[1]] = true
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
	if not known[id] then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
