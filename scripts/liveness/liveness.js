/* SPDX-License-Identifier: MIT */
// Which MCP servers are worth a call, for the router of an agent platform.
//
// Two signals, kept apart. The read API of mcp-serve is advice: it is polled,
// and an answer counts while its as_of is at most five minutes old, however
// often it is repeated (a 304 is the same answer, and no newer). Without an
// answer the call is made. The results of the calls decide: after three
// failures in a row, the server is left alone for a minute.

const STATES = new Set(['up', 'degraded', 'down']);
const AS_OF = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const SLUG = /^[a-z0-9][a-z0-9._-]{0,79}$/;
const BODY_MAX = 65536;
const PARALLEL = 32;

const DEFAULTS = {
	pollMs: 15_000,
	timeoutMs: 4_000,
	staleMs: 5 * 60_000,
	aheadMs: 2 * 60_000,
	failures: 3,
	openMs: 60_000,
	callMs: 30_000,
	degradedMs: 5_000,
};

export class Skipped extends Error {
	constructor(slug, reason) {
		super(`${slug}: ${reason}`);
		this.name = 'Skipped';
		this.slug = slug;
		this.reason = reason;
	}
}

export class UpstreamLiveness {
	#slugs;
	#options;
	#base;
	#fetch;
	#now;
	#token;
	#verdicts = new Map(); // slug -> { state, asOf, etag }
	#circuits = new Map(); // slug -> { failures, openUntil, trial }
	#polling = null;
	#timer = null;

	constructor(slugs, { base, token, fetch, now, ...options } = {}) {
		this.#slugs = [...new Set(slugs)];
		for (const slug of this.#slugs)
			if (typeof slug !== 'string' || !SLUG.test(slug))
				throw new TypeError(`not the name of a server: ${JSON.stringify(slug)}`);
		this.#base = address(base, token);
		this.#token = token;
		this.#fetch = fetch ?? globalThis.fetch;
		this.#now = now ?? Date.now;
		this.#options = { ...DEFAULTS };
		for (const [key, value] of Object.entries(options)) {
			if (!(key in DEFAULTS))
				throw new TypeError(`no such option: ${key}`);
			if (!(value > 0 && value < 2 ** 31))
				throw new TypeError(`${key}: not a number above 0`);
			this.#options[key] = value;
		}
	}

	start() {
		if (this.#timer)
			return;
		void this.poll();
		this.#timer = setInterval(() => void this.poll(), this.#options.pollMs);
		this.#timer.unref?.();
	}

	stop() {
		clearInterval(this.#timer);
		this.#timer = null;
	}

	// One round, all servers. A round that is at work is not begun again.
	poll() {
		this.#polling ??= this.#round().finally(() => {
			this.#polling = null;
		});
		return this.#polling;
	}

	// What the API says, while it says anything about now.
	state(slug) {
		const verdict = this.#verdicts.get(slug);
		if (!verdict)
			return 'unknown';
		const age = this.#now() - verdict.asOf;
		return age <= this.#options.staleMs && age >= -this.#options.aheadMs
			? verdict.state : 'unknown';
	}

	// Whether a call is worth it: not when it is known to fail.
	shouldRoute(slug) {
		return this.state(slug) !== 'down' && !this.#isOpen(slug);
	}

	// How long a call may take.
	timeoutMs(slug) {
		const { callMs, degradedMs } = this.#options;
		return this.state(slug) === 'degraded' ? Math.min(callMs, degradedMs) : callMs;
	}

	succeeded(slug) {
		this.#circuits.delete(slug);
	}

	failed(slug) {
		const circuit = this.#circuits.get(slug) ??
			{ failures: 0, openUntil: 0, trial: false };
		circuit.failures++;
		circuit.trial = false;
		if (circuit.failures >= this.#options.failures)
			circuit.openUntil = this.#now() + this.#options.openMs;
		this.#circuits.set(slug, circuit);
	}

	// fn(signal), with its timeout and its outcome noted; Skipped, unasked,
	// where it is not worth it.
	async call(slug, fn) {
		if (this.state(slug) === 'down')
			throw new Skipped(slug, 'down');
		if (!this.#admit(slug))
			throw new Skipped(slug, 'circuit open');
		const control = new AbortController();
		const ms = this.timeoutMs(slug);
		let timer;
		const late = new Promise((_, reject) => {
			timer = setTimeout(() => {
				const error = new Error(`${slug}: no answer in ${ms} ms`);
				error.name = 'TimeoutError';
				control.abort(error);
				reject(error);
			}, ms);
		});
		try {
			const result = await Promise.race([
				(async () => fn(control.signal))(), late]);
			this.succeeded(slug);
			return result;
		} catch (error) {
			this.failed(slug);
			throw error;
		} finally {
			clearTimeout(timer);
		}
	}

	#isOpen(slug) {
		const circuit = this.#circuits.get(slug);
		return circuit !== undefined && circuit.failures >= this.#options.failures &&
			(this.#now() < circuit.openUntil || circuit.trial);
	}

	// After the minute one call goes first, and the others wait for what it does.
	#admit(slug) {
		if (this.#isOpen(slug))
			return false;
		const circuit = this.#circuits.get(slug);
		if (circuit && circuit.failures >= this.#options.failures)
			circuit.trial = true;
		return true;
	}

	async #round() {
		const waiting = this.#slugs.values();
		const worker = async () => {
			for (const slug of waiting)
				await this.#ask(slug);
		};
		await Promise.all(Array.from({ length: PARALLEL }, worker));
	}

	// What goes wrong here is no news: what was known stays, and gets old.
	async #ask(slug) {
		const headers = { Accept: 'application/json' };
		const etag = this.#verdicts.get(slug)?.etag;
		if (etag)
			headers['If-None-Match'] = etag;
		if (this.#token)
			headers.Authorization = `Bearer ${this.#token}`;
		const control = new AbortController();
		const timer = setTimeout(() => control.abort(), this.#options.timeoutMs);
		try {
			const answer = await this.#fetch(
				`${this.#base}/api/embed-status/${slug}`,
				{ headers, signal: control.signal, redirect: 'manual' });
			const verdict = answer.status === 200 && read(await body(answer));
			if (verdict)
				this.#verdicts.set(slug, { ...verdict,
					etag: answer.headers.get('etag') });
			else
				control.abort();
		} catch {
			// Unreachable, too late, or not JSON.
		} finally {
			clearTimeout(timer);
		}
	}
}

function address(base, token) {
	const url = new URL(base);
	const near = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
	if (!['http:', 'https:'].includes(url.protocol) || url.search || url.hash ||
		url.username || url.password)
		throw new TypeError('base: not an address like https://status.example.com');
	if (token && url.protocol !== 'https:' && !near)
		throw new TypeError('token: base is not https');
	return url.href.replace(/\/+$/, '');
}

// The text of an answer, unless it is longer than any of ours.
async function body(answer) {
	const decoder = new TextDecoder();
	let text = '';
	let size = 0;
	for await (const chunk of answer.body) {
		size += chunk.length;
		if (size > BODY_MAX)
			throw new Error('too long');
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}

// A verdict, no more of it than is needed; or null where it is none.
function read(text) {
	const { state, as_of: asOf } = JSON.parse(text) ?? {};
	if (!STATES.has(state) || typeof asOf !== 'string' || !AS_OF.test(asOf))
		return null;
	const at = Date.parse(asOf);
	return Number.isNaN(at) ? null : { state, asOf: at };
}
