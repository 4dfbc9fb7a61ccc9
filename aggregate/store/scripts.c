#include "store/scripts.h"

const char script_tally[] =
	/* By bytes, as strcmp(3): the order of the store's locale is another. */
	"local function less(a, b)\n"
	"  for i = 1, math.min(#a, #b) do\n"
	"    local x, y = a:byte(i), b:byte(i)\n"
	"    if x ~= y then return x < y end\n"
	"  end\n"
	"  return #a < #b\n"
	"end\n"
	/* The pieces of a probe, by the number that each mark begins with. */
	"local function put(t, mark, text)\n"
	"  t[tonumber(mark:sub(1, 1))] = {mark, text}\n"
	"end\n"
	"local function stored(marks, text, separator)\n"
	"  local t, from = {}, 1\n"
	"  for mark in marks:gmatch('%S+') do\n"
	"    local a, b = text:find(separator, from, true)\n"
	"    put(t, mark, text:sub(from, (a or 0) - 1))\n"
	"    from = (b or #text) + 1\n"
	"  end\n"
	"  return t\n"
	"end\n"
	"local function union(a, b)\n"
	"  local t = {}\n"
	"  for i = 1, 9 do\n"
	"    t[i] = a[i] or b[i]\n"
	"    if a[i] and b[i] and less(b[i][2], a[i][2]) then t[i] = b[i] end\n"
	"  end\n"
	"  return t\n"
	"end\n"
	"local function join(t, separator)\n"
	"  local marks, texts = {}, {}\n"
	"  for i = 1, 9 do\n"
	"    if t[i] then\n"
	"      marks[#marks + 1], texts[#texts + 1] = t[i][1], t[i][2]\n"
	"    end\n"
	"  end\n"
	"  return table.concat(marks, ' '), table.concat(texts, separator)\n"
	"end\n"
	/*
	 * What a probe counts as: nothing before it is whole, see offline/collect.h;
	 * else true, its bucket, and the layer at which it failed.
	 */
	"local function look(t)\n"
	"  local at, layer, n = 9, nil, 0\n"
	"  local function failed(step, l)\n"
	"    if step and step < at then at, layer = step, l end\n"
	"  end\n"
	"  for i = 1, 8 do\n"
	"    local l = t[i] and t[i][1]:match('^%d:(%l+)$')\n"
	"    if t[i] then n = n + 1 end\n"
	"    if l then failed(i, l) end\n"
	"  end\n"
	"  if t[9] then\n"
	"    local step, l = t[9][1]:match('^9:(%d):(%l+)$')\n"
	"    failed(tonumber(step), l)\n"
	"  end\n"
	"  if at < 9 then return true, nil, layer end\n"
	"  if not t[9] then return n == 8 end\n"
	"  return true, t[9][1]:match('^9:(%d+)$')\n"
	"end\n"
	"local function add(key, field, by)\n"
	"  if redis.call('HINCRBY', key, field, by) <= 0 then\n"
	"    redis.call('HDEL', key, field)\n"
	"  end\n"
	"end\n"
	"local function count(t, by)\n"
	"  local whole, b, l = look(t)\n"
	"  for i = 5, 6 do\n"
	"    if b then add(KEYS[i], b, by) end\n"
	"  end\n"
	"  for i = 7, 8 do\n"
	"    local when = ARGV[i + 7] .. ':'\n"
	"    if whole then add(KEYS[i], when .. 'probes', by) end\n"
	"    if l then add(KEYS[i], when .. l, by) end\n"
	"  end\n"
	"end\n"
	/* A baseline of days that have changed is none. */
	"local function renew()\n"
	"  for i, life in ipairs({12, 12, 16, 17}) do\n"
	"    redis.call('EXPIRE', KEYS[4 + i], ARGV[life])\n"
	"  end\n"
	"  local b = redis.call('GET', KEYS[9])\n"
	"  if b and (tonumber(b:match('^%d+')) or 1e9) > tonumber(ARGV[18]) then\n"
	"    redis.call('DEL', KEYS[9])\n"
	"  end\n"
	"end\n";

