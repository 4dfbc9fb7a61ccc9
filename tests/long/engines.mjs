// SPDX-License-Identifier: MIT
// Minutes of a fleet, one after the other, into a Sentinel or a Cluster of
// scripts/deploy/store/run, with its TLS and its users, while masters are killed,
// slots move, nodes come and go; and into a Redis that is left alone. In the end
// both hold the same, and the same was told, each event in its minute. Nobody who
// works was ever shown down. After a kill the work goes on within the engine's own
// time, which its log tells, and 5 s.
// usage: engines.mjs ROOT BIN DIR sentinel|cluster SEED
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { compare, compare_told, configure, DUMP, look, minute, numbers, plan }
	from '../fixture/fleet_minutes.mjs';
import { exchange, redis } from '../fixture/redis.mjs';

const [root, bin, dir, kind, seed] = process.argv.slice(2);
const SERVERS = 24, MINUTES = 1200;
const T = Math.floor(Date.now() / 60000) * 60 - 60 * (MINUTES + 5);
const after = (ms) => new Promise((done) => { setTimeout(done, ms); });
const program = `${root}/scripts/deploy/store/run`, at = `${dir}/engine`;
const execute = promisify(execFile);

const read = (name) => readFileSync(`${at}/${name}`, 'utf8').trim();
const deploy = async (...args) => (await execute(program, args)).stdout;
const cli = (name, ...args) => deploy('cli', at, name, ...args);
const say = (text) => console.log(`${((performance.now()) / 1000).toFixed(1)} s: ${text}`);

// The store, as fleet_minutes.mjs has one.
const engine = { dir: `${dir}/failed`, nodes: [] };
engine.env = (role) => Object.fromEntries(read(`${role}.env`).split('\n')
	.map((line) => line.split(/=(.*)/).slice(0, 2)));
engine.alive = () => after(20);

const connect = (port) => new Promise((done, fail) => {
	const c = tls.connect({ port, host: '127.0.0.1', ca: read('tls/ca.crt') });
	c.on('error', fail);
	c.on('secureConnect', () => exchange(c, 'AUTH', 'admin', read('passwords/admin'))
		.then(() => done(c), fail));
});

// on PORT ARG…: what this node answers.
const on = async (port, ...args) => {
	const c = await connect(port);
	try {
		return await exchange(c, ...args);
	} finally {
		c.destroy();
	}
};

const port_of = (name) => Number(read(`${name}/port`));
const is_master = async (name) =>
	/role:master/.test(await on(port_of(name), 'INFO', 'replication').catch(() => ''));
const masters = async () => {
	const are = await Promise.all(engine.nodes.map(is_master));
	return engine.nodes.filter((_, i) => are[i]);
};

// ask ARG…: of the master, or the one that has the key.
engine.ask = async (...args) => {
	let error = new Error('no node');
	for (const name of engine.nodes) {
		let port = port_of(name);
		for (let hop = 0; hop < 3 && port; hop++) {
			try {
				return await on(port, ...args);
			} catch (e) {
				error = e;
				port = Number(/^(?:MOVED|ASK) \d+ .*:(\d+)$/.exec(e.message)?.[1] ?? 0);
			}
		}
	}
	throw error;
};

engine.dump = async () => (await Promise.all((await masters()).map((name) =>
	on(port_of(name), 'EVAL', DUMP, '0')))).join('\n').split('\n').filter((line) => line)
	.map((line) => line.replace(/^probe:\{([^}]*)\}/, 'probe:$1')).sort().join('\n');

// What goes on until the scenario is over: minute after minute.
let last = 0, steps = 0, minutes = 0, over = false;
const seen = {};
const work = async (lines, spared) => {
	for (let m = 0; m < MINUTES && (!over || m < minutes + 7); m++) {
		const now = T + 60 * m + 30;
		if (!over)
			minutes = m;
		await Promise.all([minute(bin, spared, now, lines(m)),
			minute(bin, engine, now, lines(m), () => { last = performance.now(); steps++; })]);
		if (m % 10 === 0) {
			const what = await look(bin, engine, now);
			seen[what] = (seen[what] ?? 0) + 1;
		}
	}
	if (!over)
		throw new Error('the scenario took too long');
};

// What readers see, all the time.
const watch = async () => {
	while (!over) {
		const what = await look(bin, engine, T + 60 * minutes + 31);
		seen[what] = (seen[what] ?? 0) + 1;
		await after(50);
	}
};

// until COMMAND: which is asked ten times a second, for at most five minutes.
const until = async (what, command) => {
	const end = performance.now() + 300000;
	while (!await command().catch(() => false)) {
		if (performance.now() > end)
			throw new Error(`${what}: not within five minutes`);
		await after(100);
	}
};

