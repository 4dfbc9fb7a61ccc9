-- Take the slugs ARGV out of the index KEYS[1] unless their states, KEYS[2] and so
-- on, have something in the outbox. Within a string of JSON the quotes would have
-- backslashes.
for i, slug in ipairs(ARGV) do
	local text = redis.call('GET', KEYS[i + 1])
	if not text or not string.find(text, '"outbox":[{', 1, true) then
		redis.call('SREM', KEYS[1], slug)
	end
end
return 1
