#include "scripts.h"

const char script_tally[] =
	"local function split(s)\n"
	"  local t = {}\n"
	"  for r in (s:sub(2, -2) .. ',\\n'):gmatch('(.-),\\n') do\n"
	"    t[#t + 1] = r\n"
	"  end\n"
	"  return t\n"
	"end\n"
	"local function last(r) return r:find('\"type\":\"probe\"', 1, true) end\n"
	"local steps = {dns = 1, tls = 2, initialize = 3, ['oauth-discovery'] = 4,\n"
	"  ['auth-initialize'] = 5, ['tools-list'] = 6, ['tools-call'] = 7,\n"
	"  ['tool-hash'] = 8}\n"
	/* failure_layer.h says so too. */
	"local function layer(step, code)\n"
	"  if step < 3 or code == 'deadline' or code:match('.%.timeout$') then\n"
	"    return 'transport'\n"
	"  elseif code:sub(1, 5) == 'http.' then\n"
	"    return 'http'\n"
	"  end\n"
	"  return (step == 3 or step == 5) and 'initialize' or 'tools'\n"
	"end\n"
	/* The histogram's bucket: see hist.h. */
	"local function bucket(ms)\n"
	"  if type(ms) ~= 'number' then return nil end\n"
	"  local b = math.log(math.max(ms, 0.1) / 0.1) / math.log(1.02)\n"
	"  return math.min(math.floor(b), 879)\n"
	"end\n"
	/*
	 * What a probe counts as: nothing before it is whole, see collect.h;
	 * else true, its bucket, and the layer at which it failed.
	 */
	"local function look(list)\n"
	"  local at, code, seen, n, sum = 9, '', {}, 0, nil\n"
	"  local summed = last(list[#list])\n"
	"  for _, r in ipairs(list) do\n"
	"    if not summed or last(r) or r:find('\"status\":\"fail\"', 1, true) then\n"
	"      local ok, o = pcall(cjson.decode, r)\n"
	"      if not ok or type(o) ~= 'table' then o = {} end\n"
	"      local failed = o.status == 'fail' and o.step\n"
	"      if o.type == 'probe' then\n"
	"        sum, failed = sum or o, o.failed_step\n"
	"      elseif steps[o.step] and not seen[o.step] then\n"
	"        seen[o.step], n = true, n + 1\n"
	"      end\n"
	"      if (steps[failed] or 9) < at then\n"
	"        at = steps[failed]\n"
	"        code = type(o.error) == 'string' and o.error:sub(1, 100) or ''\n"
	"      end\n"
	"    end\n"
	"  end\n"
	"  if at < 9 then return true, nil, layer(at, code) end\n"
	"  if not sum then return n == 8 end\n"
	"  return true, sum.state ~= 'broken' and bucket(sum.total_ms) or nil\n"
	"end\n"
	"local function add(key, field, by)\n"
	"  if redis.call('HINCRBY', key, field, by) <= 0 then\n"
	"    redis.call('HDEL', key, field)\n"
	"  end\n"
	"end\n"
	"local function count(list, by)\n"
	"  local whole, b, l = look(list)\n"
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
	/* By nearest rank, as in hist.c. */ \
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
	"local region, id, at = ARGV[1], ARGV[2], ARGV[3]\n"
	"local function before(a, b)\n"
	"  if (not last(a)) ~= (not last(b)) then return not last(a) end\n"
	"  return a < b\n"
	"end\n"
	"local function union(a, b)\n"
	"  local seen, t = {}, {}\n"
	"  for _, list in ipairs({a, b}) do\n"
	"    for _, r in ipairs(list) do\n"
	"      if not seen[r] then seen[r] = true; t[#t + 1] = r end\n"
	"    end\n"
	"  end\n"
	"  table.sort(t, before)\n"
	"  return t\n"
	"end\n"
	"local function join(t) return '[' .. table.concat(t, ',\\n') .. ']' end\n"
	"local new, old = split(ARGV[4]), redis.call('GET', KEYS[1])\n"
	"local keep, o = union(new, {}), nil\n"
	"if old then\n"
	"  o = split(old)\n"
	"  local oid = o[1]:match('\"probe_id\":\"([^\"]*)\"')\n"
	"  local oat = tonumber(o[1]:match('\"probe_started_at\":([%d%.eE+]+)'))\n"
	"  if oid == id then keep = union(o, new)\n"
	"  elseif oat < tonumber(at) or (oat == tonumber(at) and oid < id) then\n"
	"    keep = nil\n"
	"  end\n"
	"end\n"
	"if keep then\n"
	"  local text = join(keep)\n"
	"  if text ~= old then\n"
	"    redis.call('SET', KEYS[1], text, 'EX', ARGV[9])\n"
	"    if ARGV[6] == '1' then\n"
	"      if o then count(o, -1) end\n"
	"      count(keep, 1)\n"
	"      renew()\n"
	"    end\n"
	"  end\n"
	"end\n"
	"redis.call('SADD', KEYS[2], region)\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[9])\n"
	/* latest: a row for each probe, newest first: at, id, records. */
	"local rows, mine = {}, split(ARGV[5])\n"
	"local list = redis.call('HGET', KEYS[3], region)\n"
	"for row in ((list or '') .. '\\n'):gmatch('(.-)\\n') do\n"
	"  local rat, rid, recs = row:match('^([^\\t]+)\\t([^\\t]+)\\t(.+)$')\n"
	"  if rid == id then\n"
	"    local t = {}\n"
	"    for r in (recs .. '\\t'):gmatch('(.-)\\t') do t[#t + 1] = r end\n"
	"    mine = union(t, mine)\n"
	"  elseif rid then\n"
	"    rows[#rows + 1] = {rat, rid, row}\n"
	"  end\n"
	"end\n"
	"mine = union(mine, {})\n"
	"if last(mine[#mine]) then mine = {mine[#mine]} end\n"
	"rows[#rows + 1] = {at, id,\n"
	"  at .. '\\t' .. id .. '\\t' .. table.concat(mine, '\\t')}\n"
	"table.sort(rows, function(a, b)\n"
	"  local x, y = tonumber(a[1]), tonumber(b[1])\n"
	"  if x ~= y then return x > y end\n"
	"  return a[2] > b[2]\n"
	"end)\n"
	/* What is ahead of the clock pushes nothing out, nor what has no hash. */
	"local out, past, ahead, hash = {}, 0, 0, nil\n"
	"for _, row in ipairs(rows) do\n"
	"  local h, n = row[3]:match('\"tool_hash\":\"(%x+)\"'), 0\n"
	"  if tonumber(row[1]) > tonumber(ARGV[13]) then\n"
	"    ahead = ahead + 1; n = ahead\n"
	"  else\n"
	"    past = past + 1; n = past\n"
	"  end\n"
	"  if n <= 16 or (h and not hash) then out[#out + 1] = row[3] end\n"
	"  hash = hash or h\n"
	"end\n"
	"redis.call('HSET', KEYS[3], region, table.concat(out, '\\n'))\n"
	"redis.call('EXPIRE', KEYS[3], ARGV[10])\n"
	"if hash then redis.call('SET', KEYS[4], hash, 'EX', ARGV[11]) end\n"
	"if ARGV[7] ~= '' then\n"
	"  redis.call('HSET', KEYS[10], ARGV[7], ARGV[8])\n"
	"  redis.call('EXPIRE', KEYS[10], ARGV[11])\n"
	"end\n"
	"return 1\n";

