// SPDX-License-Identifier: MIT
// Whether the verdicts on standard input are those of the truth: of every server
// and every minute one, and no other.
import fs from 'fs';
import readline from 'readline';
import { essence } from './model.mjs';

// So many differences are shown; the others are counted.
const SHOWN = 20;

// The head of the file, and of each server the spans in which one verdict holds.
function read(path) {
	const [head, ...spans] = fs.readFileSync(path, 'utf8').trimEnd().split('\n')
		.map((line) => JSON.parse(line));
	const of = new Map();
	for (const { slug, from, to, ...v } of spans) {
		if (!of.has(slug))
			of.set(slug, { next: head.first, at: 0, spans: [] });
		of.get(slug).spans.push({ from, to, text: essence(v) });
	}
	return { head, of };
}

// The span of the next minute of a server that is to be told of.
function due(server) {
	while (server.spans[server.at] && server.spans[server.at].to < server.next)
		server.at++;
	return server.spans[server.at];
}

export default async function compare(path) {
	let truth = null, judged = 0, wrong = 0;
	const counts = {};
	const differ = (what) => {
		if (++wrong <= SHOWN)
			console.error(`DAY_SEED=${truth.head.seed}: ${what}`);
	};
	for await (const line of readline.createInterface({ input: process.stdin })) {
		// The generator, which may be at the other end of the pipe, is done.
		truth = truth || read(path);
		const v = JSON.parse(line), server = truth.of.get(v.slug);
		const span = server && due(server);
		v.drift = v.drift.map((d) => d.region);
		judged++;
		counts[v.verdict] = (counts[v.verdict] || 0) + 1;
		const minute = new Date(1000 * v.window).toISOString();
		if (!span || v.window !== server.next) {
			differ(`${v.slug} ${minute}: not due`);
			continue;
		}
		server.next += 60;
		const text = essence(v);
		if (text !== span.text)
			differ(`${v.slug} ${minute}:\n  want ${span.text}\n  got  ${text}`);
	}
	truth = truth || read(path);
	for (const [slug, server] of truth.of)
		if (server.next !== truth.head.last + 60)
			differ(`${slug}: nothing from ${new Date(1000 * server.next).toISOString()}`);
	if (truth.of.size !== truth.head.servers)
		differ(`${truth.head.servers} servers, but the truth has ${truth.of.size}`);
	console.error(`DAY_SEED=${truth.head.seed}: ${judged} verdicts, ` +
		Object.keys(counts).sort().map((c) => `${counts[c]} ${c}`).join(', ') +
		`; ${wrong} differ`);
	process.exitCode = wrong ? 1 : 0;
}
