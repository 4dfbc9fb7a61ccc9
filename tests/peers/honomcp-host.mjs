// SPDX-License-Identifier: MIT
// @hono/mcp with one transport for all clients, as its README shows it.
import { StreamableHTTPTransport } from '@hono/mcp';
import { serve } from '@hono/node-server';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { Hono } from 'hono';

const app = new Hono();
const server = new McpServer({ name: 'hono-peer', version: '1.0.0' });
const transport = new StreamableHTTPTransport();

server.registerTool('ping_tool', { description: 'pong', inputSchema: {} },
	async () => ({ content: [{ type: 'text', text: 'pong' }] }));
app.all('/mcp', async (c) => {
	if (!server.isConnected())
		await server.connect(transport);
	return transport.handleRequest(c);
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
