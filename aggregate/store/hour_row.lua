-- The layers of failures as a row has them; of the layer http, an answer 429 counts
-- as throttled: its code in hour_row.c.
local LAYERS = {[0] = 'tools', 'initialize', 'http', 'transport'}
local LAYER_NUMBERS = {tools = 0, initialize = 1, http = 2, throttled = 2, transport = 3}
local THROTTLED = 1329

-- The slot of a minute in the row of its hour, see hour_row.h, nil where it is empty:
-- when it started, whether it was counted, and as what, as marks.
local function read_slot(row, minute)
	local at = 3 * minute
	local w = row and row:byte(at + 1) or 0
	if w == 0 then return nil end
	local r = struct.unpack('>H', row:sub(at + 2, at + 3))
	local bucket, marks = math.floor(r / 64), '1 2 3 4 5 6 7 8'
	if bucket < 1023 then marks = '9:' .. bucket end
	if r % 4 < 2 then marks = '' end
	for i = 181, #row - 2, 3 do
		local head, failed = struct.unpack('>BH', row:sub(i, i + 2))
		if head % 64 == minute then
			local layer = LAYERS[math.floor(head / 64)]
			if layer == 'http' and failed % 4096 == THROTTLED then
				layer = 'throttled'
			end
			marks = '9:' .. math.floor(failed / 4096) .. ':' .. layer
		end
	end
	return {w, r % 2 == 1, marks}
end
-- The row with the slot of a probe that has these marks.
local function put_slot(row, minute, started, marks, counted)
	local whole, bucket, layer, step = counts_as(marks)
	local summary = marks:match('9:%S*$') or ''
	local said = tonumber(summary:match('%.(%d+)%.%x+$')) or step and 8 or 0
	local text = row or string.rep('\0', 180)
	local at, i, failure = 3 * minute, 181, ''
	while i < #text and text:byte(i) % 64 < minute do i = i + 3 end
	local rest = text:sub(i)
	if (rest:byte() or 0) % 64 == minute then rest = rest:sub(4) end
	if step then
		local code = summary:match('^9:' .. step .. ':%l+%.(%d+)') or
			(' ' .. marks):match(' ' .. step .. ':%l+%.(%d+)') or 0
		bucket = summary:match('^9:%d:%l+%.%d+%.(%d+)%.%d+%.%x+$')
		failure = struct.pack('>BH', minute + 64 * LAYER_NUMBERS[layer],
			step * 4096 + code % 4096)
	end
	return text:sub(1, at) .. struct.pack('>BH', started, (bucket or 1023) * 64 +
		said % 16 * 4 + (whole and 2 or 0) + (counted and 1 or 0)) ..
		text:sub(at + 4, i - 1) .. failure .. rest
end
