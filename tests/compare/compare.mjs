// SPDX-License-Identifier: MIT
// The play: real servers, all well at first; faults that begin at one moment; and what
// each of the three watchers says, with when. See run, which starts it.
// usage: compare.mjs ROOT DIR FOLDER; DIR is a folder of its own, FOLDER for the result
import fs from 'node:fs';
import http from 'node:http';
import { after, command, listen, proxy, stop, until } from './programs.mjs';
import { blackbox, fleet, inspector } from './watchers.mjs';
import { report } from './report.mjs';

const [, , root, dir, folder] = process.argv;
const REGIONS = ['us-east-1', 'eu-west-2', 'ap-southeast-1'];
const WATCHED_S = 180, SLOWED_MS = 3000;

// peer NAME [ENV]: starts one of tests/peers: { url, port, halt(), again(NAME, ENV) };
// again starts another one at its port.
const peer = async (name, env = {}) => {
	const { status, out, err } = await command([`${root}/tests/peers/peer`, 'start', name], env);
	if (status)
		throw new Error(`${name}: ${err}`);
	const [url, pid] = out.trim().split(' '), { port } = new URL(url);
	const halt = () => command([`${root}/tests/peers/peer`, 'stop', pid]);
	return { url, port, halt, again: async (other, more) => {
		await halt();
		await peer(other, { ...more, PEER_PORT: port });
	} };
};

const PAGE = '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>\n';

// Each server: what it is, what happens to it, and how that is done to the peer, or to
// the way of the proxy before it, that "make" returns.
const SERVERS = [
	{ slug: 'healthy', what: 'the reference server', fault: 'nothing happens to it',
		make: () => peer('ev-new') },
	{ slug: 'walled', what: 'SDK v1 behind OAuth', fault: 'it wants a login, as it always did',
		modules: ['login'], make: () => peer('sdk-oauth') },
	{ slug: 'stopped', what: 'SDK v1', fault: 'it is stopped',
		make: () => peer('sdk-json'), begin: (server) => server.halt() },
	{ slug: 'slowed', what: 'SDK v1', fault: `each answer takes ${SLOWED_MS / 1000} s longer`,
		behind: 'sdk-json', begin: ({ way }) => { way.delay = SLOWED_MS; } },
	{ slug: 'stale', what: 'SDK v2', everywhere: true,
		fault: 'a tool is renamed, and one region still gets the old list',
		modules: ['initialize', 'tools/list: greet'], behind: 'v2-dual',
		begin: async ({ way }) => {
			const { port } = await peer('v2-dual', { PEER_TOOL: 'welcome' });
			Object.assign(way, { port, far: { region: REGIONS[2], port: way.port } });
		} },
	{ slug: 'schema', what: 'the reference server of July 2025',
		fault: 'the release of a year later, with other tools, takes its place',
		make: () => peer('ev-2507'), begin: (server) => server.again('ev-new') },
	{ slug: 'html', what: 'mcp-proxy', fault: 'a page of HTML is in its place, with status 200',
		behind: 'mcp-proxy', begin: ({ way }) => { way.page = PAGE; } },
	{ slug: 'none', what: 'SDK v2', fault: 'it offers tools, and lists none',
		modules: ['initialize', 'tools/list: greet'], make: () => peer('v2-dual'),
		begin: (server) => server.again('v2-dual', { PEER_EMPTY: '1' }) },
];

const make = async (server) => {
	if (server.make) {
		server.it = await server.make();
		server.url = server.it.url;
		return;
	}
	const { port } = await peer(server.behind), way = { port };
	server.it = { way };
	server.url = `http://127.0.0.1:${await proxy(way)}/mcp`;
};

// What is said, with the seconds since the faults began, or null before they did.
const said = [];
let began = null;
const say = (watcher, slug, text) => said.push({ watcher, slug, text,
	seconds: began && (Date.now() - began) / 1000 });

