// SPDX-License-Identifier: MIT
// Stores for inboxes of regions: DynamoDB by dynalite, S3 by s3rver, both behind the
// signatures of AWS, which neither checks, and Workers KV and gists as strict as their
// documentation; before all, what a test wants to go wrong.
//
// usage: node inbox_stores.mjs FOLDER [DAV-PORT]
// Writes to FOLDER/ports: "dynamodb PORT", "s3 PORT", "cloudflare PORT", "https PORT",
// each that of a proxy, and the file faults is read at each request: a line "NAME FAULT",
// where FAULT is away (no answer), slow (after 3 s), drip (never ends), full (no write is
// taken), forgets (confirms a piece, and does not keep it), keeps (confirms what is to be
// removed, and keeps it), cut (half of a piece), lags (lists as they were when it began),
// old (the same from a cache, which says so), or spent (of Workers KV, the writes of the
// day). The file clock has seconds that the clock of
// these servers is ahead. Counts of requests are in the file counts.
import { createRequire } from 'node:module';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';

const [folder, dav] = process.argv.slice(2);
const require = createRequire(`${process.env.PEERS}/x.js`);
const TOKEN = 'token-0123456789abcdef';
const read = (name) => {
	try {
		return fs.readFileSync(`${folder}/${name}`, 'utf8');
	} catch {
		return '';
	}
};
const now = () => Date.now() / 1000 + Number(read('clock') || 0);
const counts = {};

function listen(server) {
	return new Promise((done) => server.listen(0, '127.0.0.1', () =>
		done(server.address().port)));
}

function body(req) {
	return new Promise((done) => {
		const parts = [];
		req.on('data', (part) => parts.push(part));
		req.on('end', () => done(Buffer.concat(parts)));
	});
}

// ---- Workers KV: 60 seconds until others see a change; the free plan.

const kv = new Map(); // name -> [{at, value (null: removed), until}], the oldest first
const used = {}; // of a day: writes, deletes, lists, reads
const LIMITS = { writes: 1000, deletes: 1000, lists: 1000, reads: 100000 };

function seen(name) {
	const at = now();
	const was = (kv.get(name) ?? []).filter((v) => v.at <= at - 60).at(-1);
	return was && was.value && was.until > at ? was.value : null;
}

function spend(kind) {
	const day = Math.floor(now() / 86400);
	if (used.day !== day) {
		Object.assign(used, { day, writes: 0, deletes: 0, lists: 0, reads: 0 });
	}
	used[kind]++;
	return used[kind] <= LIMITS[kind] &&
		(kind !== 'writes' || !read('faults').includes('cloudflare spent'));
}

