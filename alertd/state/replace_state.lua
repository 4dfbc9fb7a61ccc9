-- SPDX-License-Identifier: MIT
-- Replace the state KEYS[1] by ARGV[2], which lives ARGV[3] seconds (0: for ever),
-- if its revision is ARGV[1]: "0" where there was none, "" where it could not be
-- read. 1; or 0 where the revision is another.
-- The revision, and what is before it, is shorter than 50 bytes.
local old = redis.call('GETRANGE', KEYS[1], 0, 49)
local revision = '0'
if old ~= '' then
	local head = '^{"v":1,"revision":(%d+),'
	revision = string.match(old, head) or ''
end
if revision ~= ARGV[1] then return 0 end
if ARGV[3] == '0' then
	redis.call('SET', KEYS[1], ARGV[2])
else
	redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
return 1
