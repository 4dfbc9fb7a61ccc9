-- SPDX-License-Identifier: MIT
local minutes, counted, late, day = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local done = {}
for i = late and 5 or 4, #ARGV, late and 3 or 2 do
	local minute, colour = ARGV[i], ARGV[i + 1]
	if count_minute(minutes, counted, day, minute, colour) then
		done[#done + 1] = minute
		if late then
			redis.call('HSET', late,
				string.format('%.0f', day * 86400 + minute * 60), ARGV[i + 2])
		end
	end
end
if late then
	-- What nobody took for that long is not asked for any more.
	local oldest = day * 86400 + (tonumber(ARGV[#ARGV - 2]) or 0) * 60 - ARGV[4]
	for _, window in ipairs(redis.call('HKEYS', late)) do
		if tonumber(window) < oldest then redis.call('HDEL', late, window) end
	end
	redis.call('EXPIRE', late, ARGV[4])
end
redis.call('EXPIRE', minutes, ARGV[2])
redis.call('EXPIRE', counted, ARGV[3])
return done
