// SPDX-License-Identifier: MIT
// What the tests of the widget share: a Redis of their own, mcp-serve behind a
// server that can be made to misbehave, pages on a foreign origin, and a
// browser.

import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = process.env.BIN ?? path.join(ROOT, 'build/bin');
const require = createRequire(path.join(ROOT, 'build/long/package.json'));
const {chromium} = require('playwright-core');

export const acorn = require('acorn');

async function listen(server) {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${server.address().port}`;
}

function shut(server) {
	server.close();
	server.closeAllConnections();
}

// A Redis on a Unix socket, with one server per state.
export class Store {
	async start() {
		this.dir = mkdtempSync(path.join(tmpdir(), 'embed-'));
		this.sock = path.join(this.dir, 'sock');
		this.child = spawn('redis-server', ['--port', '0', '--unixsocket',
			this.sock, '--save', '', '--dir', this.dir]);
		for await (const chunk of this.child.stdout) {
			if (String(chunk).includes('eady to accept connections')) {
				break;
			}
		}
	}

	redis(...args) {
		execFileSync('redis-cli', ['-s', this.sock, ...args]);
	}

	// The verdict of a server as mcp-aggregate publishes it; age in seconds.
	publish(slug, verdict, more = {}, age = 0) {
		const window = Math.floor(Date.now() / 60000) * 60 - age;

		this.redis('hset', 'fleet:servers', slug, '{"private":false}');
		if (verdict) {
			this.redis('set', `probe:${slug}:verdict`, JSON.stringify({
				v: 1, type: 'verdict', slug, window, verdict,
				uptime_30d: 99.87, p95_ms: 142, regions: [],
				published_at: window + 45, last_probe_at: window + 8,
				...more}));
		}
	}

	stop() {
		this.child.kill();
		rmSync(this.dir, {recursive: true, force: true});
	}
}

// mcp-serve, as a CGI. faults: path to a function (req, res, answer) that spoils
// what mcp-serve answered, {status, headers, body}.
export class Site {
	constructor(store) {
		this.store = store;
		this.faults = {};
		this.asked = [];
		this.server = http.createServer((req, res) => this.serve(req, res));
	}

	async start() {
		this.url = await listen(this.server);
	}

	stop() {
		shut(this.server);
	}

	async cgi(req) {
		const [, query] = req.url.split('?');
		const child = spawn(path.join(BIN, 'mcp-serve'), {
			stdio: ['ignore', 'pipe', 'ignore'],
			env: {PATH: process.env.PATH, REQUEST_METHOD: req.method,
				REQUEST_URI: req.url, QUERY_STRING: query ?? '',
				MCP_SITE: this.url,
				MCP_STORE: `unix://${this.store.sock}`}});
		const chunks = [];

		for await (const chunk of child.stdout) {
			chunks.push(chunk);
		}
		const all = Buffer.concat(chunks);
		const end = all.indexOf('\r\n\r\n');
		const headers = Object.fromEntries(all.subarray(0, end).toString()
			.split('\r\n').map((line) => line.split(/: (.*)/s, 2)));
		const status = parseInt(headers.Status, 10);

		delete headers.Status;
		return {status, headers, body: all.subarray(end + 4)};
	}

	async serve(req, res) {
		const answer = await this.cgi(req);
		const fault = this.faults[req.url];

		this.asked.push({url: req.url, headers: req.headers});
		if (fault) {
			fault(req, res, answer);
			return;
		}
		res.writeHead(answer.status, answer.headers).end(answer.body);
	}
}

// Other people's pages: each has a path, markup and header fields.
export class Host {
	constructor() {
		this.pages = new Map();
		this.server = http.createServer((req, res) => {
			const page = this.pages.get(req.url);

			res.writeHead(page ? 200 : 404, {
				'Content-Type': 'text/html; charset=utf-8',
				...page?.headers}).end(page?.html);
		});
	}

	async start() {
		this.url = await listen(this.server);
	}

	stop() {
		shut(this.server);
	}

	// The address of a new page.
	put(html, headers = {}) {
		const at = `/${this.pages.size}`;

		this.pages.set(at, {headers, html: html.startsWith('<!') ? html :
			`<!DOCTYPE html><html lang="en"><title>Host</title>${html}`});
		return this.url + at;
	}
}

export async function browse() {
	return chromium.launch({executablePath: process.env.CHROMIUM ??
		'/usr/bin/chromium', args: ['--no-sandbox']});
}

export function mount(attributes) {
	return `<div class="alivemcp-embed" ${attributes}></div>`;
}

// What a reader sees of each mount, in the order of the page.
export async function look(page) {
	return page.$$eval('#alivemcp-embed,.alivemcp-embed', (mounts) =>
		mounts.map((m) => {
			const box = m.querySelector('.amcp-w');
			const dot = m.querySelector('.amcp-dot');
			const rect = m.getBoundingClientRect();

			return {
				boxes: m.querySelectorAll('.amcp-w').length,
				text: m.innerText.replace(/\s+/g, ' ').trim(),
				state: m.querySelector('.amcp-state')?.textContent.trim(),
				kind: dot?.className.replace(/.*amcp-/, ''),
				colour: dot && getComputedStyle(dot).borderTopColor,
				back: box && getComputedStyle(box).backgroundColor,
				display: box && getComputedStyle(box).display,
				label: box?.getAttribute('aria-label'),
				role: box?.getAttribute('role'),
				links: [...m.querySelectorAll('a')].map((a) => a.href),
				width: box && Math.round(box.getBoundingClientRect().width),
				height: Math.round(rect.height),
			};
		}));
}

// Resolves when every mount has its answer.
export async function settled(page) {
	await page.waitForFunction(() => {
		const all = [...document.querySelectorAll(
			'#alivemcp-embed,.alivemcp-embed')];

		return all.length && all.every((m) => m.textContent &&
			!m.textContent.includes('checking'));
	}, null, {timeout: 120000});
	return look(page);
}
