-- SPDX-License-Identifier: MIT
-- Take the lease KEYS[1] for ARGV[1], for ARGV[3] seconds, if it is free, already
-- ours, or its owner ARGV[2] is dead. 1; or 0 where somebody else has it.
local old = redis.call('GET', KEYS[1])
if old and old ~= ARGV[1] and old ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
