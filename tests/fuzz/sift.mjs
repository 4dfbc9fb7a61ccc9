// SPDX-License-Identifier: MIT
// What a runner that was taken over might print, and what must be true of the
// records that are made of it.
// usage: sift.mjs make FOLDER SEED N: N folders for tests/fuzz/sift
//        sift.mjs check FOLDER: what is wrong with what it made of them, a line
//        each; nothing where nothing is
import { deepStrictEqual } from 'node:assert';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

const REGION = 'a-1';
const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize',
	'tools-list', 'tools-call', 'tool-hash'];

let state = 1;
const random = () => { // mulberry32
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const one = (a) => a[below(a.length)];
const maybe = (p) => random() < p;

function probe(slug, at) {
	const key = { v: 1, slug, region: REGION, probe_id: `id-${slug}-${below(1e6)}`,
		probe_started_at: at + below(1000) / 1000 };
	const bad = maybe(0.3) ? below(8) : 8;
	const steps = STEPS.map((step, i) => ({ ...key, type: 'step', n: i + 1, step,
		status: i < bad ? 'pass' : i === bad ? 'fail' : 'skip',
		ms: i > bad ? null : below(9000) / 7, error: i === bad ? 'http.503' : null,
		message: i === bad ? 'kaputt: é 中 🛠 "\\' : null, detail: { http_status: 200 } }));
	return [...steps, { ...key, type: 'probe', url: 'https://example.com/mcp',
		state: bad < 8 ? 'broken' : 'healthy', failed_step: STEPS[bad] ?? null,
		error: bad < 8 ? 'http.503' : null, total_ms: 214.7, protocol: '2025-11-25',
		era: 'session', tool_hash: bad < 8 ? null : 'a'.repeat(64),
		full_hash: bad < 8 ? null : 'b'.repeat(64), tool_count: bad < 8 ? null : 1 }]
		.map((o) => JSON.stringify(o));
}

const VALUES = ['1e999', '-1e999', 'nan', 'NaN', 'Infinity', '-0', '1e-7', '1e308', '0x10',
	'99999999999999999999', '9'.repeat(400), 'null', 'true', '[]', '{}', '"x\\n"',
	'"\\u0000"', '"a-1\\n"', '"good-1"', '["a-1"]', '"\\ud800"', '"&"', '"\\\\1"', '"%s%n"',
	'"\\\\(input)"', '"$__loc__"', '"\\t"', '"\\u2028"', '""', `"${'y'.repeat(5000)}"`,
	'{"probe_started_at":1e-7}', '"step"', '"probe"', '"runner"', '1', '2', '8', '9', '1.5',
	'[[[[[[[[1]]]]]]]]', `${'['.repeat(300)}1${']'.repeat(300)}`];
const KEYS = ['v', 'type', 'slug', 'region', 'probe_id', 'probe_started_at', 'n', 'state',
	'total_ms', 'at', 'status', 'offset_s', 'a', 'detail', 'tools', 'message', 'step', 'ms'];

// Each makes other text of the lines of a probe.
const MUTATIONS = [
	(text) => { // another value
		const key = one(KEYS);
		return text.replace(new RegExp(`"${key}":("(?:[^"\\\\]|\\\\.)*"|[^,}]*)`),
			() => `"${key}":${one(VALUES)}`);
	},
	(text) => text.replace('{', () => `{"${one(KEYS)}":${one(VALUES)},`), // given twice
	(text) => text.replace('}\n', () => `,"${one(KEYS)}":${one(VALUES)}}\n`),
	(text) => { // a byte
		const at = below(text.length);
		return text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
	},
	(text) => { // a piece is gone
		const at = below(text.length);
		return text.slice(0, at) + text.slice(at + below(200));
	},
	(text) => { // a piece is there again
		const at = below(text.length);
		return text.slice(0, at + below(300)) + text.slice(at);
	},
	(text) => { // other lines, in another order
		const lines = text.split('\n');
		lines.splice(below(lines.length), below(3), one(lines), ...maybe(0.5) ? [one(lines)] : []);
		return lines.join('\n');
	},
	(text) => text.replaceAll(one(['\n', '"', ':', ',', ' ']), (c) =>
		(maybe(0.9) ? c : one(['', '\r\n', '\0', '\t', '\x0b', '\u00ff', '\x1b[31m']))),
	(text) => text.replaceAll(REGION, one(['good-1', 'a-1\\n', '', 'A-1', 'a-1\0'])),
	(text) => `\ufeff${text}`,
	(text) => text.replaceAll('":', '" : '),
];

// Lines that are no records, and none that belongs to a probe.
const junk = () => one([
	() => 'Last login: yesterday', () => '', () => '   \t', () => '{', () => 'null', () => '[]',
	() => '\x1b[31m\xff\xfe', () => 'x'.repeat(below(3e4)), () => ' '.repeat(1.1e6),
	() => '['.repeat(below(1e5)), () => '{"v":1,"type":"step"}', () => '"\\n"', () => 'nan',
	() => `{"v":1,"type":"runner","region":"${REGION}","at":${one(VALUES)},"status":"ok"}`,
	() => `{"v":1,"type":"runner","region":"good-1","at":1,"status":"ok"}`,
	() => `{"v":1,"type":"spool","region":"${REGION}","host":"h","folder":"/","at":1}`,
	() => `{"v":1,"type":"expiry","region":"${REGION}"}`,
])();

function make(folder, n) {
	const now = Math.floor(Date.now() / 1000);
	for (let i = 0; i < n; i += 1) {
		const dir = `${folder}/${i}`, slugs = [...Array(1 + below(8)).keys()].map((k) => `s-${k}`);
		let out = maybe(0.8) ? `{"v":1,"type":"runner","region":"${REGION}","at":${now - 3}.5,"status":"ok",` +
			'"version":"0.1.0","message":null}\n' : '';
		const good = [];
		for (const slug of slugs) {
			const lines = probe(slug, now - 2);
			for (let k = below(3); k; k -= 1) out += `${junk()}\n`;
			if (maybe(0.4)) {
				// Whatever came before, and whatever stands between.
				good.push(...lines);
				out += `${lines.map((l) => (maybe(0.1) ? `${junk()}\n${l}` : l)).join('\n')}\n`;
			} else {
				let text = `${lines.join('\n')}\n`;
				for (let k = 1 + below(4); k; k -= 1) text = one(MUTATIONS)(text);
				out += `${text}\n`;
			}
		}
		for (let k = below(3); k; k -= 1) out += maybe(0.5) ? junk() : `${junk()}\n`;
		mkdirSync(dir, { recursive: true });
		writeFileSync(`${dir}/out`, Buffer.from(out, maybe(0.5) ? 'utf8' : 'latin1'));
		writeFileSync(`${dir}/targets`, slugs.map((slug) => `${JSON.stringify({ slug })}\n`).join(''));
		writeFileSync(`${dir}/times`, `${now - 5}.25 ${now}.75\n`);
		// In Latin-1 a text is another one.
		writeFileSync(`${dir}/good`, JSON.stringify(good));
	}
}

function wrong(dir) {
	const text = readFileSync(`${dir}/records`, 'utf8'), lines = text.split('\n');
	const targets = readFileSync(`${dir}/targets`, 'utf8').trim().split('\n').map((l) => JSON.parse(l).slug);
	const said = [], found = readFileSync(`${dir}/found`, 'utf8').trim().split(' ');
	const need = (ok, what) => { if (!ok) said.push(what); };
	need(lines.pop() === '', 'the last line has no end');
	const all = lines.map((l) => { try { return JSON.parse(l); } catch { return l; } });
	need(all.every((o) => typeof o === 'object' && o), 'a line that is no JSON object');
	// eslint-disable-next-line no-control-regex
	need(!/[\x00-\x09\x0b-\x1f]/.test(text), 'a control character');
	need(all.every((o) => o.v === 1 && o.region === REGION), 'another region');
	const runners = all.filter((o) => o.type === 'runner');
	need(runners.length <= 3, `${runners.length} runner records`);
	need(lines.every((l, i) => all[i].type !== 'runner' || l.length < 5000), 'a long runner record');
	const steps = all.filter((o) => o.type !== 'runner');
	need(steps.length % 9 === 0, 'a probe that is not whole');
	const seen = new Set();
	for (let i = 0; i + 8 < steps.length; i += 9) {
		const nine = steps.slice(i, i + 9), sum = nine[8];
		need(nine.every((o, k) => (k < 8 ? o.type === 'step' && o.n === k + 1 : o.type === 'probe')),
			'steps in another order');
		need(nine.every((o) => o.slug === sum.slug && o.probe_id === sum.probe_id), 'lines of two probes');
		need(targets.includes(sum.slug) && !seen.has(sum.slug), 'a server that was not asked for, or twice');
		need(/^[A-Za-z0-9._-]{1,64}$/.test(sum.probe_id) && !sum.probe_id.includes('\n'), 'a name that is none');
		seen.add(sum.slug);
	}
	need(found[0] === '0', `exit status ${found[0]}`);
	need(/^(null|\[-?\d+\.\d{3},-?\d+\.\d{3}\])$/.test(found[5]), 'no offset');
	// A clock that is off by more than ten seconds: nothing counts.
	const [low, high] = JSON.parse(found[5]) ?? [0, 0];
	if (low > 10 || high < -10) {
		need(!steps.length, 'a probe of a clock that is off');
		need(runners.some((o) => o.status === 'garbled'), 'a clock that is off is not told');
		return said;
	}
	need(Number(found[1]) === steps.length / 9, 'another number of probes');
	const raw = readFileSync(`${dir}/out`);
	const utf8 = Buffer.from(raw.toString('utf8'), 'utf8').equals(raw);
	// Whoever came first with that name is heard.
	const good = JSON.parse(readFileSync(`${dir}/good`, 'utf8')).map((l) => JSON.parse(l));
	for (let i = 0; i < good.length; i += 9) {
		const got = steps.filter((o) => o.slug === good[i].slug && o.probe_id === good[i].probe_id);
		try {
			if (utf8 || !JSON.stringify(good.slice(i, i + 9)).includes('kaputt'))
				deepStrictEqual(got, good.slice(i, i + 9));
			else
				need(got.length === 9, 'a good probe is lost');
		} catch {
			said.push(`a good probe is lost: ${good[i].slug}`);
		}
	}
	return said;
}

const [what, folder, seed, n] = process.argv.slice(2);
if (what === 'make') {
	state = Number(seed);
	make(folder, Number(n));
} else {
	for (const d of readdirSync(folder))
		for (const s of new Set(wrong(`${folder}/${d}`))) console.log(`${d}: ${s}`);
}