/* fresh(minutes, counted, day, minute): see scripts.h. True once. */
#define FRESH \
	"local function old_counts(minutes, day)\n" \
	"  for _, f in ipairs(redis.call('HKEYS', minutes)) do\n" \
	"    if f:match('^(%d+):') == day then return true end\n" \
	"  end\n" \
	"end\n" \
	"local function fresh(minutes, counted, day, minute)\n" \
	"  local upto = redis.call('HGET', minutes, 'upto')\n" \
	"  if upto and redis.call('EXISTS', counted) == 0 and\n" \
	"      old_counts(minutes, day) then\n" \
	"    local last = math.floor((tonumber(upto) - day * 86400) / 60)\n" \
	"    for i = 0, math.min(last, 1439) do\n" \
	"      redis.call('SETBIT', counted, i, 1)\n" \
	"    end\n" \
	"  end\n" \
	"  return redis.call('SETBIT', counted, minute, 1) == 0\n" \
	"end\n"

const char script_count[] = FRESH
	"local done = {}\n"
	"for i = 4, #ARGV, 2 do\n"
	"  if fresh(KEYS[1], KEYS[2], ARGV[1], ARGV[i]) then\n"
	"    redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':' .. ARGV[i + 1], 1)\n"
	"    done[#done + 1] = ARGV[i]\n"
	"  end\n"
	"end\n"
	"redis.call('EXPIRE', KEYS[1], ARGV[2])\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[3])\n"
	"return done\n";

