// SPDX-License-Identifier: MIT
// Goal: whatever a registry lists, mcp-registry makes targets of it or says why not; a
// target that it makes is one that fleet.yaml takes, has a slug of its own, may not
// private, and is a line with nothing in it that was not asked for.
//
//	node registry.mjs MCP-REGISTRY MCP-AGGREGATE SEED SECONDS
//
// A list that breaks something is left in the working directory, as `finding`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [program, aggregate, seed, seconds] = process.argv.slice(2);
const until = Date.now() + 1000 * seconds;
const MEMBERS = ['deny_private', 'needs', 'protocol_hint', 'slug', 'url'];

let state = Number(seed) >>> 0;
function random() {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = n => Math.floor(random() * n);
const pick = list => list[below(list.length)];
const often = p => random() < p;
const likely = (list, first = list[0]) => often(0.7) ? first : pick(list);

const HOSTS = ['a.example', 'A.EXAMPLE.', 'x'.repeat(240) + '.example', '127.0.0.1', '0x7f.1',
	'2130706433', '017700000001', '[::1]', 'localhost', 'b.internal', 'xn--bcher-kva.example',
	'bücher.example', '8.8.8.8', '169.254.169.254', 'a..example', '-a.example', '.', '', '0',
	'a_b.example', '1.2.3', '1.2.3.4.5', 'example.0x1', 'a.example.lan.', '168.63.129.16'];
const PORTS = ['', '', '', ':443', ':0', ':65535', ':65536', ':99999', ':', ':+1', ':01', ':1e3'];
const PATHS = ['', '/', '/mcp', '/?a=b', '?x', '#f', '/#f', '\\x', '/\\x', '/%00', '/a b', '/\n',
	'/../..', '/{x}', '/"', "/'", '/`id`', '/$(id)', '/@', '/\u202e', '/' + 'p'.repeat(1990),
	'/;', '//b.example/', '/[', '/]', '/^', '/|', '/<>'];
const SCHEMES = ['https://', 'https://', 'https://', 'http://', 'HTTPS://', 'ftp://', 'https:/',
	'https:', '//', '', ' https://', 'https://u@', 'https://u:p@', 'file://', 'https:\\\\'];
const NAMES = ['com.example/a', '', '/', '.', '..', '../../x', '-', '*', 'ack', 'A', 'ä', '\n',
	'x'.repeat(300), 'a b', '"', 'com.example/a-2', '\u0000', '😀', 'a'.repeat(79) + '/b', '-n'];

const noise = () => pick([null, 0, 1e400, -1, true, '', 'x', [], {}, [[]], { a: 1 }, 'x'.repeat(3000)]);
const url = () => often(0.05) ? noise() : likely(SCHEMES) +
	likely(HOSTS, `h${below(1e6)}.example`) + likely(PORTS) + likely(PATHS, '/mcp') +
	(often(0.05) ? pick(['\n', '\r', '\t', '\u0000', ' ']) : '');
const header = () => often(0.2) ? noise() : { name: often(0.2) ? noise() : pick(['Authorization',
	'X\n', 'x'.repeat(500), '']), isRequired: pick([true, false, 1]), isSecret: pick([true, null]) };
const list = (of, n) => often(0.05) ? noise() : Array.from({ length: below(n) }, of);
const remote = () => often(0.05) ? noise() : { type: often(0.1) ? noise() : likely(['streamable-http',
	'sse', 'stdio', 'SSE']), url: url(), headers: list(header, 4) };
const entry = () => {
	if (often(0.05))
		return noise();
	const server = { name: often(0.1) ? noise() : pick(NAMES), remotes: list(remote, 4),
		...(often(0.05) && { status: pick(['deleted', 'active', noise()]) }) };
	return often(0.1) ? server : { server, _meta: often(0.1) ? noise()
		: { x: often(0.1) ? noise() : { isLatest: pick([true, true, true, null, false]) } } };
};
function page() {
	if (often(0.05))
		return JSON.stringify(noise());
	const text = JSON.stringify({ servers: list(entry, 200), metadata: often(0.1) ? noise() : {} });
	if (!often(0.1))
		return text;
	const at = below(text.length);
	return text.slice(0, at) + pick(['', '\u0000', '}', '"', '\\', '\ufeff', '\\ud800']) +
		text.slice(at + below(3));
}

// ---- What has to hold.

function broken(text) {
	const r = spawnSync('bash', [program, '-'], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
	if (![0, 1, 2, 3].includes(r.status))
		return `exit ${r.status} ${r.signal}: ${r.stderr}`;
	if (!/^(mcp-registry: [^\n]*\n)+$/.test(r.stderr) || /[\x00-\x08\x0b-\x1f\x7f]/.test(r.stderr))
		return `standard error: ${JSON.stringify(r.stderr)}`;
	if (r.status)
		return r.stdout ? 'targets of a list that was refused' : undefined;
	const targets = r.stdout.split('\n').slice(0, -1).map(line => JSON.parse(line));
	const odd = targets.find(t => Object.keys(t).some(key => !MEMBERS.includes(key)) ||
		!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(t.slug) || t.deny_private !== true);
	if (odd)
		return `a target: ${JSON.stringify(odd)}`;
	if (new Set(targets.map(t => t.slug)).size !== targets.length)
		return 'two targets with one slug';
	if (!targets.length)
		return;
	writeFileSync('list.jsonl', r.stdout);
	writeFileSync('fleet.yaml', 'regions: [{name: us-east-1, runner: local}]\n' +
		'store: unix:///nowhere\nservers_from: [list.jsonl]\n');
	const c = spawnSync(aggregate, ['config', '--short', '-c', 'fleet.yaml'], { encoding: 'utf8' });
	if (c.status)
		return `mcp-aggregate config: ${c.status} ${c.stderr}`;
	const config = JSON.parse(c.stdout);
	made += targets.length;
	if (config.left_out.count || config.servers.count !== targets.length)
		return `fleet.yaml takes ${config.servers.count} of ${targets.length}: ${
			JSON.stringify(config.left_out)}`;
}

let runs = 0, made = 0;
while (Date.now() < until) {
	const text = page();
	const why = broken(text);
	if (why) {
		writeFileSync('finding', text);
		console.error(why);
		console.log(`${runs} lists; a finding is in build/fuzz/registry/finding`);
		process.exit(1);
	}
	runs++;
}
console.log(`${runs} lists, ${made} targets of them`);
