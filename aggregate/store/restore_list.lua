-- SPDX-License-Identifier: MIT
local key, items = KEYS[1], tonumber(ARGV[1])
-- What a first attempt has added goes.
if items == 0 then redis.call('DEL', key)
else redis.call('LTRIM', key, 0, items - 1) end
for i = 2, #ARGV do redis.call('RPUSH', key, ARGV[i]) end
