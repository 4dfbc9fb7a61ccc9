// SPDX-License-Identifier: MIT
// From a verdict to the webhook, beside Prometheus Alertmanager from an alert to
// the webhook with group_wait 0s, in the same run: one at a time, and many at
// once, as rows for report.mjs. And a page while 20 other routes hang, beside one
// without them, which fails where it is later by more than 50 ms.
// usage: deliver.mjs [ROUNDS]
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';

const rounds = Number(process.argv[2] || 5), single = 200, many = 1000;
const program = new URL('../../build/bin/mcp-alert', import.meta.url).pathname;
const dir = mkdtempSync(`${tmpdir()}/mcp-deliver.`), store = `unix://${dir}/redis.sock`;

// By the name of a server: what to call when its event arrives.
const waiting = new Map(), agent = new http.Agent({ keepAlive: true });
const arrived = (name) => {
	waiting.get(name)?.(performance.now());
	waiting.delete(name);
};
const arrival = (name) => new Promise((done) => waiting.set(name, done));

const server = http.createServer((req, res) => {
	const parts = [];
	if (req.url === '/hang')
		return;
	req.on('data', (part) => parts.push(part));
	req.on('end', () => {
		const body = JSON.parse(Buffer.concat(parts));
		res.writeHead(200).end();
		for (const alert of body.alerts ?? [])
			arrived(alert.labels.slug);
		if (body.server_slug)
			arrived(body.server_slug);
	});
});

const verdict = (slug) => {
	const w = Math.floor(Date.now() / 60000) * 60;
	return JSON.stringify({
		v: 1, type: 'verdict', window: w, verdict: 'red', step: 'initialize',
		failed_regions: 3, reporters: 3, divergence: '', slug,
		url: `https://${slug}.example.com/mcp`, tier: 'hard-outage',
		as_of: new Date(w * 1000).toISOString().replace('.000', ''), expected: 3,
		failing: ['ap', 'eu', 'us'], no_data: [],
		regions: ['ap', 'eu', 'us'].map((region) => ({ region, state: 'broken',
			failed_step: 'initialize', error: 'http.503', ms: 5,
			started_at: w + 0.25, fail_streak: 1, tool_hash: null })),
		drift: [], latency_ms: { p95: 5, baseline: null }, uptime_30d: null,
		p95_ms: null });
};

const alert = (slug) => ({
	labels: { alertname: 'MCPDowntime', slug, severity: 'P1', kind: 'downtime',
		dedup_key: `${slug}:downtime:${Math.floor(Date.now() / 60000) * 60}` },
	annotations: { summary: `${slug} is down: initialize fails with http.503 from ap, eu and us (3 of 3 regions).` },
	startsAt: new Date().toISOString() });

const settle = (child, fd, word) => new Promise((done) => {
	let text = '';
	child[fd].on('data', (part) => {
		text += part;
		const m = word.exec(text);
		if (m)
			done(m[1]);
	});
});

// The peak memory of a process, in KiB.
const peak = (pid) => Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

// Each is { child, send(slugs), stop() }; ours knows its servers, if any.
const ours = async (slugs, hung = 0) => {
	writeFileSync(`${dir}/fleet.yaml`, [
		'regions: [{name: ap}, {name: eu}, {name: us}]',
		...(slugs.length ? ['servers:'] : []),
		...slugs.map((s) => `  - {slug: ${s}, url: "https://${s}.example.com/mcp"}`),
		'alerts:',
		'  policy: {common: 10000}', '  routes:',
		...Array.from({ length: hung }, (_, i) =>
			`    - {name: h${i}, type: webhook, url: "http://127.0.0.1:${server.address().port}/hang"}`),
		`    - {name: hook, type: webhook, url: "http://127.0.0.1:${server.address().port}/"}`,
		''].join('\n'));
	const child = spawn(program, ['-c', `${dir}/fleet.yaml`, '--store', store, '-f', 'jsonl'],
		{ stdio: ['pipe', 'ignore', 'inherit'] });
	return { child,
		send: (slugs) => child.stdin.write(slugs.map((s) => `${verdict(s)}\n`).join('')),
		stop: () => new Promise((done) => { child.on('close', done); child.stdin.end(); }) };
};

