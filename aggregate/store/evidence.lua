-- What a probe says, by the mark of its summary: nil where it failed, has no
-- summary, or is of an older version.
local function says(mark)
	return mark and mark:match('^9:%d+%.%d+%.(%x+)$')
end
-- Whether the probe with these pieces, which started then, says something: see
-- script_ingest in scripts.h. And when the probe after it started, as text, if
-- that now says something.
local function says_something(rows, at, pieces)
	local mine = says(pieces[9] and pieces[9][1])
	for i = 1, 8 do
		if pieces[i] and pieces[i][1]:find(':', 1, true) then mine = nil end
	end
	local prior, after
	for _, r in ipairs(rows) do
		if r[1] < at and (not prior or r[1] > prior[1]) then prior = r end
		if r[1] > at and (not after or r[1] < after[1]) then after = r end
	end
	local function said_by(r)
		return says(r[3]:match('^[^\t]+\t[^\t]+\t%S+ ([^\t]+)\t'))
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
