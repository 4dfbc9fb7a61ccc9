// SPDX-License-Identifier: MIT
// Goal: the widget on other people's pages, in a real browser: in all modes,
// with whatever its site answers. Never a false green, never an empty place,
// always a link to the status page.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {acorn, browse, Host, look, mount, ROOT, settled, Site, Store} from
	'./embed.site.mjs';

const SOURCE = readFileSync(path.join(ROOT, 'serve/widget/embed.js'), 'utf8');
const SHOTS = process.env.SHOTS;
const MODES = [['card', 'dark'], ['card', 'light'], ['badge', 'dark'],
	['badge', 'light']];
const COLOURS = {
	dark: {up: 'rgb(63, 185, 80)', degraded: 'rgb(210, 153, 34)',
		down: 'rgb(248, 81, 73)', maintenance: 'rgb(108, 176, 255)',
		none: 'rgb(145, 152, 161)',
		back: 'rgb(13, 17, 23)'},
	light: {up: 'rgb(26, 127, 55)', degraded: 'rgb(154, 103, 0)',
		down: 'rgb(207, 34, 46)', maintenance: 'rgb(7, 87, 181)',
		none: 'rgb(89, 99, 110)',
		back: 'rgb(255, 255, 255)'},
};
const FIELDS = {state: 'up', uptime_30d: 99.87, p95_ms: 142,
	last_probe_ago: '37s', as_of: null};

const store = new Store();
const site = new Site(store);
const host = new Host();
let browser;

before(async () => {
	await store.start();
	store.publish('working', 'green');
	store.publish('partly', 'amber');
	store.publish('broken', 'red');
	store.publish('young', 'green', {uptime_30d: null, p95_ms: null,
		last_probe_at: null});
	store.publish('mended', 'red');
	store.publish('tested', 'green');
	store.redis('hset', 'fleet:maintenance', 'm-1', JSON.stringify({v: 1,
		type: 'maintenance', id: 'm-1', slugs: ['mended', 'tested'],
		accounts: [], starts_at: Math.floor(Date.now() / 1000) - 600,
		ends_at: Math.floor(Date.now() / 1000) + 3600, every: null,
		zone: null, reason: 'new disks', by: 'ann', ended_at: null}));
	store.publish('waiting');
	store.publish('gone', 'green', {}, 600);
	await site.start();
	await host.start();
	browser = await browse();
});

after(async () => {
	await browser?.close();
	host.stop();
	site.stop();
	store.stop();
});

function script() {
	return `<script async src="${site.url}/embed.js"></script>`;
}

// The four modes of one server.
function modes(slug) {
	return MODES.map(([style, theme]) => mount(`data-server="${slug}"
		data-style="${style}" data-theme="${theme}"`)).join('<p></p>');
}

function minute(at) {
	return new Date(Math.floor(at / 60000) * 60000).toISOString()
		.replace('.000Z', 'Z');
}

async function open(url, options = {}) {
	const page = await browser.newPage({viewport: {width: 800, height: 700},
		...options});

	page.errors = [];
	page.on('pageerror', (e) => page.errors.push(String(e)));
	await page.goto(url);
	return page;
}

async function shoot(page, name) {
	if (SHOTS) {
		await page.screenshot({path: path.join(SHOTS, `${name}.png`),
			fullPage: true});
	}
}

// A page with these mounts, once they have their answers.
async function shown(html, name, headers) {
	const page = await open(host.put(html + script(), headers));
	const seen = await settled(page);

	if (name) {
		await shoot(page, name);
	}
	assert.deepEqual(page.errors, []);
	return {page, seen};
}

// What holds for every mount with a slug, whatever the answer.
function sound(one, slug) {
	assert.equal(one.boxes, 1);
	assert.equal(one.role, 'group');
	assert.ok(one.height >= 20 && one.width >= 100, JSON.stringify(one));
	assert.ok(one.text.includes(slug) && one.text.includes(site.url.slice('http://'.length)));
	assert.deepEqual(one.links, [`${site.url}/status/${slug}`,
		`${site.url}/`]);
	assert.equal(one.label, `${slug}, MCP server, ${one.state}`.replace(
		/ [\d.]+%$/, ''));
}

// Grey, in words, and with its links: what is shown where nothing is known.
function pending(seen, slug, words = 'no recent data') {
	seen.forEach((one, i) => {
		sound(one, slug);
		assert.equal(one.kind, 'none');
		assert.equal(one.state, words);
		assert.equal(one.colour, COLOURS[MODES[i % 4][1]].none);
		assert.doesNotMatch(one.text, /99\.87|142 ms/);
	});
}

