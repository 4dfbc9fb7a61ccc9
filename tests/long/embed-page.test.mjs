// SPDX-License-Identifier: MIT
// Goal: the widget works on any page, and changes nothing there but its own place;
// and the preview page shows it as it is.

import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {browse, Host, mount, settled, Site, Store} from
	'./embed.site.mjs';

const SHOTS = process.env.SHOTS;
const LONG = 'a-name-of-eighty-characters-is-the-longest-that-there-can-be-and-this-is-one-now';

const store = new Store();
const site = new Site(store);
const host = new Host();
let browser;

before(async () => {
	await store.start();
	store.publish('working', 'green');
	store.publish('broken', 'red');
	store.publish(LONG, 'amber');
	// What the browser asks for on its own.
	site.faults['/favicon.ico'] = (req, res) => res.writeHead(204).end();
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

function script(attributes = 'async') {
	return `<script ${attributes} src="${site.url}/embed.js"></script>`;
}

async function open(url, options = {}, prepare = null) {
	const page = await browser.newPage({viewport: {width: 800, height: 700},
		...options});

	page.said = [];
	page.on('pageerror', (e) => page.said.push(String(e)));
	page.on('console', (m) => page.said.push(m.text()));
	if (prepare) {
		await page.addInitScript(prepare);
	}
	await page.goto(url);
	return page;
}

async function shoot(page, name) {
	if (SHOTS) {
		await page.screenshot({path: path.join(SHOTS, `${name}.png`),
			fullPage: true});
	}
}

const BOTH = mount('data-server="working"') +
	mount('data-server="broken" data-style="badge" data-theme="light"');

// How each element of the widgets is drawn, without where it is.
async function drawn(page) {
	return page.$$eval('.amcp-w, .amcp-w *', (all) => all.map((e) => {
		const s = getComputedStyle(e);

		return [e.className, ...['color', 'backgroundColor', 'display',
			'fontFamily', 'fontSize', 'fontWeight', 'lineHeight',
			'letterSpacing', 'textTransform', 'textDecorationLine',
			'boxSizing', 'padding', 'margin', 'border', 'width',
			'height', 'float', 'position', 'visibility'].map((k) =>
			s[k])].join('|');
	}));
}

test('under a strict policy it looks as it does without one', async () => {
	const free = await open(host.put(BOTH + script()));

	await settled(free);
	const page = await open(host.put(BOTH + script(), {
		'Content-Security-Policy': `default-src 'none'; script-src ${site.url};
			connect-src ${site.url}; base-uri 'none';
			require-trusted-types-for 'script'`.replace(/\s+/g, ' ')}));
	const seen = await settled(page);

	await shoot(page, 'page-csp');
	assert.deepEqual(seen.map((one) => one.kind), ['up', 'down']);
	assert.deepEqual(await drawn(page), await drawn(free));
	assert.deepEqual(page.said, []);
	await page.close();
	await free.close();
});

test('a policy that lets it ask nobody makes it pending', async () => {
	const page = await open(host.put(BOTH + script(), {
		'Content-Security-Policy':
			`default-src 'none'; script-src ${site.url}`}));

	for (const one of await settled(page)) {
		assert.match(`${one.kind} ${one.state}`, /^none no recent data/);
		assert.equal(one.links.length, 2);
	}
	await page.close();
});

test('a page that isolates itself can load it', async () => {
	const page = await open(host.put(BOTH + script(), {
		'Cross-Origin-Embedder-Policy': 'require-corp',
		'Cross-Origin-Opener-Policy': 'same-origin'}));
	const seen = await settled(page);

	assert.equal(await page.evaluate(() => window.crossOriginIsolated), true);
	assert.deepEqual(seen.map((one) => one.kind), ['up', 'down']);
	await page.close();
});

test('the styles of a page do not leak in, and ours do not leak out', async () => {
	const hostile = `<style>* { box-sizing: content-box; letter-spacing: 3px;
		line-height: 3; text-transform: uppercase }
		#main a, #main a:link { color: red; display: none; padding: 40px }
		#main span { display: none; float: right; font: 40px serif }
		.amcp-dot { visibility: hidden } .amcp-w { position: fixed }
		#main .alivemcp-embed span { margin: 30px }</style>
		<main id="main" class="amcp-head">${BOTH}
		<p><a href="/">mine</a></p></main>`;
	const plain = await open(host.put(`<main>${BOTH}</main>` + script()));
	const page = await open(host.put(hostile + script()));

	await settled(plain);
	await settled(page);
	await shoot(page, 'page-hostile');
	assert.deepEqual(await drawn(page), await drawn(plain));
	assert.equal(await page.$eval('p a', (a) =>
		getComputedStyle(a).paddingTop), '40px');
	assert.equal(await page.$eval('#main', (m) =>
		getComputedStyle(m).display), 'block');
	await page.close();
	await plain.close();
});

test('twice on a page changes nothing; what is new is filled', async () => {
	const page = await open(host.put(`${script()}${BOTH}${script()}
		<div id="alivemcp-embed" data-server="broken">old</div>`));
	const seen = await settled(page);

	assert.deepEqual(seen.map((one) => one.boxes), [1, 1, 1]);
	const before = await page.$$eval('.alivemcp-embed', (all) =>
		all.map((m) => (m.firstChild.mine = m.outerHTML)));
	const again = () => page.evaluate((src) => new Promise((done) => {
		const s = document.createElement('script');

		s.src = src;
		s.onload = done;
		document.body.appendChild(s);
	}), `${site.url}/embed.js`);

	await again();
	assert.deepEqual(await page.$$eval('.alivemcp-embed', (all) =>
		all.map((m) => m.firstChild.mine === m.outerHTML && m.outerHTML)),
	before);
	assert.equal(await page.evaluate(() =>
		document.adoptedStyleSheets.length), 1);
	await page.evaluate((html) => document.body.insertAdjacentHTML(
		'beforeend', html), mount('data-server="working"'));
	await again();
	assert.deepEqual((await settled(page)).map((one) => one.kind),
		['up', 'down', 'down', 'up']);
	await page.close();
});

test('it leaves no cookie, no storage, and one global', async () => {
	const context = await browser.newContext();

	await context.addCookies([{name: 'canary', value: '1', url: site.url}]);
	const page = await context.newPage();
	const url = host.put(BOTH);

	await page.goto(url);
	const names = () => page.evaluate(() => Object.getOwnPropertyNames(window));
	const without = await names();

	await page.goto(host.put(BOTH + script()));
	await settled(page);
	assert.deepEqual((await names()).filter((n) => !without.includes(n)),
		['amcpStyled']);
	assert.equal(await page.evaluate(() => localStorage.length +
		sessionStorage.length), 0);
	assert.deepEqual((await context.cookies()).map((c) => c.name), ['canary']);
	const asked = site.asked.filter((r) => r.url.startsWith('/api/')).at(-1);

	assert.equal(asked.headers.cookie, undefined);
	await context.close();
});

test('a slug is cleaned before it is used', async () => {
	const rows = [
		['Working', 'working'],
		['  work ing!', 'working'],
		['../../working', 'working'],
		['work/../ing?x=1#y', 'work..ingx1y'],
		['<img src=x onerror=alert(1)>', 'imgsrcxonerroralert1'],
		['%2e%2e/working', '2e2eworking'],
		[LONG + 'more', LONG],
	];
	const page = await open(host.put('<main></main>'));

	await page.evaluate((slugs) => slugs.forEach((slug) => {
		const m = document.createElement('div');

		m.className = 'alivemcp-embed';
		m.setAttribute('data-server', slug);
		document.querySelector('main').appendChild(m);
	}), rows.map((row) => row[0]));
	await page.addScriptTag({url: `${site.url}/embed.js`});
	const seen = await settled(page);

	rows.forEach(([, slug], i) => {
		assert.equal(seen[i].links[0], `${site.url}/status/${slug}`);
		assert.ok(site.asked.some((r) => r.url === `/api/embed-status/${slug}`));
	});
	assert.equal(await page.$('img'), null);
	await page.close();
});

test('without a slug it invites', async () => {
	const page = await open(host.put(['', 'data-server=""', 'data-server="/"',
		'data-style="badge" data-theme="light"'].map(mount).join('<p></p>') +
		script()));
	const asked = site.asked.length;

	for (const one of await settled(page)) {
		assert.match(one.text, /^Is your MCP server alive\?.*127\.0\.0\.1:\d+$/);
		assert.deepEqual(one.links, [`${site.url}/`, `${site.url}/`]);
		assert.equal(one.kind, undefined);
		assert.equal(one.width, 420);
	}
	await shoot(page, 'state-invitation');
	assert.deepEqual(site.asked.slice(asked).filter((r) =>
		r.url.startsWith('/api/')), []);
	await page.close();
});

test('whichever way it is loaded it finds its mounts and its site', async () => {
	const late = `<!DOCTYPE html><title>Host</title>${script('')}${BOTH}`;
	const foreign = `<script src="${host.url}/none/embed.js"></script>`;

	for (const [html, prepare] of [
		[late],
		[BOTH + script('')],
		[BOTH + script('defer')],
		[BOTH + script('type="module"')],
		[BOTH + script().replace('.js"', '.js?v=1#x"')],
		[foreign + BOTH + script()],
		[BOTH + foreign + script('type="module"')],
		[BOTH + script('defer') + foreign],
		[BOTH + script(), () => Object.defineProperty(document,
			'currentScript', {value: null})],
	]) {
		const page = await open(host.put(html), {}, prepare);
		const seen = await settled(page);

		assert.deepEqual(seen.map((one) => one.kind), ['up', 'down'], html);
		assert.equal(seen[0].links[0], `${site.url}/status/working`);
		await page.close();
	}
});

test('an old browser gets words, links and no error', async () => {
	const page = await open(host.put(BOTH + script()), {}, () => {
		delete window.fetch;
		delete window.AbortController;
		delete window.CSSStyleSheet;
	});

	for (const one of await settled(page)) {
		assert.match(`${one.kind} ${one.state}`, /^none no recent data/);
		assert.equal(one.links.length, 2);
		assert.notEqual(one.display, 'inline');
	}
	await page.waitForFunction(() => performance.now() > 4500);
	assert.deepEqual(page.said, []);
	await page.close();
});

test('it fits a narrow page, and is seen in forced colours', async () => {
	const page = await open(host.put('<meta name="viewport" ' +
		'content="width=device-width"><style>body{margin:8px}</style>' +
		['card', 'badge'].map((style) => [LONG, 'working', 'nobody-at-all']
			.map((slug) => mount(`data-server="${slug}" data-style="${style}"`))
			.join('<p></p>')).join('<p></p>') + script()),
	{viewport: {width: 320, height: 700}, forcedColors: 'active'});
	const seen = await settled(page);

	await shoot(page, 'page-320');
	assert.equal(await page.evaluate(() =>
		document.documentElement.scrollWidth), 320);
	for (const one of seen) {
		assert.ok(one.width <= 304);
	}
	assert.ok((await page.$$eval('.amcp-state', (all) => all.map((e) =>
		e.getBoundingClientRect().right))).every((right) => right < 312));
	await page.close();
});

// Its page, in the browser, with everything that its own policy says.
async function preview(query, options, name) {
	const page = await open(`${site.url}/embed-preview${query}`, options);
	const seen = await settled(page);

	await shoot(page, name);
	assert.deepEqual(page.said, []);
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <=
		document.documentElement.clientWidth));
	return {page, seen};
}

