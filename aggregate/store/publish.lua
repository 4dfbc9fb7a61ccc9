-- SPDX-License-Identifier: MIT
local verdict, minutes, tools, counted = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local window = tonumber(ARGV[1])
local colour, verdict_life, minutes_life = ARGV[3], ARGV[4], ARGV[5]
local tools_life, counted_life, days_kept = ARGV[6], ARGV[7], tonumber(ARGV[8])
local list_life, latest = ARGV[9], tonumber(ARGV[12])
local upto, ahead = redis.call('HGET', minutes, 'upto'), ''
-- What a clock that was ahead has published holds back nothing.
if upto and tonumber(upto) > latest then ahead, upto = upto, false end
local basis, early = ARGV[13], ARGV[14] == '1'
local was = false
if upto and tonumber(upto) >= window then
	local old = redis.call('GET', verdict)
	local of, as, made = (redis.call('HGET', minutes, 'early') or ''):match('^(%d+) (%S+) (%S+)$')
	local open = tonumber(of) == window
	if old and (not (open or early) or (open and made == basis) or
			tonumber(upto) > tonumber(ARGV[11])) then
		if open and not early and made == basis then
			redis.call('HDEL', minutes, 'early')
		end
		return {old}
	end
	if open then was = as end
	if early and not open then
		was = counted_as(counted, math.floor(window % 86400 / 60), colour)
	end
end
-- Nor are the probes of that clock taken for those of a time to come. Rows share what
-- stands in one above them, see ingest.lua.
local function forget_ahead(latest, limit)
	for _, region in ipairs(redis.call('HKEYS', latest)) do
		local list, left, above, gone = redis.call('HGET', latest, region), {}, '', false
		for row in list:gmatch('[^\n]+') do
			local at = tonumber(row:match('^([^\t]+)\t'))
			local shared = row:match('^[^\t]+\t[^\t]+\t=%S+\t%S+\t(.+)$')
			if shared and shared ~= '=' then above = shared end
			if at and at > limit then gone = true
			elseif shared == '=' and not left[1] then left[1] = row:sub(1, -2) .. above
			else left[#left + 1] = row end
		end
		if gone and left[1] then redis.call('HSET', latest, region, table.concat(left, '\n'))
		elseif gone then redis.call('HDEL', latest, region) end
	end
end
if ahead ~= '' then forget_ahead(KEYS[5], latest) end
local today = math.floor(window / 86400)
local minute = math.floor(window % 86400 / 60)
if was and was ~= '-' then
	recount_minute(minutes, counted, tostring(today), minute, was, colour)
	was = colour
elseif count_minute(minutes, counted, tostring(today), minute, colour) then
	was = colour
end
redis.call('EXPIRE', counted, counted_life)
if not upto or tonumber(upto) < tonumber(ARGV[11]) then
	redis.call('HSET', minutes, 'upto', ARGV[11])
end
if early then
	redis.call('HSET', minutes, 'early',
		string.format('%.0f', window) .. ' ' .. (was or '-') .. ' ' .. basis)
else
	redis.call('HDEL', minutes, 'early')
end
local uptime, days = uptime_30d(minutes, today, days_kept, ARGV[10] == '1')
-- No string holds this: in one, a quotation mark has a backslash.
local text = ARGV[2]:gsub('"uptime_30d":null', '"uptime_30d":' .. uptime, 1)
redis.call('EXPIRE', minutes, minutes_life)
redis.call('SET', verdict, text, 'EX', verdict_life)
-- The list behind a field "seen:".
local function list_of(text) return text and text:match('^%S+ (%S+)') end
local replaced, set, gone, seen, known = false, {}, {}, {}, {}
for i = 15, #ARGV, 2 do
	if ARGV[i]:match('^seen:') then seen[#seen + 1] = ARGV[i] end
end
for i, text in ipairs(seen[1] and redis.call('HMGET', tools, unpack(seen)) or {}) do
	known[seen[i]] = text
end
for i = 15, #ARGV, 2 do
	local field, value = ARGV[i], ARGV[i + 1]
	local was = list_of(known[field])
	if was and was ~= list_of(value) then
		replaced = true
		if redis.call('HEXISTS', tools, was) == 1 then
			redis.call('HSET', tools, 'listed:' .. was, window)
		end
	end
	if value == '' then gone[#gone + 1] = field
	else set[#set + 1], set[#set + 2] = field, value end
end
if gone[1] then redis.call('HDEL', tools, unpack(gone)) end
if set[1] then redis.call('HSET', tools, unpack(set)) end
if #ARGV > 14 then redis.call('EXPIRE', tools, tools_life) end
-- Of too many lists, or where tools churn, only those that a region saw last stay;
-- else those, too, that were replaced lately.
local too_many = redis.call('HLEN', tools) > 64 or
	redis.call('HEXISTS', tools, 'churn:since') == 1
if too_many or replaced then
	local keep = seen_last(tools)
	for _, f in ipairs(redis.call('HKEYS', tools)) do
		local at = is_list(f) and redis.call('HGET', tools, 'listed:' .. f)
		if is_list(f) and not keep[f] and
				(too_many or (tonumber(at or 0) or 0) < window - list_life) then
			drop(tools, f)
		end
	end
end
return {false, days, uptime, ahead}
