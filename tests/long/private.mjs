// SPDX-License-Identifier: MIT
// Goal: in a real browser a person types the token of an account, or follows a link
// that signs in, goes from there to a private server, and signs out; a page of
// another site sees nothing of it. Pictures of each page, light and dark, wide and
// narrow, without anything too wide or a fault to axe.
//
// usage: node private.mjs ORIGIN LINK TOKEN DIR MODULES  (an account acme with the
// private server veiled; LINK is the path that signs in)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const [origin, link, token, dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

fs.mkdirSync(dir, {recursive: true});

// A visitor with a browser of their own; what it says in its console is a fault,
// but that a page was refused.
async function visitor(options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();

	page.on('console', (m) => {
		assert.match(m.text(), /status of 40[14]|CORS|ERR_FAILED/);
	});
	return {context, page};
}

async function at(page, where) {
	return (await page.goto(origin + where)).status();
}

// Whether a password is asked for, which this browser cannot show as a page.
async function asked({context}) {
	const answer = await context.request.get(`${origin}/account/acme`);

	return answer.status() === 401 &&
		answer.headers()['www-authenticate'].startsWith('Basic ');
}

async function press(page, name) {
	await Promise.all([page.waitForEvent('load'),
		page.getByRole('link', {name}).click()]);
}

// The way through the pages of who signed in, and out.
async function walk({context, page}) {
	assert.match(await page.locator('h1').innerText(), /^acme\n/);
	const [cookie, ...more] = await context.cookies();
	assert.deepEqual(more, []);
	assert.equal(cookie.name, '__Host-mcp-account');
	assert.deepEqual([cookie.path, cookie.httpOnly, cookie.secure, cookie.sameSite],
		['/', true, true, 'Lax']);
	assert.equal(await page.evaluate(() => document.cookie), '');
	await press(page, 'Secret garden');
	assert.match(await page.locator('h1').innerText(), /Secret garden Private/);
	await press(page, 'All servers of acme');
	assert.match(await page.locator('h1').innerText(), /^acme\n/);
	await press(page, 'Secret garden');
	await press(page, 'sign out');
	assert.equal(await page.locator('h1').innerText(), 'Signed out');
	assert.deepEqual(await context.cookies(), []);
	assert.equal(await at(page, '/status/veiled'), 404);
	return cookie.expires - Date.now() / 1000;
}

// What a page of another site gets: an image without the state, and nothing to read.
async function elsewhere({context}) {
	const other = await context.newPage();
	const sent = [];

	other.on('request', (r) => {
		if (r.url().startsWith(origin))
			sent.push(r.allHeaders());
	});
	await other.goto(origin.replace('127.0.0.1', 'localhost'));
	const got = await other.evaluate(async (from) => {
		const image = new Image();
		const loaded = new Promise((done) => {
			image.onload = image.onerror = done;
		});
		image.src = `${from}/badge/veiled.svg`;
		await loaded;
		const answers = [image.naturalWidth];
		for (const way of ['/account/acme', '/status/veiled',
			'/api/embed-status/veiled'])
			answers.push(await fetch(from + way,
				{credentials: 'include'}).then(() => 'read', () => 'refused'));
		return answers;
	}, origin);
	assert.deepEqual(got.slice(1), ['refused', 'refused', 'refused']);
	assert.equal(sent.length, 4);
	for (const {cookie, authorization} of await Promise.all(sent))
		assert.equal(cookie ?? authorization, undefined);
	await other.close();
	return got[0];
}

const pages = {account: '/account/acme', server: '/status/veiled',
	left: '/account/acme/leave', 'wrong-link': '/account/acme/enter/x',
	asked: '/account/nobody'};

async function look(scheme, [size, width, height]) {
	for (const [name, where] of Object.entries(pages)) {
		const {context, page} = await visitor({colorScheme: scheme,
			bypassCSP: true, viewport: {width, height}});

		if (name === 'account' || name === 'server')
			await at(page, link);
		// The page behind the prompt, as who cancels that sees it.
		if (name === 'asked')
			await page.route('**' + where, async (route) =>
				route.fulfill({contentType: 'text/html',
					body: await (await route.fetch()).text()}));
		await at(page, where);
		await page.screenshot({fullPage: true,
			path: path.join(dir, `private-${name}-${scheme}-${size}.png`)});
		assert.ok(await page.evaluate(() =>
			document.documentElement.scrollWidth <= window.innerWidth), name);
		await page.evaluate(axe);
		const {violations} = await page.evaluate(() => globalThis.axe.run());
		assert.deepEqual(violations.map((v) => `${name}: ${v.id}`), []);
		await context.close();
	}
}

try {
	let who = await visitor();
	assert.ok(await asked(who));
	assert.equal(await at(who.page, '/status/veiled'), 404);
	const badge = await elsewhere({context: await browser.newContext({bypassCSP: true})});

	// The password, as a part of the address.
	await who.page.goto(origin.replace('://', `://anybody:${token}@`) + '/account/acme');
	assert.ok(await walk(who) <= 12 * 3600);
	await who.context.close();

	who = await visitor({bypassCSP: true});
	assert.equal(await at(who.page, link), 200);
	assert.equal(new URL(who.page.url()).pathname, '/account/acme');
	assert.equal(await elsewhere(who), badge);
	assert.ok(await walk(who) > 29 * 86400);
	assert.ok(await asked(who));
	// It may be followed again.
	assert.equal(await at(who.page, link), 200);
	await who.context.close();

	for (const scheme of ['light', 'dark'])
		for (const size of [['wide', 1280, 900], ['narrow', 320, 640]])
			await look(scheme, size);
} finally {
	await browser.close();
}
