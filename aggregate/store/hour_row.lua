-- SPDX-License-Identifier: MIT
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
-- What each minute of a row knows of its probe, but for when it started and how long
-- it took.
local function row_says(row)
	local said, failed = {}, {}
	for i = 181, #row - 2, 3 do
		local head, code = struct.unpack('>BH', row:sub(i, i + 2))
		failed[head % 64] = code
	end
	for m = 0, #row < 180 and -1 or 59 do
		local started, r = struct.unpack('>BH', row:sub(3 * m + 1, 3 * m + 3))
		if started > 0 then
			said[m] = math.floor(r / 2) % 32 .. ':' .. (failed[m] or '')
		end
	end
	return said
end
-- The row with the note that the records of a minute's probe were not kept, though
-- it differs from the one before; or without it.
local function put_lost(row, minute, lost)
	local at, bit = #row + 1, 2 ^ (minute % 16)
	local head = 60 + math.floor(minute / 16)
	for i = #row - 2, 181, -3 do
		if row:byte(i) % 64 >= head then at = i end
	end
	local there, bits = row:byte(at) == head, 0
	if there then bits = struct.unpack('>H', row:sub(at + 1, at + 2)) end
	if (math.floor(bits / bit) % 2 == 1) == lost then return row end
	bits = bits + (lost and bit or -bit)
	return row:sub(1, at - 1) .. (bits > 0 and struct.pack('>BH', head, bits) or '') ..
		row:sub(at + (there and 3 or 0))
end
