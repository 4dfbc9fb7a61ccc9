-- SPDX-License-Identifier: MIT
local held = redis.call('GET', KEYS[1])
if held ~= ARGV[1] and (held or ARGV[3] == '0') then return held or '' end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
return ARGV[1]
