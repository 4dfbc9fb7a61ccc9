-- SPDX-License-Identifier: MIT
local key, latest, tools = KEYS[1], KEYS[2], KEYS[3]
local region, at, list, names = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local left_out, now, life = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local most_rows, most_bytes = tonumber(ARGV[8]), tonumber(ARGV[9])
-- What a field takes beside its text, and a row, about; and the most regions.
local FIELD, ROW, REGIONS = 32, 40, 256

-- Tools that change all the time are not kept.
if (redis.call('HGET', tools, 'churn:since') or '0') ~= '0' then return 0 end

-- The rows of each region, the lists, and the sizes of the definitions.
local rows, lists, sizes, before, n_regions = {}, {}, {}, {}, 0
for _, f in ipairs(redis.call('HKEYS', key)) do
	local kind, name = f:sub(1, 2), f:sub(3)
	if kind == 'd:' then sizes[name] = redis.call('HSTRLEN', key, f)
	else before[f] = redis.call('HGET', key, f) end
	if kind == 'l:' then lists[name] = before[f] end
	if kind == 'r:' then
		rows[name], n_regions = {}, n_regions + 1
		for since, l in before[f]:gmatch('(%S+) (%x+)\n') do
			table.insert(rows[name], {since, l})
		end
	end
end

if not rows[region] and n_regions >= REGIONS then return 0 end

-- The region saw the list then: in whatever order that is told, and how often.
local mine, i = rows[region] or {}, 0
rows[region] = mine
while mine[i + 1] and tonumber(mine[i + 1][1]) <= tonumber(at) do i = i + 1 end
if i == 0 or (mine[i][2] ~= list and tonumber(mine[i][1]) < tonumber(at)) then
	if mine[i + 1] and mine[i + 1][2] == list then mine[i + 1][1] = at
	else table.insert(mine, i + 1, {at, list}) end
end
-- Two rows of one list with none between them are one.
for k = #mine, 2, -1 do
	if mine[k][2] == mine[k - 1][2] then table.remove(mine, k) end
end
-- Of two lists of one name, which nobody should tell, the lesser counts.
local known = lists[list] and lists[list]:gsub('(%x+) .( [^\n]*\n)', '%1 ?%2')
if names ~= '' and (not known or names < known) then lists[list] = names end

-- Rows that ended long ago go, too many, and those of a region that is no more.
for name, r in pairs(rows) do
	local seen = (redis.call('HGET', latest, name) or ''):match('^[^\t]+')
	if name ~= region and now - (tonumber(seen) or tonumber(r[#r][1])) > life then
		rows[name] = nil
	end
	while r[2] and (#r > most_rows or now - tonumber(r[2][1]) > life) do
		table.remove(r, 1)
	end
end

-- What is new, and what all of it takes: each list and definition once.
local new, order, rows_of, lists_of, total = {}, {}, {}, {}, 0
for k = 10, #ARGV, 2 do
	if not sizes[ARGV[k]] and not new[ARGV[k]] and lists[list] then
		new[ARGV[k]] = ARGV[k + 1]
		order[#order + 1] = ARGV[k]
	end
end
local function size_of(d)
	local size = sizes[d] or (new[d] and #new[d])
	return size and size + FIELD or 0
end
-- A row names a list: once more, or once less.
local function count(l, n)
	local was = rows_of[l] or 0
	total, rows_of[l] = total + n * ROW, was + n
	if not lists[l] or (was > 0 and was + n > 0) then return end
	total = total + n * (#lists[l] + FIELD)
	for d in lists[l]:gmatch('(%x+) [^\n]*\n') do
		local had = lists_of[d] or 0
		lists_of[d] = had + n
		if had == 0 or had + n == 0 then total = total + n * size_of(d) end
	end
end
for _, r in pairs(rows) do
	for _, row in ipairs(r) do count(row[2], 1) end
end

-- The oldest rows make room, but for the newest of each region; then what is new
-- finds none.
while total > most_bytes do
	local oldest
	for name, r in pairs(rows) do
		if r[2] and (not oldest or
				tonumber(r[1][1]) < tonumber(rows[oldest][1][1])) then
			oldest = name
		end
	end
	if not oldest then break end
	count(table.remove(rows[oldest], 1)[2], -1)
end
local no_room = {}
for k = #order, 1, -1 do
	local d = order[k]
	if total <= most_bytes then break end
	if (lists_of[d] or 0) > 0 then total = total - size_of(d) end
	new[d], no_room[d] = nil, true
end
if total > most_bytes and names ~= '' and not before['l:' .. list] then
	lists[list], new = nil, {}
end

-- Of each tool of the list: + it is kept, - it is not to be had, ? it is not there.
if lists[list] then
	local missing = 0
	for d in lists[list]:gmatch('(%x+) [^\n]*\n') do
		if not sizes[d] and not new[d] and not no_room[d] then
			missing = missing + 1
		end
	end
	lists[list] = lists[list]:gsub('(%x+) (.)( [^\n]*\n)', function(d, mark, name)
		if no_room[d] or missing <= left_out then mark = '-' end
		return d .. ' ' .. mark .. name
	end)
end
for name, text in pairs(lists) do
	lists[name] = text:gsub('(%x+) .( [^\n]*\n)', function(d, tool)
		return (sizes[d] or new[d]) and d .. ' +' .. tool
	end)
end

for f in pairs(before) do
	local name = f:sub(3)
	if (f:sub(1, 2) == 'r:' and not rows[name]) or
			(f:sub(1, 2) == 'l:' and (rows_of[name] or 0) == 0) then
		redis.call('HDEL', key, f)
	end
end
for d in pairs(sizes) do
	if (lists_of[d] or 0) == 0 then redis.call('HDEL', key, 'd:' .. d) end
end
local function set(field, text)
	if before[field] ~= text then redis.call('HSET', key, field, text) end
end
for name, r in pairs(rows) do
	local text = {}
	for k, row in ipairs(r) do text[k] = row[1] .. ' ' .. row[2] .. '\n' end
	set('r:' .. name, table.concat(text))
end
for name, text in pairs(lists) do
	if (rows_of[name] or 0) > 0 then set('l:' .. name, text) end
end
for d, text in pairs(new) do
	if (lists_of[d] or 0) > 0 then redis.call('HSET', key, 'd:' .. d, text) end
end
redis.call('EXPIRE', key, life)
return 1
