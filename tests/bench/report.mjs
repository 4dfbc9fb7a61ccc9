// SPDX-License-Identifier: MIT
// Rows of the benches to a table on standard output, or with --json to JSON, and to
// table.txt, bench.json and bench.svg in a folder.
// usage: report.mjs [--json] FOLDER
// A row on standard input has tabs between: NAME, UNIT, "more" or "less" (which is
// better), the figures of our program round by round, those of the program beside
// it, a NOTE, and "server" where a round had to wait for the server. The last four
// may be empty. The ratio is that of each round; more is better, and 1 is as good as
// the program beside.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import readline from 'node:readline';

const json = process.argv[2] === '--json', folder = process.argv[json ? 3 : 2];
const rows = [], table = [], load = [loadavg()[0]];

const spread = (list) => {
	const v = [...list].sort((a, b) => a - b);
	return v.length ? { min: v[0], median: v[(v.length - 1) >> 1], max: v.at(-1),
		rounds: list } : null;
};
const numbers = (text) => (text ?? '').split(' ').filter(Boolean).map(Number);
const read = (line) => {
	const [name, unit, better, a, b, note, limit] = line.split('\t');
	const ours = numbers(a), beside = numbers(b);
	if (![...ours, ...beside].every(Number.isFinite) || !/^(more|less)$/.test(better))
		throw new Error(`no row: ${line}`);
	const ratio = ours.slice(0, beside.length).map((v, i) =>
		better === 'more' ? v / beside[i] : beside[i] / v);
	return { name, unit, better, ours: spread(ours), beside: spread(beside),
		ratio: spread(ratio), note: note || null, server_was_the_limit: limit === 'server' };
};

const figure = (s) => (s ? s.median.toFixed(s.median < 100 ? 2 : 0) : '');
const ratioText = (r) => (r ? `${r.median.toFixed(2)} [${r.min.toFixed(2)} ${r.max.toFixed(2)}]` : '');
const remark = (r) => (r.server_was_the_limit ? `THE SERVER WAS THE LIMIT${r.note ? '; ' : ''}` : '') +
	(r.note ?? '');
const print = (line) => {
	table.push(line);
	if (!json)
		console.log(line);
};
const format = (name, ours, beside, unit, ratio, note) => `${name.padEnd(56)} ${
	ours.padStart(9)} ${beside.padStart(9)}  ${unit.padEnd(13)} ${ratio.padEnd(17)} ${note}`.trimEnd();

// A bar for each ratio, to its median, with a line from the least to the largest.
const escape = (s) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const svg = (list) => {
	const left = 380, width = 360, height = 22, most = 2;
	const x = (v) => left + width * Math.min(v, most) / most;
	const text = (at, y, s, more = '') => `<text x="${at}" y="${y}"${more}>${escape(s)}</text>`;
	const bars = list.map((r, i) => {
		const y = 44 + i * height, { min, median, max } = r.ratio;
		return [text(left - 8, y + 14, r.name, ' text-anchor="end"'),
			`<rect x="${left}" y="${y + 3}" width="${x(median) - left}" height="14" fill="${
				r.server_was_the_limit ? '#bbb' : median >= 0.7 ? '#4a8f5a' : '#c77c3a'}"/>`,
			`<path d="M${x(min)} ${y + 10}H${x(max)}" stroke="#000"/>`,
			text(left + width + 8, y + 14, `${ratioText(r.ratio)}  ${figure(r.ours)} / ${
				figure(r.beside)} ${r.unit}`),
			text(left + width + 360, y + 14, remark(r), ' fill="#666"')];
	});
	const bottom = 50 + list.length * height;
	const grid = [0, 0.5, 1, 1.5, 2].map((v) => `<path d="M${x(v)} 40V${bottom}" stroke="${
		v === 1 ? '#000' : '#ddd'}"/>${text(x(v), 34, `${v}`, ' text-anchor="middle"')}`);
	return `<svg xmlns="http://www.w3.org/2000/svg" width="1480" height="${bottom + 12}" ` +
		'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>\n' +
		`${text(8, 16, 'Each beside what its name says, most programs one that does the least of their work: the ratio (1 is as good), [min max] of rounds, both medians, and what was the limit')}\n${
			[...grid, ...bars.flat()].join('\n')}\n</svg>\n`;
};

print(format('', 'ours', 'beside', '', 'ratio [min max]', ''));
for await (const line of readline.createInterface({ input: process.stdin })) {
	const r = read(line);
	rows.push(r);
	load.push(loadavg()[0]);
	print(format(r.name, figure(r.ours), figure(r.beside), r.unit, ratioText(r.ratio), remark(r)));
}
const all = `${JSON.stringify({ at: new Date().toISOString(), cpu: cpus()[0].model,
	cores: cpus().length, kernel: release(), load: spread(load), rows }, null, '\t')}\n`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/table.txt`, `${table.join('\n')}\n`);
writeFileSync(`${folder}/bench.json`, all);
writeFileSync(`${folder}/bench.svg`, svg(rows.filter((r) => r.ratio)));
if (json)
	process.stdout.write(all);
