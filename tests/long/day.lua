-- SPDX-License-Identifier: MIT
-- What a store holds of a day of a made-up fleet: KEYS has one server, ARGV the day,
-- the number of the server, and its regions. Made up, so that a month takes minutes:
-- the programs need a month for it.
local slug, day, i = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local HOUR, OUTAGE, MINUTES = 3600, 10, 20
local down = (i * 7 + day) % 97 == 0 and OUTAGE or -1
local changed = (i * 3 + day) % 41 == 0
local function key(...) return 'probe:' .. slug .. ':' .. table.concat({...}, ':') end
local function slot(bucket, state)
	return struct.pack('>BH', 4 * (i % 50) + 1, bucket * 64 + state * 16 + 8 + 3)
end
-- An hour of passing probes; by server, so that rows differ.
local buckets, row = {}, {}
for m = 0, 59 do
	local b = 340 + (i * 13 + m * 7) % 40
	buckets[b] = (buckets[b] or 0) + #ARGV - 2
	row[m + 1] = slot(b, 0)
end
local passing, broken, failures = table.concat(row), {}, {}
for m = 0, 59 do
	broken[m + 1] = m < MINUTES and slot(300, 2) or row[m + 1]
	if m < MINUTES then
		failures[m + 1] = struct.pack('>BH', 2 * 64 + m, 6 * 4096 + 1403)
	end
end
broken = table.concat(broken) .. table.concat(failures)
local fields, day_fields, places = {}, {}, {}
for b, n in pairs(buckets) do
	fields[#fields + 1], fields[#fields + 2] = b, n
	day_fields[#day_fields + 1], day_fields[#day_fields + 2] = b, 24 * n
end
for r = 3, #ARGV do
	local lines = {}
	for h = 24 * day, 24 * day + 23 do
		redis.call('SET', key(h, ARGV[r]), h % 24 == down and broken or passing)
		lines[#lines + 1] = h .. ' ' .. (85 + r) .. ':60'
	end
	lines[#lines + 1] = 'd' .. day .. ' ' .. (85 + r) .. ':1440'
	places[#places + 1], places[#places + 2] = ARGV[r], table.concat(lines, '\n') .. '\n'
	redis.call('HSET', key('latest'), ARGV[r], '')
	if changed then
		local list = ('%016x'):format(day * 4096 + i)
		redis.call('HSET', key('definitions'), 'r:' .. ARGV[r],
			string.format('%d.000 %s\n', 86400 * day + 7 * HOUR, list),
			'l:' .. list, list .. ' + search\n', 'd:' .. list,
			'{"description":"of day ' .. day .. '","inputSchema":{},"name":"search"}')
	end
end
redis.call('DEL', key('places'))
redis.call('HSET', key('places'), '.upto', 24 * day + 23, unpack(places))
for h = 24 * day, 24 * day + 23 do
	redis.call('HSET', key('latency', h), unpack(fields))
end
redis.call('HSET', key('latency', 'd' .. day), unpack(day_fields))
local red = down >= 0 and MINUTES or 0
redis.call('HSET', key('minutes'), day .. ':green', 1440 - red)
if red > 0 then
	redis.call('HSET', key('minutes'), day .. ':red', red)
	redis.call('SET', key(day, 'counted'), 'runs:600g20r820g')
else
	redis.call('SET', key(day, 'counted'), 'runs:1440g')
end
redis.call('SET', key('verdict'), ('{"v":1,"type":"verdict","slug":"%s","window":%d,' ..
	'"verdict":"green","step":"","url":"https://example.com/mcp","published_at":%d,' ..
	'"regions":[{"region":"eu","state":"healthy"}]}'):format(slug,
	86400 * day + 86340, 86400 * day + 86385))
-- What an older day has, and a run has read.
for r = 3, #ARGV do
	for h = 24 * day - 72, 24 * day - 49 do redis.call('DEL', key(h, ARGV[r])) end
end
for h = 24 * day - 72, 24 * day - 49 do redis.call('DEL', key('latency', h)) end
if red == 0 then return {} end
local at = 86400 * day + down * HOUR
local function record(what, later, rest)
	return ('{"v":1,"type":"history","at":%d,"server_slug":"%s","what":"%s","text":' ..
		'"%s is down everywhere.","dedup_key":"%s:downtime:%d",%s}'):format(
		at + later, slug, what, slug, slug, at, rest)
end
return {record('downtime_started', 60, '"kind":"downtime","severity":"P1","started_at":' .. at),
	record('delivered', 61, ('"route":"ops","event":"downtime_started","decided_at":%d'):format(at + 60)),
	record('downtime_resolved', 1300, ('"kind":"downtime","severity":"P1","started_at":%d,' ..
		'"resolved_at":%d'):format(at, at + 60 * MINUTES))}
