// SPDX-License-Identifier: MIT
// Goal: in a real browser an operator does in the console, by keys alone, all that the
// commands do to an incident, a silence, a maintenance or a test, at 1280 and at 360
// pixels; no page is too wide, or a fault to axe, light or dark. Five tasks are timed.
//
// usage: node ops.mjs BIN LINK DIR MODULES  (MCP_CONFIG and the store have open
// incidents of the servers desk, phone and weather, and two routes; LINK is the path
// that signs in)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

const [bin, link, dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const {origin, close} = await cgi(path.join(bin, 'mcp-alert'), [], process.env);
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});
const pages = {incidents: '/ops', mutes: '/ops/mutes', servers: '/ops/servers',
	server: '/ops/server/desk', routes: '/ops/routes', night: '/ops/night',
	refused: '/ops/none'};

fs.mkdirSync(dir, {recursive: true});

async function pictures(pages, storageState, width, colorScheme) {
	// axe is put into the page, which the policy of the console forbids.
	const context = await browser.newContext({storageState, colorScheme,
		viewport: {width, height: 800}, bypassCSP: true});
	const page = await context.newPage();

	for (const [name, where] of Object.entries(pages)) {
		await page.goto(origin + where);
		await page.screenshot({fullPage: true,
			path: path.join(dir, `ops-${name}-${width}-${colorScheme}.png`)});
		assert.equal(await page.evaluate(() =>
			document.documentElement.scrollWidth <= innerWidth), true,
			`${name} is too wide at ${width}`);
		await page.evaluate(axe);
		const {violations} = await page.evaluate(() => axe.run());
		assert.deepEqual(violations.map((v) =>
			`${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), [], `${name} ${colorScheme}`);
	}
	await context.close();
}

// A page of which only the keyboard is used, and how many keys that were.
class Desk {
	keys = 0;

	constructor(page) {
		this.page = page;
	}

	async press(...keys) {
		for (const key of keys) {
			this.keys++;
			await this.page.keyboard.press(key);
		}
	}

	async type(text) {
		this.keys += text.length;
		await this.page.keyboard.type(text);
	}

	// Tab, until the element has the focus.
	async tab(to) {
		const element = await to.elementHandle();

		for (let i = 0; i < 200; i++) {
			if (await element.evaluate((e) => e === document.activeElement))
				return;
			await this.press('Tab');
		}
		assert.fail(`Tab does not lead to ${to}`);
	}

	async fill(to, text) {
		await this.tab(to);
		await this.type(text);
	}

	// Press keys that lead to another page, which says so and has run its script; a field
	// has the focus once the page is drawn.
	async sends(says, ...keys) {
		await Promise.all([this.page.waitForEvent('load'), this.press(...keys)]);
		await this.page.waitForFunction(() => {
			const field = document.querySelector('[autofocus]');

			return !field || field === document.activeElement;
		});
		if (says)
			await this.page.getByText(says).waitFor();
	}

	async go(where) {
		await this.page.goto(origin + where);
	}

	form(what) {
		return this.page.locator(`form:has([name=do][value=${what}])`);
	}
}

// The keys and seconds of a task, from the page of incidents on.
async function timed(desk, name, task) {
	await desk.go('/ops');
	const began = Date.now(), before = desk.keys;

	await task();
	console.log(`${name}: ${desk.keys - before} keys, ${(Date.now() - began) / 1000} s`);
}

// Until the row of the server has the focus.
async function down(desk, server) {
	const row = desk.page.locator(`[data-server=${server}]`).first();

	for (let i = 0; i < 20; i++) {
		await desk.press('j');
		if (await row.evaluate((e) => e === document.activeElement))
			return;
	}
	assert.fail(`j does not lead to ${server}`);
}

// The five tasks of who knows the keys, but has to look for the rest.
async function tasks(desk, server) {
	const {page} = desk;

	await timed(desk, 'acknowledge an incident', async () => {
		await down(desk, server);
		await desk.sends(`You have acknowledged ${server} (downtime) until`, 'a');
	});
	assert.match(await page.locator(`[data-server=${server}]`).innerText(),
		/acknowledged: ann, until/);
	await timed(desk, 'mute a server for an hour', async () => {
		await down(desk, server);
		await desk.sends(null, 's');
		await desk.type('known');
		await desk.sends(`${server} is muted until`, 'Enter');
	});
	await timed(desk, 'plan a maintenance', async () => {
		await down(desk, server);
		await desk.sends(null, 'm');
		await desk.type('+4h');
		await desk.sends(`The maintenance of ${server}, `, 'Enter');
	});
	await timed(desk, 'find why a server is amber', async () => {
		await down(desk, 'weather');
		await desk.sends('Why it alerted, or why not', 'Enter');
		await page.getByText(/from ap/).first().waitFor();
	});
	await timed(desk, 'send a test', async () => {
		await desk.tab(page.getByRole('link', {name: 'Routes, tests, regions'}));
		await desk.sends(null, 'Enter');
		await desk.press('j', 'Tab');
		await desk.sends('The next run of mcp-alert sends the test', 'Enter');
	});
	await page.getByText('waits for the next run').first().waitFor();
}

// What the commands ack, unack, note and close do.
async function incident(desk, server) {
	const where = `/ops/server/${server}`;
	const note = async (who, text) => {
		await desk.go(where);
		await desk.fill(desk.form('note').locator('[name=text]'), text);
		await desk.press('Tab', 'Tab', ...Array(who).fill('ArrowDown'));
		await desk.tab(desk.form('note').locator('button'));
		await desk.sends('The note is stored.', 'Enter');
	};

	await desk.go(where);
	await desk.fill(desk.form('take').locator('[name=text]'), 'handed over');
	await desk.fill(desk.form('take').locator('[name=for]'), '2h');
	await desk.fill(desk.form('take').locator('[name=to]'), 'Bob');
	await desk.sends(`Bob has acknowledged ${server} (downtime) until`, 'Enter');
	await desk.page.getByText('acknowledged: Bob, until').first().waitFor();
	await desk.tab(desk.form('back').locator('button'));
	await desk.sends(`The acknowledgement of ${server} (downtime) is undone.`, 'Enter');
	await note(0, 'disk full');
	await note(1, 'We know.');
	await note(2, 'https://example.com/post');
	await desk.go(where);
	await desk.page.getByText('ann: disk full').first().waitFor();
	await desk.fill(desk.form('close').locator('[name=text]'), 'it is gone');
	await desk.sends(`The incident of ${server} (downtime) is closed.`, 'Enter');
}

// What open does, and note --state.
async function byHand(desk, server) {
	const {page} = desk;

	await desk.go('/ops');
	await desk.tab(page.locator('summary').filter({hasText: 'Open an incident'}));
	await desk.press('Enter');
	await desk.fill(desk.form('open').locator('[name=servers]'), server);
	await desk.fill(desk.form('open').locator('[name=title]'), 'Stale answers');
	await desk.fill(desk.form('open').locator('[name=text]'), 'We look into it.');
	await desk.sends(`The incident of ${server} is open.`, 'Enter');
	await desk.go(`/ops/server/${server}`);
	await desk.fill(desk.form('note').locator('[name=text]'), 'An old index.');
	await desk.press('Tab', 'ArrowDown', 'ArrowDown', 'Tab', 'ArrowDown');
	await desk.tab(desk.form('note').locator('button'));
	await desk.sends('The note is stored.', 'Enter');
	await desk.go(`/ops/server/${server}`);
	await page.getByText('identified: An old index.').first().waitFor();
	await desk.fill(desk.form('close').locator('[name=text]'), 'a new index');
	await desk.sends(`The incident of ${server} (manual) is closed.`, 'Enter');
}

// What silence and maintenance do, with each option.
async function mutes(desk, server) {
	const fill = async (what, fields) => {
		const form = desk.form(what);

		await desk.go('/ops/mutes');
		for (const [name, text] of Object.entries(fields)) {
			const to = form.locator(`[name=${name}]`);

			if (await to.evaluate((e) => !!e.closest('details:not([open])'))) {
				await desk.tab(form.locator('summary'));
				await desk.press('Enter');
			}
			await desk.fill(to, text);
		}
		await desk.sends(/, is added\.|is muted from/, 'Enter');
	};
	const end = async (what, says) => {
		await desk.go('/ops/mutes');
		await desk.tab(desk.form(what).last().locator('button'));
		await desk.sends(says, 'Enter');
	};

	// What is refused stays filled in, and says why by the words of the form.
	await desk.go('/ops/mutes');
	await desk.fill(desk.form('silence').locator('[name=servers]'), server);
	await desk.fill(desk.form('silence').locator('[name=start]'), 'tomorow');
	await desk.fill(desk.form('silence').locator('[name=text]'), 'disks');
	await desk.press('Enter');
	await desk.form('silence').getByText(/^From: 'tomorow' is not a time/).waitFor();
	await desk.form('silence').locator('[name=start][aria-invalid=true]:focus').waitFor();
	await desk.press('Control+a');
	await desk.type('+1h');
	await desk.sends(`${server} is muted from`, 'Enter');
	await end('end-silence', `The mute of ${server}`);
	await fill('silence', {servers: server, start: '+1h', text: 'disks', end: '+3h',
		kind: 'regional', region: 'ap,us', step: 'tls'});
	await end('end-silence', `The mute of ${server}`);
	await fill('maintenance', {servers: server, start: '2:00', custom: '90m',
		every: 'mon,thu', text: 'upgrade', account: 'acme'});
	await end('end-maintenance', `The maintenance of ${server}`);
}

async function tests(desk, server) {
	const says = 'The next run of mcp-alert sends the test';

	await desk.go(`/ops/server/${server}`);
	await desk.tab(desk.form('test').locator('button'));
	await desk.sends(says, 'Enter');
	await desk.go('/ops/routes');
	await desk.tab(desk.page.getByRole('button', {name: 'to all routes'}));
	await desk.sends(says, 'Enter');
}

async function desk(storageState, width, server) {
	const context = await browser.newContext({storageState,
		viewport: {width, height: 800}});
	const page = await context.newPage();
	const desk = new Desk(page);

	page.on('console', (m) => /status of 422/.test(m.text()) || assert.fail(m.text()));
	console.log(`at ${width} pixels`);
	await desk.go('/ops');
	await desk.press('?');
	await page.getByText('plan a maintenance of its server').waitFor();
	await desk.press('Escape');
	await page.locator('#keys').waitFor({state: 'hidden'});
	await tasks(desk, server);
	await incident(desk, server);
	await byHand(desk, server);
	await mutes(desk, server);
	await tests(desk, server);
	console.log(`all of it: ${desk.keys} keys`);
	await context.close();
}

try {
	const context = await browser.newContext({viewport: {width: 1280, height: 800}});
	const page = await context.newPage();
	const first = new Desk(page);

	await first.go(link);
	await first.tab(page.getByRole('button', {name: 'Sign in'}));
	await first.sends(null, 'Enter');
	await page.waitForURL(`${origin}/ops`);
	const storageState = await context.storageState();
	for (const width of [1280, 360])
		for (const scheme of ['light', 'dark']) {
			await pictures(pages, storageState, width, scheme);
			await pictures({'sign-in': '/ops'}, undefined, width, scheme);
		}
	await desk(storageState, 1280, 'desk');
	await desk(storageState, 360, 'phone');
	await first.go('/ops');
	await first.tab(page.getByRole('button', {name: 'Sign out'}));
	await first.sends('Operators sign in with a link', 'Enter');
} finally {
	await browser.close();
	await close();
}
