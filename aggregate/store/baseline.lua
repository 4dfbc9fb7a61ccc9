-- SPDX-License-Identifier: MIT
local baseline, day, least, life = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local old = redis.call('GET', baseline)
if old and old:match('^%d+') == day then return old end
local out, all = percentiles(2, {95})
local text = day .. ' ' .. (all >= least and out[1] or '-')
redis.call('SET', baseline, text, 'EX', life)
return text