/* What is no list of tools in key_tools has a word and a colon before it. */
#define TOOLS \
	"local function is_list(field) return not field:match('^%l+:') end\n" \
	"local function seen_last(key)\n" \
	"  local keep = {}\n" \
	"  for _, f in ipairs(redis.call('HKEYS', key)) do\n" \
	"    if f:match('^seen:') then\n" \
	"      local text = redis.call('HGET', key, f)\n" \
	"      keep[text:match('^%S+ (%S+)') or ''] = true\n" \
	"    end\n" \
	"  end\n" \
	"  return keep\n" \
	"end\n" \
	"local function drop(key, field)\n" \
	"  redis.call('HDEL', key, field, 'listed:' .. field)\n" \
	"end\n"

const char script_tools[] = TOOLS
	/* Make room for n bytes: the oldest go first, those seen last at last. */
	"local function make_room(key, n)\n"
	"  local lists, keep, sum = {}, seen_last(key), n\n"
	"  for _, f in ipairs(redis.call('HKEYS', key)) do\n"
	"    if is_list(f) then\n"
	"      local size = redis.call('HSTRLEN', key, f)\n"
	"      local at = redis.call('HGET', key, 'listed:' .. f)\n"
	"      lists[#lists + 1] = {f, size, tonumber(at or 0) or 0}\n"
	"      sum = sum + size\n"
	"    end\n"
	"  end\n"
	"  table.sort(lists, function(a, b)\n"
	"    local x, y = keep[a[1]] or false, keep[b[1]] or false\n"
	"    if x ~= y then return y end\n"
	"    if a[3] ~= b[3] then return a[3] < b[3] end\n"
	"    return less(a[1], b[1])\n"
	"  end)\n"
	"  for _, l in ipairs(lists) do\n"
	"    if sum <= tonumber(ARGV[9]) then break end\n"
	"    drop(key, l[1])\n"
	"    sum = sum - l[2]\n"
	"  end\n"
	"end\n"
	"local function keep_list(key, field, text, at, life)\n"
	"  if (redis.call('HGET', key, 'churn:since') or '0') ~= '0' then return end\n"
	"  if redis.call('HEXISTS', key, field) == 0 then\n"
	"    make_room(key, #text)\n"
	"    redis.call('HSET', key, field, text)\n"
	"  end\n"
	"  local before = redis.call('HGET', key, 'listed:' .. field)\n"
	"  if (tonumber(before or 0) or 0) < tonumber(at) then\n"
	"    redis.call('HSET', key, 'listed:' .. field, at)\n"
	"  end\n"
	"  redis.call('EXPIRE', key, life)\n"
	"end\n";

/* percentiles(from, list): of the histograms KEYS[from] and on; see scripts.h. */
#define PERCENTILES \
	"local function percentiles(from, list)\n" \
	"  local count, all, out, least, most = {}, 0, {}, 879, 0\n" \
	/* Most of a young server are none: then one call is enough. */ \
	"  local left, i = redis.call('EXISTS', unpack(KEYS, from)), from\n" \
	"  while left > 0 do\n" \
	"    local h = redis.call('HGETALL', KEYS[i])\n" \
	"    i, left = i + 1, left - (h[1] and 1 or 0)\n" \
	"    for k = 1, #h, 2 do\n" \
	"      local b, n = tonumber(h[k]), tonumber(h[k + 1])\n" \
	"      if b and n then\n" \
	"        count[b] = (count[b] or 0) + n\n" \
	"        all = all + n\n" \
	"        if b > most then most = b end\n" \
	"        if b < least then least = b end\n" \
	"      end\n" \
	"    end\n" \
	"  end\n" \
	"  for i, p in ipairs(list) do\n" \
	/* By nearest rank, as in mcp/hist.c. */ \
	"    local rank, seen = math.ceil(p / 100 * all), 0\n" \
	"    out[i] = '-'\n" \
	"    for b = math.max(least, 0), math.min(most, 879) do\n" \
	"      seen = seen + (count[b] or 0)\n" \
	"      if seen >= rank then out[i] = tostring(b); break end\n" \
	"    end\n" \
	"  end\n" \
	"  return out, all\n" \
	"end\n"

