local probe, head_key, row = KEYS[1], KEYS[6], KEYS[7]
local started_at, minute, hour = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local head = redis.call('GET', head_key)
local id, at, counted, marks = (head or ''):match('^(%S+) (%S+) ([01]) ([^\t]+)')
if counted == '1' and tonumber(at) == started_at and
		redis.call('EXISTS', probe) == 1 then
	count_probe(marks, -1, minute, hour)
	write_counts({})
	redis.call('SETRANGE', head_key, #id + #at + 2, '0')
	-- The last bit of its slot, see hour_row.h.
	if redis.call('EXISTS', row) == 1 then
		redis.call('SETBIT', row, 24 * minute + 23, 0)
	end
end
