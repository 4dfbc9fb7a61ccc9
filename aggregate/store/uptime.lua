-- SPDX-License-Identifier: MIT
-- The key `counted` of a day has a letter for each minute up to the last that is
-- counted, in runs, see key_counted in keys.h: 'u' where the colour is not known.

-- Whether the hash of minutes has counts of a day.
local function has_counts(minutes, day)
	for _, f in ipairs(redis.call('HKEYS', minutes)) do
		if f:match('^(%d+):') == day then return true end
	end
end
-- The letters of a day that an older version wrote, in bits: one for each minute,
-- then two for each, its colour.
local function letters_of_bits(text)
	local out = {}
	local function bit_at(i)
		return bit.band(bit.rshift(text:byte(math.floor(i / 8) + 1) or 0,
			7 - i % 8), 1)
	end
	for m = 0, 1439 do
		local c = 2 * bit_at(1440 + 2 * m) + bit_at(1441 + 2 * m) + 1
		out[m + 1] = bit_at(m) == 0 and 'n' or ('ugar'):sub(c, c)
	end
	return (table.concat(out):gsub('n+$', ''))
end
local function letters_of(counted)
	local text = redis.call('GET', counted)
	local runs = (text or 'runs:'):match('^runs:(.*)$')
	if not runs then return letters_of_bits(text) end
	return (runs:gsub('(%d+)(%l)', function(n, l) return l:rep(tonumber(n)) end))
end
local function runs_of(letters)
	local out, i = {'runs:'}, 1
	while i <= #letters do
		local l = letters:sub(i, i)
		local _, last = letters:find('^' .. l .. '+', i)
		out[#out + 1] = (last - i + 1) .. l
		i = last + 1
	end
	return table.concat(out)
end
-- Add n to a count of minutes; delete a count that becomes 0. HSET of the sum, not
-- HINCRBY: a killed Redis may repeat a command when it starts, see store-kills.bats.
local function add(minutes, day, what, n)
	local field = day .. ':' .. what
	local sum = (tonumber(redis.call('HGET', minutes, field) or '') or 0) + n
	if sum > 0 then redis.call('HSET', minutes, field, string.format('%.0f', sum))
	else redis.call('HDEL', minutes, field) end
end
-- Count a minute of a day, unless it is counted already; whether it was not. A
-- minute is of a colour, and may be of that colour within a maintenance, or because
-- our checks are kept out, which is counted beside: 'red-maintenance',
-- 'red-unchecked', 'amber-unchecked'.
local function count_minute(minutes, counted, day, minute, as)
	local colour = as:match('^%a+')
	local upto = redis.call('HGET', minutes, 'upto')
	local letters = letters_of(counted)
	-- A day counted before there was such a key: up to the last minute published.
	if upto and letters == '' and has_counts(minutes, day) then
		local last = math.floor((tonumber(upto) - day * 86400) / 60)
		letters = ('u'):rep(math.min(last + 1, 1440))
	end
	local there = letters:sub(minute + 1, minute + 1)
	if there ~= '' and there ~= 'n' then return false end
	redis.call('SET', counted, runs_of(letters:sub(1, minute) ..
		('n'):rep(minute - #letters) .. colour:sub(1, 1) ..
		letters:sub(minute + 2)), 'KEEPTTL')
	add(minutes, day, colour, 1)
	if as ~= colour then add(minutes, day, as, 1) end
	return true
end
-- What a minute of a day is counted as, as far as its letter says: in a maintenance
-- where what it is to be counted as is; false where it is not.
local function counted_as(counted, minute, as)
	local letter = letters_of(counted):sub(minute + 1, minute + 1)
	if letter ~= '' and letter == as:sub(1, 1) then return as end
	return ({g = 'green', a = 'amber', r = 'red'})[letter] or false
end
-- A minute of a day that was counted as `was` is one of `as`.
local function recount_minute(minutes, counted, day, minute, was, as)
	local before, colour = was:match('^%a+'), as:match('^%a+')
	local letters = letters_of(counted)
	if was == as or letters:sub(minute + 1, minute + 1) ~= before:sub(1, 1) then return end
	redis.call('SET', counted, runs_of(letters:sub(1, minute) .. colour:sub(1, 1) ..
		letters:sub(minute + 2)), 'KEEPTTL')
	add(minutes, day, before, -1)
	if was ~= before then add(minutes, day, was, -1) end
	add(minutes, day, colour, 1)
	if as ~= colour then add(minutes, day, as, 1) end
end
-- uptime_30d as of a day, as JSON, and the letters of the 30 days, see
-- listing_row.h; days that are older than `kept` are dropped. Minutes in which nothing
-- could be checked are as if they had not been; so are the red ones of a maintenance,
-- where that does not count.
local function uptime_30d(minutes, today, kept, maintenance_counts)
	local all, red, planned = 0, 0, 0
	local days = {}
	for i = 1, 30 do days[i] = {} end
	local m = redis.call('HGETALL', minutes)
	for i = 1, #m, 2 do
		local day, as = m[i]:match('^(%d+):([%a-]+)$')
		if day and tonumber(day) <= today - kept then
			redis.call('HDEL', minutes, m[i])
		elseif day and tonumber(day) > today - 30 then
			if as == 'red-maintenance' then
				planned = planned + m[i + 1]
			elseif as == 'red-unchecked' then
				all, red = all - m[i + 1], red - m[i + 1]
			elseif as == 'amber-unchecked' then
				all = all - m[i + 1]
			elseif as:match('^%a+$') then
				all = all + m[i + 1]
			end
			if as == 'red' then red = red + m[i + 1] end
			local d = days[tonumber(day) - today + 30]
			if d then d[as] = tonumber(m[i + 1]) end
		end
	end
	for i, d in ipairs(days) do
		local work = d['red-maintenance'] or 0
		days[i] = (d.red or 0) > work + (d['red-unchecked'] or 0) and 'd' or
			(d.amber or 0) > (d['amber-unchecked'] or 0) and 'p' or
			work > 0 and 'w' or d.green and 'u' or '-'
	end
	days = table.concat(days)
	if not maintenance_counts then all, red = all - planned, red - planned end
	if all <= 0 then return 'null', days end
	-- Rounded down, so that one red minute is never 100.
	return string.format('%.2f', math.floor((all - red) * 10000 / all) / 100), days
end
