local window = tonumber(ARGV[1])
local upto = redis.call('HGET', KEYS[2], 'upto')
local old = redis.call('GET', KEYS[1])
if old and upto and tonumber(upto) >= window then return old end
local all, red = 0, 0
local today = math.floor(window / 86400)
local minute = math.floor(window % 86400 / 60)
if fresh(KEYS[2], KEYS[4], tostring(today), minute, ARGV[4]) then
	redis.call('HINCRBY', KEYS[2], today .. ':' .. ARGV[4], 1)
end
redis.call('EXPIRE', KEYS[4], ARGV[8])
if not upto or tonumber(upto) < window then
	redis.call('HSET', KEYS[2], 'upto', ARGV[1])
end
local m = redis.call('HGETALL', KEYS[2])
for i = 1, #m, 2 do
	local day, colour = m[i]:match('^(%d+):(%a+)$')
	if day and tonumber(day) <= today - tonumber(ARGV[9]) then
		redis.call('HDEL', KEYS[2], m[i])
	elseif day and tonumber(day) > today - 30 then
		all = all + m[i + 1]
		if colour == 'red' then red = red + m[i + 1] end
	end
end
redis.call('EXPIRE', KEYS[2], ARGV[6])
-- Rounded down, so that one red minute is never 100.
local uptime = 'null'
if all > 0 then
	uptime = string.format('%.2f', math.floor((all - red) * 10000 / all) / 100)
end
local text = ARGV[2] .. uptime .. ARGV[3]
redis.call('SET', KEYS[1], text, 'EX', ARGV[5])
for i = 10, #ARGV, 2 do
	if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[3], ARGV[i])
	else redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
end
if #ARGV > 9 then redis.call('EXPIRE', KEYS[3], ARGV[7]) end
-- Lists that no region has seen last are of no use to anybody.
if redis.call('HLEN', KEYS[3]) > 64 or
		redis.call('HEXISTS', KEYS[3], 'churn:since') == 1 then
	local keep = seen_last(KEYS[3])
	for _, f in ipairs(redis.call('HKEYS', KEYS[3])) do
		if is_list(f) and not keep[f] then drop(KEYS[3], f) end
	end
end
return text
