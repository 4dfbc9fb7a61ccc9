local region, id, at, hash = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local new, mine = {}, {}
local brief = 21 + 2 * tonumber(ARGV[19])
for i = 21, #ARGV, 2 do
	put(i < brief and new or mine, ARGV[i], ARGV[i + 1])
end
-- The probe of the window: what stands there, and what will.
local old, head = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[11])
local keep, before, counted = new, nil, '0'
if old then
	keep = nil
	local oid, oat, oc, marks = (head or ''):match(
		'^(%S+) (%S+) ([01]) (.+)$')
	if oid then
		before, counted = stored(marks, old:sub(2, -2), ',\n'), oc
		local first = tonumber(oat) - tonumber(at)
		if oid == id and first == 0 then keep = union(before, new)
		elseif first > 0 or (first == 0 and less(id, oid)) then keep = new
		end
	end
end
local marks, text = join(keep or {}, ',\n')
if #text > tonumber(ARGV[20]) then return 'the probe has more than 64 KiB' end
-- latest: a row for each probe: at, id, hash and marks, records.
local rows, stays = {}, true
local list = redis.call('HGET', KEYS[3], region)
for row in ((list or '') .. '\n'):gmatch('(.-)\n') do
	local rat, rid, rest = row:match('^([^\t]+)\t([^\t]+)\t(.+)$')
	local t = tonumber(rat)
	local h, rmarks, texts = (rest or ''):match('^(%S+) ([^\t]+)\t(.+)$')
	-- Rows of those who knew no such column begin with their record.
	if h and h:sub(1, 1) == '{' then h, texts = nil, nil end
	if h == '-' then h = nil end
	if t and rid == id and t == tonumber(at) then
		if texts then
			local both = union(stored(rmarks, texts, '\t'), mine)
			if both[9] ~= mine[9] then hash = h or '-' end
			mine = both
		end
	elseif t and rid == id and t < tonumber(at) then
		return 'probe_started_at: ' .. at .. ', but probe ' .. id ..
			' started at ' .. rat
	elseif t and t == tonumber(at) and less(rid, id) then
		stays = false
		rows[#rows + 1] = {t, rid, row, h}
	elseif t and rid ~= id and t ~= tonumber(at) then
		rows[#rows + 1] = {t, rid, row, h}
	end
end
if mine[9] then mine = {[9] = mine[9]} end
if stays then
	local m, t = join(mine, '\t')
	rows[#rows + 1] = {tonumber(at), id, at .. '\t' .. id .. '\t' ..
		hash .. ' ' .. m .. '\t' .. t, hash ~= '-' and hash or nil}
end
-- Nothing was written up to here.
if keep and text ~= (old or ''):sub(2, -2) then
	if counted == '1' then count(before, -1) end
	if ARGV[7] == '1' then count(keep, 1) end
	if counted == '1' or ARGV[7] == '1' then renew() end
	redis.call('SET', KEYS[1], '[' .. text .. ']', 'EX', ARGV[8])
	redis.call('SET', KEYS[11],
		id .. ' ' .. at .. ' ' .. ARGV[7] .. ' ' .. marks, 'EX', ARGV[8])
end
redis.call('SADD', KEYS[2], region)
redis.call('EXPIRE', KEYS[2], ARGV[8])
table.sort(rows, function(a, b)
	if a[1] ~= b[1] then return a[1] > b[1] end
	return less(b[2], a[2])
end)
-- What is ahead of the clock pushes nothing out, nor what has no hash.
local out, past, ahead, newest = {}, 0, 0, nil
for _, row in ipairs(rows) do
	local n = 0
	if row[1] > tonumber(ARGV[13]) then
		ahead = ahead + 1; n = ahead
	else
		past = past + 1; n = past
	end
	if n <= 16 or (row[4] and not newest) then out[#out + 1] = row[3] end
	newest = newest or row[4]
end
redis.call('HSET', KEYS[3], region, table.concat(out, '\n'))
redis.call('EXPIRE', KEYS[3], ARGV[10])
if newest then redis.call('SET', KEYS[4], newest, 'EX', ARGV[11]) end
if ARGV[5] ~= '' then keep_list(KEYS[10], ARGV[5], ARGV[6], at, ARGV[11]) end
return 1
