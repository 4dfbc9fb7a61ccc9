local probe, reporters, latest, tool_hash = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tools, head_key, row = KEYS[10], KEYS[11], KEYS[12]
local region, id, at, hash = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local list_field, list_text, is_counted = ARGV[5], ARGV[6], ARGV[7] == '1'
local probe_life, latest_life, hash_life = ARGV[8], ARGV[10], ARGV[11]
local ahead_of, n_pieces, most_bytes = tonumber(ARGV[13]), ARGV[19], ARGV[20]
local minute, passing_life = tonumber(ARGV[14]), ARGV[23]
local offset, started = tonumber(ARGV[21]), tonumber(ARGV[22])
local probe_before, head_before, probe_after = KEYS[13], KEYS[14], KEYS[15]
-- The pieces for `probe`, and those for `latest`.
local new, mine = {}, {}
local brief = 26 + 2 * tonumber(n_pieces)
for i = 26, #ARGV, 2 do
	put(i < brief and new or mine, ARGV[i], ARGV[i + 1])
end
-- The probe of the window: what stands there, and what will (nil: what stands).
local old, head = redis.call('GET', probe), redis.call('GET', head_key)
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
else
	-- Its record may have gone: the row of the hour still knows it.
	local slot = read_slot(row, offset, minute)
	if slot then
		before, counted = slot_pieces(slot), slot[3] and '1' or '0'
		if not before or slot[1] <= started then keep = nil end
	end
end
local _, text = join(keep or {}, ',\n')
if #text > tonumber(most_bytes) then return 'the probe has more than 64 KiB' end
-- latest: {at, id, text, hash, what rows share or nil, marks} for each row.
local function whole_row(at, id, mark, ms, shared)
	return {tonumber(at), id, at .. '\t' .. id .. '\t=' .. mark .. '\t' .. ms,
		shared:match('^(%x+) '), shared, mark}
end
local rows, stays, above = {}, true, ''
local list = redis.call('HGET', latest, region)
for row in ((list or '') .. '\n'):gmatch('(.-)\n') do
	local rat, rid, rest = row:match('^([^\t]+)\t([^\t]+)\t(.+)$')
	local t = tonumber(rat)
	local h, rmarks, texts = (rest or ''):match('^(%S+) ([^\t]+)\t(.+)$')
	-- Rows of an older version lack this column: the record stands there.
	if h and h:sub(1, 1) == '{' then h, texts = nil, nil end
	if h == '-' then h = nil end
	local r = {t, rid, row, h, nil, rmarks}
	local there = texts and stored(rmarks, texts, '\t')
	local mark, ms, shared = (rest or ''):match('^=(%S+)\t(%S+)\t(.+)$')
	if mark then
		if shared ~= '=' then above = shared end
		r = whole_row(rat, rid, mark, ms, above)
		h = r[4]
		there = {[9] = {mark, (above:gsub('^%S+ ', ''):gsub('\t',
			function() return '\t' .. ms .. '\t' end, 1))}}
	end
	if t and rid == id and t == tonumber(at) then
		if there then
			local both = union(there, mine)
			if both[9] ~= mine[9] then hash = h or '-' end
			mine = both
		end
	elseif t and rid == id and t < tonumber(at) then
		return 'probe_started_at: ' .. at .. ', but probe ' .. id ..
			' started at ' .. rat
	elseif t and t == tonumber(at) and less(rid, id) then
		stays = false
		rows[#rows + 1] = r
	elseif t and rid ~= id and t ~= tonumber(at) then
		rows[#rows + 1] = r
	end
end
if mine[9] then mine = {[9] = mine[9]} end
local evidence, follower = says_something(rows, tonumber(at), keep or mine)
if stays then
	local m, t = join(mine, '\t')
	local head, ms, tail = t:match('^([^{\t][^\t]*)\t(%S+)\t([^\t]+)$')
	rows[#rows + 1] = head and
		whole_row(at, id, m, ms, hash .. ' ' .. head .. '\t' .. tail) or
		{tonumber(at), id, at .. '\t' .. id .. '\t' .. hash .. ' ' .. m ..
			'\t' .. t, hash ~= '-' and hash or nil, nil, m}
end
-- From here on it writes: nothing is refused any more.
local short = redis.call('EXISTS', probe_after) == 1 and shortened(keep or {}) or keep
local marks
marks, text = join(short or {}, ',\n')
if keep and text ~= (old or ''):sub(2, -2) then
	if counted == '1' then count_probe(before, -1) end
	if is_counted then count_probe(keep, 1) end
	if counted == '1' or is_counted then counts_changed() end
	local life = evidence and probe_life or passing_life
	redis.call('SET', probe, '[' .. text .. ']', 'EX', life)
	redis.call('SET', head_key, id .. ' ' .. at .. ' ' ..
		(is_counted and '1' or '0') .. ' ' .. marks, 'EX', life)
	write_slot(row, offset, minute, started, keep, is_counted, ARGV[24])
end
shorten_before(head_before, probe_before)
redis.call('SADD', reporters, region)
redis.call('EXPIRE', reporters, passing_life)
table.sort(rows, function(a, b)
	if a[1] ~= b[1] then return a[1] > b[1] end
	return less(b[2], a[2])
end)
-- Probes ahead of the clock are counted apart, and so push no other out; the
-- newest that has a hash stays.
local out, past, ahead, newest = {}, 0, 0, nil
above = nil
for _, row in ipairs(rows) do
	local n = 0
	if row[1] > ahead_of then
		ahead = ahead + 1; n = ahead
	else
		past = past + 1; n = past
	end
	if n <= 16 or (row[4] and not newest) then
		out[#out + 1] = row[3] .. (not row[5] and '' or
			'\t' .. (row[5] == above and '=' or row[5]))
		above = row[5] or above
	end
	newest = newest or row[4]
end
redis.call('HSET', latest, region, table.concat(out, '\n'))
redis.call('EXPIRE', latest, latest_life)
if newest then redis.call('SET', tool_hash, newest, 'EX', hash_life) end
if list_field ~= '' then keep_list(tools, list_field, list_text, at, hash_life) end
return follower and {follower} or 1