const char script_figures[] = PERCENTILES
	"local out = {redis.call('GET', KEYS[1])}\n"
	"for i = 2, 7 do out[i] = redis.call('HGETALL', KEYS[i]) end\n"
	"local p = percentiles(8, {50, 95})\n"
	"out[8], out[9] = p[1], p[2]\n"
	"return out\n";

const char script_baseline[] = PERCENTILES
	"local old = redis.call('GET', KEYS[1])\n"
	"if old and old:match('^%d+') == ARGV[1] then return old end\n"
	"local out, all = percentiles(2, {95})\n"
	"local known = all >= tonumber(ARGV[2])\n"
	"local text = ARGV[1] .. ' ' .. (known and out[1] or '-')\n"
	"redis.call('SET', KEYS[1], text, 'EX', ARGV[3])\n"
	"return text\n";

const char script_ingest[] =
	"local region, id, at, hash = ARGV[1], ARGV[2], ARGV[3], ARGV[4]\n"
	"local new, mine = {}, {}\n"
	"local brief = 21 + 2 * tonumber(ARGV[19])\n"
	"for i = 21, #ARGV, 2 do\n"
	"  put(i < brief and new or mine, ARGV[i], ARGV[i + 1])\n"
	"end\n"
	/* The probe of the window: what stands there, and what will. */
	"local old, head = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[11])\n"
	"local keep, before, counted = new, nil, '0'\n"
	"if old then\n"
	"  keep = nil\n"
	"  local oid, oat, oc, marks = (head or ''):match(\n"
	"    '^(%S+) (%S+) ([01]) (.+)$')\n"
	"  if oid then\n"
	"    before, counted = stored(marks, old:sub(2, -2), ',\\n'), oc\n"
	"    local first = tonumber(oat) - tonumber(at)\n"
	"    if oid == id and first == 0 then keep = union(before, new)\n"
	"    elseif first > 0 or (first == 0 and less(id, oid)) then keep = new\n"
	"    end\n"
	"  end\n"
	"end\n"
	"local marks, text = join(keep or {}, ',\\n')\n"
	"if #text > tonumber(ARGV[20]) then return 'the probe has more than 64 KiB' end\n"
	/* latest: a row for each probe: at, id, hash and marks, records. */
	"local rows, stays = {}, true\n"
	"local list = redis.call('HGET', KEYS[3], region)\n"
	"for row in ((list or '') .. '\\n'):gmatch('(.-)\\n') do\n"
	"  local rat, rid, rest = row:match('^([^\\t]+)\\t([^\\t]+)\\t(.+)$')\n"
	"  local t = tonumber(rat)\n"
	"  local h, rmarks, texts = (rest or ''):match('^(%S+) ([^\\t]+)\\t(.+)$')\n"
	/* Rows of those who knew no such column begin with their record. */
	"  if h and h:sub(1, 1) == '{' then h, texts = nil, nil end\n"
	"  if h == '-' then h = nil end\n"
	"  if t and rid == id and t == tonumber(at) then\n"
	"    if texts then\n"
	"      local both = union(stored(rmarks, texts, '\\t'), mine)\n"
	"      if both[9] ~= mine[9] then hash = h or '-' end\n"
	"      mine = both\n"
	"    end\n"
	"  elseif t and rid == id and t < tonumber(at) then\n"
	"    return 'probe_started_at: ' .. at .. ', but probe ' .. id ..\n"
	"      ' started at ' .. rat\n"
	"  elseif t and t == tonumber(at) and less(rid, id) then\n"
	"    stays = false\n"
	"    rows[#rows + 1] = {t, rid, row, h}\n"
	"  elseif t and rid ~= id and t ~= tonumber(at) then\n"
	"    rows[#rows + 1] = {t, rid, row, h}\n"
	"  end\n"
	"end\n"
	"if mine[9] then mine = {[9] = mine[9]} end\n"
	"if stays then\n"
	"  local m, t = join(mine, '\\t')\n"
	"  rows[#rows + 1] = {tonumber(at), id, at .. '\\t' .. id .. '\\t' ..\n"
	"    hash .. ' ' .. m .. '\\t' .. t, hash ~= '-' and hash or nil}\n"
	"end\n"
	/* Nothing was written up to here. */
	"if keep and text ~= (old or ''):sub(2, -2) then\n"
	"  if counted == '1' then count(before, -1) end\n"
	"  if ARGV[7] == '1' then count(keep, 1) end\n"
	"  if counted == '1' or ARGV[7] == '1' then renew() end\n"
	"  redis.call('SET', KEYS[1], '[' .. text .. ']', 'EX', ARGV[8])\n"
	"  redis.call('SET', KEYS[11],\n"
	"    id .. ' ' .. at .. ' ' .. ARGV[7] .. ' ' .. marks, 'EX', ARGV[8])\n"
	"end\n"
	"redis.call('SADD', KEYS[2], region)\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[8])\n"
	"table.sort(rows, function(a, b)\n"
	"  if a[1] ~= b[1] then return a[1] > b[1] end\n"
	"  return less(b[2], a[2])\n"
	"end)\n"
	/* What is ahead of the clock pushes nothing out, nor what has no hash. */
	"local out, past, ahead, newest = {}, 0, 0, nil\n"
	"for _, row in ipairs(rows) do\n"
	"  local n = 0\n"
	"  if row[1] > tonumber(ARGV[13]) then\n"
	"    ahead = ahead + 1; n = ahead\n"
	"  else\n"
	"    past = past + 1; n = past\n"
	"  end\n"
	"  if n <= 16 or (row[4] and not newest) then out[#out + 1] = row[3] end\n"
	"  newest = newest or row[4]\n"
	"end\n"
	"redis.call('HSET', KEYS[3], region, table.concat(out, '\\n'))\n"
	"redis.call('EXPIRE', KEYS[3], ARGV[10])\n"
	"if newest then redis.call('SET', KEYS[4], newest, 'EX', ARGV[11]) end\n"
	"if ARGV[5] ~= '' then keep_list(KEYS[10], ARGV[5], ARGV[6], at, ARGV[11]) end\n"
	"return 1\n";

