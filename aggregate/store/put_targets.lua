-- SPDX-License-Identifier: MIT
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[2] then
	redis.call('DEL', KEYS[1])
	for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
