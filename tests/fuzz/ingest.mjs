// SPDX-License-Identifier: MIT
// Goal: whatever a region that was taken over makes of its records, mcp-aggregate
// ingest never fails, stores the probes of the others whole, and no key of the
// store grows beyond what it may be.
//
//	node ingest.mjs BIN SOCKET SEED ROUNDS [SECONDS]
//
// ROUNDS batches are made up from the seed, or as many as fit in SECONDS, and go
// into the Redis at the socket, which is emptied now and then. A batch that
// breaks something is left in the working directory, as `finding`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [bin, socket, seed, rounds, seconds] = process.argv.slice(2);
const until = seconds ? Date.now() + 1000 * seconds : Infinity;
const NOW = Math.floor(Date.now() / 60000) * 60;
const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize',
	'tools-list', 'tools-call', 'tool-hash'];
const GOOD = ['us-east-1', 'eu-west-2'];
const EVIL = 'evil-1';

let state = Number(seed) >>> 0;
function random() {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = n => Math.floor(random() * n);
const pick = list => list[below(list.length)];
const often = p => random() < p;

// The records of one whole probe, as mcp-probe writes them.
function probe(slug, region, id, at, failed) {
	const key = { slug, region, probe_id: id, probe_started_at: at };
	const hash = pick('abcdef').repeat(64);
	const lines = STEPS.map((step, i) => ({ v: 1, type: 'step', ...key, n: i + 1,
		step, status: i + 1 === failed ? 'fail' : failed && i + 1 > failed ? 'skip' : 'pass',
		ms: failed && i + 1 > failed ? null : 1.5 + i,
		error: i + 1 === failed ? 'http.503' : null, message: null,
		detail: { address: '203.0.113.7', n: i } }));
	lines.push({ v: 1, type: 'probe', ...key, url: 'https://h.example/mcp',
		state: failed ? 'broken' : 'healthy',
		failed_step: failed ? STEPS[failed - 1] : null,
		error: failed ? 'http.503' : null, total_ms: 20 + below(900),
		protocol: '2025-11-25', era: 'session',
		tool_hash: failed ? null : hash, full_hash: failed ? null : hash,
		tool_count: failed ? null : 1 });
	if (!failed)
		lines[8].tools = { get: [hash, hash] };
	return lines;
}

// What was stored of a good probe; exact, but for the tools. Where its region has one
// in the next minute, of one that passed only the summary stays.
const kept = (lines, followed) => (followed && lines[8].state === 'healthy' ?
	[lines[8]] : lines).map(({ tools, ...r }) => r);

const texts = [() => '', () => 'x'.repeat(below(3000)), () => '\u202e\u0007\t\n',
	() => '",\n"', () => ',\\n{"type":"probe","status":"fail"}', () => '😀'.repeat(below(1200)),
	() => '"probe_started_at":1e-7', () => '\ud800', () => '\u0000', () => pick(STEPS),
	() => 'a.timeout', () => 'http.' + 'z'.repeat(below(2000)), () => '%s%n', () => EVIL,
	() => 'tool-hash', () => 'é'.repeat(1500), () => '}{', () => 'churn:since'];
const numbers = [0, -0, 1e-7, 1e308, -1, 0.1, 5e-324, 4294967296, 1e21, 1e11, 99999999999.9,
	NOW, NOW + 0.0000001, 1e9];
const pairs = () => [pick(['a', 'b', '0']).repeat(64), pick('abc').repeat(64)];

function value(depth = 0) {
	const kind = below(depth > 4 ? 4 : 8);
	if (kind < 2) return pick(texts)();
	if (kind < 4) return often(0.2) ? pick([null, true, false]) : pick(numbers);
	if (kind === 4) return Array.from({ length: below(5) }, () => value(depth + 1));
	if (kind === 5) return probe('evil-0', EVIL, 'zz', 1e-7, below(9))[below(9)];
	if (kind === 6) {
		let deep = 1;
		for (let i = below(90); i > 0; i--) deep = often(0.5) ? [deep] : { a: deep };
		return deep;
	}
	return Object.fromEntries(Array.from({ length: below(8) },
		() => [pick(texts)(), value(depth + 1)]));
}

const instants = [() => NOW - 60 * below(30), () => NOW - 60 * below(30) + 59.9999995,
	() => NOW - 3600 * below(60), () => NOW + 60 * below(50), () => pick(numbers), () => NOW - 60];
const ids = ['a', 'A', 'same', 'z'.repeat(64), '0', '-', '..'];

// One change of a record; several may follow each other.
const changes = [
	r => { r[pick(Object.keys(r))] = value(); },
	r => { delete r[pick(Object.keys(r))]; },
	r => { r[pick(texts)() || 'x'] = value(); },
	r => { r.detail = value(); },
	r => { r.detail = Object.fromEntries(Array.from({ length: below(60) },
		(_, i) => [`k${i}`, pick(texts)()])); },
	r => { r.message = pick(texts)(); r.error = pick(texts)(); },
	r => { r.url = 'http://' + pick(texts)(); },
	r => { r.probe_id = pick(ids); },
	r => { r.probe_started_at = pick(instants)(); },
	r => { r.probe_started_at = pick(instants)(); r.probe_id = pick(ids); },
	r => { r.slug = pick(['evil-0', 'good-0', 'good-1', 'evil-1', 'a'.repeat(80)]); },
	r => { if (r.type === 'step') { const n = below(8); r.n = n + 1; r.step = STEPS[n];
		r.status = pick(['pass', 'fail', 'skip']); r.ms = pick([null, 0, 1e9]); } },
	r => { if (r.type === 'probe') { r.total_ms = pick(numbers); r.era = pick(['sse', 'session', 'x', null]); } },
	r => { if (r.type === 'probe') { r.tool_hash = pick('abcdef0123').repeat(64);
		r.full_hash = often(0.5) ? pick('abcdef0123').repeat(64) : null;
		r.tools = Object.fromEntries(Array.from({ length: below(often(0.05) ? 6000 : 40) },
			(_, i) => [pick(texts)().slice(0, 40) + i, pairs()])); } },
];

// One change of a line.
const raws = [
	s => s.slice(0, below(s.length)),
	s => s.replace(/./s, c => String.fromCharCode(c.charCodeAt(0) ^ (1 << below(7)))),
	s => { const i = below(s.length); return s.slice(0, i) + pick(texts)() + s.slice(i); },
	s => { const i = below(s.length); return s.slice(0, i) + String.fromCharCode(below(256)) + s.slice(i + 1); },
	s => '{"a":{"probe_started_at":1e-7},' + s.slice(1),
	s => s.replace('{', '{"v":1,'),
	s => s + s,
	s => s.replace(/\d+(\.\d+)?/g, d => often(0.3) ? pick(['1e-7', '1e999', '-0', '00', '1e5', '0x1']) : d),
	s => often(0.02) ? s.slice(0, -1) + `,"y":"${'y'.repeat(1048576)}"}` : s,
];

function evil(round) {
	const out = [];
	for (let i = 0; i < 12; i++) {
		const slug = pick(['evil-0', 'evil-1', 'good-0', 'good-1']);
		for (const r of probe(slug, EVIL, often(0.4) ? pick(ids) : `e${round}.${i}`,
			pick(instants)(), below(9))) {
			for (let n = pick([0, 1, 1, 2, 5]); n > 0; n--) pick(changes)(r);
			let line = JSON.stringify(r);
			if (r.region !== EVIL && GOOD.includes(r.region)) continue;
			for (let n = pick([0, 0, 0, 1, 2]); n > 0 && line; n--) line = pick(raws)(line);
			for (let n = pick([1, 1, 1, 2, 9]); n > 0; n--) out.push(line);
		}
	}
	for (let i = 0; i < 3; i++)
		out.push(JSON.stringify({ v: 1, type: 'runner', region: EVIL, at: pick(numbers),
			status: pick(['ok', 'exit', 'x']), version: pick(texts)(), message: pick(texts)(),
			offset_s: value(), x: value() }));
	return out;
}

function run(args, input) {
	const r = spawnSync(bin, args, { input, encoding: 'latin1', maxBuffer: 1 << 28,
		env: { ...process.env, MCP_STORE: `unix://${socket}` } });
	return { ...r, name: args.join(' ') };
}

function redis(...args) {
	const r = spawnSync('redis-cli', ['-s', socket, '--raw', '-e', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
	if (r.status !== 0) throw new Error(`redis-cli ${args[0]}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}

// What no key may pass; says which do.
const BOUNDS = `
	local out = {}
	local function most(key, size, limit)
		if size > limit then out[#out + 1] = key .. ' ' .. size end
	end
	for _, key in ipairs(redis.call('keys', '*')) do
		local kind = redis.call('type', key).ok
		if kind == 'string' then
			most(key, redis.call('strlen', key), key:match(':head$') and 400 or 65538)
		elseif kind == 'hash' then
			local all, lists = redis.call('hgetall', key), 0
			most(key .. ' fields', #all / 2, 1000)
			for i = 1, #all, 2 do
				local limit = 4400
				if key == 'fleet:runners' then limit = 4096
				elseif key:match(':latest$') then limit = 36 * 4096 end
				if key:match(':tools$') and not all[i]:match('^%l+:') then
					lists = lists + #all[i + 1]
				else
					most(key .. ' ' .. all[i], #all[i + 1], limit)
				end
			end
			most(key .. ' lists', lists, 1048576)
		end
	end
	return out`;

function broken(what, lines) {
	writeFileSync('finding', Buffer.from(lines.join('\n') + '\n', 'utf8'));
	console.log(`seed ${seed}, round ${round}: ${what}`);
	process.exit(1);
}

// Every line of stderr says what is wrong with a line of the input.
function check(r, statuses, lines) {
	if (!statuses.includes(r.status))
		broken(`${r.name}: ${r.signal ?? r.status}: ${r.stderr.slice(0, 2000)}`, lines);
	for (const said of r.stderr.split('\n').filter(Boolean))
		// An id that a stranger used twice, hours apart, is told where both are read.
		if (!(r.name.startsWith('explain') &&
			/^mcp-aggregate: (warning: store: a record cannot be used: probe_started_at: |no server evil-)/.test(said)) &&
			!/^mcp-aggregate: (line \d+: [^\x00-\x1f]+|\d+ more lines refused)$/.test(said))
			broken(`${r.name}: ${said}`, lines);
}

let round = 0, refused = 0, batches = 0;
for (; round < Number(rounds) && Date.now() < until; round++) {
	const at = NOW - 60 * (round % 40);
	const good = ['good-0', 'good-1'].flatMap(slug => GOOD.map(region => ({ slug, region,
		lines: probe(slug, region, `g${round}`, at + 2.5, often(0.2) ? 1 + below(8) : 0) })));
	const lines = evil(round);
	if (round % 40 === 0) redis('flushall');
	for (const line of good.flatMap(g => g.lines))
		lines.splice(below(lines.length + 1), 0, JSON.stringify(line));
	const input = lines.join('\n') + '\n';
	const r = run(['ingest'], Buffer.from(input, 'utf8'));
	batches++;
	refused += r.status === 2;
	check(r, [0, 2], lines);
	for (const g of good) {
		const key = `probe:${g.slug}:${at}:${g.region}`;
		const value = redis('get', key).trim();
		if (value !== '' && JSON.stringify(JSON.parse(value)) ===
				JSON.stringify(kept(g.lines, round % 40 > 0)))
			continue;
		broken(`${key} is ${value}`, lines);
	}
	const large = redis('eval', BOUNDS, '0').trim();
	if (large) broken(`too large: ${large}`, lines);
	if (round % 8) continue;
	// Who reads what is stored has nothing to say about it.
	check(run(['verdict', '-N', String(at + 30)]), [0, 1], lines);
	for (const slug of ['good-0', 'evil-0', 'evil-1'])
		check(run(['explain', slug, '--at', String(at + 30)]), [0, 1, 2].slice(0, slug === 'good-0' ? 2 : 3), lines);
	check(run(['status', '-f', 'jsonl']), [0, 1], lines);
	for (const how of ['verdict', 'buckets'])
		check(run([how, '-'], Buffer.from(input, 'utf8')), [0, 1, 2], lines);
}
console.log(`${batches} batches, ${refused} with refused lines`);
