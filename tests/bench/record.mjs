// SPDX-License-Identifier: MIT
// Passes connections on, and appends what the clients send to a file: the commands
// for redis-cli --pipe. Prints a line once it listens.
// usage: record.mjs SOCKET REDIS_SOCKET FILE
import { appendFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [at, redis, file] = process.argv.slice(2);

createServer((client) => {
	const server = connect(redis);
	client.on('data', (data) => appendFileSync(file, data));
	client.pipe(server);
	server.pipe(client);
	for (const socket of [client, server])
		socket.on('error', () => { client.destroy(); server.destroy(); });
}).listen(at, () => console.log('ready'));