test('the preview shows the four modes, and the lines that make them', async () => {
	for (const [colorScheme, width] of [['light', 1000], ['dark', 1000],
		['light', 320], ['dark', 320]]) {
		const {page, seen} = await preview('?slug=working', {colorScheme,
			viewport: {width, height: 800}}, `preview-${colorScheme}-${width}`);

		assert.deepEqual(seen.map((one) => one.kind), ['up', 'up', 'up', 'up']);
		assert.ok(await page.$eval('img', (i) => i.naturalWidth > 50));
		const codes = await page.$$eval('pre', (all) => all.map((e) =>
			e.textContent));

		assert.equal(codes.length, 8);
		for (const code of codes) {
			assert.ok(code.includes(`${site.url}/`), code);
		}
		// The copied lines work elsewhere, and look as they did here.
		for (let i = 0; i < 4 && width > 320; i++) {
			const other = await open(host.put(codes[i]));
			const [one] = await settled(other);

			// The age may have grown in between.
			const text = (s) => s.replace(/ probe \w+ ago/, '');

			assert.equal(one.kind, 'up');
			assert.equal(text(one.text), text(seen[i].text));
			assert.equal(one.width, seen[i].width);
			await other.close();
		}
		await page.close();
	}
});

test('the preview of nothing, of an unknown server, and of a wrong name', async () => {
	const nothing = await preview('', {}, 'preview-nothing');

	assert.equal(nothing.seen.length, 2);
	await nothing.page.fill('input', 'broken');
	await nothing.page.click('button');
	await nothing.page.waitForURL('**/embed-preview?slug=broken');
	assert.deepEqual((await settled(nothing.page)).map((one) => one.kind),
		['down', 'down', 'down', 'down']);
	await nothing.page.close();
	const wrong = await preview('?slug=%3Cscript%3Ealert(1)%3C/script%3E', {},
		'preview-wrong');

	assert.equal(wrong.seen.length, 2);
	await wrong.page.close();

	const page = await open(`${site.url}/embed-preview?slug=nobody`);

	for (const one of await settled(page)) {
		assert.match(`${one.kind} ${one.state}`, /^none awaiting first probe/);
	}
	await shoot(page, 'preview-nobody');
	await page.close();
});

test('without script the preview still shows the image, and links', async () => {
	const page = await open(`${site.url}/embed-preview?slug=working`,
		{javaScriptEnabled: false});

	await shoot(page, 'preview-noscript');
	assert.equal(await page.locator('.stage >> text=Status of working').count(),
		4);
	assert.ok(await page.locator('noscript').isVisible());
	await page.close();
});
