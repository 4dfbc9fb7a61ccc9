// SPDX-License-Identifier: MIT
// A client of the official SDK that uses all tools of mcp-serve, and prints a line
// of JSON: the revision that was agreed on, and what each call gave. The SDK checks
// each answer against the outputSchema of its tool.
// usage: node status-client.mjs FOLDER|2 URL SLUG...; the first is the
// folder of a release of the first generation of the SDK, or 2 for the second. A token is in TOKEN.
import { pathToFileURL } from 'node:url';

const [sdk, url, ...slugs] = process.argv.slice(2);
const part = (file) => import(pathToFileURL(`${sdk}/dist/esm/client/${file}`));
const { Client, StreamableHTTPClientTransport } = sdk === '2'
	? await import('@modelcontextprotocol/client')
	: { ...await part('index.js'), ...await part('streamableHttp.js') };

const token = process.env.TOKEN;
const way = new StreamableHTTPClientTransport(new URL(url),
	token ? { requestInit: { headers: { authorization: `Bearer ${token}` } } } : {});
const client = new Client({ name: 'status-client', version: '1' },
	sdk === '2' ? { versionNegotiation: { mode: 'auto' } } : {});
await client.connect(way);
const said = {
	revision: client.getNegotiatedProtocolVersion?.() ?? way.protocolVersion ?? null,
	server: client.getServerVersion()?.name,
	tools: (await client.listTools()).tools.map((t) => t.name),
	calls: [],
};
async function call(name, args) {
	const { content, structuredContent, isError } =
		await client.callTool({ name, arguments: args });
	said.calls.push({ name, args, text: content[0].text, structuredContent,
		isError: isError === true });
}
await call('find_servers', {});
await call('find_servers', { state: 'down', limit: 1 });
await call('fleet_summary', {});
await call('incidents', { days: 90 });
for (const slug of slugs)
	for (const name of ['server_status', 'incidents', 'tool_changes'])
		await call(name, { slug });
await client.close();
console.log(JSON.stringify(said));