test('the script is ES5, in both senses', () => {
	acorn.parse(SOURCE, {ecmaVersion: 5, sourceType: 'script'});
	assert.throws(() => acorn.parse(SOURCE + ';let x', {ecmaVersion: 5}));
});

for (const [slug, state] of [['working', 'up'], ['partly', 'degraded'],
	['broken', 'down']]) {
	test(`the four modes of a server that is ${state}`, async () => {
		const {page, seen} = await shown(modes(slug), `state-${state}`);

		assert.equal(seen.length, 4);
		seen.forEach((one, i) => {
			const [style, theme] = MODES[i];

			sound(one, slug);
			assert.equal(one.kind, state);
			assert.equal(one.colour, COLOURS[theme][state]);
			assert.equal(one.back, COLOURS[theme].back);
			if (style === 'card') {
				assert.equal(one.width, 420);
				assert.equal(one.state, state);
				assert.match(one.text, /99\.87% uptime in 30 days/);
				assert.match(one.text, /142 ms response time/);
				assert.match(one.text, /last probe (37s|[1-4]m) ago, as of \d\d:\d\d UTC/);
				assert.match(one.text, /View status page 127\.0\.0\.1:\d+$/);
			} else {
				assert.ok(one.width < 350 && one.height < 40);
				assert.equal(one.state, state === 'down' ? state :
					`${state} 99.87%`);
			}
		});
		await page.close();
	});
}

test('planned work is no outage, whatever was judged', async () => {
	for (const slug of ['mended', 'tested']) {
		const {page, seen} = await shown(modes(slug), `state-${slug}`);

		seen.forEach((one, i) => {
			sound(one, slug);
			assert.equal(one.kind, 'maintenance');
			assert.equal(one.state, 'Under maintenance');
			assert.equal(one.colour, COLOURS[MODES[i][1]].maintenance);
			assert.equal(one.text.includes('99.87% uptime'), i < 2);
		});
		await page.close();
	}
});

test('figures that are not known yet are not made up', async () => {
	const {page, seen} = await shown(modes('young'), 'state-young');

	assert.match(seen[0].text, /unknown uptime in 30 days/);
	assert.equal(seen[2].state, 'up');
	assert.doesNotMatch(JSON.stringify(seen), /null|NaN|undefined/);
	await page.close();
});

test('a server that is not known, not judged, or judged long ago', async () => {
	for (const slug of ['nobody', 'waiting', 'gone']) {
		const {page, seen} = await shown(modes(slug), `state-${slug}`);

		pending(seen, slug, slug === 'gone' ? undefined :
			'awaiting first probe');
		await page.close();
	}
});

// Invalid answers, each at a slug of its own.
const BODIES = {
	html: '<!DOCTYPE html><p>up</p>',
	half: '{"state":"up"',
	empty: '',
	null: 'null',
	text: '"up"',
	array: '[{"state":"up"}]',
	missing: {p95_ms: undefined},
	unknown: {state: 'unknown'},
	inherited: {state: 'constructor'},
	listed: {state: ['up']},
	cased: {state: 'UP'},
	stringy: {uptime_30d: '99.87'},
	above: {uptime_30d: 100.01},
	negative: {p95_ms: -1},
	markup: {last_probe_ago: '<b>1s</b>'},
	dateless: {as_of: undefined},
	undated: {as_of: 'yesterday'},
	wrapped: {as_of: ['2026-04-29T20:31:00Z']},
	impossible: {as_of: '2026-99-99T20:31:00Z'},
};

test('whatever is not exactly an answer is pending', async () => {
	const names = Object.keys(BODIES);

	for (const name of names) {
		site.faults[`/api/embed-status/${name}`] = (req, res) => {
			const body = BODIES[name];

			res.writeHead(200, {'Content-Type': 'application/json',
				'Access-Control-Allow-Origin': '*'});
			res.end(typeof body === 'string' ? body : JSON.stringify({
				...FIELDS, as_of: minute(Date.now()), ...body}));
		};
	}
	const {page, seen} = await shown(names.map(modes).join(''));

	names.forEach((name, i) => pending(seen.slice(4 * i, 4 * i + 4), name));
	await page.close();
});

test('an answer that is good is taken, so that those above are refused for what they say',
	async () => {
		site.faults['/api/embed-status/exact'] = (req, res) => {
			res.writeHead(200, {'Access-Control-Allow-Origin': '*'});
			res.end(JSON.stringify({...FIELDS, more: '<b>',
				as_of: minute(Date.now())}));
		};
		const {page, seen} = await shown(modes('exact'));

		assert.deepEqual(seen.map((one) => one.kind), ['up', 'up', 'up', 'up']);
		await page.close();
	});

