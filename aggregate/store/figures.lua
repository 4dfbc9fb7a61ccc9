-- SPDX-License-Identifier: MIT
local out = {redis.call('GET', KEYS[1])}
for i = 2, 7 do out[i] = redis.call('HGETALL', KEYS[i]) end
local p = percentiles(8, {50, 95})
out[8], out[9] = p[1], p[2]
return out
