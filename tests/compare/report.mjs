// SPDX-License-Identifier: MIT
// The table of what each said, for a terminal, as Markdown, and as lines of JSON.
import fs from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { command } from './programs.mjs';

const NAMES = { fleet: 'mcp-fleet', blackbox: 'blackbox exporter, Alertmanager',
	inspector: 'inspector --cli' };
const SILENT = { fleet: 'no alarm', blackbox: 'no alarm', inspector: 'nothing new' };

// Lines of what a watcher said of a server, in the order in which it came.
const saidOf = (said, now, watcher, slug) => {
	const lines = said.filter((s) => s.watcher === watcher && s.slug === slug).map((s) =>
		`${s.seconds === null ? 'before' : `${Math.round(s.seconds)} s`}: ${s.text}`);
	return lines.length ? lines : [`${SILENT[watcher]} (${now[watcher][slug]})`];
};

// Words in lines of a terminal, the first of which begins with FIRST.
const wrap = (text, first, rest, width = 100) => {
	const lines = [first];
	for (const word of text.split(' ')) {
		if (lines.at(-1).length + word.length + 1 > width)
			lines.push(rest);
		lines[lines.length - 1] += (lines.at(-1).endsWith(' ') ? '' : ' ') + word;
	}
	return lines.join('\n');
};

const version = async (program) =>
	/\d+\.\d+[^\s,]*/.exec(Object.values(await command([program, '--version'])).join(' '))?.[0];

const cell = (text) => text.replace(/[\\`*_<>|[\]]/g, '\\$&');

// report FOLDER SERVERS SAID NOW SECONDS: SAID is what was said in that time, NOW what
// each watcher thinks of each server in the end.
export const report = async (folder, servers, said, now, seconds) => {
	const machine = `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`;
	const names = Object.keys(NAMES), programs = [];
	for (const program of ['mcp-alert', 'prometheus', 'prometheus-blackbox-exporter',
		'prometheus-alertmanager'])
		programs.push(`${program} ${await version(program)}`);
	const markdown = [
		'# What each said, and when', '',
		`By \`make compare\` on ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, ` +
		`with three regions on one machine, ${machine}. Seconds count from the moment at which the ` +
		`faults began, which were watched for ${seconds} s. mcp-fleet did a round each minute; ` +
		'what is usual for the slowed server it had from one probe while all was well, stored ' +
		'as if it had been probed for 40 minutes of the day before. Prometheus probed every ' +
		'15 s, and Alertmanager waited 30 s for more (group_wait). The inspector asked for the ' +
		'tools again and again, with pauses of 30 s; "exit" is its exit status, and a list is ' +
		'compared with that before the faults. All of the configuration is in ' +
		`tests/compare/watchers.mjs. ${programs.join(', ')}.`, '',
		`| server | ${names.map((n) => NAMES[n]).join(' | ')} |`,
		`| --- |${' --- |'.repeat(names.length)}`];
	for (const { slug, what, fault } of servers) {
		const lines = names.map((n) => saidOf(said, now, n, slug));
		console.log(wrap(`${what}: ${fault}`, `\n${slug}:`, '   '));
		names.forEach((n, i) => lines[i].forEach((line, j) =>
			console.log(wrap(line, `  ${(j ? '' : n).padEnd(10)}`, ' '.repeat(16)))));
		markdown.push(`| **${slug}**: ${cell(`${what}: ${fault}`)} | ${
			lines.map((list) => list.map(cell).join('<br>')).join(' | ')} |`);
	}
	fs.writeFileSync(`${folder}/compare.md`, `${markdown.join('\n')}\n`);
	fs.writeFileSync(`${folder}/compare.jsonl`, [...said,
		...names.flatMap((watcher) => servers.map(({ slug }) =>
			({ watcher, slug, now: now[watcher][slug] })))]
		.map((line) => `${JSON.stringify(line)}\n`).join(''));
	console.log(`\n${machine}; the same as Markdown: ${folder}/compare.md`);
};
