// SPDX-License-Identifier: MIT
// A part of a day with random faults of our own parts, and outages of servers beside
// them: every outage is told of once and to its end, nothing else pages, and no event
// is lost. One seed makes the same plan.
// usage: see run
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { numbers } from '../fixture/fleet_minutes.mjs';
import * as lab from './lab.mjs';

const FAULTS = Number(process.argv[4] ?? 200);
const SEED = Number(process.argv[5] ?? Math.floor(Math.random() * 1e6));
const MINUTES = Number(process.argv[6] ?? Math.ceil(FAULTS * 1.2) + 16);
const QUIET = 8; // minutes at the end, in which everything must come to rest
const random = numbers(SEED);
const any = (list) => list[Math.floor(random() * list.length)];
const whole = (least, most) => least + Math.floor(random() * (most - least + 1));

// ---- What can go wrong with our own parts. A fault of kind "own" is of a region, of
// which two at a time may have one; those of kind "all" stop everybody, and leave
// minutes between them. A fault with "during" comes while a round is going on; one with
// "early", in the first part of it, in which regions probe.

const missed = []; // faults for which there was no chance
const FAULT = {
	'runner killed': { of: 'own', most: 2, early: true,
		during: async (f, child) => { if (!await lab.kill_probes(f.region, child)) missed.push(f); } },
	'ssh hung': { of: 'own', most: 1, hangs: true, begin: (f) => lab.signal_sshd(f.region, 'SIGSTOP'),
		end: (f) => lab.signal_sshd(f.region, 'SIGCONT') },
	'host key changed': { of: 'own', most: 3,
		begin: async (f) => { await lab.stop_sshd(f.region); await lab.start_sshd(f.region, 'other'); },
		end: async (f) => { await lab.stop_sshd(f.region); await lab.start_sshd(f.region); } },
	'network gone': { of: 'own', most: 1, hangs: true, begin: (f) => lab.set_wire(f.region, 1),
		end: (f) => lab.set_wire(f.region) },
	'resolver gone': { of: 'own', most: 2, hangs: true, begin: (f) => lab.stop_resolver(f.region),
		end: (f) => lab.start_resolver(f.region) },
	'clock skewed': { of: 'own', most: 4,
		begin: (f) => { f.region.skew = f.number * (f.number % 2 ? 1 : -1); },
		end: (f) => { f.region.skew = 0; } },
	'store killed': { of: 'all', most: 2, during: () => lab.kill_store(),
		end: () => lab.start_store() },
	'disk full': { of: 'all', most: 2, begin: () => lab.fill_disk(), end: () => lab.free_disk() },
	'round killed': { of: 'all', most: 1, during: (f, child) => child.kill('SIGKILL') },
	'web server restarted': { of: 'web', most: 2, during: () => lab.kill_web(),
		end: () => lab.start_web() },
	'pager refuses': { of: 'pager', most: 3, begin: () => lab.refuse('pager', true),
		end: () => lab.refuse('pager', false) },
};

if (!lab.apart) // there are neither networks nor disks
	['network gone', 'disk full'].forEach((kind) => delete FAULT[kind]);

const meet = (a, b, gap = 0) => a.from < b.until + gap && b.from < a.until + gap;

// The outages: of one or two servers at a time, seen everywhere or, where there are
// two origins, in two regions.
const plan_outages = () => {
	const outages = [];
	for (let from = 4; from < MINUTES - QUIET - 6; from += whole(3, 9)) {
		const o = { from, until: Math.min(from + whole(4, 7), MINUTES - QUIET), slug: any(lab.UNCACHED) };
		o.far = o.slug === 'twofold' && random() < 0.5;
		const near = outages.filter((p) => meet(o, p));
		if (near.length < 2 && !outages.some((p) => p.slug === o.slug && meet(o, p, 6)))
			outages.push(o);
	}
	return outages;
};

const fits = (f, faults, outages) => {
	const gap = { own: 1, all: 3, web: 1, pager: 1 }[f.of];
	if (faults.some((g) => g.of === f.of && g.region === f.region && meet(f, g, gap)))
		return false;
	if (f.of !== 'own')
		return true;
	if (faults.filter((g) => g.of === 'own' && meet(f, g, 1)).length >= 2)
		return false;
	return !outages.some((o) => o.far && lab.FAR.includes(f.region.name) && meet(f, o, 2));
};

const plan_faults = (outages) => {
	const faults = [];
	for (let tries = 0; faults.length < FAULTS; tries++) {
		if (tries > 1000 * FAULTS)
			throw new Error(`only ${faults.length} faults fit`);
		const kind = any(Object.keys(FAULT)), from = whole(2, MINUTES - QUIET - 3);
		const f = { kind, ...FAULT[kind], from, until: from + whole(1, FAULT[kind].most),
			number: whole(3, 240), delay: random() };
		if (f.of === 'own')
			f.region = any(lab.REGIONS);
		if (fits(f, faults, outages))
			faults.push(f);
	}
	return faults.sort((a, b) => a.from - b.from);
};

// ---- Minutes.

const wrong = [], printed = new Set();

// is_down OUTAGES SLUG MINUTE: whether an outage of the server covers that minute.
const is_down = (outages, slug, m) => outages.some((o) => o.slug === slug &&
	m >= o.from && m < o.until);