// The webhook that both of those that alert call.
const hook = http.createServer((req, res) => {
	const parts = [];
	req.on('data', (part) => parts.push(part));
	req.on('end', () => {
		const body = JSON.parse(Buffer.concat(parts));
		res.writeHead(200).end();
		if (req.url === '/fleet')
			for (const slug of body.servers ?? [body.server_slug])
				say('fleet', slug.slug ?? slug,
					`${body.severity} ${body.event}: ${body.summary}`);
		for (const a of body.alerts ?? [])
			say('blackbox', a.labels.server,
				`${a.labels.alertname} ${a.status}: ${a.annotations.summary}`);
	});
});

// Of the day before, for the slowed server: what its probe takes while all is well, as
// often as it takes to know what is usual. It is stored by a clock at the end of that
// day, for what is older than a day does not count.
const usual = async (ours) => {
	const now = Math.floor(Date.now() / 1000), midnight = now - now % 86400;
	const { out } = await command(['mcp-probe', '-f', 'jsonl', '--slug', 'slowed',
		SERVERS.find((s) => s.slug === 'slowed').url]);
	const records = out.trim().split('\n').map(JSON.parse);
	const lines = [];
	for (let minute = 1; minute <= 40; minute++)
		for (const region of REGIONS)
			lines.push(...records.map((r) => JSON.stringify({ ...r, region,
				probe_id: `${region}-${minute}`, probe_started_at: midnight - 60 * minute })));
	fs.writeFileSync(`${dir}/clock`, new Uint8Array(Float64Array.of(midnight - 1).buffer));
	await ours.ingest(`${lines.join('\n')}\n`,
		{ LD_PRELOAD: `${dir}/clock.so`, CLOCK_FILE: `${dir}/clock` });
};

const minute_begins = async () => after(60000 - Date.now() % 60000);

const play = async () => {
	const note = (text) => console.log(`${new Date().toTimeString().slice(0, 8)} ${text}`);
	note('starting eight real servers');
	await Promise.all(SERVERS.map(make));
	const url = `http://127.0.0.1:${await listen(hook)}`;
	const ours = fleet(dir, REGIONS, SERVERS, url);
	const theirs = blackbox(dir, REGIONS, SERVERS, url);
	const cli = inspector(root, dir, REGIONS, SERVERS, say);
	const watchers = { fleet: ours, blackbox: theirs, inspector: cli };
	await Promise.all(Object.values(watchers).map((w) => w.start()));
	await usual(ours);
	note('three watch them');
	// Without a fault: now, and from the beginning of a minute on.
	await ours.minute();
	await cli.minute(true);
	await minute_begins();
	await Promise.all([ours.minute(), after(30000)]);
	note('the faults begin');
	began = Date.now();
	await Promise.all(SERVERS.map((s) => s.begin?.(s.it)));
	const over = () => Date.now() - began > 1000 * WATCHED_S;
	const inspect = async () => {
		while (!over()) {
			await cli.minute(false);
			await after(Math.min(30000, Math.max(0, began + 1000 * WATCHED_S - Date.now())));
		}
	};
	const inspecting = inspect();
	for (let round = 0; round < 3 || !over(); round++) {
		await minute_begins();
		await ours.minute();
		note(`${said.filter((s) => s.watcher === 'fleet').length} events of ours, ${
			said.filter((s) => s.watcher === 'blackbox').length} alerts of Prometheus`);
		if (round >= 2)
			await after(Math.max(0, began + 1000 * WATCHED_S - Date.now()));
	}
	await inspecting;
	const now = {};
	for (const [name, watcher] of Object.entries(watchers)) {
		now[name] = {};
		for (const { slug } of SERVERS)
			now[name][slug] = await watcher.now(slug);
	}
	await report(folder, SERVERS, said, now, WATCHED_S);
};

for (const signal of ['INT', 'TERM', 'HUP'])
	process.on(`SIG${signal}`, () => {
		stop();
		process.exit(1);
	});
const status = await play().then(() => 0, (error) => {
	console.error(`compare: ${error.message}`);
	return 3;
});
stop();
process.exit(status);