const char script_publish[] = FRESH
	"local window = tonumber(ARGV[1])\n"
	"local upto = redis.call('HGET', KEYS[2], 'upto')\n"
	"local old = redis.call('GET', KEYS[1])\n"
	"if old and upto and tonumber(upto) >= window then return old end\n"
	"local all, red = 0, 0\n"
	"local today = math.floor(window / 86400)\n"
	"local minute = math.floor(window % 86400 / 60)\n"
	"if fresh(KEYS[2], KEYS[4], tostring(today), minute) then\n"
	"  redis.call('HINCRBY', KEYS[2], today .. ':' .. ARGV[3], 1)\n"
	"end\n"
	"redis.call('EXPIRE', KEYS[4], ARGV[7])\n"
	"if not upto or tonumber(upto) < window then\n"
	"  redis.call('HSET', KEYS[2], 'upto', ARGV[1])\n"
	"end\n"
	"local m = redis.call('HGETALL', KEYS[2])\n"
	"for i = 1, #m, 2 do\n"
	"  local day, colour = m[i]:match('^(%d+):(%a+)$')\n"
	"  if day and tonumber(day) <= today - tonumber(ARGV[8]) then\n"
	"    redis.call('HDEL', KEYS[2], m[i])\n"
	"  elseif day and tonumber(day) > today - 30 then\n"
	"    all = all + m[i + 1]\n"
	"    if colour == 'red' then red = red + m[i + 1] end\n"
	"  end\n"
	"end\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[5])\n"
	/* Rounded down, so that one red minute is never 100. */
	"local text = ARGV[2]\n"
	"if all > 0 then\n"
	"  local uptime = math.floor((all - red) * 10000 / all) / 100\n"
	"  local a, b = text:find('\"uptime_30d\":null', 1, true)\n"
	"  if a then\n"
	"    text = text:sub(1, b - 4) .. string.format('%.2f', uptime) ..\n"
	"      text:sub(b + 1)\n"
	"  end\n"
	"end\n"
	"redis.call('SET', KEYS[1], text, 'EX', ARGV[4])\n"
	"for i = 9, #ARGV, 2 do\n"
	"  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])\n"
	"end\n"
	"if #ARGV > 8 then redis.call('EXPIRE', KEYS[3], ARGV[6]) end\n"
	/* Lists that no region has seen last are of no use to anybody. */
	"if redis.call('HLEN', KEYS[3]) > 64 then\n"
	"  local t, keep = redis.call('HGETALL', KEYS[3]), {}\n"
	"  for i = 1, #t, 2 do\n"
	"    if t[i]:match('^seen:') then\n"
	"      keep[t[i + 1]:match('^%S+ (%S+)') or ''] = true\n"
	"    end\n"
	"  end\n"
	"  for i = 1, #t, 2 do\n"
	"    if not t[i]:match('^%l+:') and not keep[t[i]] then\n"
	"      redis.call('HDEL', KEYS[3], t[i])\n"
	"    end\n"
	"  end\n"
	"end\n"
	"return text\n";
