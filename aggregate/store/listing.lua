-- SPDX-License-Identifier: MIT
local listing, slugs, changed = KEYS[1], {}, {}
for i = 1, #ARGV, 3 do slugs[#slugs + 1] = ARGV[i] end
local rows = redis.call('HMGET', listing, unpack(slugs))
for i, slug in ipairs(slugs) do
	local state, rest = ARGV[3 * i - 1], ARGV[3 * i]
	local old = rows[i] or '\t\t\t\t'
	local old_state, old_rest = old:match('^([^\t]*)(\t.*)$')
	local window, colour, since = (old_state or ''):match('^(%d+) (%l) (%d+)')
	if window and state ~= '' then
		if tonumber(state:match('^%d+')) < tonumber(window) then
			state = ''
		elseif state:match('^%d+ (%l)') == colour then
			state = state:gsub('^(%d+ %l) %d+', '%1 ' .. since)
		end
	end
	local new = (state ~= '' and state or old_state or '') ..
		(rest ~= '' and rest or old_rest or '\t\t\t\t')
	if new ~= rows[i] then
		changed[#changed + 1], changed[#changed + 2] = slug, new
	end
end
if changed[1] then redis.call('HSET', listing, unpack(changed)) end