// is_last_word OUTAGES FAULTS SLUG MINUTE: whether it was over less than the lookback
// before, and two regions have a fault, so that what they said before may be their last.
const LOOKBACK = 3;
const is_last_word = (outages, faults, slug, m) => outages.some((o) => o.slug === slug &&
	m >= o.until && m < o.until + LOOKBACK && faults.filter((f) => f.of === 'own' &&
		meet(f, { from: o.until, until: m + 1 })).length >= 2);

// What readers see is never a made-up outage.
const look = async (outages, faults, m) => {
	for (const slug of lab.SLUGS) {
		const answer = await lab.get(`/api/embed-status/${slug}`).catch(() => null);
		if (!answer || answer.status !== 200)
			continue;
		const { state, as_of } = await answer.json();
		const then = lab.minute_of(Date.parse(as_of) / 1000);
		if (state === 'down' && !is_down(outages, slug, then) && !is_last_word(outages, faults, slug, then))
			wrong.push(`minute ${m}: ${slug} is shown as down as of ${as_of}`);
	}
};

const change = async (outages, faults, m) => {
	for (const o of outages)
		for (const name of [...(o.far ? [] : [o.slug]),
			...(o.slug === 'twofold' ? ['twofold/far'] : [])]) {
			if (o.from === m)
				await lab.stop_origin(name);
			if (o.until === m)
				await lab.start_origin(name);
		}
	for (const f of faults.filter((g) => g.until === m))
		await f.end?.(f);
	for (const f of faults.filter((g) => g.from === m))
		await f.begin?.(f);
};

let usual = 1; // seconds that a round takes, of late
const round = async (faults, m) => {
	const during = [], hanging = faults.filter((f) => f.hangs && m >= f.from && m < f.until);
	const ended = await lab.minute(m, { hanging: hanging.map((f) => f.region), begun: (child) => {
		for (const f of faults.filter((g) => g.during && g.from === m))
			during.push(lab.after(1000 * f.delay * usual * (f.early ? 0.5 : 1))
				.then(() => f.during(f, child)));
	} });
	if (!hanging.length && !during.length)
		usual = ended.seconds;
	await Promise.all(during);
	await lab.settle();
	for (const line of ended.out.split('\n').filter((text) => text.startsWith('{')))
		try {
			const e = JSON.parse(line);
			printed.add(`${e.dedup_key} ${e.event}`);
		} catch { /* it was killed in the middle of a line */ }
	return ended;
};

// ---- What was told, beside what was injected.

const compare = (outages, faults) => {
	const told = [...lab.told('pager'), ...lab.told('log')];
	const names = new Set(told.map((e) => `${e.dedup_key} ${e.event}`));
	for (const name of printed)
		if (!names.has(name))
			wrong.push(`lost: ${name}`);
	const began = told.filter((e) => e.event.endsWith('_started'));
	for (const e of began)
		if (!names.has(`${e.dedup_key} ${e.event.replace(/_started$/, '_resolved')}`))
			wrong.push(`without an end: ${e.event} ${e.dedup_key}`);
	const pages = new Map(lab.told('pager').filter((e) => e.event.endsWith('_started'))
		.map((e) => [e.dedup_key, e]));
	let delay = 0;
	for (const o of outages) {
		const mine = [...pages.values()].filter((e) => e.event === 'downtime_started' &&
			e.server_slug === o.slug && lab.minute_of(Date.parse(e.started_at) / 1000) >= o.from &&
			lab.minute_of(Date.parse(e.started_at) / 1000) < o.until);
		if (mine.length !== 1)
			wrong.push(`${o.slug}, minutes ${o.from} to ${o.until}: ${mine.length} pages`);
		mine.forEach((e) => {
			delay = Math.max(delay, lab.minute_of(e.at) - o.from);
			pages.delete(e.dedup_key);
		});
	}
	for (const e of pages.values())
		wrong.push(`a false page: ${e.event} ${e.dedup_key} ${e.summary}`);
	const count = (kind) => new Set(began.filter((e) => e.event === `${kind}_started`)
		.map((e) => e.dedup_key)).size;
	for (const kind of Object.keys(FAULT))
		console.log(`${faults.filter((f) => f.kind === kind && !missed.includes(f)).length} ${kind}`);
	console.log(`seed ${SEED}: ${FAULTS - missed.length} faults and ${outages.length} outages in ${MINUTES} minutes; ${
		count('downtime')} downtimes told, the latest ${delay} minutes after; ${
		count('regional')} regional, ${count('probe_silent')} of silence; ${names.size} events, ${
		told.length - names.size} of them twice`);
};

const day = async () => {
	const outages = plan_outages(), faults = plan_faults(outages);
	console.log(`seed ${SEED}`);
	await lab.make({ policy: '{flapping: 1m}' });
	const began = performance.now();
	for (let m = 0; m < MINUTES; m++) {
		await change(outages, faults, m);
		const ended = await round(faults, m);
		await look(outages, faults, m);
		console.log([m, `${ended.seconds.toFixed(1)} s, status ${ended.status}`,
			outages.filter((o) => m >= o.from && m < o.until).map((o) =>
				`${o.slug} down${o.far ? ' in two' : ''}`).join(', ') || '-',
			faults.filter((f) => m >= f.from && m < f.until).map((f) =>
				[f.kind, f.region?.name, f.kind === 'clock skewed' && f.region.skew]
					.filter((word) => word).join(' ')).join(', ') || '-',
			ended.err.split('\n').slice(0, 6).join(' / ').slice(0, 400)].join(' | '));
	}
	console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
	compare(outages, faults);
	assert.equal(wrong.join('\n'), '');
};

lab.end(day);