const char script_uncount[] =
	"local head, text = redis.call('GET', KEYS[11]), redis.call('GET', KEYS[1])\n"
	"local id, at, counted, marks = (head or ''):match(\n"
	"  '^(%S+) (%S+) ([01]) (.+)$')\n"
	"if text and counted == '1' and tonumber(at) == tonumber(ARGV[3]) then\n"
	"  count(stored(marks, text:sub(2, -2), ',\\n'), -1)\n"
	"  redis.call('SETRANGE', KEYS[11], #id + #at + 2, '0')\n"
	"end\n";

/* fresh(minutes, counted, day, minute, colour): see scripts.h. True once. */
#define FRESH \
	"local function old_counts(minutes, day)\n" \
	"  for _, f in ipairs(redis.call('HKEYS', minutes)) do\n" \
	"    if f:match('^(%d+):') == day then return true end\n" \
	"  end\n" \
	"end\n" \
	"local function fresh(minutes, counted, day, minute, colour)\n" \
	"  local upto = redis.call('HGET', minutes, 'upto')\n" \
	"  if upto and redis.call('EXISTS', counted) == 0 and\n" \
	"      old_counts(minutes, day) then\n" \
	"    local last = math.floor((tonumber(upto) - day * 86400) / 60)\n" \
	"    for i = 0, math.min(last, 1439) do\n" \
	"      redis.call('SETBIT', counted, i, 1)\n" \
	"    end\n" \
	"  end\n" \
	"  if redis.call('SETBIT', counted, minute, 1) ~= 0 then return false end\n" \
	"  local at = 1440 + 2 * minute\n" \
	"  redis.call('SETBIT', counted, at, colour == 'green' and 0 or 1)\n" \
	"  redis.call('SETBIT', counted, at + 1, colour == 'amber' and 0 or 1)\n" \
	"  return true\n" \
	"end\n"

