-- KEYS and ARGV are numbered as those of script_ingest, see scripts.h.

-- By bytes, as strcmp(3): the store's locale has an order of its own.
local function less(a, b)
	for i = 1, math.min(#a, #b) do
		local x, y = a:byte(i), b:byte(i)
		if x ~= y then return x < y end
	end
	return #a < #b
end
-- The pieces of a probe are {mark, text}, by the number that the mark begins with.
local function put(t, mark, text)
	t[tonumber(mark:sub(1, 1))] = {mark, text}
end
-- The pieces of a text: as many as there are marks, with separators between them.
local function stored(marks, text, separator)
	local t, from = {}, 1
	for mark in marks:gmatch('%S+') do
		local a, b = text:find(separator, from, true)
		put(t, mark, text:sub(from, (a or 0) - 1))
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
-- The marks, and the texts with separators between them.
local function join(t, separator)
	local marks, texts = {}, {}
	for i = 1, 9 do
		if t[i] then
			marks[#marks + 1], texts[#texts + 1] = t[i][1], t[i][2]
		end
	end
	return table.concat(marks, ' '), table.concat(texts, separator)
end
-- Whether a probe is whole, see offline/collect.h; if so the bucket of its
-- duration, or the layer at which it failed.
local function counts_as(t)
	local at, layer, n = 9, nil, 0
	local function failed(step, l)
		if step and step < at then at, layer = step, l end
	end
	for i = 1, 8 do
		local l = t[i] and t[i][1]:match('^%d:(%l+)')
		if t[i] then n = n + 1 end
		if l then failed(i, l) end
	end
	if t[9] then
		local step, l = t[9][1]:match('^9:(%d):(%l+)')
		failed(tonumber(step), l)
	end
	if at < 9 then return true, nil, layer, at end
	if not t[9] then return n == 8 end
	return true, t[9][1]:match('^9:(%d+)')
end
local function add(key, field, by)
	if redis.call('HINCRBY', key, field, by) <= 0 then
		redis.call('HDEL', key, field)
	end
end
-- Count a probe in (by 1) or out (by -1): latency and errors, hour and day.
local function count_probe(t, by)
	local whole, b, l = counts_as(t)
	for i = 5, 6 do
		if b then add(KEYS[i], b, by) end
	end
	for i = 7, 8 do
		local when = ARGV[i + 7] .. ':'
		if whole then add(KEYS[i], when .. 'probes', by) end
		if l then add(KEYS[i], when .. l, by) end
		-- An answer 429 is one of HTTP, too.
		if l == 'throttled' then add(KEYS[i], when .. 'http', by) end
	end
end
-- Counts have changed: they live anew, and a later baseline is no longer true.
local function counts_changed()
	for i, life in ipairs({12, 25, 16, 17}) do
		redis.call('EXPIRE', KEYS[4 + i], ARGV[life])
	end
	local b = redis.call('GET', KEYS[9])
	if b and (tonumber(b:match('^%d+')) or 1e9) > tonumber(ARGV[18]) then
		redis.call('DEL', KEYS[9])
	end
end
