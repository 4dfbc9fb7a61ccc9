// SPDX-License-Identifier: MIT
// Asks a web server on a Unix socket, from several connections at once, until
// it is told to end by SIGTERM; then writes a line of JSON for each answer:
// when it was asked and answered (epoch ms), status, whether it had a type, and
// the error's code or the state.
// usage: load.mjs SOCKET WIDTH OUTPUT PATH…
import { writeFileSync } from 'node:fs';
import http from 'node:http';

const [socketPath, width, output, ...paths] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(width) });
const lines = [];
let ending = false;

const ask = (path) => new Promise((done) => {
	const asked = Date.now();
	const note = (o) => {
		lines.push(JSON.stringify({ path, asked, answered: Date.now(), ...o }));
		done();
	};
	http.get({ socketPath, path, agent }, (r) => {
		let body = '';
		r.setEncoding('utf8');
		r.on('data', (s) => { body += s; });
		r.on('end', () => {
			const type = (r.headers['content-type'] ?? '').split(';')[0];
			let said = null;
			try {
				const o = JSON.parse(body);
				said = o.error ?? o.state;
			} catch {
				// Not JSON: the line says so.
			}
			note({ status: r.statusCode, type, said });
		});
	}).on('error', (e) => note({ status: 0, type: e.code, said: null }));
});

async function worker(n) {
	for (let i = n; !ending; i += 1) await ask(paths[i % paths.length]);
}

process.on('SIGTERM', () => { ending = true; });
console.log('asking');
await Promise.all([...Array(Number(width)).keys()].map(worker));
writeFileSync(output, `${lines.join('\n')}\n`);
agent.destroy();
