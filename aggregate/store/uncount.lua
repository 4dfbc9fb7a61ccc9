-- SPDX-License-Identifier: MIT
local probe, head_key, row = KEYS[1], KEYS[6], KEYS[7]
local started_at, minute, hour = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local head = redis.call('GET', head_key)
local id, at, counted, marks = (head or ''):match('^(%S+) (%S+) ([01]) ([^\t]+)')
local slot = read_slot(redis.call('GET', row), minute)
local is_kept = counted == '1' and tonumber(at) == started_at and
	redis.call('EXISTS', probe) == 1
-- Once its records have gone, its slot says as what it was counted.
if not head and slot and slot[2] and slot[1] == math.floor(started_at % 60 * 4) + 1 then
	marks = slot[3]
elseif not is_kept then
	return
end
count_probe(marks, -1, minute, hour)
write_counts({})
if is_kept then redis.call('SETRANGE', head_key, #id + #at + 2, '0') end
-- The last bit of its slot, see hour_row.h.
if slot then redis.call('SETBIT', row, 24 * minute + 23, 0) end
