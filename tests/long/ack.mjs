// SPDX-License-Identifier: MIT
// Goal: who was told takes it with the buttons of the page, another takes it over
// from there and hands it back, in a real browser on a phone's screen.
//
// usage: node ack.mjs BIN PATH DIR MODULES  (MCP_STORE has the incident)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

const [bin, where, dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const {origin, close} = await cgi(path.join(bin, 'mcp-alert'), [], process.env);
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

fs.mkdirSync(dir, {recursive: true});

// Opens the address, fills in the form and presses the button.
async function press(fields, button, says) {
	const context = await browser.newContext({
		viewport: {width: 360, height: 640}});
	const page = await context.newPage();

	page.on('console', (m) => assert.fail(m.text()));
	await page.goto(origin + where);
	for (const [label, text] of Object.entries(fields))
		await page.getByLabel(label).fill(text);
	await Promise.all([page.waitForEvent('load'),
		page.getByRole('button', {name: button}).click()]);
	assert.match(await page.locator('main').innerText(), says);
	await page.screenshot({fullPage: true, path:
		path.join(dir, `ack-${button.split(' ')[0].toLowerCase()}.png`)});
	await context.close();
}

try {
	await press({'Your name': 'ann', 'Note': 'disk full'}, 'Acknowledge',
		/ann has acknowledged it until .*\n+disk full/);
	await press({'New owner': 'bob'}, 'Change the owner',
		/bob has acknowledged it until /);
	await press({}, 'Undo the acknowledgement', /Nobody has acknowledged it yet/);
} finally {
	await browser.close();
	await close();
}
