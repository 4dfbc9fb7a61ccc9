local done = {}
for i = KEYS[3] and 5 or 4, #ARGV, KEYS[3] and 3 or 2 do
	if fresh(KEYS[1], KEYS[2], ARGV[1], ARGV[i], ARGV[i + 1]) then
		redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':' .. ARGV[i + 1], 1)
		done[#done + 1] = ARGV[i]
		if KEYS[3] then
			redis.call('HSET', KEYS[3],
				string.format('%.0f', ARGV[1] * 86400 + ARGV[i] * 60), ARGV[i + 2])
		end
	end
end
if KEYS[3] then redis.call('EXPIRE', KEYS[3], ARGV[4]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return done
