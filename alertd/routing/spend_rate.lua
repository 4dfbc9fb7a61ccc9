-- SPDX-License-Identifier: MIT
-- Count the event ARGV[1] in the set KEYS[1], which lives ARGV[3] seconds: 1; or 0
-- where ARGV[2] others were counted already. A set and not a number: an event that
-- is decided twice counts once.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
