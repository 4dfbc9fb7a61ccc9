-- The slot of a probe in the row of its hour, see hour_row.h; nil where it is
-- empty. The last of it: whether the probe failed.
local function read_slot(row, offset, minute)
	local text = redis.call('GET', row) or ''
	local w = text:byte(offset + 1) or 0
	if w == 0 then return nil end
	local r = struct.unpack('>H', text:sub(offset + 2, offset + 3))
	local bucket, failed = math.floor(r / 64), false
	for i = 181, #text, 3 do
		failed = failed or text:byte(i) == minute
	end
	return {w, bucket < 1023 and bucket or nil, r % 2 == 1, failed}
end
-- Write the slot of a probe that has these pieces.
local function write_slot(row, offset, minute, started, t, counted, life)
	local whole, bucket, _, step = counts_as(t)
	local sum = t[9] and t[9][1] or ''
	local said = tonumber(sum:match('%.(%d+)%.%x+$')) or step and 8 or 0
	local code = sum:match('^9:' .. (step or 0) .. ':%l+%.(%d+)') or
		step and t[step] and t[step][1]:match('^%d:%l+%.(%d+)') or 0
	local text = redis.call('GET', row) or string.rep('\0', 180)
	local slot = struct.pack('>BH', started, (bucket or 1023) * 64 +
		said % 16 * 4 + (whole and 2 or 0) + (counted and 1 or 0))
	local i = 181
	while i < #text and text:byte(i) < minute do i = i + 3 end
	local rest = text:sub(i)
	if rest:byte() == minute then rest = rest:sub(4) end
	local failure = step and
		struct.pack('>BH', minute, step * 4096 + code % 4096) or ''
	redis.call('SET', row, text:sub(1, offset) .. slot ..
		text:sub(offset + 4, i - 1) .. failure .. rest, 'EX', life)
end
-- What a slot is counted as, as pieces; nil where it does not say that.
local function slot_pieces(slot)
	if slot[4] then return nil end
	if slot[2] then return {[9] = {'9:' .. slot[2], ''}} end
	local t = {}
	for i = 1, 8 do t[i] = {tostring(i), ''} end
	return t
end
