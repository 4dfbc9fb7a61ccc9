/* SPDX-License-Identifier: MIT */
// Goal: a call is skipped when it is known to fail, and never because we do not
// know; and what the API says is worth no more than its as_of.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { Skipped, UpstreamLiveness } from '../liveness.js';

const AS_OF = Date.parse('2026-04-29T20:31:00Z');
let now;
let answers; // slug -> { status, body, fault, headers }
let requests;
let base;

const server = http.createServer((req, res) => {
	requests.push({ url: req.url, headers: req.headers });
	const slug = req.url.split('/').pop();
	const { status = 200, body = '', fault, headers } = answers[slug] ?? { status: 404 };
	if (fault === 'hang')
		return;
	if (fault === 'cut')
		return req.socket.destroy();
	if (headers?.etag && req.headers['if-none-match'] === headers.etag)
		return res.writeHead(304, headers).end();
	res.writeHead(status, { 'content-type': 'application/json', ...headers });
	if (fault !== 'endless')
		return res.end(body);
	const more = () => { while (res.write(' '.repeat(65536))); };
	res.on('drain', more);
	more();
});

before(async () => {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	base = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	now = AS_OF + 30_000;
	answers = {};
	requests = [];
});

const says = (state, more = {}) => ({ headers: { etag: '"v1-a"' },
	body: JSON.stringify({ state, uptime_30d: 99.87, p95_ms: 142,
		last_probe_ago: '37s', as_of: '2026-04-29T20:31:00Z', ...more }) });
const watch = (slugs, options) =>
	new UpstreamLiveness(slugs, { base, now: () => now, ...options });
const fails = () => Promise.reject(new Error('broken'));
const counted = (live, slug) => {
	let calls = 0;
	return { calls: () => calls, call: (fn) => live.call(slug, (signal) => {
		calls++;
		return fn(signal);
	}) };
};

test('what the API says is what is known, and nothing before that', async () => {
	answers = { a: says('up'), b: says('degraded'), c: says('down') };
	const live = watch(['a', 'b', 'c', 'd']);
	assert.equal(live.state('a'), 'unknown');
	assert.equal(live.shouldRoute('a'), true);
	await live.poll();
	assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map((s) => live.state(s)),
		['up', 'degraded', 'down', 'unknown', 'unknown']);
	assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map((s) => live.shouldRoute(s)),
		[true, true, false, true, true]);
	assert.ok(requests.every((r) => r.headers.accept === 'application/json' &&
		!r.headers.authorization));
});

test('a degraded server has less time', async () => {
	answers = { a: says('up'), b: says('degraded') };
	const live = watch(['a', 'b'], { callMs: 900, degradedMs: 300 });
	await live.poll();
	assert.deepEqual([live.timeoutMs('a'), live.timeoutMs('b'), live.timeoutMs('x')],
		[900, 300, 900]);
});

test('the ETag is sent back, and a 304 changes nothing', async () => {
	answers = { a: says('up') };
	const live = watch(['a']);
	await live.poll();
	await live.poll();
	assert.deepEqual(requests.map((r) => r.headers['if-none-match']),
		[undefined, '"v1-a"']);
	assert.equal(live.state('a'), 'up');
	answers.a = { ...says('down'), headers: { etag: '"v1-b"' } };
	await live.poll();
	assert.equal(live.state('a'), 'down');
});

test('an answer is as old as its as_of, however often it comes', async () => {
	answers = { a: says('down') };
	const live = watch(['a']);
	for (now = AS_OF; now <= AS_OF + 300_000; now += 60_000) {
		await live.poll();
		assert.equal(live.state('a'), 'down');
	}
	assert.equal(live.state('a'), 'unknown');
	await live.poll();
	assert.equal(live.state('a'), 'unknown');
	assert.equal(live.shouldRoute('a'), true);
	now = AS_OF - 120_000;
	assert.equal(live.state('a'), 'down');
	now--;
	assert.equal(live.state('a'), 'unknown');
});

test('whatever is no answer leaves what was known, until that is too old', async () => {
	answers = { a: says('down') };
	const live = watch(['a'], { timeoutMs: 2_000 });
	await live.poll();
	for (const odd of [{ status: 404 }, { status: 500 }, { status: 503 },
		{ fault: 'hang' }, { fault: 'cut' }, { fault: 'endless' },
		{ status: 302, headers: { location: `${base}/b` } },
		{ body: '<h1>up</h1>' }, { body: 'null' }, { body: '[]' }, { body: '{}' },
		says('green'), says('up', { as_of: null }), says('up', { as_of: 1 }),
		says('up', { as_of: 'now' }), says('up', { as_of: '2026-99-29T20:31:00Z' }),
		{ body: `${says('up').body}${' '.repeat(66000)}` }, { ...says('up'), status: 201 }]) {
		answers.a = { ...odd, headers: odd.headers?.location ? odd.headers : {} };
		await live.poll();
		assert.equal(live.state('a'), 'down', JSON.stringify(odd).slice(0, 80));
	}
	assert.ok(!requests.some((r) => r.url === '/b'));
	now += 300_000;
	assert.equal(live.state('a'), 'unknown');
});

