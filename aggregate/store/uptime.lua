-- A minute is counted where its bit in the key `counted` of its day is set.

-- Whether the hash of minutes has counts of a day.
local function has_counts(minutes, day)
	for _, f in ipairs(redis.call('HKEYS', minutes)) do
		if f:match('^(%d+):') == day then return true end
	end
end
-- Count a minute of a day, unless it is counted already; whether it was not.
local function count_minute(minutes, counted, day, minute, colour)
	local upto = redis.call('HGET', minutes, 'upto')
	-- A day counted before there was such a key: up to the last minute published.
	if upto and redis.call('EXISTS', counted) == 0 and has_counts(minutes, day) then
		local last = math.floor((tonumber(upto) - day * 86400) / 60)
		for i = 0, math.min(last, 1439) do
			redis.call('SETBIT', counted, i, 1)
		end
	end
	if redis.call('SETBIT', counted, minute, 1) ~= 0 then return false end
	local at = 1440 + 2 * minute
	if colour ~= 'green' then redis.call('SETBIT', counted, at, 1) end
	if colour ~= 'amber' then redis.call('SETBIT', counted, at + 1, 1) end
	redis.call('HINCRBY', minutes, day .. ':' .. colour, 1)
	return true
end
-- uptime_30d as of a day, as JSON; days that are older than `kept` are dropped.
local function uptime_30d(minutes, today, kept)
	local all, red = 0, 0
	local m = redis.call('HGETALL', minutes)
	for i = 1, #m, 2 do
		local day, colour = m[i]:match('^(%d+):(%a+)$')
		if day and tonumber(day) <= today - kept then
			redis.call('HDEL', minutes, m[i])
		elseif day and tonumber(day) > today - 30 then
			all = all + m[i + 1]
			if colour == 'red' then red = red + m[i + 1] end
		end
	end
	if all == 0 then return 'null' end
	-- Rounded down, so that one red minute is never 100.
	return string.format('%.2f', math.floor((all - red) * 10000 / all) / 100)
end
