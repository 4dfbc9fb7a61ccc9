// SPDX-License-Identifier: MIT
// What servers say, changed every day of thirty: 12 tools of the corpus each, of which
// one changes between two days, in five regions, by the clock of clock.c, through
// mcp-aggregate and mcp-alert. As many others, still-N, say the same all the time, and
// nobody asks for their words: what changed-N take more is what the changes cost.
//
// lists.mjs BIN DIR SERVERS STILL: into the store that MCP_STORE names; DIR gets
// fleet.yaml, and has clock.so and now, the file of the clock. At the end it prints the
// bytes of all definitions that were sent, each counted once.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import zlib from 'node:zlib';

const [, , bin, dir, changed, still] = process.argv;
const BEGIN = 1777334400, DAYS = 30, DAY = 86400, HOUR = 3600, TOOLS = 12; // 2026-04-28T00:00:00Z
const REGIONS = ['ap-south-1', 'eu-west-2', 'sa-east-1', 'us-east-1', 'us-west-2'];
const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize',
	'tools-list', 'tools-call', 'tool-hash'];
const MEMBERS = ['annotations', 'description', 'inputSchema', 'name', 'outputSchema', 'title'];

// RFC 8785, as far as the numbers of these tools go.
const canonical = (v) => Array.isArray(v) ? `[${v.map(canonical)}]` :
	v && typeof v === 'object' ? `{${Object.keys(v).sort().map((k) =>
		`${JSON.stringify(k)}:${canonical(v[k])}`)}}` : JSON.stringify(v);
const sum = (text) => createHash('sha256').update(text).digest('hex');

const corpus = new URL('../fixture/tool_corpus', import.meta.url).pathname;
const real = fs.readdirSync(corpus).filter((name) => name.endsWith('.json.gz')).sort()
	.flatMap((name) => JSON.parse(zlib.gunzipSync(fs.readFileSync(`${corpus}/${name}`))))
	.map((tool) => Object.fromEntries(MEMBERS.filter((m) => m in tool).map((m) => [m, tool[m]])));

let sent = 0;
function state(tool) {
	const text = canonical(tool);
	return { tool, text, digest: sum(text),
		contract: canonical({ inputSchema: tool.inputSchema, name: tool.name }) };
}

// The tools of a server, each with what its records say of it.
function begin(s) {
	const tools = [];
	for (let i = 0; i < TOOLS; i++) {
		const tool = structuredClone(real[(s * TOOLS + i) % real.length]);
		tool.name = `${i}_${tool.name}`;
		tools.push(state(tool));
	}
	return tools;
}

// A release: one tool has a word and a property more.
function release(tools, day) {
	const i = day % TOOLS, tool = structuredClone(tools[i].tool);
	tool.description = `${tool.description ?? ''} Release ${day}.`;
	tool.inputSchema.properties = { ...tool.inputSchema.properties,
		[`option_${day}`]: { type: 'string' } };
	tools[i] = state(tool);
	return i;
}

function list(tools) {
	const sorted = [...tools].sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1));
	return { tool_hash: sum(`[${sorted.map((t) => t.contract)}]`),
		full_hash: sum(`[${sorted.map((t) => t.text)}]`), tool_count: TOOLS,
		tools: Object.fromEntries(sorted.map((t) => [t.tool.name, [sum(t.contract), t.digest]])) };
}

// The records of one probe: `news` are the tools whose definitions go with it; of a list
// that is no news, only the hashes.
function probe(slug, region, at, about, news, out) {
	const key = { v: 1, slug, region, probe_id: sum(`${slug} ${region} ${at}`).slice(0, 32),
		probe_started_at: at };
	const { tools, ...hashes } = about;

	STEPS.forEach((step, i) => out.push(JSON.stringify({ ...key, type: 'step', n: i + 1, step,
		status: 'pass', ms: 7.5, error: null, message: null, detail: {} })));
	for (const t of news)
		out.push(`${JSON.stringify({ ...key, type: 'tool', name: t.tool.name,
			digest: t.digest }).slice(0, -1)},"definition":${t.text}}`);
	out.push(JSON.stringify({ ...key, type: 'probe', url: `https://${slug}.example.com/mcp`,
		state: 'healthy', failed_step: null, error: null, total_ms: 60,
		protocol: '2025-11-25', era: 'session', ...hashes, ...(news.known ? {} : { tools }) }));
}

function setClock(t) {
	const bytes = Buffer.alloc(8);
	bytes.writeDoubleLE(t);
	const fd = fs.openSync(`${dir}/now`, 'r+');
	fs.writeSync(fd, bytes, 0, 8, 0);
	fs.closeSync(fd);
}

function run(input, program, ...args) {
	const made = spawnSync(`${bin}/${program}`, args, { input, encoding: 'utf8',
		maxBuffer: 1 << 28, env: { ...process.env, MCP_CONFIG: `${dir}/fleet.yaml`,
			CLOCK_FILE: `${dir}/now`, LD_PRELOAD: `${dir}/clock.so` } });
	if (made.error || made.status > 1)
		throw new Error(`${program} ${args}: ${made.status} ${made.error ?? made.stderr}`);
	return made.stdout;
}

const slugs = [...Array.from({ length: still }, (_, s) => `still-${s}`),
	...Array.from({ length: changed }, (_, s) => `changed-${s}`)];
fs.writeFileSync(`${dir}/fleet.yaml`, [`store: ${process.env.MCP_STORE}`,
	`regions: [${REGIONS.map((name) => `{name: ${name}}`)}]`, 'servers:',
	...slugs.map((slug) => `  - {slug: ${slug}, url: "https://${slug}.example.com/mcp", interval: 1h}`),
	''].join('\n'));
const said = slugs.map((_, s) => begin(s));
let drifts = 0;

// round(at, day): all servers are probed; on a day, with its release, else as before.
function round(at, day) {
	setClock(at + 59);
	// 100 servers at a time: what a program reads is bounded.
	for (let from = 0; from < slugs.length; from += 100) {
		const out = [];
		for (let s = from; s < Math.min(from + 100, slugs.length); s++) {
			let news = [];
			if (s >= still && day)
				news = [said[s][release(said[s], day)]];
			else if (s >= still && day === 0)
				news = [...said[s]];
			news.known = day === undefined || (s < still && day > 0);
			sent += news.reduce((n, t) => n + t.text.length, 0);
			const about = list(said[s]);
			REGIONS.forEach((region, r) => probe(slugs[s], region, at + r * 0.5 + s % 50, about,
				news, out));
		}
		run(`${out.join('\n')}\n`, 'mcp-aggregate', 'ingest');
	}
	const verdicts = run('', 'mcp-aggregate', 'verdict');
	drifts += verdicts.split('\n').filter((v) => v && JSON.parse(v).drift.length).length;
	run(verdicts, 'mcp-alert');
}

for (let day = 0; day < DAYS; day++)
	round(BEGIN + day * DAY + 4 * HOUR, day);
// What is kept of the last 16 probes is not all of releases.
for (let hour = 5; hour <= 20; hour++)
	round(BEGIN + (DAYS - 1) * DAY + hour * HOUR);
setClock(BEGIN + DAYS * DAY);
console.log(JSON.stringify({ end: BEGIN + DAYS * DAY, sent, drifts }));
