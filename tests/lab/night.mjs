// SPDX-License-Identifier: MIT
// A night on call: ten servers, three regions, and one trouble after the other, each
// once, at a pace of a minute. Prints what people were told of each, after how long, and
// whether it is true; and fails where a message or a page is false, a page is late,
// something was not told, or a reader saw something else than there was.
// usage: see run
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import * as lab from './lab.mjs';

const LAST = 71, MINUTE = 60;
const PAGE = 75, CONFIRMED = 195, SILENT = 375; // seconds until somebody is told
const US = 'us-east-1', EU = 'eu-west-2', AP = 'ap-southeast-1';
const SLUGS = ['search', 'billing', 'docs', 'shop', 'mail', 'maps', 'files', 'chat', 'deploy', 'notes'];
const listen = (answer) => new Promise((done) => {
	const server = http.createServer(answer).listen(0, '127.0.0.1', () => done(server.address().port));
});

// ---- The gate: what stands before the servers, and does to requests what is wrong.

const faults = new Map(); // of a slug: what is done to what comes from a region
const error = { code: -32603, message: 'the index is being built' };
const forward = (req, res, name, path, body) => http.request({ host: '127.0.0.1', path,
	port: lab.port_of(name), method: req.method, headers: req.headers }, (from) => {
	res.writeHead(from.statusCode, from.headers);
	from.pipe(res);
}).on('error', () => res.destroy()).end(body);

