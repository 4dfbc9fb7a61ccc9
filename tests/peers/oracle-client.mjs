// SPDX-License-Identifier: MIT
// What a client of the official SDK makes of servers: for each line of input, a URL,
// a line "URL<tab>RESULT", in the order of the input. It connects, lists all tools, and
// leaves. RESULT is "ok"; "login" where it sends its user to the authorization server
// that the metadata name, "login-guessed" where it has none and guesses; or the step
// that fails, connect or list, and the class of the error.
// usage: node oracle-client.mjs 1|2 SECONDS <URLS; the first is the generation of the SDK,
// and so long it waits for an answer.
import net from 'node:net';
import { text } from 'node:stream/consumers';

const [generation, patience] = process.argv.slice(2);
const { Client, StreamableHTTPClientTransport } = generation === '2' ?
	await import('@modelcontextprotocol/client') : {
		...await import('@modelcontextprotocol/sdk/client/index.js'),
		...await import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
	};
const REDIRECT = 'http://127.0.0.1:9/back';
const AT_A_TIME = 16;
// node gives the first address of localhost 250 ms, which a busy machine may not have.
net.setDefaultAutoSelectFamilyAttemptTimeout?.(1000 * patience);

// A client that is registered, and has no token yet.
const user = (seen) => ({
	redirectUrl: REDIRECT,
	clientMetadata: { redirect_uris: [REDIRECT], client_name: 'oracle' },
	clientInformation: () => ({ client_id: 'oracle' }),
	tokens: () => undefined,
	saveTokens() {},
	saveCodeVerifier() {},
	codeVerifier: () => 'verifier',
	redirectToAuthorization(url) {
		seen.login = new URL(url).pathname === '/authorize' ? 'login-guessed' : 'login';
	},
});

// The class of an error, in words that are the same with each version of node.
const CLASSES = { ERA_NEGOTIATION_FAILED: 'era', REQUEST_TIMEOUT: 'timeout', '-32001': 'timeout',
	INVALID_RESULT: 'schema' };
function classOf(error) {
	const code = error?.status ?? error?.data?.status ?? error?.code;
	if (error?.issues)
		return 'schema';
	if (error?.name === 'TypeError')
		return 'http';
	if (error instanceof SyntaxError)
		return 'json';
	return CLASSES[code] ?? code ?? error?.name;
}

async function judge(url, i) {
	const seen = {};
	const client = new Client({ name: 'oracle', version: '1' },
		generation === '2' ? { versionNegotiation: { mode: 'auto' } } : {});
	const way = new StreamableHTTPClientTransport(new URL(url), {
		authProvider: user(seen),
		requestInit: { headers: { 'x-probe-region': `oracle-${generation}-${i}` } },
	});
	const options = { timeout: 1000 * patience };
	let step = 'connect';
	try {
		await client.connect(way, options);
		step = 'list';
		// The second generation turns the pages by itself.
		for (let page = await client.listTools(undefined, options);
			page.nextCursor !== undefined;)
			page = await client.listTools({ cursor: page.nextCursor }, options);
		await way.terminateSession?.();
		return 'ok';
	} catch (error) {
		return seen.login ?? `${step} ${classOf(error)}`;
	} finally {
		client.close().catch(() => {});
	}
}

const urls = (await text(process.stdin)).split('\n').filter(Boolean);
const said = [];
let next = 0;
await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
	while (next < urls.length) {
		const i = next++;
		said[i] = `${urls[i]}\t${await judge(urls[i], i)}`;
	}
}));
console.log(said.join('\n'));
process.exit();
