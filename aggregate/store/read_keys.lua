-- SPDX-License-Identifier: MIT
local most, out, bytes = tonumber(ARGV[1]), {}, 0
local read = {string = {'GET'}, hash = {'HGETALL'}, list = {'LRANGE', 0, -1},
	set = {'SMEMBERS'}}
for i, key in ipairs(KEYS) do
	local kind = redis.call('TYPE', key).ok
	-- False becomes nil: it has gone since its name was found.
	out[i] = false
	if kind ~= 'none' then
		local how, value = read[kind], ''
		if how then value = redis.call(how[1], key, unpack(how, 2)) end
		if type(value) == 'string' then bytes = bytes + #value
		else for _, v in ipairs(value) do bytes = bytes + #v end end
		out[i] = {kind, redis.call('PTTL', key), value}
	end
	-- A probe and its head are read together.
	if bytes >= most and KEYS[i + 1] ~= key .. ':head' then break end
end
return out
