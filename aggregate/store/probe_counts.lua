-- SPDX-License-Identifier: MIT
-- By bytes, as strcmp(3): the store's locale has an order of its own.
local function less(a, b)
	for i = 1, math.min(#a, #b) do
		local x, y = a:byte(i), b:byte(i)
		if x ~= y then return x < y end
	end
	return #a < #b
end
-- The pieces of a text, as {mark, text} by the number that the mark begins with: as
-- many as there are marks, with separators between them.
local function stored(marks, text, separator)
	local t, from = {}, 1
	for mark in marks:gmatch('%S+') do
		local a, b = text:find(separator, from, true)
		t[tonumber(mark:sub(1, 1))] = {mark, text:sub(from, (a or 0) - 1)}
		from = (b or #text) + 1
	end
	return t
end
-- The pieces of both; of two with one number the lesser by bytes.
local function union(a, b)
	local t = {}
	for i = 1, 9 do
		t[i] = a[i] or b[i]
		if a[i] and b[i] and less(b[i][2], a[i][2]) then t[i] = b[i] end
	end
	return t
end
-- The marks, the texts with separators between them, and their lengths.
local function join(t, separator)
	local marks, texts, lengths = {}, {}, {}
	for i = 1, 9 do
		if t[i] then
			marks[#marks + 1], texts[#texts + 1] = t[i][1], t[i][2]
			lengths[#lengths + 1] = #t[i][2]
		end
	end
	return table.concat(marks, ' '), table.concat(texts, separator),
		table.concat(lengths, ' ')
end
-- Whether a probe with these marks is whole, see histories/collect.h; if so the bucket
-- of its duration, or the layer at which it failed, and the step.
local function counts_as(marks)
	local bucket, behind = marks:match('^[^:]*9:(%d+)(.?)')
	if bucket and behind ~= ':' then return true, bucket end
	local at, layer, n, summary = 9, nil, 0, nil
	for mark in marks:gmatch('%S+') do
		if mark == '9-' then return false end
		local step, l = mark:match('^(%d):(%l+)')
		if mark:sub(1, 2) == '9:' then
			summary = mark
			step, l = mark:match('^9:(%d):(%l+)')
		else
			n = n + 1
		end
		step = tonumber(step)
		if step and step < at then at, layer = step, l end
	end
	if at < 9 then return true, nil, layer, at end
	if not summary then return n == 8 end
	return true, summary:match('^9:(%d+)')
end
-- How much is to be added to the fields of hashes, by their keys.
local counts = {}
local function add(key, field, by)
	local fields = counts[key] or {}
	counts[key] = fields
	fields[field] = (fields[field] or 0) + by
end
-- Count a probe in (by 1) or out (by -1): the latency of the hour and the day at
-- KEYS[2] and KEYS[3], their errors at KEYS[4] and KEYS[5].
local function count_probe(marks, by, minute, hour)
	local whole, bucket, layer = counts_as(marks)
	for i = 2, 3 do
		if bucket then add(KEYS[i], bucket, by) end
	end
	for i = 4, 5 do
		local when = (i == 4 and minute or hour) .. ':'
		if whole then add(KEYS[i], when .. 'probes', by) end
		if layer then add(KEYS[i], when .. layer, by) end
		-- An answer 429 is one of HTTP, too.
		if layer == 'throttled' then add(KEYS[i], when .. 'http', by) end
	end
end
-- Write them; what finds a key of another type fails before anything is written. A
-- key in which none of its fields was yet may be new: it is given its life, by key,
-- as all are where it is_new.
local function write_counts(lives, is_new)
	local all = {}
	for key, fields in pairs(counts) do
		local names = {}
		for field, by in pairs(fields) do
			if by ~= 0 then names[#names + 1] = field end
		end
		if names[1] then
			all[#all + 1] = {key, names, redis.call('HMGET', key, unpack(names))}
		end
	end
	for _, c in ipairs(all) do
		local key, names, old = unpack(c)
		local set, is_there = {}, false
		for i, field in ipairs(names) do
			local n = (tonumber(old[i]) or 0) + counts[key][field]
			is_there = is_there or old[i]
			if n <= 0 then
				redis.call('HDEL', key, field)
			else
				set[#set + 1], set[#set + 2] = field, string.format('%.0f', n)
			end
		end
		if set[1] then redis.call('HSET', key, unpack(set)) end
		if lives[key] and (is_new or not is_there) then
			redis.call('EXPIRE', key, lives[key])
		end
	end
end