// logged NAME PATTERN FROM: when a line of its log, written after that, says so.
const logged = (name, pattern, from) => {
	for (const line of read(`${name}/log`).split('\n')) {
		const [, text] = /^\d+:[A-Z] (\d+ \w+ \d+ [\d:.]+) [-.*#] /.exec(line) ?? [];
		const when = text ? Date.parse(`${text} UTC`) : 0;
		if (when >= from && pattern.test(line))
			return when;
	}
	return null;
};

// pace: how many seconds of the clock a second of a core takes now.
const pace = () => {
	const from = performance.now(), used = process.cpuUsage();
	for (let i = 0; i < 1e8; i++);
	const { user, system } = process.cpuUsage(used);
	return Math.max(1, 1000 * (performance.now() - from) / (user + system));
};

// kill NAME: and how long until the engine had another master, and until something
// was stored, or judged and told.
const kill = async (name) => {
	const clock = Date.now(), began = performance.now();
	process.kill(Number(read(`${name}/pid`)), 'SIGKILL');
	const logs = kind === 'sentinel' ? ['sentinel-1', 'sentinel-2', 'sentinel-3'] : engine.nodes;
	const pattern = kind === 'sentinel' ? /\+switch-master fleet/ : /Failover election won/;
	let other = null;
	await until('another master', async () => {
		const times = logs.map((log) => logged(log, pattern, clock)).filter((when) => when);
		other = times.length ? Math.min(...times) : null;
		return other;
	});
	const elected = began + (other - clock);
	await until('the work goes on', async () => last > elected);
	const own = (other - clock) / 1000, ours = (last - began) / 1000;
	say(`${name} was killed: another master after ${own.toFixed(1)} s, and work after ${
		ours.toFixed(1)} s`);
	if (ours > own + 5 * pace())
		throw new Error('that is more than 5 s later');
	await deploy('start', at, name);
};

const sentinel = async () => {
	for (let k = 0; k < 2; k++) {
		await after(2000);
		await kill((await masters())[0]);
		await until('two replicas', async () => {
			const [name] = await masters();
			return (await on(port_of(name), 'INFO', 'replication')).match(/state=online/g)?.length === 2;
		});
	}
};

const id_of = async (name) => (await cli(name, 'cluster', 'myid')).trim();
const settled = () => until('the nodes agree', async () => {
	for (const name of engine.nodes) {
		const info = await on(port_of(name), 'CLUSTER', 'INFO');
		// A node that has not yet heard of a new one gives it no slots.
		if (!/cluster_state:ok/.test(info) || !/cluster_slots_ok:16384/.test(info) ||
			!info.includes(`cluster_known_nodes:${engine.nodes.length}\r`))
			return false;
		if (/master_link_status:down/.test(await on(port_of(name), 'INFO', 'replication')))
			return false;
	}
	return true;
});
// check: whether all nodes have the same view of the slots.
const agree = () => until('redis-cli --cluster check', () =>
	cli('node-1', '--cluster', 'check', `127.0.0.1:${port_of('node-1')}`).then(() => true));
const reshard = async (from, to, slots) => {
	await agree();
	await cli('node-1', '--cluster', 'reshard', `127.0.0.1:${port_of('node-1')}`,
		'--cluster-from', await id_of(from), '--cluster-to', await id_of(to),
		'--cluster-slots', `${slots}`, '--cluster-yes');
	say(`${slots} slots were moved from ${from} to ${to}`);
};

const cluster = async () => {
	await after(2000);
	await kill('node-1');
	await settled();
	const [one, two] = await masters();
	await reshard(one, two, 1500);
	await deploy('start', at, 'node-7');
	await cli('node-1', '--cluster', 'add-node', `127.0.0.1:${port_of('node-7')}`,
		`127.0.0.1:${port_of('node-1')}`);
	engine.nodes.push('node-7');
	await settled();
	say('node-7 was added');
	await reshard(two, 'node-7', 3000);
	await after(2000);
	await reshard('node-7', one, 3000);
	await agree();
	engine.nodes.pop();
	await cli('node-1', '--cluster', 'del-node', `127.0.0.1:${port_of('node-1')}`,
		await id_of('node-7'));
	say('node-7 was removed');
	await after(2000);
};

const main = async (spared) => {
	const random = numbers(seed), lines = plan(MINUTES, SERVERS, T, random);
	let trouble = null;
	const all = Promise.all([work((m) => lines[m], spared), watch()])
		.catch((error) => { trouble = error; });
	await until('the first minutes', async () => minutes >= 5);
	say(`${minutes} minutes went in`);
	const scenario = (kind === 'sentinel' ? sentinel : cluster)()
		.then(() => { over = true; });
	await Promise.race([scenario, all]);
	over = true;
	await all;
	if (trouble)
		throw trouble;
	await scenario;
	if (kind === 'cluster')
		await settled();
	await compare(minutes + 6, engine, spared);
	console.log(`seed ${seed}: ${minutes} minutes of ${SERVERS} servers; a reader saw ${JSON.stringify(seen)}`);
	compare_told(engine, spared, 20);
};

execFileSync(program, [kind, at]);
engine.nodes = (kind === 'sentinel' ? [1, 2, 3] : [1, 2, 3, 4, 5, 6]).map((i) => `node-${i}`);
const spared = redis(`${dir}/spared`);
configure(spared, SERVERS);
configure(engine, SERVERS, ...(kind === 'sentinel'
	? ['store_wait: {replicas: 1, timeout: 2s}'] : []));
let status = 0;
try {
	await main(spared);
} catch (error) {
	console.log(`${error.message}\n${(error.stdout ?? '').slice(-1000)}`);
	status = 1;
}
await spared.stop();
await deploy('stop', at);
process.exit(status);