test('the API being away stops no call', async () => {
	const live = watch(['a'], { base: 'http://127.0.0.1:1' });
	await live.poll();
	assert.equal(await live.call('a', () => 'done'), 'done');
});

test('three failures in a row open the circuit for a minute, whatever the API says', async () => {
	answers = { a: says('up') };
	const live = watch(['a']);
	const { call, calls } = counted(live, 'a');
	await live.poll();
	for (let i = 0; i < 3; i++)
		await assert.rejects(call(fails), /broken/);
	await live.poll();
	assert.equal(live.state('a'), 'up');
	assert.equal(live.shouldRoute('a'), false);
	await assert.rejects(call(fails), (e) => e instanceof Skipped &&
		e.slug === 'a' && e.reason === 'circuit open');
	now += 59_999;
	await assert.rejects(call(fails), Skipped);
	assert.equal(calls(), 3);
	now += 1;
	assert.equal(live.shouldRoute('a'), true);
	assert.equal(await call(() => 'well'), 'well');
	await assert.rejects(call(fails), /broken/);
	assert.equal(live.shouldRoute('a'), true);
});

test('a success in between begins the count anew', async () => {
	const live = watch(['a', 'b']);
	for (const ok of [false, false, true, false, false])
		ok ? live.succeeded('a') : live.failed('a');
	assert.equal(live.shouldRoute('a'), true);
	live.failed('a');
	assert.equal(live.shouldRoute('a'), false);
	assert.equal(live.shouldRoute('b'), true);
});

test('after the minute one call goes first, and its failure costs another minute', async () => {
	const live = watch(['a']);
	const { call, calls } = counted(live, 'a');
	for (let i = 0; i < 3; i++)
		live.failed('a');
	now += 60_000;
	let fail;
	const first = call(() => new Promise((_, reject) => { fail = reject; }));
	await assert.rejects(call(() => 'second'), Skipped);
	fail(new Error('still broken'));
	await assert.rejects(first, /still broken/);
	await assert.rejects(call(() => 'third'), Skipped);
	assert.equal(calls(), 1);
	now += 60_000;
	assert.equal(await call(() => 'fourth'), 'fourth');
});

test('a call that takes too long is a failure, and is told to end', async () => {
	const live = watch(['a'], { callMs: 30 });
	let signal;
	await assert.rejects(live.call('a', (s) => {
		signal = s;
		return new Promise(() => {});
	}), { name: 'TimeoutError' });
	assert.equal(signal.aborted, true);
	await assert.rejects(live.call('a', () => { throw new Error('at once'); }), /at once/);
	live.failed('a');
	assert.equal(live.shouldRoute('a'), false);
});

test('a server that is down is not asked', async () => {
	answers = { a: says('down') };
	const live = watch(['a']);
	const { call, calls } = counted(live, 'a');
	await live.poll();
	await assert.rejects(call(() => 1), (e) => e instanceof Skipped && e.reason === 'down');
	assert.equal(calls(), 0);
});

test('start polls at once and then on, stop ends it, and rounds do not pile up', async () => {
	answers = { a: says('up') };
	const rounds = [];
	const slow = (...args) => {
		const answer = fetch(...args);
		rounds.push(answer);
		return answer;
	};
	const live = watch(['a'], { pollMs: 5, fetch: slow });
	live.start();
	live.start();
	assert.equal(live.poll(), live.poll());
	while (rounds.length < 3)
		await new Promise(setImmediate);
	live.stop();
	await live.poll();
	assert.equal(live.state('a'), 'up');
	const many = watch(Array.from({ length: 100 }, (_, i) => `s${i}`), { fetch: slow });
	requests = [];
	await many.poll();
	assert.equal(requests.length, 100);
});

test('the token goes into a header, to https or to this machine', async () => {
	answers = { a: says('up') };
	await watch(['a'], { token: 's3cret' }).poll();
	assert.equal(requests[0].headers.authorization, 'Bearer s3cret');
	assert.throws(() => watch(['a'], { token: 'x', base: 'http://status.example.com' }), TypeError);
	watch(['a'], { token: 'x', base: 'https://status.example.com/' });
});

test('what is no slug, address or option is refused', () => {
	for (const slug of ['', '.', '..', '../x', 'A', 'a/b', 'x'.repeat(81), 5, null])
		assert.throws(() => watch([slug]), TypeError, String(slug));
	for (const bad of [undefined, 'status.example.com', 'file:///x', 'http://h/?x', 'http://u:p@h'])
		assert.throws(() => new UpstreamLiveness(['a'], { base: bad }), TypeError, String(bad));
	for (const options of [{ pollMs: 0 }, { pollMs: '1s' }, { pollms: 5 }, { failures: -1 }])
		assert.throws(() => watch(['a'], options), TypeError);
});