const char script_count[] = FRESH
	"local done = {}\n"
	"for i = KEYS[3] and 5 or 4, #ARGV, KEYS[3] and 3 or 2 do\n"
	"  if fresh(KEYS[1], KEYS[2], ARGV[1], ARGV[i], ARGV[i + 1]) then\n"
	"    redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':' .. ARGV[i + 1], 1)\n"
	"    done[#done + 1] = ARGV[i]\n"
	"    if KEYS[3] then\n"
	"      redis.call('HSET', KEYS[3],\n"
	"        string.format('%.0f', ARGV[1] * 86400 + ARGV[i] * 60), ARGV[i + 2])\n"
	"    end\n"
	"  end\n"
	"end\n"
	"if KEYS[3] then redis.call('EXPIRE', KEYS[3], ARGV[4]) end\n"
	"redis.call('EXPIRE', KEYS[1], ARGV[2])\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[3])\n"
	"return done\n";

const char script_publish[] = FRESH TOOLS
	"local window = tonumber(ARGV[1])\n"
	"local upto = redis.call('HGET', KEYS[2], 'upto')\n"
	"local old = redis.call('GET', KEYS[1])\n"
	"if old and upto and tonumber(upto) >= window then return old end\n"
	"local all, red = 0, 0\n"
	"local today = math.floor(window / 86400)\n"
	"local minute = math.floor(window % 86400 / 60)\n"
	"if fresh(KEYS[2], KEYS[4], tostring(today), minute, ARGV[4]) then\n"
	"  redis.call('HINCRBY', KEYS[2], today .. ':' .. ARGV[4], 1)\n"
	"end\n"
	"redis.call('EXPIRE', KEYS[4], ARGV[8])\n"
	"if not upto or tonumber(upto) < window then\n"
	"  redis.call('HSET', KEYS[2], 'upto', ARGV[1])\n"
	"end\n"
	"local m = redis.call('HGETALL', KEYS[2])\n"
	"for i = 1, #m, 2 do\n"
	"  local day, colour = m[i]:match('^(%d+):(%a+)$')\n"
	"  if day and tonumber(day) <= today - tonumber(ARGV[9]) then\n"
	"    redis.call('HDEL', KEYS[2], m[i])\n"
	"  elseif day and tonumber(day) > today - 30 then\n"
	"    all = all + m[i + 1]\n"
	"    if colour == 'red' then red = red + m[i + 1] end\n"
	"  end\n"
	"end\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[6])\n"
	/* Rounded down, so that one red minute is never 100. */
	"local uptime = 'null'\n"
	"if all > 0 then\n"
	"  uptime = string.format('%.2f', math.floor((all - red) * 10000 / all) / 100)\n"
	"end\n"
	"local text = ARGV[2] .. uptime .. ARGV[3]\n"
	"redis.call('SET', KEYS[1], text, 'EX', ARGV[5])\n"
	"for i = 10, #ARGV, 2 do\n"
	"  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[3], ARGV[i])\n"
	"  else redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end\n"
	"end\n"
	"if #ARGV > 9 then redis.call('EXPIRE', KEYS[3], ARGV[7]) end\n"
	/* Lists that no region has seen last are of no use to anybody. */
	"if redis.call('HLEN', KEYS[3]) > 64 or\n"
	"    redis.call('HEXISTS', KEYS[3], 'churn:since') == 1 then\n"
	"  local keep = seen_last(KEYS[3])\n"
	"  for _, f in ipairs(redis.call('HKEYS', KEYS[3])) do\n"
	"    if is_list(f) and not keep[f] then drop(KEYS[3], f) end\n"
	"  end\n"
	"end\n"
	"return text\n";
