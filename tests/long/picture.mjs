// SPDX-License-Identifier: MIT
// A picture for README.
// usage: node picture.mjs page BIN NOW MODULES FILE   (MCP_STORE is filled: see fill)
//        node picture.mjs terminal COMMAND FILE        (what it said is standard input)
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {cgi} from './cgi.mjs';

// The upper part of the page of the server amber, in a browser.
async function page(bin, now, modules, file) {
	const {chromium} = createRequire(path.join(path.resolve(modules), 'x.js'))('playwright-core');
	const {origin, close} = await cgi(path.join(bin, 'mcp-serve'), ['--now', now], process.env);
	const browser = await chromium.launch({executablePath:
		process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});
	const context = await browser.newContext({colorScheme: 'light', timezoneId: 'UTC',
		viewport: {width: 1000, height: 660}});
	const tab = await context.newPage();
	await tab.goto(`${origin}/status/amber`);
	await tab.screenshot({path: file});
	await browser.close();
	await close();
}

const escape = (s) => s.replace(/[&<>]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[c]);
const CLASS = {1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow'};
const COLUMNS = 84, WIDTH = 8.4, HEIGHT = 20, SIZE = 14, EDGE = 16;

// The lines of a terminal: words with the classes that they are printed in, broken at a
// blank where a line is too long.
function lines(text) {
	const all = [];
	for (const line of text.replaceAll('\r', '').trimEnd().split('\n')) {
		let column = 0, row = [], classes = [];
		all.push(row);
		for (const part of line.split(/(\x1b\[[\d;]*m| +)/).filter(Boolean)) {
			const colour = /^\x1b\[([\d;]*)m$/.exec(part);
			if (colour) {
				classes = colour[1].split(';').map((n) => CLASS[n]).filter(Boolean);
				continue;
			}
			if (column + part.length > COLUMNS && part.trim()) {
				row = [];
				all.push(row);
				column = 0;
			}
			if (part.trim())
				row.push({part, column, classes});
			column += part.length;
		}
	}
	return all;
}

// Each word stands in its column, whatever the font.
function terminal(command, file) {
	const all = lines(`\x1b[2m$\x1b[0m \x1b[1m${command}\x1b[0m\n${fs.readFileSync(0, 'utf8')}`);
	const width = Math.ceil(2 * EDGE + COLUMNS * WIDTH), height = 2 * EDGE + all.length * HEIGHT;
	const words = all.flatMap((row, i) => row.map(({part, column, classes}) =>
		`<text x="${(EDGE + column * WIDTH).toFixed(1)}" y="${EDGE + i * HEIGHT + 14}" textLength="${
			([...part].length * WIDTH).toFixed(1)}" lengthAdjust="spacingAndGlyphs"${
			classes.length ? ` class="${classes.join(' ')}"` : ''}>${escape(part)}</text>`));
	fs.writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
		`width="${width}" height="${height}">
<style>
	rect { fill: #f6f8fa; stroke: #d0d7de }
	text { font: ${SIZE}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328 }
	.bold { font-weight: bold } .dim { fill: #59636e }
	.red { fill: #b3261e } .green { fill: #1a7f37 } .yellow { fill: #7d4e00 }
	@media (prefers-color-scheme: dark) {
		rect { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 } .dim { fill: #9198a1 }
		.red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
	}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${words.join('\n')}
</svg>
`);
}

const [what, ...rest] = process.argv.slice(2);
await (what === 'page' ? page(...rest) : terminal(...rest));
