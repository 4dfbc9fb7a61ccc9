// SPDX-License-Identifier: MIT
// An authorization server (oidc-provider) that gives tokens to clients, and an
// MCP server (SDK v1) that has each token introspected there. OIDC_FORMAT:
// "opaque" (the default) or "jwt", which the MCP server then verifies itself.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import Provider, { errors } from 'oidc-provider';

const { MCP_PORT, AUTH_PORT, OIDC_FORMAT: format = 'opaque' } = process.env;
const issuer = `http://127.0.0.1:${AUTH_PORT}`;
const origin = `http://127.0.0.1:${MCP_PORT}`;
const resource = `${origin}/mcp`;

const client = (client_id, client_secret, more = {}) => ({ client_id, client_secret,
	grant_types: ['client_credentials'], redirect_uris: [], response_types: [], ...more });
const provider = new Provider(issuer, {
	clients: [
		client('probe', 's3cret-canary:+/%', { scope: 'mcp:tools' }),
		client('inspector', 's3cret-inspector'),
	],
	scopes: ['mcp:tools'],
	ttl: { ClientCredentials: 600 },
	features: {
		devInteractions: { enabled: false },
		clientCredentials: { enabled: true },
		introspection: { enabled: true, allowedPolicy: () => true },
		resourceIndicators: {
			enabled: true,
			getResourceServerInfo(ctx, indicator) {
				if (indicator !== resource)
					throw new errors.InvalidTarget();
				return { scope: 'mcp:tools', audience: resource,
					accessTokenFormat: format, accessTokenTTL: 600,
					...(format === 'jwt' && { jwt: { sign: { alg: 'RS256' } } }) };
			},
		},
	},
});

const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
async function introspect(token) {
	const basic = Buffer.from('inspector:s3cret-inspector').toString('base64');
	const answer = await fetch(`${issuer}/token/introspection`, { method: 'POST',
		headers: { authorization: `Basic ${basic}` }, body: new URLSearchParams({ token }) });
	return answer.json();
}
async function verifyAccessToken(token) {
	const claims = format === 'jwt' ?
		await jwtVerify(token, keys, { issuer, audience: resource })
			.then((r) => ({ ...r.payload, active: true }), () => ({})) :
		await introspect(token);
	if (!claims.active || ![claims.aud].flat().includes(resource))
		throw new InvalidTokenError('not active, or for another resource');
	return { token, clientId: claims.client_id, scopes: claims.scope.split(' '),
		expiresAt: claims.exp };
}

const app = express();
app.get('/.well-known/oauth-protected-resource/mcp', (req, res) => res.json({
	resource, authorization_servers: [issuer], scopes_supported: ['mcp:tools'] }));
app.post('/mcp', requireBearerAuth({ verifier: { verifyAccessToken },
	requiredScopes: ['mcp:tools'],
	resourceMetadataUrl: `${origin}/.well-known/oauth-protected-resource/mcp` }),
express.json(), async (req, res) => {
	const server = new McpServer({ name: 'oauth-client', version: '1.0.0' });
	server.registerTool('whoami', {}, async ({ authInfo }) =>
		({ content: [{ type: 'text', text: authInfo.clientId }] }));
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
	res.on('close', () => { transport.close(); server.close(); });
	await server.connect(transport);
	await transport.handleRequest(req, res, req.body);
});
provider.listen(Number(AUTH_PORT));
app.listen(Number(MCP_PORT));
