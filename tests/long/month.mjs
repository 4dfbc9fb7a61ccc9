// SPDX-License-Identifier: MIT
// Thirty days of 10 servers in five regions, with outages and deployments, live: by
// the clock of clock.c, everything goes through mcp-aggregate and mcp-alert.
//
// month.mjs live BIN DIR: into the store that MCP_STORE names; DIR gets fleet.yaml,
// verdicts and events, and has clock.so and now, the file of the clock.
// RETENTION is that of fleet.yaml. At the end it prints, as JSON, when the days
// ended, and of which instants somebody may ask.
//
// Every server is probed each hour for 28 days; then the first DENSE of them every
// minute, and the others every ten, for two.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

const [, , , bin, dir] = process.argv;
export const END = 1779926400 + 20 * 3600; // 2026-05-28T20:00:00Z
const SERVERS = 10, DENSE = 3, HOUR = 3600, DAY = 86400, BEGIN = END - (process.env.DAYS ?? 30) * DAY;
const LAST = END - 2 * DAY; // from here on it is dense
const REGIONS = ['ap-south-1', 'eu-west-2', 'sa-east-1', 'us-east-1', 'us-west-2'];
const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize',
	'tools-list', 'tools-call', 'tool-hash'];
const TOOLS = ['search', 'fetch', 'list_issues', 'create_issue', 'get_file',
	'update_file', 'delete_file', 'list_users', 'get_user', 'run_query',
	'export_report', 'send_message'];
const slug = (s) => `example-mcp-${String(s).padStart(2, '0')}`;

let seed = 7;
function random() {
	seed = (Math.imul(seed, 1103515245) + 12345) >>> 1;
	return seed / 2 ** 31;
}

function hash(text) {
	return createHash('sha256').update(text).digest('hex');
}

// ---- What happens.

// A server fails for ten minutes of every third day, in the hours of hourly probes
// for three hours; and in two regions at another time of the day after.
function outage(s, t) {
	const day = Math.floor(t / DAY), at = t - day * DAY;
	const begin = HOUR * (5 + s % 12), long = t < LAST ? 3 * HOUR : 600;

	if ((day + s) % 3 === 0)
		return at >= begin && at < begin + long ? REGIONS.length : 0;
	return (day + s) % 3 === 1 && at >= begin && at < begin + long ? 2 : 0;
}

// A deployment every third day changes a tool.
function version(s, t) {
	return Math.floor((t - HOUR * (8 + s % 11) + s * DAY) / (3 * DAY));
}

const lists = new Map();
function tools(s, v) {
	const key = `${s} ${v}`;

	if (!lists.has(key)) {
		const named = Object.fromEntries(TOOLS.map((name, i) => {
			const is = `${s} ${name} ${i === v % 12 ? v : ''}`;
			return [name, [hash(is), hash(`${is} full`)]];
		}));
		lists.set(key, { hash: hash(key), full: hash(`${key} full`), named });
	}
	return lists.get(key);
}

// Of the servers that have learned of it: the revision changes once.
const revision = (s, t) => s === 1 && t > END - 7 * HOUR ? '2025-11-25' : '2025-06-18';

// ---- The records.

const known = new Map();
function probe(s, r, t, out) {
	const failing = r < outage(s, t) ? 3 : random() < 0.0002 ? 6 : 0;
	const at = Number((t + s * 7 % 50 + r * 0.37 + random()).toFixed(6));
	const ms = (60 + 80 * r) * (1 + random() * random() / 4 + (random() < 0.02 ? 1 : 0));
	const address = `203.0.113.${s}`, each = Number((ms / 8).toFixed(3));
	const key = { v: 1, type: 'step', slug: slug(s), region: REGIONS[r],
		probe_id: hash(`${s} ${r} ${at}`).slice(0, 32), probe_started_at: at };
	const answer = { http_status: 200, http_version: '2', address, port: 443,
		first_byte_ms: each, total_ms: each };
	const details = [{ addresses: [address], dns_ms: 3.212 },
		{ tls: true, address, port: 443, dns_ms: 3.212, tcp_ms: 12.119,
			tls_ms: 24.22, tls_version: 'TLSv1.3', alpn: 'h2' },
		answer, {}, {}, answer, answer, {}];

	STEPS.forEach((step, i) => {
		const n = i + 1, line = { ...key, n, step, status: 'pass', ms: each,
			error: null, message: null, detail: details[i] };
		if (failing && n === failing) {
			Object.assign(line, { status: 'fail', error: 'http.503',
				message: 'the server answers with status 503',
				detail: { ...answer, http_status: 503 } });
		} else if (failing && n > failing) {
			Object.assign(line, { status: 'skip', ms: null, detail: {} });
		} else if (n === 4 || n === 5) {
			Object.assign(line, { status: 'skip', ms: null,
				message: 'the server asks for no authorization' });
		}
		out.push(JSON.stringify(line));
	});
	const list = tools(s, version(s, t));
	const sum = { ...key, type: 'probe', url: `https://${slug(s)}.example.com/mcp`,
		state: 'healthy', failed_step: null, error: null,
		total_ms: Number(ms.toFixed(3)), protocol: revision(s, t), era: 'session',
		tool_hash: list.hash, full_hash: list.full, tool_count: 12 };
	if (failing) {
		Object.assign(sum, { state: 'broken', failed_step: STEPS[failing - 1],
			error: 'http.503', total_ms: Number((ms * failing / 8).toFixed(3)),
			tool_hash: null, full_hash: null, tool_count: null });
		if (failing === 3)
			Object.assign(sum, { protocol: null, era: null });
	} else if (known.get(`${s} ${r}`) !== list.hash) {
		// As with --known-hash: a list is named once.
		known.set(`${s} ${r}`, list.hash);
		sum.tools = list.named;
	}
	out.push(JSON.stringify(sum));
}

