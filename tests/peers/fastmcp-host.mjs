// SPDX-License-Identifier: MIT
// A fastmcp server; with "stateless" as the argument, one without sessions.
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const server = new FastMCP({ name: 'fastmcp-peer', version: '1.0.0' });
server.addTool({
	name: 'add', description: 'Add two numbers',
	parameters: z.object({ a: z.number(), b: z.number() }),
	execute: async ({ a, b }) => String(a + b),
});
server.addTool({
	name: 'fail', description: 'throws', parameters: z.object({}),
	execute: async () => { throw new Error('nope'); },
});
await server.start({
	transportType: 'httpStream',
	httpStream: {
		port: 0, host: '127.0.0.1',
		stateless: process.argv[2] === 'stateless',
	},
});
