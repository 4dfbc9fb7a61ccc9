// SPDX-License-Identifier: MIT
// Goal: badges in a real browser: theme=auto is light or dark as the page that has
// it in an <img>, and as the reader where it stands alone; all text has the contrast
// of WCAG 2.2, 1.4.3, on what is drawn behind it, and stays inside. All kinds of
// badges are on one picture, DIR/badges.png, on white and on dark ground.
//
// usage: node badges.mjs BIN NOW DIR MODULES  (MCP_STORE is filled: see fill)
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

const [bin, now, dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const {chromium} = require('playwright-core');
const faults = [];

fs.mkdirSync(dir, {recursive: true});
const {origin, close} = await cgi(path.join(bin, 'mcp-serve'), ['--now', now],
	process.env);
const browser = await chromium.launch({executablePath:
	process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

const states = ['green', 'amber', 'red', 'works', 'stale', 'fresh'];
const metrics = ['uptime', 'p95', 'tools', 'maintenance'];
const kinds = {
	State: states.map((s) => `/badge/${s}.svg?`),
	Uptime: states.map((s) => `/badge/${s}.svg?metric=uptime`),
	'Response time': states.map((s) => `/badge/${s}.svg?metric=p95`),
	Tools: states.map((s) => `/badge/${s}.svg?metric=tools`),
	Maintenance: states.map((s) => `/badge/${s}.svg?metric=maintenance`),
	'One place': ['London', 'S%C3%A3o%20Paulo', 'Portland', 'Rome'].map((r) =>
		`/badge/red.svg?region=${r}`),
	'One place, p95': ['London', 'Ashburn'].map((r) =>
		`/badge/green.svg?metric=p95&region=${r}`),
	'Not known': ['/badge/green.svg?metric=speed', '/badge/green.svg?' +
		'metric=uptime&region=London', '/badge/nobody.svg?metric=p95'],
	'All servers': ['/badge.svg?', '/badge.svg?label=acme'],
	Square: [...states.map((s) => `/badge/${s}.svg?style=flat-square`),
		'/badge.svg?style=flat-square'],
	Labels: ['My+server', 'W'.repeat(40), '%C3%9Cn%C3%AFc%C3%B6d%C3%A9', 'i'].map((l) =>
		`/badge/green.svg?label=${l}`),
	Cards: states.map((s) => `/badge/${s}.svg?style=card`),
};
const all = Object.values(kinds).flat();

// A page of badges, each a picture in it.
async function sheet(context, scheme, badges) {
	const page = await context.newPage();

	await page.setContent(`<!DOCTYPE html><html style="color-scheme:${scheme}">
		<base href="${origin}"><body style="margin:8px">` +
		badges.map((b) => `<img src="${b}" style="display:block">`).join(''),
	{waitUntil: 'load'});
	return page;
}

// Pictures are compared to the pixel, of every kind one.
for (const scheme of ['light', 'dark']) {
	const context = await browser.newContext({colorScheme: scheme});
	const other = scheme === 'light' ? 'dark' : 'light';

	for (const [badge] of Object.values(kinds)) {
		const page = await sheet(context, 'light dark', ['auto', scheme,
			other].map((theme) => `${badge}&theme=${theme}`));
		const images = page.locator('img');
		const auto = await images.nth(0).screenshot();
		const same = await images.nth(1).screenshot();
		const different = await images.nth(2).screenshot();

		if (!auto.equals(same))
			faults.push(`${badge}: auto is not ${scheme}`);
		if (auto.equals(different))
			faults.push(`${badge}: light and dark are the same`);
		await page.close();
	}
	await context.close();
}

// Each text of an image with its ground.
function measure(image) {
	const luminance = (rgb) => {
		const [r, g, b] = rgb.match(/\d+/g).map((v) => v / 255).map((v) =>
			(v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));

		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const boxes = [...image.querySelectorAll('rect')].filter((r) =>
		!r.closest('clipPath'));

	return [...image.querySelectorAll('text')].map((t) => {
		const at = t.getBBox();
		const box = boxes.find((r) => {
			const b = r.getBBox();

			return at.x >= b.x && at.x + at.width <= b.x + b.width + 0.5 &&
				at.y >= b.y && at.y + at.height <= b.y + b.height;
		});
		const two = box && [t, box].map((e) =>
			luminance(getComputedStyle(e).fill)).sort((a, b) => b - a);

		return {text: t.textContent, inside: Boolean(box),
			contrast: box && (two[0] + 0.05) / (two[1] + 0.05)};
	});
}

for (const theme of ['light', 'dark']) {
	const texts = await Promise.all(all.map(async (badge) =>
		(await fetch(`${origin}${badge}&theme=${theme}`)).text()));
	const page = await browser.newPage();

	await page.setContent(`<!DOCTYPE html>${texts.join('')}`);
	const images = await page.$$('svg');
	for (const [i, badge] of all.entries()) {
		for (const t of await images[i].evaluate(measure)) {
			if (!t.inside || t.contrast < 4.5)
				faults.push(`${badge}, ${theme}: ${JSON.stringify(t)}`);
		}
	}
	await page.close();
}

// Alone in a window its policy lets the style through.
for (const [scheme, pill, card] of [
	['light', 'rgb(230, 232, 235)', 'rgb(255, 255, 255)'],
	['dark', 'rgb(68, 76, 86)', 'rgb(13, 17, 23)']]) {
	const context = await browser.newContext({colorScheme: scheme});
	const page = await context.newPage();
	const ground = async (badge) => {
		await page.goto(`${origin}${badge}theme=auto`);
		return page.evaluate(() => getComputedStyle(document.querySelector(
			'g rect, rect[rx="6"]')).fill);
	};

	page.on('console', (m) => {
		// The browser asks for an icon of the site.
		if (!/status of 404/.test(m.text()))
			faults.push(`${scheme}: console: ${m.text()}`);
	});
	for (const badge of ['/badge/green.svg?', '/badge/nobody.svg?', '/badge.svg?',
		'/badge/green.svg?metric=p95&'])
		if (await ground(badge) !== pill)
			faults.push(`${badge}, alone: ${await ground(badge)}`);
	if (await ground('/badge/red.svg?style=card&') !== card)
		faults.push(`a card alone: ${scheme}`);
	await context.close();
}

// The contact sheet: each theme on the ground that it is for, and auto on both.
const halves = [['light', '#ffffff', '#1f2328', 'light'],
	['dark', '#0d1117', '#e6edf3', 'dark'], ['auto', '#ffffff', '#1f2328', 'light'],
	['auto', '#0d1117', '#e6edf3', 'dark']];
const page = await browser.newPage({viewport: {width: 1840, height: 900}});
await page.setContent(`<!DOCTYPE html><base href="${origin}">
	<style>body{margin:0;display:grid;grid-template-columns:1fr 1fr;
	font:12px sans-serif}section{padding:16px 12px}h2{font-size:14px}
	p{margin:6px 0;display:flex;gap:8px;flex-wrap:wrap;align-items:center}
	b{width:100px;font-weight:normal}</style>` +
	halves.map(([theme, ground, ink, scheme]) => `<section style="background:` +
		`${ground};color:${ink};color-scheme:${scheme}"><h2>theme=${theme}, ` +
		`color-scheme: ${scheme}</h2>` + Object.entries(kinds).map(
		([kind, list]) => `<p><b>${kind}</b>` + list.map((b) =>
			`<img src="${b}&theme=${theme}">`).join('') + '</p>').join('') +
		'</section>').join(''), {waitUntil: 'load'});
await page.screenshot({fullPage: true, path: path.join(dir, 'badges.png')});

await browser.close();
await close();
for (const fault of faults)
	console.error(fault);
process.exit(faults.length ? 1 : 0);
