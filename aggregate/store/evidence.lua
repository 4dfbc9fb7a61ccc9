-- SPDX-License-Identifier: MIT
-- What a probe says that started then, by the marks of its records: a failure says it
-- anew in each hour. Nil where it has no summary, a step failed that this does not
-- name, or it is of an older version.
local function says(marks, at)
	if not marks then return nil end
	local passed = marks:match('^[^:]*9:%d+%.%d+%.(%x+)$')
	if passed then return passed end
	local step, said = marks:match('9:(%d):%S*%.%d+%.(%x+)$')
	local first = (' ' .. marks):match(' (%d):%l')
	if not step or (first and first ~= step) then return nil end
	return said .. math.floor(at / 3600)
end
-- Whether a probe that says this and started then says something: see script_ingest
-- in scripts.h. And when the probe after it started, as text, if that now says
-- something.
local function says_something(rows, at, mine)
	local prior, after
	for _, r in ipairs(rows) do
		if r[1] < at and (not prior or r[1] > prior[1]) then prior = r end
		if r[1] > at and (not after or r[1] < after[1]) then after = r end
	end
	-- Of a row only the summary counts.
	local function said_by(r)
		return says(r[6] and r[6]:match('^9:%S+$'), r[1])
	end
	local something = not mine or not prior
	-- Of a window only the first probe has a record: those between are asked.
	for _, r in ipairs(prior and rows or {}) do
		if r[1] < at and math.floor(r[1] / 60) == math.floor(prior[1] / 60) and
				said_by(r) ~= mine then
			something = true
		end
	end
	local follower = after and (not mine or said_by(after) ~= mine) and
		after[3]:match('^[^\t]+') or nil
	return something, follower
end
-- What is kept of a whole probe once the region has one in the next window: the
-- summary, and where it failed the steps that were not just skipped: see scripts.h. Its
-- records have these marks and lengths, and piece(from, to) is a part of their array,
-- from 0. Nil where there is no summary, or no array.
local function shortened(marks, lengths, piece)
	local whole, passed = counts_as(marks)
	local at, length, all = 1, lengths:gmatch('%d+'), {}
	for mark in marks:gmatch('%S+') do
		local n = tonumber(length())
		all[#all + 1] = {mark, at, at + n - 1}
		at = at + n + 2
	end
	if not whole or all[#all][1]:sub(1, 2) ~= '9:' then return nil end
	local kept, texts = all[#all][1], piece(all[#all][2], all[#all][3])
	if texts == '' then return nil end
	for i = passed and 0 or #all - 1, 1, -1 do
		local mark, from, to = unpack(all[i])
		if not mark:find('-', 1, true) then
			kept, texts = mark .. ' ' .. kept, piece(from, to) .. ',\n' .. texts
		end
	end
	return kept, '[' .. texts .. ']'
end
-- What differs at every probe says little each time, and would take as much as if all
-- records stayed.
local HOUR_MOST, LATEST_MOST, BYTES_MOST = 8, 8, 8192
-- How many of the rows of `latest` differ from the one before, how many rows there
-- are, and when the oldest started.
local function latest_changes(list)
	local n, changes, oldest, after = 0, 0, nil, nil
	for at, mark in list:gmatch('([^\t\n]+)\t[^\t\n]+\t([^\n]*)') do
		local marks = mark:match('^=(%S+)') or mark:match('^%S+ ([^\t]+)\t') or ''
		local whole = marks:match('9:%S+$')
		-- A probe without a summary differs from all others.
		local old = whole or mark:sub(1, 1) == '{'
		local said = old and (whole and says(whole, 0) or 'older') or at
		if after and after ~= said then changes = changes + 1 end
		n, oldest, after = n + 1, tonumber(at) or oldest, said
	end
	return changes, n, oldest
end
-- Whether the records of a probe that says something stay: see scripts.h. The row of
-- its hour has it already; list is what `latest` had of its region, or nil.
local function may_stay(row, minute, at, bytes, list)
	if bytes > BYTES_MOST then return false end
	local said, changes, last, before, after = row_says(row), 0, nil, nil, nil
	for m = 0, 59 do
		if said[m] and m ~= minute then
			if last and said[m] ~= last then changes = changes + 1 end
			last = said[m]
			if m < minute then before = last else after = after or last end
		end
	end
	if changes >= HOUR_MOST then return false end
	-- The first of an hour stays.
	if not last or not list then return true end
	local differ, n, oldest = latest_changes(list)
	if differ >= LATEST_MOST then return false end
	-- What is older than all that is known there is compared by the row alone.
	return n < 16 or not oldest or at > oldest or said[minute] ~= (before or after)
end
