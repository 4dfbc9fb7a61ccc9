// SPDX-License-Identifier: MIT
// The SDK's second generation: speaks 2026-07-28, and with "stateless" as the
// argument (instead of "reject") the older versions too. $PEER_TOOL renames its
// first tool; with $PEER_SHUFFLE its tools are in another order each time. For
// probes of the region $PEER_REGION, or all, $PEER_SAYS is what the first tool says,
// and with $PEER_SPACED the answer has its members in another order, and blanks. With
// $PEER_EMPTY all its tools are disabled, so that it offers tools, and lists none.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler }
	from '@modelcontextprotocol/node';
import * as z from 'zod/v4';

const [legacy = 'stateless', responseMode = 'auto'] = process.argv.slice(2);

const elsewhere = new AsyncLocalStorage();
const { PEER_REGION, PEER_SAYS, PEER_SPACED, PEER_SHUFFLE } = process.env;

const reversed = (v) => Array.isArray(v) ? v.map(reversed) :
	v && typeof v === 'object' ? Object.fromEntries(Object.entries(
		typeof v.toJSON === 'function' ? v.toJSON() : v).reverse()
		.map(([k, w]) => [k, reversed(w)])) : v;
const { stringify } = JSON;
if (PEER_SPACED)
	JSON.stringify = (v, ...rest) => elsewhere.getStore() && !rest.length ?
		stringify(reversed(v), null, 2).replaceAll('\n', ' ') : stringify(v, ...rest);

function build(ctx) {
	const server = new McpServer(
		{ name: 'v2-peer', title: 'V2 peer', version: '1.2.3' },
		{ capabilities: { tools: { listChanged: true } },
			instructions: 'demo' });
	const tools = [[process.env.PEER_TOOL ?? 'greet', {
		title: 'Greet',
		description: elsewhere.getStore() && PEER_SAYS || 'Greets the caller',
		inputSchema: z.object({ name: z.string() }),
		annotations: { readOnlyHint: true },
	}, async ({ name }) => ({
		content: [{ type: 'text', text: `Hello, ${name}! era=${ctx.era}` }],
	})], ['weather', {
		description: 'structured',
		inputSchema: z.object({ city: z.string() }),
		outputSchema: z.object({ tempC: z.number() }),
	}, async () => ({
		content: [{ type: 'text', text: '{"tempC":21}' }],
		structuredContent: { tempC: 21 },
	})], ['boom', {
		description: 'throws', inputSchema: z.object({}),
	}, async () => { throw new Error('kaboom'); }]];
	if (PEER_SHUFFLE)
		tools.sort(() => Math.random() - 0.5);
	for (const tool of tools.map((tool) => server.registerTool(...tool)))
		if (process.env.PEER_EMPTY)
			tool.disable();
	return server;
}

const handler = toNodeHandler(createMcpHandler(build, { legacy, responseMode }));
const goodHost = localhostHostValidation();
const goodOrigin = localhostOriginValidation();

createServer((req, res) => {
	if (!goodHost(req, res) || !goodOrigin(req, res))
		return;
	if (!req.url.startsWith('/mcp')) {
		res.writeHead(404).end();
		return;
	}
	elsewhere.run(!PEER_REGION || req.headers['x-probe-region'] === PEER_REGION,
		() => handler(req, res));
}).listen(0, '127.0.0.1');
