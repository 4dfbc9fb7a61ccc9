// SPDX-License-Identifier: MIT
// Goal: what people see of every state, in a real browser: pictures of each page
// into build/shots, light, dark and narrow; nothing is wider than the
// window, no request leaves the origin, nothing is refused by the policy, and
// axe finds no fault.
//
// usage: node shots.mjs BIN NOW DIR MODULES  (MCP_STORE is filled: see fill)
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

const [bin, now, dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const long = '/status/a-server-with-a-name-that-is-as-long-as-names-can-be-' +
	'without-any-need-for-it.abc';
const pages = {index: '/', green: '/status/green',
	tools: '/status/green/tools', changes: '/status/green/changes',
	'no-tools': '/status/fresh/tools',
	'changes-split': '/status/split/changes', amber: '/status/amber',
	red: '/status/red', stale: '/status/stale', unprobed: '/status/fresh',
	maintenance: '/status/works', diverging: '/status/split', long,
	missing: '/status/gren', search: '/?q=in',
	'index-state': '/?state=up', 'index-sorted': '/?sort=p95&tag=eu&group=tools',
	'index-beyond': '/?page=9', manual: '/man/',
	'manual-page': '/man/mcp-serve.8', report: '/report'};
const looks = [['wide', 1280, 900], ['narrow', 320, 640]];
const faults = [];

fs.mkdirSync(dir, {recursive: true});
const {origin, close} = await cgi(path.join(bin, 'mcp-serve'), ['--now', now],
	process.env);
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

// The newest incident of a server, and the months of its history.
async function links(slug) {
	const body = await (await fetch(`${origin}/status/${slug}`)).text();
	const find = (what) => [...body.matchAll(
		new RegExp(`href="(/status/${slug}/${what}/[^"#]*)"`, 'g'))]
		.map((m) => m[1]);

	return {incident: find('incident')[0], months: find('history')};
}

const green = await links('green'), red = await links('red');
Object.assign(pages, {incident: green.incident, 'incident-open': red.incident,
	month: green.months[0], 'month-before': green.months[1],
	'no-incident': '/status/green/incident/2026-01-01-0000-outage'});

async function look(name, where, scheme, [size, width, height]) {
	const context = await browser.newContext({colorScheme: scheme,
		viewport: {width, height}, bypassCSP: false});
	const page = await context.newPage();
	const about = `${name}, ${scheme}, ${size}`;

	page.on('console', (m) => {
		// The status of the page itself is the browser's to mention.
		if (!/status of 404/.test(m.text()))
			faults.push(`${about}: console: ${m.text()}`);
	});
	page.on('request', (r) => {
		if (!r.url().startsWith(origin))
			faults.push(`${about}: asks for ${r.url()}`);
	});
	await page.goto(origin + where);
	await page.screenshot({fullPage: true,
		path: path.join(dir, `${name}-${scheme}-${size}.png`)});
	const wide = await page.evaluate(() =>
		document.documentElement.scrollWidth - window.innerWidth);
	if (wide > 0)
		faults.push(`${about}: ${wide} pixels too wide`);
	await context.close();
}

// axe needs to run in the page, which the policy forbids it.
async function examine(name, where, scheme) {
	const context = await browser.newContext({colorScheme: scheme,
		bypassCSP: true, viewport: {width: 1280, height: 900}});
	const page = await context.newPage();

	await page.goto(origin + where);
	await page.evaluate(() => document.querySelectorAll('details')
		.forEach((d) => { d.open = true; }));
	await page.evaluate(axe);
	// The dark page has other colours, and nothing else.
	const {violations} = await page.evaluate((options) => globalThis.axe.run(options),
		scheme === 'dark' ? {runOnly: ['color-contrast']} : {});
	for (const v of violations)
		faults.push(`${name}, ${scheme}: axe: ${v.id}: ${v.help}: ` +
			v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | '));
	await context.close();
}

// The preview of a link, which the browser decodes: its size, and its ground and
// the colour of its state, each of so many pixels.
async function decode(name, where, state) {
	const context = await browser.newContext({bypassCSP: true,
		viewport: {width: 1200, height: 630}});
	const page = await context.newPage();

	await page.goto(origin + where);
	await page.screenshot({path: path.join(dir, `preview-${name}.png`)});
	const [width, height, white, told] = await page.evaluate((state) => {
		const image = document.images[0];
		const canvas = document.createElement('canvas');
		const {naturalWidth: width, naturalHeight: height} = image;
		let white = 0, told = 0;

		Object.assign(canvas, {width, height});
		const draw = canvas.getContext('2d');
		draw.drawImage(image, 0, 0);
		const {data} = draw.getImageData(0, 0, width, height);
		for (let i = 0; i < data.length; i += 4) {
			const colour = data[i] << 16 | data[i + 1] << 8 | data[i + 2];

			white += colour === 0xffffff;
			told += colour === state;
		}
		return [width, height, white, told];
	}, state);
	if (width !== 1200 || height !== 630 || white < 500000 || told < 2500)
		faults.push(`preview ${name}: ${[width, height, white, told]}`);
	await context.close();
}

for (const [name, where] of Object.entries(pages)) {
	for (const size of looks)
		await look(name, where, 'light', size);
	await look(name, where, 'dark', looks[0]);
	for (const scheme of ['light', 'dark'])
		await examine(name, where, scheme);
}
const previews = {green: ['/status/green/preview.png', 0x1a7f37],
	amber: ['/status/amber/preview.png', 0x9a6700],
	red: ['/status/red/preview.png', 0xcf222e],
	stale: ['/status/stale/preview.png', 0x6a737d],
	unprobed: ['/status/fresh/preview.png', 0x6a737d],
	maintenance: ['/status/works/preview.png', 0x0757b5],
	diverging: ['/status/split/preview.png', 0x9a6700],
	long: [`${pages.long}/preview.png`, 0x6a737d],
	incident: [`${green.incident.replace('/incident/', '/preview/')}.png`, 0x1a7f37]};
for (const [name, [where, state]] of Object.entries(previews))
	await decode(name, where, state);
await browser.close();
await close();
for (const fault of faults)
	console.error(fault);
process.exit(faults.length ? 1 : 0);
