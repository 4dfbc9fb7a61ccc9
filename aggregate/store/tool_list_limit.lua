-- SPDX-License-Identifier: MIT
-- Make room for n bytes: the oldest lists go first, and last of all those that a
-- region saw last.
local function make_room(key, n)
	local lists, keep, sum = {}, seen_last(key), n
	for _, f in ipairs(redis.call('HKEYS', key)) do
		if is_list(f) then
			local size = redis.call('HSTRLEN', key, f)
			local at = redis.call('HGET', key, 'listed:' .. f)
			lists[#lists + 1] = {f, size, tonumber(at or 0) or 0}
			sum = sum + size
		end
	end
	table.sort(lists, function(a, b)
		local x, y = keep[a[1]] or false, keep[b[1]] or false
		if x ~= y then return y end
		if a[3] ~= b[3] then return a[3] < b[3] end
		return less(a[1], b[1])
	end)
	for _, l in ipairs(lists) do
		if sum <= tonumber(ARGV[10]) then break end
		drop(key, l[1])
		sum = sum - l[2]
	end
end
-- Keep a list that a probe read, unless the tools churn, or it is too long.
local function keep_list(key, field, text, at, life)
	if (redis.call('HGET', key, 'churn:since') or '0') ~= '0' or
			#text > tonumber(ARGV[10]) then
		return
	end
	if redis.call('HEXISTS', key, field) == 0 then
		make_room(key, #text)
		redis.call('HSET', key, field, text)
	end
	local before = redis.call('HGET', key, 'listed:' .. field)
	if (tonumber(before or 0) or 0) < tonumber(at) then
		redis.call('HSET', key, 'listed:' .. field, at)
	end
	redis.call('EXPIRE', key, life)
end
