-- SPDX-License-Identifier: MIT
local places, hour, life = KEYS[1], tonumber(ARGV[1]), ARGV[2]
local HOURS, FIRST_ARG, KEYS_EACH = 3, 3, 4
local known = {}
do
	local all = redis.call('HGETALL', places)
	for i = 1, #all, 2 do known[all[i]] = all[i + 1] end
end
local upto = tonumber(known['.upto'] or '') or 0
if upto >= hour - 1 then return 0 end
-- Add how many probes of an hour took how long, where they were not broken.
local function count_row(row, counts)
	local any = false
	for m = 0, #row < 180 and -1 or 59 do
		local started, r = struct.unpack('>BH', row:sub(3 * m + 1, 3 * m + 3))
		local bucket, state = math.floor(r / 64), math.floor(r / 16) % 4
		if started > 0 and bucket < 1023 and state < 2 then
			bucket = math.floor(bucket / 4)
			counts[bucket] = (counts[bucket] or 0) + 1
			any = true
		end
	end
	return any
end
local function put_counts(head, counts)
	local out, order = {head}, {}
	for bucket in pairs(counts) do order[#order + 1] = bucket end
	table.sort(order)
	for _, bucket in ipairs(order) do
		out[#out + 1] = string.format('%.0f:%.0f', bucket, counts[bucket])
	end
	return table.concat(out, ' ')
end
-- What a region has, with the hours that are over.
local function place_text(old, rows)
	local days, lines, today = {}, {}, math.floor((hour - 1) / 24)
	for mark, at, rest in old:gmatch('(d?)(%d+)([^\n]*)\n') do
		at = tonumber(at)
		if mark == '' and at >= hour - 24 then lines[#lines + 1] = at .. rest end
		if mark == 'd' and at > today - 7 then
			days[at] = {}
			for bucket, n in rest:gmatch(' (%d+):(%d+)') do
				days[at][tonumber(bucket)] = tonumber(n)
			end
		end
	end
	for i, row in ipairs(rows) do
		local at, counts = hour - HOURS - 1 + i, {}
		if row and at > upto and count_row(row, counts) then
			local day = math.floor(at / 24)
			lines[#lines + 1] = put_counts(string.format('%.0f', at), counts)
			days[day] = days[day] or {}
			for bucket, n in pairs(counts) do
				days[day][bucket] = (days[day][bucket] or 0) + n
			end
		end
	end
	for day = today - 6, today do
		if days[day] then
			lines[#lines + 1] = put_counts(string.format('d%.0f', day), days[day])
		end
	end
	return table.concat(lines, '\n') .. '\n'
end
-- How long the parts of a probe took, added to sums. A line of the array is a record,
-- and before "ms" nothing in it is a stranger's but what ends at a quote.
local PARTS = {1, 1, 2, 2, 2, 3, 4}
local function count_steps(array, sums)
	local ms = {0, 0, 0, 0}
	local shook = false
	for line in array:gmatch('[^\n]+') do
		local n, took = line:match('^%[?{"v":1,"type":"step","slug":"[^"]*",' ..
			'"region":"[^"]*","probe_id":"[^"]*","probe_started_at":[%d.]+,' ..
			'"n":([1-7]),"step":"[^"]*","status":"pass","ms":([%d.]+)')
		took = tonumber(took or '')
		if took then
			local part = PARTS[tonumber(n)]
			ms[part] = ms[part] + took
			shook = shook or n == '3'
		elseif line:find('"status":"fail"', 1, true) then
			return
		end
	end
	if not shook then return end
	sums[1] = sums[1] + 1
	for i = 1, 4 do sums[i + 1] = sums[i + 1] + ms[i] end
end
local set, sums = {'.upto', string.format('%.0f', hour - 1)}, {0, 0, 0, 0, 0}
for i = FIRST_ARG, #ARGV do
	local first = 2 + KEYS_EACH * (i - FIRST_ARG)
	local got = redis.call('MGET', unpack(KEYS, first, first + KEYS_EACH - 1))
	local text = place_text(known[ARGV[i]] or '', {got[1], got[2], got[3]})
	if got[4] then count_steps(got[4], sums) end
	if text ~= '\n' then
		set[#set + 1], set[#set + 2] = ARGV[i], text
	end
end
do
	local lines = {}
	for at, rest in (known['.steps'] or ''):gmatch('(%d+)([^\n]*)\n') do
		if tonumber(at) > hour - 24 then lines[#lines + 1] = at .. rest end
	end
	if sums[1] > 0 then
		lines[#lines + 1] = string.format('%.0f %.0f %.0f %.0f %.0f %.0f', hour, unpack(sums))
	end
	set[#set + 1], set[#set + 2] = '.steps', table.concat(lines, '\n') .. '\n'
end
redis.call('DEL', places)
redis.call('HSET', places, unpack(set))
redis.call('EXPIRE', places, life)
return 1