let folders = 0;
const theirs = async () => {
	const folder = `${dir}/am${folders++}`;
	mkdirSync(folder);
	writeFileSync(`${folder}/am.yml`, `
route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1m}
receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:${server.address().port}/"}]
`);
	const child = spawn('prometheus-alertmanager', [`--config.file=${folder}/am.yml`,
		`--storage.path=${folder}`, '--web.listen-address=127.0.0.1:0',
		'--cluster.listen-address='], { stdio: ['ignore', 'ignore', 'pipe'] });
	const port = await settle(child, 'stderr', /Listening on.*address=127.0.0.1:(\d+)/);
	const send = (slugs) => http.request({ agent, port, host: '127.0.0.1',
		path: '/api/v2/alerts', method: 'POST',
		headers: { 'content-type': 'application/json' } },
	(res) => res.resume()).end(JSON.stringify(slugs.map(alert)));
	return { child, send,
		stop: () => new Promise((done) => { child.on('close', done); child.kill(); }) };
};

const oneByOne = async (which, prefix) => {
	const it = await which([]), ms = [];
	for (let i = 0; i < single; i++) {
		const there = arrival(`${prefix}${i}`), began = performance.now();
		it.send([`${prefix}${i}`]);
		ms.push(await there - began);
	}
	await it.stop();
	return ms.sort((a, b) => a - b);
};

// From the start of a program to the page, in a run of its own each, as cron has it.
const whileHung = async (hung, prefix) => {
	const it = await ours([], hung), there = arrival(prefix), began = performance.now();
	it.send([prefix]);
	const ms = await there - began;
	it.child.kill();
	await it.stop();
	spawnSync('redis-cli', ['-s', `${dir}/redis.sock`, 'flushall']);
	return ms;
};

const atOnce = async (which, prefix) => {
	const slugs = Array.from({ length: many }, (_, i) => `${prefix}${i}`);
	const it = await which([`${prefix}first`, ...slugs]);
	// It is up and has its connections.
	const ready = arrival(`${prefix}first`);
	it.send([`${prefix}first`]);
	await ready;
	const there = slugs.map(arrival), began = performance.now();
	it.send(slugs);
	const last = Math.max(...await Promise.all(there));
	const kib = peak(it.child.pid);
	await it.stop();
	return { ms: last - began, kib };
};

const median = (list) => list.sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const figures = new Map();
const note = (what, unit, a, b) => {
	const f = figures.get(what) ?? { unit, ours: [], theirs: [] };
	f.ours.push(a);
	f.theirs.push(b);
	figures.set(what, f);
};

const beside = 'a page while 20 routes hang / without them';
const round = async (n) => {
	note(beside, 'ms', await whileHung(20, `h${n}`), await whileHung(0, `w${n}`));
	const a = await oneByOne(ours, `a${n}-`), b = await oneByOne(theirs, `b${n}-`);
	for (const share of [0.5, 0.99])
		note(`to the webhook, ${100 * share} % within / Alertmanager`, 'ms',
			a[Math.floor((single - 1) * share)], b[Math.floor((single - 1) * share)]);
	const c = await atOnce(ours, `c${n}-`), d = await atOnce(theirs, `d${n}-`);
	note(`${many} incidents at once, all told`, 'ms', c.ms, d.ms);
	note(`${many} incidents at once, memory`, 'KiB', c.kib, d.kib);
};

const redis = spawn('redis-server', ['--port', '0', '--unixsocket', `${dir}/redis.sock`,
	'--dir', dir, '--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
{ stdio: ['ignore', 'pipe', 'inherit'] });
await settle(redis, 'stdout', /(eady) to accept/);
await new Promise((done) => server.listen(0, '127.0.0.1', done));
for (let n = 0; n < rounds; n++)
	await round(n);
for (const [what, f] of figures) {
	const list = (figures) => figures.map((v) => v.toFixed(3)).join(' ');
	console.log([what, f.unit, 'less', list(f.ours), list(f.theirs)].join('\t'));
}
redis.on('close', () => {
	const { ours: a, theirs: b } = figures.get(beside);
	rmSync(dir, { recursive: true });
	process.exit(median(a) - median(b) <= 50 ? 0 : 1);
});
redis.kill();
