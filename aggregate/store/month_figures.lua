-- SPDX-License-Identifier: MIT
local out = {redis.call('HGETALL', KEYS[1]), {}, '0'}
for _, f in ipairs(redis.call('HKEYS', KEYS[2])) do
	if f:sub(1, 2) == 'r:' then
		table.insert(out[2], redis.call('HGET', KEYS[2], f))
	end
end
out[3] = redis.call('HGET', KEYS[3], 'churn:since') or '0'
out[4] = percentiles(4, {95})[1]
return out
