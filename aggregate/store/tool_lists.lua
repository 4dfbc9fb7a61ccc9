-- What is no list of tools in key_tools has a word and a colon before it.
local function is_list(field) return not field:match('^%l+:') end
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