const pass = async (req, res) => {
	const [, slug, place, path] = /^\/([^/]+)\/([^/]+)\/*(.*)$/.exec(req.url), body = await text(req);
	const way = faults.get(slug)?.(place);
	if (way === 'hang')
		return;
	if (way === 'slow')
		await lab.after(700);
	if (way === 'tool' && body.includes('"tools/call"'))
		res.writeHead(200, { 'content-type': 'application/json' })
			.end(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(body).id, error }));
	else if (way > 0 || (slug === 'billing' && req.headers.authorization !== 'Bearer s3cret'))
		res.writeHead(way || 401, { 'www-authenticate': 'Bearer' }).end();
	else
		forward(req, res, slug === 'docs' && place === AP ? 'docs/far' : slug, `/${path}`, body);
};

// ---- The routes: webhooks, of which one can be out of order.

const told = []; // { route, at, e }
let refusing = '';
const take = async (req, res) => {
	const route = req.url.slice(1), e = JSON.parse(await text(req));
	if (route !== refusing)
		told.push({ route, at: lab.time(), e });
	fs.appendFileSync(`${lab.dir}/told.night`, `${clock(lab.time())} ${req.url} ${JSON.stringify(e)}\n`);
	res.writeHead(route === refusing ? 503 : 200).end();
};

// ---- The troubles. One is there before the probes of the minute "from", and not any more
// before those of "until". "tells": what people must be told of it, once each, and within
// how many seconds, of the trouble or of the minute "since"; "shown": what readers see
// meanwhile. "regions" are those in which it is.

const page = { what: 'downtime', severity: 'P1', route: 'pager', within: PAGE };
const note = (what, within = CONFIRMED, severity = 'P2') => ({ what, severity, route: 'log', within });
const gated = (slug, way, ...places) => ({ slug,
	begin: () => faults.set(slug, (place) => (!places.length || places.includes(place)) && way),
	end: () => faults.delete(slug), ...(places.length && { regions: places }) });
const down = (slug, way = 503) => ({ ...gated(slug, way), tells: [page], shown: 'down' });
const close = (slug) => lab.program('', 'mcp-alert', 'close', '--by', 'eve', '--reason', 'known', slug);
const region = (name) => lab.REGIONS.find((r) => r.name === name);
const every = (names, slugs, on) => names.forEach((name) =>
	slugs.forEach((slug) => lab.forget_name(region(name), slug, on)));
const rename = async (name, tool) => {
	await lab.stop_origin(name);
	await lab.start_origin(name, { PEER_TOOL: tool });
};

const TROUBLES = [
	{ kind: 'all regions get 503', from: 2, until: 7, ...down('search') },
	{ kind: 'one region is cut off from it', from: 3, until: 9, slug: 'shop', regions: [AP],
		begin: () => lab.hole('shop', region(AP), true), end: () => lab.hole('shop', region(AP), false),
		tells: [note('regional')], shown: 'degraded' },
	{ kind: 'our credential is refused', from: 4, until: 9, ...down('billing', 401), checks: 'refused' },
	{ kind: 'slow answers', from: 4, until: 12, ...gated('notes', 'slow'),
		tells: [note('latency', CONFIRMED, 'P3')] },
	{ kind: '429 to our probes', from: 5, until: 11, ...gated('chat', 429), checks: 'rate-limited',
		tells: [note('rate_limited')], shown: 'degraded', seen: 7 },
	{ kind: 'its certificate has ended', from: 6, until: 10, ...down('mail'),
		begin: () => lab.expired_certificate('mail', US, EU, AP), end: () => lab.expired_certificate('mail') },
	{ kind: 'a tool is renamed', from: 8, until: 9, slug: 'deploy', begin: () => rename('deploy', 'salute'),
		tells: [note('schema_drift_detected', PAGE)] },
	{ kind: 'fails until it is closed by hand', from: 9, until: 13, ...down('docs'),
		end: () => close('docs'), over: PAGE },
	{ kind: 'fails on after it was closed', from: 13, until: 17, ...down('docs') },
	{ kind: 'an error in tools/call', from: 10, until: 15, ...gated('files', 'tool'),
		tells: [note('downtime', PAGE)], shown: 'down' },
	{ kind: 'hangs', from: 14, until: 18, ...down('search', 'hang') },
	{ kind: 'slow enough to hold up a region', from: 16, until: 18, ...gated('maps', 'hang', EU), tells: [],
		shown: 'degraded' },
	{ kind: 'fails beside the one that is slow', from: 16, until: 20, ...down('mail') },
	{ kind: 'its name is gone', from: 20, until: 24, ...down('chat'),
		begin: () => every([US, EU, AP], ['chat'], true), end: () => every([US, EU, AP], ['chat'], false) },
	...[20, 25, 30, 34].map((from, i) => ({ kind: `flaps, ${i + 1}`, from, until: from + 1, ...down('shop'),
		...(i === 3 && { tells: [] }), ...(i === 2 && { over: 33 * MINUTE + PAGE, lasts: 5 }) })),
	{ kind: 'a region is blind', from: 24, until: 30, slug: '*', regions: [AP],
		begin: () => every([AP], ['canary', ...SLUGS], true), end: () => every([AP], ['canary', ...SLUGS], false),
		tells: [note('probe_silent', SILENT, 'P3')], over: PAGE },
	{ kind: 'is mended, and closed by hand', from: 30, until: 33, ...down('files'), over: PAGE,
		end: () => {
			faults.delete('files');
			return close('files');
		} },
	{ kind: 'fails in a region that falls silent', from: 31, until: 44, ...gated('maps', 503, AP),
		tells: [note('regional')], shown: 'degraded', unseen: 36, end: () => {} },
	{ kind: 'the runner of that region is dead', from: 36, until: 44, slug: '*', regions: [AP],
		begin: () => lab.stop_sshd(region(AP)), end: () => lab.start_sshd(region(AP)),
		tells: [note('probe_silent', SILENT, 'P3')], over: PAGE },
	{ kind: 'and is mended meanwhile', from: 37, until: 38, slug: 'maps', begin: () => faults.delete('maps'),
		tells: [] },
	{ kind: 'fails while the pager answers 503', from: 40, until: 44, ...down('deploy'),
		tells: [{ ...page, route: 'phone', within: PAGE + 120 }] },
	{ kind: 'the pager', from: 40, until: 45, slug: '-', begin: () => { refusing = 'pager'; },
		end: () => { refusing = ''; }, tells: [] },
	{ kind: 'the store is away', from: 48, until: 50, slug: '*', begin: () => lab.kill_store(),
		end: () => lab.start_store(), tells: [] },
	{ kind: 'fails while the store is away', from: 48, until: 53, since: 50, ...down('billing') },
	{ kind: 'a region has old tools', from: 50, until: 60, slug: 'docs', regions: [AP],
		begin: () => rename('docs', 'salute'), over: PAGE,
		tells: [note('cdn_cache_divergence', PAGE + MINUTE), note('schema_drift_detected', PAGE)] },
	{ kind: 'that region is taken out', from: 60, until: 61, slug: '-', tells: [],
		begin: () => lab.edit(new RegExp(`  - \\{name: ${AP},[^]*?\\]\\}\n`), '') },
	{ kind: 'fails for longer than its maintenance', from: 54, until: 66, since: 63, ...down('notes'),
		shown: 'any', tells: [{ ...page, what: 'maintenance_overrun' }] },
	{ kind: 'the maintenance', from: 52, until: 58, slug: '-', tells: [],
		begin: () => lab.program('', 'mcp-alert', 'maintenance', 'add', '--by', 'eve', '--reason', 'new disks',
			'--start', `${lab.BEGIN + 52 * MINUTE}`, '--end', `${lab.BEGIN + 58 * MINUTE}`, 'notes') },
];

// ---- Minutes.

const wrong = [];
// A trouble comes right after the probes of the minute before.
const start = (m) => lab.BEGIN + MINUTE * (m - 1) + 3;
const clock = (at) => new Date(1000 * (at - lab.BEGIN)).toISOString().slice(11, 19);

const change = async (m) => {
	for (const t of TROUBLES.filter((o) => o.until === m))
		await t.end?.();
	for (const t of TROUBLES.filter((o) => o.from === m))
		await t.begin();
};

// What readers see is what there is.
const look = async (m) => {
	for (const slug of SLUGS) {
		const { state, as_of } = await (await lab.get(`/api/embed-status/${slug}`)).json();
		const then = lab.minute_of(Date.parse(as_of) / 1000);
		const now = TROUBLES.filter((t) => t.slug === slug && t.shown && then >= (t.seen ?? t.from) &&
			then < (t.unseen ?? t.until));
		const may = now.map((t) => t.shown);
		if (!may.includes('any') && state !== (may[0] ?? 'up') &&
			!TROUBLES.some((t) => t.slug === slug && then >= t.unseen && then < t.unseen + 3))
			wrong.push(`minute ${m}: ${slug} is shown as ${state} as of ${as_of}, and it is ${may[0] ?? 'up'}`);
	}
};

// ---- What was told, beside what there was.

const used = new Set(), same = (key, event) => told.filter(({ e }) => e.dedup_key === key && e.event === event);
const mark = (list) => list.forEach((one) => used.add(one));

// compare TROUBLE TELL: its rows of the table.
const compare = (t, tell) => {
	const once = /detected/.test(tell.what), since = start(t.since ?? t.from), bad = [];
	const first = told.find((o) => !used.has(o) && o.e.server_slug === t.slug && o.at >= since - MINUTE &&
		o.route === tell.route && o.e.event === (once ? tell.what : `${tell.what}_started`));
	const row = [t.kind, t.slug, clock(start(t.from))];
	if (!first) {
		wrong.push(`${t.kind}: ${t.slug}: ${tell.what} was not told to ${tell.route}`);
		return [[...row, '-', '-', tell.what, tell.severity, tell.route, 'NOT TOLD', '-', '-']];
	}
	const { e } = first, after = first.at - since;
	mark(same(e.dedup_key, e.event));
	const worse = same(e.dedup_key, `${tell.what}_escalated`).filter((o) => o.at < start(t.until + 4));
	mark(worse);
	if (after > tell.within)
		bad.push('late');
	if (e.severity !== tell.severity)
		bad.push(e.severity);
	if (!once && (e.checks ?? null) !== (t.checks ?? null))
		bad.push(`checks ${e.checks}`);
	if (!once && t.regions && e.regions.join() !== t.regions.join())
		bad.push(`regions ${e.regions}`);
	const ends = once ? [] : same(e.dedup_key, `${tell.what}_resolved`), [last] = ends;
	mark(ends);
	const late = last && last.at - start(t.until);
	if (!once && !(late <= (t.over ?? CONFIRMED)))
		bad.push(last ? 'its end is late' : 'no end');
	const lasted = last && last.e.duration_seconds / MINUTE;
	if (last && tell.what === 'downtime' && Math.abs(lasted - (t.lasts ?? t.until - t.from)) > 1)
		bad.push(`lasted ${lasted} min`);
	if (bad.length)
		wrong.push(`${t.kind}: ${t.slug}: ${bad.join(', ')}: ${e.summary} / ${last?.e.summary}`);
	return [[...row, clock(first.at), `${after.toFixed(0)} s`, tell.what, e.severity, tell.route,
		bad.join(', ') || 'true', last ? `${clock(last.at)}, ${late.toFixed(0)} s` : '-', e.headline ?? e.summary],
	...worse.map((o) => [...row, clock(o.at), `${(o.at - since).toFixed(0)} s`, 'is worse', o.e.severity, o.route,
		'true', '-', o.e.headline ?? o.e.summary])];
};

const table = () => {
	const rows = [['trouble', 'server', 'at', 'told at', 'after', 'event', '', 'route', 'true?', 'end told at, after', 'headline']];
	for (const t of [...TROUBLES].sort((a, b) => a.from - b.from))
		rows.push(...t.tells.length ? t.tells.flatMap((tell) => compare(t, tell)) :
			[[t.kind, t.slug, clock(start(t.from)), '-', '-', 'nothing', '', '-', '', '-', '']]);
	for (const o of told.filter((one) => !used.has(one))) {
		rows.push(['-', o.e.server_slug, '-', clock(o.at), '-', o.e.event, o.e.severity, o.route, 'FALSE', '-',
			o.e.headline ?? o.e.summary]);
		wrong.push(`a false ${o.e.severity === 'P1' ? 'page' : 'message'}: ${clock(o.at)} ${o.route} ${
			o.e.event} ${o.e.dedup_key} ${o.e.summary}`);
	}
	const wide = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
	rows.forEach((row) => console.log(row.map((cell, i) => cell.padEnd(wide[i])).join('  ').trimEnd()));
};

// The baseline of latency: what was seen yesterday, half a second each time.
const yesterday = () => {
	const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize', 'tools-list',
		'tools-call', 'tool-hash'];
	const lines = [];
	for (let i = 0; i < 120; i++) {
		const head = { v: 1, slug: 'notes', region: [US, EU, AP][i % 3], probe_id: `yesterday-${i}`,
			probe_started_at: lab.BEGIN - 86400 - MINUTE * i };
		STEPS.forEach((step, n) => lines.push({ ...head, type: 'step', n: n + 1, step, status: 'pass', ms: 60,
			error: null, message: null, detail: {} }));
		lines.push({ ...head, type: 'probe', url: `https://${lab.host('notes')}/mcp`, state: 'healthy',
			failed_step: null, error: null, total_ms: 500, protocol: null, era: null, tool_hash: null,
			full_hash: null, tool_count: null });
	}
	return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
};

const make = async () => {
	const gate = await listen(pass), hooks = `http://127.0.0.1:${await listen(take)}`;
	const more = {
		billing: 'auth: {mode: bearer, credential: billing, bare_401: true}',
		files: 'health_tool: {name: greet, arguments: {name: probe}}',
	};
	lab.use([US, EU, AP], Object.fromEntries(SLUGS.map((slug) => [slug, { gate, more: more[slug],
		peer: /docs|deploy/.test(slug) ? 'v2-dual' : 'sdk-json', timeout: slug === 'maps' ? '25s' : '6s',
		...(slug === 'docs' && { far: [AP] }) }])));
	await lab.make({ alerts: `  routes:
    - {name: pager, type: webhook, url: "${hooks}/pager", fallback: phone}
    - {name: phone, type: webhook, url: "${hooks}/phone"}
    - {name: log, type: webhook, url: "${hooks}/log"}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {steps: [{routes: [log]}]}
` });
	lab.credential('billing', `origin = ${lab.url('billing')}\ntoken = s3cret\n`);
	lab.edit(/^/, 'retention: 48h\n'); // yesterday's records count
	await lab.program(yesterday(), 'mcp-aggregate', 'ingest');
};

const night = async () => {
	await make();
	for (let m = 0; m <= LAST; m++) {
		const known = wrong.length;
		await change(m);
		const round = await lab.minute(m);
		if (m !== 48 && m !== 49)
			await look(m);
		console.log([m, `${round.seconds.toFixed(1)} s, status ${round.status}`,
			round.err.split('\n').slice(0, 3).join(' / ').slice(0, 300), ...wrong.slice(known)].join(' | '));
	}
	table();
	assert.equal(wrong.join('\n'), '');
	console.log(`${LAST + 1} rounds, ${TROUBLES.length} troubles, ${told.length} messages: none is false, none late`);
};

lab.end(night);
