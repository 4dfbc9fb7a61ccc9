-- The slot of a probe in the row of its hour, see hour_row.h; nil where it is
-- empty.
local function read_slot(row, offset)
	local s = redis.call('GETRANGE', row, offset, offset + 5)
	if #s < 6 or s:sub(1, 2) == '\0\0' then return nil end
	local w, r, f = struct.unpack('>HHH', s)
	local bucket = math.floor(r / 64)
	return {w, bucket < 1023 and bucket or nil, r % 2 == 1, f > 0}
end
-- Write the slot of a probe that has these pieces.
local function write_slot(row, offset, started, t, counted, life)
	local whole, bucket, _, step = counts_as(t)
	local sum = t[9] and t[9][1] or ''
	local said = tonumber(sum:match('%.(%d+)%.%x+$')) or step and 8 or 0
	local code = sum:match('^9:' .. (step or 0) .. ':%l+%.(%d+)') or
		step and t[step] and t[step][1]:match('^%d:%l+%.(%d+)') or 0
	if redis.call('EXISTS', row) == 0 then
		redis.call('SETRANGE', row, 0, string.rep('\0', 360))
	end
	redis.call('SETRANGE', row, offset, struct.pack('>HHH', started,
		(bucket or 1023) * 64 + said % 16 * 4 + (whole and 2 or 0) +
			(counted and 1 or 0),
		step and step * 4096 + code % 4096 or 0))
	redis.call('EXPIRE', row, life)
end
-- What a slot is counted as, as pieces; nil where it does not say that.
local function slot_pieces(slot)
	if slot[4] then return nil end
	if slot[2] then return {[9] = {'9:' .. slot[2], ''}} end
	local t = {}
	for i = 1, 8 do t[i] = {tostring(i), ''} end
	return t
end
