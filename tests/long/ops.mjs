// SPDX-License-Identifier: MIT
// Goal: in a real browser an operator signs in with a link to the console, and by keys
// alone acknowledges an incident and silences a server; the console is as good at 360
// pixels as at 1280, light and dark, without anything too wide or a fault to axe.
//
// usage: node ops.mjs BIN LINK DIR MODULES  (MCP_CONFIG and the store have an open
// incident, and the server weather; LINK is the path that signs in)
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
	server: '/ops/server/weather', routes: '/ops/routes'};

fs.mkdirSync(dir, {recursive: true});

async function pictures(storageState, width, colorScheme) {
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

try {
	const context = await browser.newContext({viewport: {width: 1280, height: 800}});
	const page = await context.newPage();

	// Only the page to sign in, at the end, is a refusal.
	page.on('console', (m) => assert.match(m.text(), /status of 401/));
	await page.goto(origin + link);
	await page.getByRole('button', {name: 'Sign in'}).click();
	await page.waitForURL(`${origin}/ops`);
	const storageState = await context.storageState();
	for (const width of [1280, 360])
		for (const scheme of ['light', 'dark'])
			await pictures(storageState, width, scheme);
	await page.keyboard.press('?');
	await page.getByText('plan a maintenance of its server').waitFor();
	await page.keyboard.press('Escape');
	await page.locator('#keys').waitFor({state: 'hidden'});
	// What nobody has acknowledged comes first here.
	await page.keyboard.press('j');
	await page.keyboard.press('a');
	await page.getByText('You have acknowledged it.').waitFor();
	// The script is at the end of the page.
	await page.waitForLoadState();
	assert.match(await page.locator('article').first().innerText(), /looks after it until/);
	await page.keyboard.press('j');
	await page.keyboard.press('s');
	await page.waitForURL(/\/ops\/mutes\?server=[a-z-]+#silence$/);
	await page.waitForLoadState();
	await page.locator('#silence [name=text]').fill('known');
	await page.keyboard.press('Enter');
	await page.getByText('The silence is added.').waitFor();
	await page.getByRole('button', {name: 'Sign out'}).click();
	await page.getByText('Operators sign in with a link').waitFor();
} finally {
	await browser.close();
	await close();
}
