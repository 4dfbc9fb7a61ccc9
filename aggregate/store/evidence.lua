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
		return says(r[6])
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
-- summary, and of the steps those that have something to explain: see scripts.h.
local function shortened(t)
	if not t[9] then return t end
	local _, passed = counts_as(t)
	local out = {[9] = t[9]}
	for i = passed and 6 or 8, 1, -1 do
		if t[i] and not t[i][1]:find('-', 1, true) then
			out[i] = t[i]
			if passed then break end
		end
	end
	return out
end
local function shorten_before(head_key, probe)
	local head, old = redis.call('GET', head_key), redis.call('GET', probe)
	local start, marks = (head or ''):match('^(%S+ %S+ [01] )(.+)$')
	if not start or not old then return end
	local short, text = join(shortened(stored(marks, old:sub(2, -2), ',\n')), ',\n')
	if short == marks then return end
	redis.call('SET', probe, '[' .. text .. ']', 'KEEPTTL')
	redis.call('SET', head_key, start .. short, 'KEEPTTL')
end
