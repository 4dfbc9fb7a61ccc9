-- SPDX-License-Identifier: MIT
local latest, baseline, tools = KEYS[1], KEYS[6], KEYS[7]
local evidence_life, passing_life, row_life = ARGV[1], ARGV[2], ARGV[3]
local latest_life, hash_life, most_bytes = ARGV[4], ARGV[5], tonumber(ARGV[11])
local ahead_of, hour, day = tonumber(ARGV[12]), ARGV[13], tonumber(ARGV[14])
-- Where passing probes live as long as others, all their records stay.
local keeps_all = tonumber(passing_life) >= tonumber(evidence_life)
local N_KEYS, KEYS_EACH, N_ARGS, ARGS_EACH = 7, 8, 14, 15
local N_PROBES = (#KEYS - N_KEYS) / KEYS_EACH

-- Nothing is written before all probes are taken: what is known of each key, and
-- the life of those that are to be written. The first keys of a probe are read.
local known, lives, written = {}, {}, {}
do
	local keys = {}
	for i = 0, N_PROBES - 1 do
		for k = 1, 6 do keys[#keys + 1] = KEYS[N_KEYS + KEYS_EACH * i + k] end
	end
	for i, value in ipairs(redis.call('MGET', unpack(keys))) do
		known[keys[i]] = value
	end
end
-- Without a life it lives as long as before.
local function set(key, value, life)
	known[key] = value
	if not lives[key] then written[#written + 1] = key end
	lives[key] = life or lives[key] or ''
end
local rows_of, regions, reported, listed, touched = {}, {}, {}, {}, {}
local has_counted, has_new = false, false

local function probe_of(i)
	local k, a = N_KEYS + KEYS_EACH * i, N_ARGS + ARGS_EACH * i
	return {probe = KEYS[k + 1], head = KEYS[k + 2], row = KEYS[k + 3],
		tool_hash = KEYS[k + 4], head_before = KEYS[k + 5],
		head_after = KEYS[k + 6], probe_before = KEYS[k + 7],
		reporters = KEYS[k + 8],
		region = ARGV[a + 1], id = ARGV[a + 2], at = ARGV[a + 3],
		start = tonumber(ARGV[a + 3]), hash = ARGV[a + 4],
		is_counted = ARGV[a + 5] == '1', minute = tonumber(ARGV[a + 6]),
		started = tonumber(ARGV[a + 7]), marks = ARGV[a + 8],
		lengths = ARGV[a + 9], text = ARGV[a + 10], brief_marks = ARGV[a + 11],
		ms = ARGV[a + 12], brief = ARGV[a + 13], list = ARGV[a + 14],
		list_text = ARGV[a + 15]}
end

-- The probe of the window: the marks, the array and the lengths of what will stand
-- there, nil where that stays; the marks of what is counted there.
local function first_of_window(p)
	local old, head = known[p.probe], known[p.head]
	if not old then
		-- Its record may have gone: the row of the hour still knows it.
		local slot = read_slot(known[p.row], p.minute)
		if not slot then return p.marks, p.text, p.lengths end
		local counted = slot[2] and slot[3] or nil
		if slot[1] <= p.started then return nil, nil, nil, counted end
		return p.marks, p.text, p.lengths, counted
	end
	local id, at, counted, marks = (head or ''):match('^(%S+) (%S+) ([01]) ([^\t]+)')
	if not id then return nil end
	local first, before = tonumber(at) - p.start, counted == '1' and marks or nil
	if id == p.id and first == 0 then
		local both, text, lengths = join(union(stored(marks, old:sub(2, -2), ',\n'),
			stored(p.marks, p.text:sub(2, -2), ',\n')), ',\n')
		return both, '[' .. text .. ']', lengths, before
	elseif first > 0 or (first == 0 and less(p.id, id)) then
		return p.marks, p.text, p.lengths, before
	end
	return nil, nil, nil, before
end

local function put_row(p)
	return p.at .. '\t' .. p.id .. '\t=' .. p.brief_marks .. '\t' .. p.ms
end
-- The rows with a probe that is newer than all of them, so that only the first of
-- them changes; and whether it says something. Nil where that is not so simple.
local function add_row(p, list, said)
	if p.ms == '' then return nil end
	if not list then return put_row(p) .. '\t' .. p.brief, true end
	local at, mark, from, shared, to =
		list:match('^([^\t\n]+)\t[^\t\n]+\t=(%S+)\t%S+\t()([^\n]+)()')
	local start = tonumber(at)
	if not start or start >= p.start or p.start > ahead_of or
			list:find('\t' .. p.id .. '\t', 1, true) then
		return nil
	end
	local second = tonumber(list:match('^\n([^\t\n]+)', to))
	if second and math.floor(second / 60) == math.floor(start / 60) then
		return nil
	end
	-- Of 16 rows the last goes; a tool hash that only it has would stay.
	local last = to - 1
	for _ = 1, 15 do
		last = last and list:find('\n', last + 1, true)
	end
	if last and p.hash == '-' and not list:find('^[^\n]*\t=$', last + 1) and
			not list:find('^[^\n]*\t%- [^\n]*$', last + 1) then
		return nil
	end
	last = last and last - 1
	if shared == p.brief then
		list = put_row(p) .. '\t' .. shared .. '\n' .. list:sub(1, from - 1) .. '=' ..
			list:sub(to, last)
	else
		list = put_row(p) .. '\t' .. p.brief .. '\n' .. list:sub(1, last)
	end
	return list, not said or says(mark, start) ~= said
end

-- A row of `latest`: {at, id, text, hash or nil, what rows share or nil, marks}.
local function whole_row(at, id, mark, ms, shared)
	return {tonumber(at), id, at .. '\t' .. id .. '\t=' .. mark .. '\t' .. ms,
		shared:match('^(%x+) '), shared, mark}
end
-- A summary with its duration in its place.
local function with_ms(shared, ms)
	return (shared:gsub('^%S+ ', ''):gsub('\t', function() return '\t' .. ms .. '\t' end, 1))
end
-- The rows of a region with a probe in its place, and what it says; or why not.
local function place_row(p, list, marks)
	local rows, stays, above, hash = {}, true, '', p.hash
	local mine = p.ms ~= '' and {[9] = {p.brief_marks, with_ms(p.brief, p.ms)}} or
		stored(p.brief_marks, p.brief, '\t')
	for row in (list or ''):gmatch('[^\n]+') do
		local at, id, rest = row:match('^([^\t]+)\t([^\t]+)\t(.+)$')
		local t = tonumber(at)
		local mark, ms, shared = (rest or ''):match('^=(%S+)\t(%S+)\t(.+)$')
		local h, texts, r
		if mark then
			if shared ~= '=' then above = shared end
			r = whole_row(at, id, mark, ms, above)
			h = r[4]
		else
			local m
			h, m, texts = (rest or ''):match('^(%S+) ([^\t]+)\t(.+)$')
			-- Rows of an older version lack this column: the record stands there.
			if h and h:sub(1, 1) == '{' then h, texts = nil, nil end
			if h == '-' then h = nil end
			r = {t, id, row, h, nil, m}
		end
		if t and id == p.id and t == p.start then
			local there = texts and stored(r[6], texts, '\t')
			if mark then there = {[9] = {mark, with_ms(above, ms)}} end
			if there then
				local both = union(there, mine)
				if both[9] ~= mine[9] then hash = h or '-' end
				mine = both
			end
		elseif t and id == p.id and t < p.start then
			return nil, 'probe_started_at: ' .. p.at .. ', but probe ' .. id ..
				' started at ' .. at
		elseif t and t == p.start and less(id, p.id) then
			stays = false
			rows[#rows + 1] = r
		elseif t and id ~= p.id and t ~= p.start then
			rows[#rows + 1] = r
		end
	end
	if mine[9] then mine = {[9] = mine[9]} end
	local mine_marks, t = join(mine, '\t')
	local something, follower = says_something(rows, p.start,
		says(marks or mine_marks, p.start))
	if stays then
		local head, ms, tail = t:match('^([^{\t][^\t]*)\t(%S+)\t([^\t]+)$')
		rows[#rows + 1] = head and whole_row(p.at, p.id, mine_marks, ms,
			hash .. ' ' .. head .. '\t' .. tail) or
			{p.start, p.id, p.at .. '\t' .. p.id .. '\t' .. hash .. ' ' ..
				mine_marks .. '\t' .. t, hash ~= '-' and hash or nil, nil, mine_marks}
	end
	return rows, something, follower
end
-- The rows as text, and the newest tool hash.
local function join_rows(rows)
	table.sort(rows, function(a, b)
		if a[1] ~= b[1] then return a[1] > b[1] end
		return less(b[2], a[2])
	end)
	-- Probes ahead of the clock are counted apart, and so push no other out; the
	-- newest that has a hash stays.
	local out, past, ahead, above, newest = {}, 0, 0, nil, nil
	for _, row in ipairs(rows) do
		local n
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
	return table.concat(out, '\n'), newest
end

-- The probe before this one is kept short from now on.
local function shorten_before(p)
	local start, marks, lengths =
		(known[p.head_before] or ''):match('^(%S+ %S+ [01] )([^\t]+)\t?(.*)$')
	if not start or keeps_all then return end
	local text, unmeasured = known[p.probe_before], lengths == ''
	if unmeasured then
		-- It is short already, or of an older version.
		text = text or redis.call('GET', p.probe_before)
		if not text then return end
		marks, text, lengths = join(stored(marks, text:sub(2, -2), ',\n'), ',\n')
		text = '[' .. text .. ']'
	end
	local kept, short = shortened(marks, lengths, function(a, b)
		return text and text:sub(a + 1, b + 1) or
			redis.call('GETRANGE', p.probe_before, a, b)
	end)
	if not kept or (unmeasured and kept == marks) then return end
	set(p.probe_before, short)
	set(p.head_before, start .. kept)
end

-- When the probe after this one started, if its records may now stay.
local function may_follow(p, follower, list)
	local at = tonumber(follower or '')
	if not at or keeps_all or math.floor(at / 3600) ~= math.floor(p.start / 3600) then
		return follower
	end
	return may_stay(known[p.row] or '', math.floor(at % 3600 / 60), at, 0, list) and
		follower or nil
end

-- Take a probe. Returns 1, {when the one after it started}, or why it is refused.
local function take(p)
	local marks, text, lengths, before = first_of_window(p)
	if marks and #text - 2 > most_bytes then return 'the probe is larger than 64 KiB' end
	if rows_of[p.region] == nil then
		rows_of[p.region] = redis.call('HGET', latest, p.region)
	end
	local newest, follower = p.hash ~= '-' and p.hash or nil, nil
	local rows_before = rows_of[p.region] or nil
	local list, something = add_row(p, rows_before,
		says(marks or p.brief_marks, p.start))
	if not list then
		local rows
		rows, something, follower = place_row(p, rows_of[p.region], marks)
		if not rows then return something end
		list, newest = join_rows(rows)
	end
	-- From here on it is taken. Once an hour the tool hash lives anew.
	local is_new = not known[p.row]
	has_new = has_new or is_new
	local end_of_head = marks and marks .. '\t' .. lengths
	-- Of hours to come, nobody asks how a probe went.
	local is_past = known[p.head_after] or p.start > ahead_of + 600
	if marks and is_past and not keeps_all then
		local m, t = shortened(marks, lengths, function(a, b)
			return text:sub(a + 1, b + 1)
		end)
		if m then end_of_head, text = m, t end
	end
	if marks and text ~= known[p.probe] then
		if before then count_probe(before, -1, p.minute, hour) end
		if p.is_counted then count_probe(marks, 1, p.minute, hour) end
		has_counted = has_counted or before or p.is_counted
		local row = put_slot(known[p.row], p.minute, p.started, marks, p.is_counted)
		local lost = something and not keeps_all and
			not may_stay(row, p.minute, p.start, #text, rows_before)
		local life = something and not lost and evidence_life or passing_life
		if lost or #row > 180 then row = put_lost(row, p.minute, lost) end
		set(p.probe, text, life)
		set(p.head, p.id .. ' ' .. p.at .. ' ' .. (p.is_counted and '1' or '0') ..
			' ' .. end_of_head, life)
		set(p.row, row, row_life)
	end
	follower = may_follow(p, follower, rows_before)
	shorten_before(p)
	if newest and (is_new or known[p.tool_hash] ~= newest) then
		set(p.tool_hash, newest, hash_life)
	elseif is_new then
		touched[#touched + 1] = p.tool_hash
	end
	rows_of[p.region] = list
	regions[p.region] = true
	reported[p.reporters] = reported[p.reporters] or {}
	table.insert(reported[p.reporters], p.region)
	if p.list ~= '' then listed[#listed + 1] = p end
	return follower and {follower} or 1
end

local results = {}
for i = 1, N_PROBES do
	local ok, result = pcall(take, probe_of(i - 1))
	if not ok and type(result) == 'table' then result = result.err end
	results[i] = ok and result or 'the store: ' .. tostring(result)
end
-- From here on it writes. What may find a key of another type comes first.
for key, who in pairs(reported) do
	redis.call('SADD', key, unpack(who))
	redis.call('EXPIRE', key, passing_life)
end
for _, p in ipairs(listed) do
	keep_list(tools, p.list, p.list_text, p.at, hash_life)
end
local fields = {}
for region in pairs(regions) do
	fields[#fields + 1] = region
	fields[#fields + 1] = rows_of[region]
end
if fields[1] then
	redis.call('HSET', latest, unpack(fields))
	if has_new then redis.call('EXPIRE', latest, latest_life) end
end
if has_counted then
	local b = redis.call('GET', baseline)
	local lives = {}
	for i = 1, 4 do lives[KEYS[1 + i]] = ARGV[5 + i] end
	write_counts(lives, has_new)
	-- Counts have changed: a later baseline is no longer true.
	if b and (tonumber(b:match('^%d+')) or 1e9) > day then
		redis.call('DEL', baseline)
	end
end
for _, key in ipairs(touched) do redis.call('EXPIRE', key, hash_life) end
for _, key in ipairs(written) do
	if lives[key] == '' then redis.call('SET', key, known[key], 'KEEPTTL')
	else redis.call('SET', key, known[key], 'EX', lives[key]) end
end
return results
