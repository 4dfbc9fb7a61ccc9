// SPDX-License-Identifier: MIT
// A minimal web server on the loopback that runs one program as a CGI, so that
// little is between a browser and the program.
import {spawn} from 'node:child_process';
import http from 'node:http';

// cgi(program, args, env): resolves to {origin, close}.
export async function cgi(program, args, env) {
	const server = http.createServer((request, response) => {
		const [path, query = ''] = request.url.split(/\?(.*)/s);
		const child = spawn(program, args, {
			env: {...env, REQUEST_METHOD: request.method,
				REQUEST_URI: request.url, PATH_INFO: decodeURI(path),
				QUERY_STRING: query, GATEWAY_INTERFACE: 'CGI/1.1',
				CONTENT_TYPE: request.headers['content-type'] ?? '',
				CONTENT_LENGTH: request.headers['content-length'] ?? '',
				HTTP_COOKIE: request.headers.cookie ?? '',
				HTTP_SEC_FETCH_SITE: request.headers['sec-fetch-site'] ?? '',
				HTTP_AUTHORIZATION: request.headers.authorization ?? ''},
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		// A program need not read what it is sent.
		child.stdin.on('error', () => {});
		request.pipe(child.stdin);
		const parts = [];
		child.stdout.on('data', (part) => parts.push(part));
		child.on('close', () => {
			const all = Buffer.concat(parts);
			const end = all.indexOf('\r\n\r\n');
			for (const line of all.subarray(0, end).toString().split('\r\n')) {
				const [, name, value] = /^([^:]+): (.*)$/.exec(line);
				if (name === 'Status')
					response.statusCode = parseInt(value);
				else
					response.setHeader(name, value);
			}
			response.end(all.subarray(end + 4));
		});
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return {
		origin: `http://127.0.0.1:${server.address().port}`,
		close: () => new Promise((done) => server.close(done)),
	};
}
