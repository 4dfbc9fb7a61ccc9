// SPDX-License-Identifier: MIT
// Goal: what /page.js does in a real browser: each time is shown in the zone of its
// reader; while trouble goes on the page is loaded anew each minute, in place, until
// somebody stops that or the trouble is over; and without it nothing is missing.
//
// usage: node updates.mjs BIN NOW MODULES  (MCP_STORE is filled: see fill)
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

const [bin, now, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const MINUTE = 60000;
const SECOND = 1000;

// Both are read anew by each request.
const args = ['--now', now], env = {...process.env};
const {origin, close} = await cgi(path.join(bin, 'mcp-serve'), args, env);
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

// A page, with its own clock; `asked` is how often it was loaded, `said` what the
// browser complains of.
async function open(where, options = {}) {
	const context = await browser.newContext({viewport: {width: 700, height: 600},
		...options});
	const page = await context.newPage();
	const self = {page, asked: 0, said: [], context};

	await page.clock.install({time: now * SECOND});
	page.on('console', (m) => self.said.push(m.text()));
	page.on('pageerror', (e) => self.said.push(String(e)));
	page.on('request', (r) => {
		self.asked += r.url() === origin + where;
	});
	await page.goto(origin + where);
	return self;
}

// n minutes pass on the page; each waits for what the page then asks for.
async function wait(self, n, asks) {
	for (let i = 0; i < n; i++) {
		const answer = asks && self.page.waitForResponse(
			(r) => r.url() === self.page.url());

		await self.page.clock.runFor(MINUTE);
		if (asks)
			await (await answer).finished();
	}
}

// What a person in that zone would write for the instants of a page.
function expected(zone, instant) {
	const at = new Date(instant), today = new Date(now * SECOND);
	const say = (options, t) => new Intl.DateTimeFormat('en-GB',
		{timeZone: zone, ...options}).format(t);
	const date = say({dateStyle: 'short'}, at) === say({dateStyle: 'short'},
		today) ? '' : `${say({day: 'numeric', month: 'short'}, at)}, `;

	return date + say({hour: '2-digit', minute: '2-digit',
		timeZoneName: 'short'}, at);
}

const times = (page) => page.$$eval('main time', (all) => all.map((t) =>
	({at: t.dateTime, text: t.textContent, title: t.title})));

// Zones of half an hour, and of the day before and after.
for (const timezoneId of ['Asia/Kolkata', 'Pacific/Honolulu', 'Pacific/Auckland']) {
	const self = await open('/status/red', {timezoneId});
	const [asOf] = await times(self.page);

	assert.equal(asOf.text, expected(timezoneId, asOf.at));
	assert.equal(asOf.title, `${asOf.at.slice(0, 16).replace('T', ' ')} UTC`);
	for (const t of await times(self.page))
		assert.doesNotMatch(t.text, /UTC/);
	for (const zone of await self.page.$$eval('.zone', (all) => all.map((z) =>
		z.textContent)))
		assert.ok(asOf.text.endsWith(` ${zone}`));
	assert.deepEqual(self.said, []);
	await self.context.close();
}

// Without a script all is there, in UTC, and nothing that would do nothing.
{
	const self = await open('/status/red', {javaScriptEnabled: false,
		timezoneId: 'Asia/Kolkata'});
	const seen = await times(self.page);

	assert.match(seen[0].text, /^\d\d:\d\d UTC$/);
	assert.equal(seen[0].text.slice(0, 5), seen[0].at.slice(11, 16));
	assert.equal(await self.page.locator('.updates button').count(), 0);
	assert.match(await self.page.textContent('h2 .zone'), /^UTC$/);
	await self.context.close();
}

// A day says to a pointer, the keyboard and a finger what was wrong; Escape hides it.
for (const javaScriptEnabled of [false, true])
	for (const way of ['hover', 'focus', 'tap']) {
		const self = await open('/status/red', {javaScriptEnabled,
			hasTouch: way === 'tap',
			viewport: {width: way === 'tap' ? 360 : 1280, height: 640}});
		const day = self.page.locator('.days li', {has:
			self.page.locator('button')}).last();
		const card = day.locator('div');

		assert.ok(!await card.isVisible());
		await day.locator('button')[way]();
		assert.ok(await card.isVisible(), way);
		assert.match(await card.innerText(), /not working/);
		if (javaScriptEnabled) {
			await self.page.keyboard.press('Escape');
			assert.ok(!await card.isVisible(), way);
		}
		await self.context.close();
	}

// What works is left alone.
for (const where of ['/status/green', '/man/', '/status/nobody']) {
	const self = await open(where);

	await wait(self, 10, false);
	assert.equal(self.asked, 1, where);
	assert.equal(await self.page.locator('.updates').count(), 0);
	await self.context.close();
}

const self = await open('/status/red', {timezoneId: 'Asia/Kolkata'});
const {page} = self;
const button = page.locator('.updates button');
const headline = () => page.textContent('.headline');
const lasted = () => page.textContent('.card dl');

// What is new is there, and the reader is where he was.
await page.locator('details summary').last().focus();
await page.keyboard.press('Enter');
const before = await lasted();
const scrolled = await page.evaluate(() => {
	document.activeElement.scrollIntoView();
	return scrollY;
});
assert.ok(scrolled > 300);
args[1] = String(+now + 60);
await wait(self, 1, true);
await page.waitForFunction((text) =>
	document.querySelector('.card dl').textContent !== text, before);
assert.equal(self.asked, 2);
assert.equal(await page.evaluate(() => scrollY), scrolled);
assert.equal(await page.evaluate(() => document.activeElement.textContent),
	'As a table');
assert.equal(await page.evaluate(() =>
	document.activeElement.parentElement.open), true);
for (const t of await times(page))
	assert.doesNotMatch(t.text, /UTC/);

// What somebody has selected stays, and so does all once he stops it.
await page.evaluate(() => getSelection().selectAllChildren(
	document.querySelector('h1')));
await wait(self, 3, false);
assert.equal(self.asked, 2);
await page.evaluate(() => getSelection().removeAllRanges());
await button.click();
assert.equal(await button.textContent(), 'Resume');
await wait(self, 6, false);
assert.equal(self.asked, 2);
await button.click();
assert.equal(await button.textContent(), 'Pause');
await wait(self, 1, true);
assert.equal(self.asked, 3);

// An answer that is none changes nothing.
env.MCP_STORE = 'unix:///nonexistent';
const was = await page.innerHTML('main');
await wait(self, 1, true);
assert.equal(self.asked, 4);
assert.equal(await page.innerHTML('main'), was);
assert.match(self.said.pop(), /503/);
env.MCP_STORE = process.env.MCP_STORE;

// It is over: that is said, and then nothing is asked for any more.
const redis = (...words) => execFileSync('redis-cli',
	['-s', env.MCP_STORE.slice('unix://'.length), ...words]);

assert.match(await headline(), /Not working from 4 of 5 locations/);
redis('copy', 'alert:green', 'alert:red', 'replace');
redis('copy', 'alert:green:incidents', 'alert:red:incidents', 'replace');
redis('copy', 'probe:green:verdict', 'probe:red:verdict', 'replace');
await wait(self, 1, true);
await page.waitForFunction(() => /Working everywhere/.test(document.title));
assert.equal(await headline(), 'Working everywhere');
assert.equal(await page.locator('.updates').textContent(),
	'Now: Working everywhere. This page no longer updates itself. ');
assert.match(await page.getAttribute('link[rel=icon]', 'href'), /favicon-up/);
assert.equal(await button.count(), 0);
await wait(self, 5, false);
assert.equal(self.asked, 5);
assert.deepEqual(self.said, []);

await browser.close();
await close();
