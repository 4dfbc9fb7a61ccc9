-- SPDX-License-Identifier: MIT
-- percentiles(from, list): of the histograms KEYS[from] and on; see scripts.h.
local function percentiles(from, list)
	local count, all, out, least, most = {}, 0, {}, 879, 0
	-- A young server has few of them: no call after the last that exists.
	local left, i = redis.call('EXISTS', unpack(KEYS, from)), from
	while left > 0 do
		local h = redis.call('HGETALL', KEYS[i])
		i, left = i + 1, left - (h[1] and 1 or 0)
		for k = 1, #h, 2 do
			local b, n = tonumber(h[k]), tonumber(h[k + 1])
			if b and n then
				count[b] = (count[b] or 0) + n
				all = all + n
				if b > most then most = b end
				if b < least then least = b end
			end
		end
	end
	for i, p in ipairs(list) do
		-- By nearest rank, as in terms/rates.c.
		local rank, seen = math.ceil(p / 100 * all), 0
		out[i] = '-'
		for b = math.max(least, 0), math.min(most, 879) do
			seen = seen + (count[b] or 0)
			if seen >= rank then out[i] = tostring(b); break end
		end
	end
	return out, all
end