async function cloudflare(req, res) {
	const url = new URL(req.url, 'http://x');
	const bytes = await body(req);
	const no = (status, code, message) => {
		res.writeHead(status, { 'content-type': 'application/json' });
		res.end(JSON.stringify({ success: false, result: null, messages: [],
			errors: [{ code, message }] }));
	};
	const yes = (result, more) => {
		res.writeHead(200, { 'content-type': 'application/json' });
		res.end(JSON.stringify({ success: true, errors: [], messages: [], result, ...more }));
	};
	const spent = (kind) => spend(kind) || (no(429, 10048,
		'your account has reached the free usage limit for this operation for today'), false);
	const path = /^\/client\/v4\/accounts\/([0-9a-f]{32})\/storage\/kv\/namespaces\/([0-9a-f]{32})\/(keys|values)(?:\/([^/]+))?$/
		.exec(url.pathname);
	if (req.headers.authorization !== `Bearer ${TOKEN}`) {
		return no(403, 10000, 'Authentication error');
	}
	if (!path) {
		return no(404, 7003, 'Could not route to this path, perhaps your object identifier is invalid?');
	}
	if (path[3] === 'keys') {
		const limit = Number(url.searchParams.get('limit') ?? 1000);
		const prefix = url.searchParams.get('prefix') ?? '';
		const from = Number(Buffer.from(url.searchParams.get('cursor') ?? '', 'base64').toString() || 0);
		if (req.method !== 'GET' || !(limit >= 10 && limit <= 1000)) {
			return no(400, 10029, 'limit must be between 10 and 1000');
		}
		if (!spent('lists')) {
			return undefined;
		}
		const all = [...kv.keys()].filter((k) => k.startsWith(prefix) && seen(k)).sort();
		const some = all.slice(from, from + limit);
		return yes(some.map((name) => ({ name })), { result_info: { count: some.length,
			cursor: from + limit < all.length ?
				Buffer.from(String(from + limit)).toString('base64') : '' } });
	}
	const name = decodeURIComponent(path[4] ?? '');
	if (!name || Buffer.byteLength(name) > 512) {
		return no(414, 10030, 'key too long');
	}
	if (req.method === 'GET') {
		if (!spent('reads')) {
			return undefined;
		}
		const value = seen(name);
		if (!value) {
			return no(404, 10009, "get: 'key not found'");
		}
		res.writeHead(200, { 'content-type': 'application/octet-stream' });
		return res.end(value);
	}
	if (req.method !== 'PUT' && req.method !== 'DELETE') {
		return no(405, 10405, 'Method not allowed');
	}
	const had = kv.get(name) ?? [];
	const life = url.searchParams.get('expiration_ttl');
	if (req.method === 'PUT' && bytes.length > 25 << 20) {
		return no(413, 10031, 'value too large');
	}
	if (life !== null && !(Number(life) >= 60)) {
		return no(400, 10033, 'expiration_ttl must be at least 60');
	}
	if (req.method === 'PUT' && had.length && now() - had.at(-1).at < 1) {
		return no(429, 10041, 'too many writes to the same key');
	}
	if (!spent(req.method === 'PUT' ? 'writes' : 'deletes')) {
		return undefined;
	}
	had.push({ at: now(), value: req.method === 'PUT' ? bytes : null,
		until: life ? now() + Number(life) : Infinity });
	kv.set(name, had);
	return yes(null);
}

// ---- A gist: files of text, of which an answer has a megabyte, and 300 in all; 80
// changes a minute and 500 an hour; two changes at once are a conflict.

const files = { 'README.md': 'an inbox' };
const GIST = '0123456789abcdef0123456789abcdef';
let changes = [], changing = false;

async function gist(req, res) {
	const bytes = await body(req);
	const origin = `http://${req.headers.host}`;
	const say = (status, o, more) => {
		res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...more });
		res.end(o === null ? '' : JSON.stringify(o));
	};
	if (!req.headers['user-agent']) {
		return say(403, { message: 'Request forbidden by administrative rules.' });
	}
	if (req.url.startsWith('/raw/')) {
		// Another host of GitHub, which is not to have the token.
		if (req.headers.authorization) {
			return say(400, { message: 'a token was sent' });
		}
		const text = files[decodeURIComponent(req.url.slice(5))];
		res.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/plain' });
		return res.end(text ?? '404: Not Found');
	}
	if (req.headers.authorization !== `Bearer ${TOKEN}`) {
		return say(401, { message: 'Bad credentials' });
	}
	if (req.headers['x-github-api-version'] !== '2022-11-28') {
		return say(400, { message: 'Unsupported API version' });
	}
	if (req.url !== `/gists/${GIST}`) {
		return say(404, { message: 'Not Found' });
	}
	const whole = () => {
		const some = Object.keys(files).sort().slice(0, 300);
		let room = 1 << 20;
		const content = (text) => {
			const part = text.slice(0, room);
			room -= part.length;
			return { size: text.length, truncated: part.length < text.length, content: part };
		};
		return { id: GIST, truncated: Object.keys(files).length > 300,
			files: Object.fromEntries(some.map((filename) => [filename, { filename,
				type: 'text/plain', raw_url: `${origin}/raw/${filename}`,
				...content(files[filename]), encoding: 'utf-8' }])) };
	};
	const tag = () => `W/"${crypto.createHash('sha256').update(JSON.stringify(files)).digest('hex')}"`;
	if (req.method === 'GET') {
		const etag = tag();
		return req.headers['if-none-match'] === etag ? say(304, null, { etag }) :
			say(200, whole(), { etag });
	}
	if (req.method !== 'PATCH') {
		return say(404, { message: 'Not Found' });
	}
	if (changing) {
		return say(409, { message: 'Gist cannot be updated.' });
	}
	changes = changes.filter((at) => at > now() - 3600);
	if (changes.length >= 500 || changes.filter((at) => at > now() - 60).length >= 80) {
		return say(403, { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
			{ 'retry-after': '60' });
	}
	let asked;
	try {
		asked = JSON.parse(bytes).files;
	} catch {
		return say(400, { message: 'Problems parsing JSON' });
	}
	for (const [name, file] of Object.entries(asked)) {
		if (name.includes('/') || (file && !file.content) || (!file && !(name in files))) {
			return say(422, { message: 'Validation Failed' });
		}
	}
	changes.push(now());
	changing = true;
	await new Promise((done) => setTimeout(done, 30));
	for (const [name, file] of Object.entries(asked)) {
		if (file) {
			files[name] = file.content;
		} else {
			delete files[name];
		}
	}
	changing = false;
	return say(200, whole(), { etag: tag() });
}

