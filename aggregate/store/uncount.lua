local head, text = redis.call('GET', KEYS[11]), redis.call('GET', KEYS[1])
local id, at, counted, marks = (head or ''):match(
	'^(%S+) (%S+) ([01]) (.+)$')
if text and counted == '1' and tonumber(at) == tonumber(ARGV[3]) then
	count_probe(stored(marks, text:sub(2, -2), ',\n'), -1)
	redis.call('SETRANGE', KEYS[11], #id + #at + 2, '0')
	-- The last bit of its slot, see hour_row.h.
	if redis.call('EXISTS', KEYS[12]) == 1 then
		redis.call('SETBIT', KEYS[12], 8 * ARGV[21] + 23, 0)
	end
end
