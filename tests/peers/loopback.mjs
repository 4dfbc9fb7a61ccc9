// SPDX-License-Identifier: MIT
// Preload for a server that would bind all interfaces, or a fixed port:
// every TCP listener goes to 127.0.0.1, on a port that the kernel chooses.
// PEER_PORT: use this port instead.
// PEER_PORTS: names of variables to fill with such ports beforehand, for a
// server that must know them. PEER_READY: where to write the port (the first
// of PEER_PORTS, if given) once the server listens on all it should.
// PEER_HOLD: a descriptor that child processes are to hold too, as 3.
import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const listen = net.Server.prototype.listen;
const names = (process.env.PEER_PORTS ?? '').split(/\s+/).filter(Boolean);
const held = new Map();
let awaited = Math.max(names.length, 1);

for (const name of names) {
	const server = net.createServer();
	await new Promise((resolve, reject) => {
		server.once('error', reject);
		listen.call(server, 0, '127.0.0.1', resolve);
	});
	process.env[name] = String(server.address().port);
	held.set(server.address().port, server);
}

const fixed = Number(process.env.PEER_PORT ?? 0);
const hold = Number(process.env.PEER_HOLD);
const report = process.env.PEER_READY ?
	fs.openSync(process.env.PEER_READY, 'a') : undefined;
for (const name of ['PEER_PORT', 'PEER_PORTS', 'PEER_READY', 'PEER_HOLD'])
	delete process.env[name];

function listening(server) {
	if (--awaited !== 0 || report === undefined)
		return;
	const port = names.length ? process.env[names[0]] : server.address().port;
	fs.writeSync(report, `${port}\n`);
	fs.closeSync(report);
}

net.Server.prototype.listen = function (...args) {
	const [first] = args;
	const options = first !== null && typeof first === 'object' ?
		first : { port: first };
	if (options.path !== undefined || options.fd !== undefined ||
	    (options === first && !('port' in options)) ||
	    (typeof first === 'string' && !/^\d+$/.test(first)))
		return listen.apply(this, args);

	this.once('listening', () => listening(this));
	const callback = args.findLast((a) => typeof a === 'function');
	const port = Number(options.port);
	const where = held.get(port) ?? { port: fixed, host: '127.0.0.1' };
	held.delete(port);
	return listen.call(this, where, callback);
};

if (hold) {
	const spawn = ChildProcess.prototype.spawn;
	ChildProcess.prototype.spawn = function (options) {
		const { stdio = 'pipe' } = options;
		const all = typeof stdio === 'string' ?
			Array(3).fill(stdio) : [...stdio];
		all[3] ??= hold;
		return spawn.call(this, { ...options, stdio: all });
	};
}
