// SPDX-License-Identifier: MIT
// What the first article tells of, made to happen: a cache that is stale after a tool
// was renamed, routes of one region that lead nowhere, one origin of two that is dead,
// a wrong certificate at one point of presence. Prints, minute by minute, what the
// verdict, the page, the badge, the feed and the events say, and checks all of it.
// usage: see run
import assert from 'node:assert/strict';
import * as lab from './lab.mjs';

const FROM = 2, UNTIL = 8, LAST = 12;
const SA = lab.region('sa-east-1');

const trouble = async () => {
	// The new tool is at all points of presence but London's at once.
	await lab.stop_origin('catalog');
	await lab.start_origin('catalog', { PEER_TOOL: 'fetch_data' });
	lab.purge(...lab.REGIONS.map((r) => r.name).filter((name) => name !== 'eu-west-2'));
	await lab.hole('transit', SA, true);
	await lab.stop_origin('twofold/far');
	await lab.wrong_certificate('sealed', 'ap-southeast-1');
};
const mend = async () => {
	lab.purge('eu-west-2');
	await lab.hole('transit', SA, false);
	await lab.start_origin('twofold/far');
	await lab.wrong_certificate('sealed');
};

// What must be seen: "now" in the minutes of the trouble; "title" in the feed from
// its minute "opens" on; and each event with its minute.
const WELL = { verdict: 'green ok', where: '', page: 'Working everywhere', badge: 'up' };
const RECOVERED = { ...WELL, page: 'Working, but just recovered' };
const WANT = {
	steady: { now: WELL, events: [] },
	catalog: {
		now: { ...WELL, verdict: 'green ok cdn-cache-divergence',
			page: 'Working, but London gets an older tool list' },
		title: 'Different tools in different locations', opens: 2,
		events: ['2 log schema_drift_detected P2 ap-southeast-1,sa-east-1,us-east-1,us-west-2',
			'2 log cdn_cache_divergence_started P2 eu-west-2',
			'10 log cdn_cache_divergence_resolved P2 eu-west-2'],
	},
	transit: {
		now: { verdict: 'amber regional tls', where: 'São Paulo down',
			page: 'Working, but not from São Paulo', badge: 'degraded' },
		title: 'Outage in some locations', opens: 4,
		events: ['4 log regional_started P2 sa-east-1', '10 log regional_resolved P2 sa-east-1'],
	},
	twofold: {
		now: { verdict: 'red step-alert initialize', where: 'London down, Singapore down',
			page: 'Not working from London and Singapore', badge: 'down' },
		title: 'Outage in some locations', opens: 2,
		events: ['2 pager downtime_started P1 ap-southeast-1,eu-west-2',
			'10 pager downtime_resolved P1 ap-southeast-1,eu-west-2'],
	},
	sealed: {
		now: { verdict: 'amber regional tls', where: 'Singapore down',
			page: 'Working, but not from Singapore', badge: 'degraded' },
		title: 'Outage in some locations', opens: 4,
		events: ['4 log regional_started P2 ap-southeast-1',
			'10 log regional_resolved P2 ap-southeast-1'],
	},
};

const text = async (path) => (await lab.get(path)).text();
const first = (pattern, from) => pattern.exec(from)?.[1] ?? '-';

// seen SLUG: what a reader sees of a server now.
const seen = async (slug) => {
	const v = await lab.published(slug);
	const { regions } = JSON.parse(await text(`/api/status/${slug}/regions`));
	const { state } = JSON.parse(await text(`/api/embed-status/${slug}`));
	assert.equal(state, { green: 'up', amber: 'degraded', red: 'down' }[v.verdict],
		`${slug}: ${state} of ${v.verdict} as of ${v.as_of}`);
	return {
		verdict: [v.verdict, v.tier, v.step, v.divergence].filter((word) => word).join(' '),
		where: regions.filter((r) => r.state !== 'up').map((r) => `${r.city} ${r.state}`).join(', '),
		page: first(/<h1>.*?<span>([^<]*)<\/span><\/span><\/h1>/s, await text(`/status/${slug}`)),
		badge: first(/<title>[^:]*: (\w+)/, await text(`/badge/${slug}.svg`)),
		feed: [...(await text(`/status/${slug}/feed.atom`))
			.matchAll(/<entry>.*?<title[^>]*>([^<]*)</gs)].map((match) => match[1]).join('; '),
	};
};

// wanted SLUG MINUTE: what must be seen.
const wanted = (slug, m) => {
	const { now, title, opens } = WANT[slug];
	const over = m >= UNTIL + 2;
	const state = m < FROM || over || now === WELL ? WELL : m < UNTIL ? now : RECOVERED;
	return { ...state, feed: title && m >= opens ?
		`${slug}: ${title}${over ? ' (resolved)' : ''}` : '' };
};

// All that was told of servers; latency depends on what else this machine does.
const told = () => ['pager', 'log'].flatMap((route) => lab.told(route).map((e) => ({ ...e, route })))
	.filter((e) => !e.event.startsWith('latency_'));
const line = (e) => `${lab.minute_of(e.at)} ${e.route} ${e.event} ${e.severity} ${e.regions}`;

const check = async () => {
	await lab.make();
	const wrong = [];
	let known = 0;
	console.log('minute | server | verdict | places | page | badge | feed | events (route: summary)');
	for (let m = 0; m <= LAST; m++) {
		if (m === FROM)
			await trouble();
		if (m === UNTIL)
			await mend();
		const round = await lab.minute(m);
		// A colour that changes is said there; nothing else is.
		const said = round.err.split('\n').filter((line) =>
			!/^[a-z-]+: [^ ]+: (green|amber|red|unknown), before /.test(line)).join('\n');
		if (round.status || said)
			wrong.push(`minute ${m}: status ${round.status} ${said}`);
		const events = told().sort((a, b) => a.at - b.at || (a.route < b.route ? 1 : -1));
		const fresh = events.slice(known);
		known = events.length;
		for (const slug of lab.SLUGS) {
			const is = await seen(slug), must = wanted(slug, m);
			console.log([m, slug, ...Object.values(is).map((word) => word || '-'),
				fresh.filter((e) => e.server_slug === slug)
					.map((e) => `${e.route}: ${e.summary}`).join(' ') || '-'].join(' | '));
			for (const name of Object.keys(must))
				if (is[name] !== must[name])
					wrong.push(`minute ${m}: ${slug}: ${name}: "${is[name]}", not "${must[name]}"`);
		}
	}
	for (const slug of lab.SLUGS)
		assert.deepEqual(told().filter((e) => e.server_slug === slug).map(line).sort(),
			[...WANT[slug].events].sort());
	assert.deepEqual(told().filter((e) => !lab.SLUGS.includes(e.server_slug)).map(line), []);
	assert.equal(wrong.join('\n'), '');
	console.log(`${LAST + 1} minutes, ${Object.values(WANT).flatMap((w) => w.events).length
	} events: as the article promises`);
};

lab.end(check);
