-- fresh(minutes, counted, day, minute, colour): see scripts.h. True once.
local function old_counts(minutes, day)
	for _, f in ipairs(redis.call('HKEYS', minutes)) do
		if f:match('^(%d+):') == day then return true end
	end
end
local function fresh(minutes, counted, day, minute, colour)
	local upto = redis.call('HGET', minutes, 'upto')
	if upto and redis.call('EXISTS', counted) == 0 and
			old_counts(minutes, day) then
		local last = math.floor((tonumber(upto) - day * 86400) / 60)
		for i = 0, math.min(last, 1439) do
			redis.call('SETBIT', counted, i, 1)
		end
	end
	if redis.call('SETBIT', counted, minute, 1) ~= 0 then return false end
	local at = 1440 + 2 * minute
	redis.call('SETBIT', counted, at, colour == 'green' and 0 or 1)
	redis.call('SETBIT', counted, at + 1, colour == 'amber' and 0 or 1)
	return true
end
