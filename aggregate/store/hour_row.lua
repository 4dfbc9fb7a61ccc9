-- The slot of a minute in the row of its hour, see hour_row.h; nil where it is
-- empty. The last of it: whether the probe failed.
local function read_slot(row, minute)
	local at = 3 * minute
	local w = row and row:byte(at + 1) or 0
	if w == 0 then return nil end
	local r = struct.unpack('>H', row:sub(at + 2, at + 3))
	local bucket, failed = math.floor(r / 64), false
	for i = 181, #row, 3 do
		failed = failed or row:byte(i) == minute
	end
	return {w, bucket < 1023 and bucket or nil, r % 2 == 1, failed}
end
-- The row with the slot of a probe that has these marks.
local function put_slot(row, minute, started, marks, counted)
	local whole, bucket, _, step = counts_as(marks)
	local summary = marks:match('9:%S*$') or ''
	local said = tonumber(summary:match('%.(%d+)%.%x+$')) or step and 8 or 0
	local text = row or string.rep('\0', 180)
	local slot = struct.pack('>BH', started, (bucket or 1023) * 64 +
		said % 16 * 4 + (whole and 2 or 0) + (counted and 1 or 0))
	local at, i, failure = 3 * minute, 181, ''
	while i < #text and text:byte(i) < minute do i = i + 3 end
	local rest = text:sub(i)
	if rest:byte() == minute then rest = rest:sub(4) end
	if step then
		local code = summary:match('^9:' .. step .. ':%l+%.(%d+)') or
			(' ' .. marks):match(' ' .. step .. ':%l+%.(%d+)') or 0
		failure = struct.pack('>BH', minute, step * 4096 + code % 4096)
	end
	return text:sub(1, at) .. slot .. text:sub(at + 4, i - 1) .. failure .. rest
end
-- What a slot is counted as, as marks; nil where it does not say that.
local function slot_marks(slot)
	if slot[4] then return nil end
	return slot[2] and '9:' .. slot[2] or '1 2 3 4 5 6 7 8'
end