const good = (status, headers) => (req, res, answer) =>
	res.writeHead(status, {...answer.headers, ...headers}).end(answer.body);

// Connections that go wrong; each answer would be "up" if it were taken.
const FAULTS = {
	error: good(500),
	'not-found': good(404),
	limited: good(429),
	created: (req, res) => res.writeHead(204, {
		'Access-Control-Allow-Origin': '*'}).end(),
	'no-cors': (req, res, answer) => {
		delete answer.headers['Access-Control-Allow-Origin'];
		res.writeHead(200, answer.headers).end(answer.body);
	},
	'other-cors': good(200, {'Access-Control-Allow-Origin': 'https://a.example'}),
	elsewhere: (req, res) => res.writeHead(302, {Location: '/',
		'Access-Control-Allow-Origin': '*'}).end(),
	reset: (req, res) => res.socket.destroy(),
	cut: (req, res, answer) => {
		res.writeHead(200, {...answer.headers, 'Content-Length': '500'});
		res.write(answer.body, () => res.socket.destroy());
	},
};

test('faults of the network and of what is in between are pending', async () => {
	const names = Object.keys(FAULTS);

	for (const name of names) {
		store.publish(name, 'green');
		site.faults[`/api/embed-status/${name}`] = FAULTS[name];
	}
	const {page, seen} = await shown(names.map(modes).join(''), 'faults');

	names.forEach((name, i) => pending(seen.slice(4 * i, 4 * i + 4), name));
	await page.close();
});

test('after 4 seconds it is pending, whether header or body is late', async () => {
	let asked = 0;
	const late = {
		slow: () => { asked++; },
		drip: (req, res, answer) => {
			asked++;
			res.writeHead(200, answer.headers);
			res.write(answer.body.subarray(0, 20));
		},
	};

	for (const name of Object.keys(late)) {
		store.publish(name, 'green');
		site.faults[`/api/embed-status/${name}`] = late[name];
	}
	const page = await open(host.put(mount('data-server="slow"') +
		mount('data-server="drip"') + script()));

	await page.waitForFunction(() => document.querySelectorAll('.amcp-w')
		.length === 2);
	const began = Date.now();
	const first = await look(page);

	await shoot(page, 'state-checking');
	for (const one of first) {
		assert.equal(`${one.kind} ${one.state}`, 'none checking');
		assert.ok(one.height >= 20 && one.links.length === 2);
	}
	const seen = await settled(page);
	const took = Date.now() - began;

	assert.ok(took > 2000 && took < 6000, `${took} ms`);
	pending(seen.slice(0, 1), 'slow');
	pending(seen.slice(1), 'drip');
	// It does not try again.
	assert.equal(asked, 2);
	assert.deepEqual(page.errors, []);
	await page.close();
});

test('a site that is gone once it has given the script', async () => {
	const brief = new Site(store);

	await brief.start();
	brief.faults['/embed.js'] = (req, res, answer) => {
		brief.server.close();
		res.writeHead(200, {...answer.headers, Connection: 'close'});
		res.end(answer.body);
	};
	const page = await open(host.put(`${modes('working')}
		<script async src="${brief.url}/embed.js"></script>`));
	const seen = await settled(page);

	assert.equal(brief.asked.length, 1);
	for (const one of seen) {
		assert.equal(`${one.kind} ${one.state}`, 'none no recent data');
		assert.deepEqual(one.links, [`${brief.url}/status/working`,
			`${brief.url}/`]);
	}
	brief.stop();
	await page.close();
});

test('what a cache kept too long is stale, and says since when', async () => {
	for (const [name, by] of [['kept', -400], ['ahead', 400]]) {
		const at = minute(Date.now() + by * 1000);

		site.faults[`/api/embed-status/${name}`] = (req, res) => {
			res.writeHead(200, {'Access-Control-Allow-Origin': '*'});
			res.end(JSON.stringify({...FIELDS, as_of: at}));
		};
		const {page, seen} = await shown(modes(name), `state-${name}`);

		pending(seen, name, `stale since ${at.slice(11, 16)} UTC`);
		assert.ok(seen[0].text.includes(`is of ${at.slice(0, 10)}, `));
		await page.close();
	}
});

test('a page that stays open does not stay green', async () => {
	const page = await browser.newPage();

	await page.clock.install();
	await page.goto(host.put(modes('working') + script()));
	const seen = await settled(page);

	assert.equal(seen[0].kind, 'up');
	await page.clock.runFor(310000);
	const later = await look(page);

	for (const one of later) {
		assert.match(`${one.kind} ${one.state}`, /^none stale since /);
	}
	await page.close();
});