function records(from, to) {
	const out = [];

	for (let t = from; t < to; t += 60) {
		for (let s = 0; s < SERVERS; s++) {
			const every = t < LAST ? HOUR : s < DENSE ? 60 : 600;
			// Those of an hour or of ten minutes end it.
			if ((t + 60) % every)
				continue;
			for (let r = 0; r < REGIONS.length; r++)
				probe(s, r, t, out);
		}
	}
	return out.length ? `${out.join('\n')}\n` : '';
}

// ---- The programs.

function setClock(t) {
	const bytes = Buffer.alloc(8);

	bytes.writeDoubleLE(t);
	const fd = fs.openSync(`${dir}/now`, 'r+');
	fs.writeSync(fd, bytes, 0, 8, 0);
	fs.closeSync(fd);
}

const env = { ...process.env, MCP_CONFIG: `${dir}/fleet.yaml`,
	CLOCK_FILE: `${dir}/now`, LD_PRELOAD: `${dir}/clock.so` };

function run(input, program, ...args) {
	const made = spawnSync(`${bin}/${program}`, args, { input, env, encoding: 'utf8',
		maxBuffer: 1 << 28 });

	if (made.error || made.status > 1)
		throw new Error(`${program} ${args}: ${made.status} ${made.error ?? made.stderr}`);
	return made.stdout;
}

function configure(every) {
	const servers = Array.from({ length: SERVERS }, (_, s) =>
		`  - {slug: ${slug(s)}, url: "https://${slug(s)}.example.com/mcp", interval: ${every(s)}}`);

	fs.writeFileSync(`${dir}/fleet.yaml`, [
		`store: ${process.env.MCP_STORE}`,
		`retention: ${process.env.RETENTION}`,
		'site: {url: "https://status.example.com"}',
		`regions: [${REGIONS.map((name) => `{name: ${name}}`)}]`,
		'servers:', ...servers,
		'alerts:',
		'  routes: [{name: all, type: command, command: ' +
			`[sh, -c, "cat >>${dir}/events; echo >>${dir}/events"]}]`,
		'  policies: [{steps: [{routes: [all]}]}]', ''].join('\n'));
}

function minute(from, to) {
	setClock(to - 0.5);
	const input = records(from, to);
	if (input)
		run(input, 'mcp-aggregate', 'ingest');
	const verdicts = run('', 'mcp-aggregate', 'verdict');
	fs.appendFileSync(`${dir}/verdicts`, verdicts);
	fs.appendFileSync(`${dir}/told`, run(verdicts, 'mcp-alert'));
}

// Whether something happens to a dense server.
function eventful(t) {
	for (let s = 0; s < DENSE; s++) {
		for (const at of [t - 240, t, t + 120]) {
			if (outage(s, at) || version(s, at) !== version(s, t))
				return true;
		}
	}
	return t > END - 900;
}

function live() {
	configure(() => '1h');
	// The first of two rounds is then judged late.
	for (let t = BEGIN; t < LAST; t += 2 * HOUR)
		minute(t, t + 2 * HOUR);
	configure((s) => s < DENSE ? '60s' : '10m');
	for (let t = LAST, to; t < END; t = to) {
		to = eventful(t) ? t + 60 : Math.min(END, t + 300);
		minute(t, to);
	}
}

if (process.argv[2] === 'live') {
	live();
	console.log(JSON.stringify({ end: END, dense: DENSE, servers: SERVERS }));
}
