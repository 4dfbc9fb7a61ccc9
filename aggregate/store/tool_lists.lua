-- SPDX-License-Identifier: MIT
-- The fields of key_tools that are no list begin with a word and a colon.
local function is_list(field) return not field:match('^%l+:') end
-- The lists that a region saw last, as a set.
local function seen_last(key)
	local keep = {}
	for _, f in ipairs(redis.call('HKEYS', key)) do
		if f:match('^seen:') then
			local text = redis.call('HGET', key, f)
			keep[text:match('^%S+ (%S+)') or ''] = true
		end
	end
	return keep
end
local function drop(key, field)
	redis.call('HDEL', key, field, 'listed:' .. field)
end
