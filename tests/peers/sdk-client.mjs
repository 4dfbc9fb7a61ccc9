// SPDX-License-Identifier: MIT
// Clients of the official SDK that say to be mcp-probe, one after the other:
// each connects, lists the tools, calls one, and ends its session.
// usage: node sdk-client.mjs 1|2 VERSION [http|sse URL]...; the first is the
// generation of the SDK. The second finds out the era, but over HTTP+SSE.
const [generation, version, ...servers] = process.argv.slice(2);
const sdk = generation === '2' ? await import('@modelcontextprotocol/client') : {
	...await import('@modelcontextprotocol/sdk/client/index.js'),
	...await import('@modelcontextprotocol/sdk/client/sse.js'),
	...await import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
};

async function use(sse, url) {
	const way = new (sse ? sdk.SSEClientTransport : sdk.StreamableHTTPClientTransport)(
		new URL(url));
	const client = new sdk.Client({ name: 'mcp-probe', version },
		generation === '2' && !sse ? { versionNegotiation: { mode: 'auto' } } : {});
	await client.connect(way);
	// The second generation turns the pages by itself.
	for (let page = await client.listTools(); page.nextCursor !== undefined;)
		page = await client.listTools({ cursor: page.nextCursor });
	await client.callTool({ name: 'echo', arguments: { text: 'h\u00fc' } });
	await way.terminateSession?.();
	await client.close();
}

while (servers.length)
	await use(servers.shift() === 'sse', servers.shift());