// ---- Signature Version 4 of AWS.

const KEYS = { s3: ['S3RVER', 'S3RVER'], dynamodb: ['key', 'secret'] };
const sha256 = (text) => crypto.createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const encoded = (text) => encodeURIComponent(decodeURIComponent(text)).replace(/[!'()*]/g,
	(c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// Why the request is refused; undefined if it is not.
function unsigned(name, req, bytes) {
	const [, key, day, region, service, names, signature] =
		/^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
			.exec(req.headers.authorization) ?? [];
	const date = req.headers['x-amz-date'] ?? '';
	const at = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
	const body = name === 's3' ? req.headers['x-amz-content-sha256'] : sha256(bytes);
	if (!key || service !== name || region !== 'us-east-1') {
		return 'AccessDenied';
	}
	if (key !== KEYS[name][0]) {
		return name === 's3' ? 'InvalidAccessKeyId' : 'UnrecognizedClientException';
	}
	if (!(Math.abs(at - Date.now()) < 900e3) || !date.startsWith(day)) {
		return 'RequestTimeTooSkewed';
	}
	if (body !== sha256(bytes)) {
		return 'XAmzContentSHA256Mismatch';
	}
	const must = Object.keys(req.headers).filter((h) => h === 'host' || h.startsWith('x-amz-'));
	const [path, query = ''] = req.url.split('?');
	const canonical = [req.method, path.split('/').map(encoded).join('/'),
		query.split('&').filter(Boolean).map((pair) => pair.split('=').map(encoded))
			.map(([k, v = '']) => `${k}=${v}`).sort().join('&'),
		...names.split(';').map((h) => `${h}:${(req.headers[h] ?? '').trim().replace(/ +/g, ' ')}`),
		'', names, body].join('\n');
	const secret = [day, region, service, 'aws4_request'].reduce(hmac, `AWS4${KEYS[name][1]}`);
	const right = hmac(secret, ['AWS4-HMAC-SHA256', date,
		`${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')).toString('hex');
	return right === signature && must.every((h) => names.split(';').includes(h)) ? undefined :
		name === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
}

// ---- What goes wrong on the way.

const old = new Map();

function faulty(name, port) {
	return http.createServer(async (req, res) => {
		const fault = read('faults').split('\n').find((l) => l.startsWith(`${name} `))?.split(' ')[1];
		const target = req.headers['x-amz-target'] ?? '';
		const writes = /^(PUT|PATCH)$/.test(req.method) || target.endsWith('PutItem');
		const bytes = await body(req);
		const removes = req.method === 'DELETE' || target.endsWith('DeleteItem') ||
			(req.method === 'PATCH' && bytes.includes(':null'));
		const key = `${name} ${req.method} ${req.url} ${/Query/.test(target) ? bytes : ''}`;
		const lists = req.method === 'PROPFIND' || /list-type|\/keys|\/gists\//.test(req.url) ||
			target.endsWith('Query');
		counts[name] ??= {};
		const kind = lists && !writes ? 'lists' : removes ? 'removes' : writes ? 'writes' : 'reads';
		counts[name][kind] = (counts[name][kind] ?? 0) + 1;
		fs.writeFileSync(`${folder}/counts`, JSON.stringify(counts));
		if (fault === 'away') {
			return res.destroy();
		}
		const why = KEYS[name] && unsigned(name, req, bytes);
		if (why) {
			res.writeHead(name === 's3' ? 403 : 400, { 'content-type': 'text/plain' });
			return res.end(name === 's3' ? `<Error><Code>${why}</Code></Error>` :
				JSON.stringify({ __type: `com.amazon.coral.service#${why}` }));
		}
		if (fault === 'full' && writes && !removes) {
			res.writeHead(507, { 'content-type': 'text/plain' });
			return res.end('Insufficient Storage');
		}
		if (fault === 'forgets' && writes && !removes && /1[0-9]{9}\./.test(req.url + bytes)) {
			res.writeHead(200, { 'content-type': 'application/json' });
			return res.end('{}');
		}
		if (fault === 'keeps' && removes) {
			res.writeHead(req.method === 'DELETE' ? 204 : 200);
			return res.end(req.method === 'DELETE' ? undefined : '{}');
		}
		if (fault === 'drip') {
			res.writeHead(200, { 'content-type': 'text/plain' });
			const beat = setInterval(() => res.write('.'), 500);
			return res.on('close', () => clearInterval(beat));
		}
		if (fault === 'slow') {
			await new Promise((done) => setTimeout(done, 3000));
		}
		if (/^(old|lags)$/.test(fault) && lists && !writes && old.has(key)) {
			const [status, { date, ...headers }, answer] = old.get(key);
			// However fast the test is, this is older than a clock may be wrong.
			res.writeHead(status, fault === 'lags' ? headers : { ...headers, age: 300 +
				Math.round((Date.now() - Date.parse(date)) / 1000),
			date: new Date(Date.parse(date) - 300e3).toUTCString() });
			return res.end(answer);
		}
		const on = http.request({ port, host: '127.0.0.1', method: req.method, path: req.url,
			headers: req.headers }, async (answer) => {
			let all = await body(answer);
			const headers = { ...answer.headers };
			delete headers['transfer-encoding'];
			if (lists && !writes) {
				old.set(key, [answer.statusCode, headers, all]);
			}
			if (fault === 'cut' && req.method === 'GET' && /1[0-9]{9}\./.test(req.url)) {
				all = all.subarray(0, all.length / 2);
			}
			if (req.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304) {
				headers['content-length'] = String(all.length);
			}
			res.writeHead(answer.statusCode, headers);
			res.end(all);
		});
		on.on('error', () => res.destroy());
		return on.end(bytes);
	});
}

const dynalite = require('dynalite')({ createTableMs: 0 });
const S3rver = require('s3rver');
fs.mkdirSync(`${folder}/s3`, { recursive: true });
const s3 = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: `${folder}/s3`,
	allowMismatchedSignatures: false, configureBuckets: [{ name: 'inbox' }] });
const behind = {
	dynamodb: await listen(dynalite),
	s3: (await s3.run()).port,
	cloudflare: await listen(http.createServer(cloudflare)),
	gist: await listen(http.createServer(gist)),
	...dav && { https: Number(dav) },
};
const lines = [];
for (const [name, port] of Object.entries(behind)) {
	lines.push(`${name} ${await listen(faulty(name, port))}`);
}
fs.writeFileSync(`${folder}/ports.new`, `${lines.join('\n')}\n`);
fs.renameSync(`${folder}/ports.new`, `${folder}/ports`);
