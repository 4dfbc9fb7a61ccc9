// SPDX-License-Identifier: MIT
// What the comparison starts: programs that go on, and commands that end, all of which
// die with this one; free ports; and a reverse proxy, in which faults are made.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';

export const after = (ms) => new Promise((done) => { setTimeout(done, ms); });

export const until = async (what, condition, seconds = 120) => {
	const end = performance.now() + 1000 * seconds;
	while (!await Promise.resolve().then(condition).catch(() => false)) {
		if (performance.now() > end)
			throw new Error(`${what}: not within ${seconds} s`);
		await after(100);
	}
};

const groups = new Set();
const begin = (args, stdio, env) => {
	const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...args],
		{ stdio, detached: true, env: { ...process.env, ...env } });
	groups.add(child.pid);
	child.end = new Promise((done) => {
		child.on('close', (status) => {
			groups.delete(child.pid);
			done(status);
		});
	});
	return child;
};

// daemon LOG ARGS: a program that goes on; what it says goes to the file.
export const daemon = (log, args) => {
	const fd = fs.openSync(log, 'w'), child = begin(args, ['ignore', fd, fd]);
	fs.closeSync(fd);
	child.end.then(() => {
		if (groups.size)
			console.error(`compare: ${args[0]} ended: ${fs.readFileSync(log, 'utf8').slice(-600)}`);
	});
	return child;
};

// command ARGS [ENV [INPUT]]: { status, out, err } once it has ended.
export const command = async (args, env, input = '') => {
	const child = begin(args, ['pipe', 'pipe', 'pipe'], env);
	let out = '', err = '';
	child.stdin.on('error', () => {}); // it need not read
	child.stdin.end(input);
	child.stdout.on('data', (text) => { out += text; });
	child.stderr.on('data', (text) => { err += text; });
	const status = await child.end;
	return { status, out, err: err.trim() };
};

// stop: everything that was started here, and what that started.
export const stop = () => {
	const all = [...groups];
	groups.clear();
	for (const pid of all) {
		try {
			process.kill(-pid, 'SIGKILL');
		} catch { /* it has gone */ }
	}
};

export const listen = (server) => new Promise((done) => {
	server.listen(0, '127.0.0.1', () => done(server.address().port));
});

// freePorts N: on none of them listens anybody, and no two are the same.
export const freePorts = async (n) => {
	const all = Array.from({ length: n }, () => net.createServer());
	const ports = await Promise.all(all.map(listen));
	await Promise.all(all.map((server) => new Promise((done) => { server.close(done); })));
	return ports;
};

// proxy WAY: a reverse proxy; WAY is { port } of the server behind it; "far", another
// port for one region; "delay", the milliseconds until a request goes on; or "page",
// an answer instead. It can be changed while it runs. Resolves to its own port.
export const proxy = (way) => listen(http.createServer(async (req, res) => {
	const { port, far, delay, page } = way;
	await after(delay ?? 0);
	if (page) {
		req.resume();
		res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
		return;
	}
	// A connection of its own: one that is kept may end as it is taken.
	const to = http.request({ host: '127.0.0.1', agent: false, method: req.method, path: req.url,
		port: req.headers['x-probe-region'] === far?.region ? far?.port ?? port : port,
		headers: req.headers }, (from) => from.pipe(res.writeHead(from.statusCode, from.headers)));
	to.on('error', () => res.headersSent ? res.destroy() : res.writeHead(502).end());
	res.on('close', () => to.destroy());
	req.pipe(to);
}));
