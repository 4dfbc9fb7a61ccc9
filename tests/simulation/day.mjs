// SPDX-License-Identifier: MIT
// A day of a fleet, with incidents, and what its verdicts must be.
//
// day.mjs generate TRUTH >records   the records, in the order in which they came
// day.mjs compare TRUTH <verdicts   1 where a verdict is not that of TRUTH
//
// DAY_SERVERS, DAY_MINUTES, DAY_REGIONS: the size; DAY_SEED: another day;
// DAY_INTERVAL: seconds from one probe of a region to its next.
import fs from 'fs';
import compare from './compare.mjs';
import { KINDS } from './incidents.mjs';
import { Region, STEPS, essence, judge } from './model.mjs';
import { LOST, Plan, TORN, WELL, chance, list, random } from './plan.mjs';

const START = 1777420800000; // 2026-04-29T00:00:00Z, in milliseconds
const MINUTE = 60e3;
const REGIONS = ['us-east-1', 'eu-west-2', 'sa-east-1', 'ap-south-1',
	'us-west-2', 'af-south-1'];

// The parts of a probe that one batch brings.
const WHOLE = 0, STEP_LINES = 1, SUMMARY = 2;

function setting(name, otherwise, most) {
	const n = Number(process.env[name] || otherwise);
	if (!Number.isInteger(n) || n < 1 || n > most)
		throw new Error(`${name}: not a number from 1 to ${most}`);
	return n;
}

const seed = setting('DAY_SEED', 1, 1e9);
const servers = setting('DAY_SERVERS', 60, 60000);
const minutes = setting('DAY_MINUTES', 180, 10000);
const most = setting('DAY_REGIONS', 5, REGIONS.length);
const interval = 1000 * setting('DAY_INTERVAL', 60, 3600);
const ticks = Math.floor(minutes * MINUTE / interval);
const slug = (s) => `mcp-${String(s).padStart(4, '0')}`;

// What becomes of probes, by number; the failures are "STEP ERROR".
const outcomes = ['well', 'lost', 'torn', 'initialize http.503'];
const injected = Object.fromEntries(Object.keys(KINDS).map((k) => [k, 0]));

const room = servers * most * ticks + 4 * servers * (1 + ticks / 15);
const probes = { n: 0, at: new Float64Array(room), region: new Uint8Array(room),
	server: new Uint16Array(room), outcome: new Uint8Array(room),
	list: new Uint16Array(room), era: new Uint8Array(room) };
// What came when: minutes after the start.
const batches = { n: 0, probe: new Uint32Array(1.2 * room),
	minute: new Uint16Array(1.2 * room), part: new Uint8Array(1.2 * room) };

function arrives(probe, minute, part) {
	batches.probe[batches.n] = probe;
	batches.minute[batches.n] = Math.max(0, minute);
	batches.part[batches.n++] = part;
}

// Whether a probe read the tools.
function readsTools(outcome) {
	return outcome === WELL || outcomes[outcome].startsWith('tool-hash');
}

// A probe that started at `at` by its own clock, and came after `came`. Some
// come late, some twice, and some in two pieces.
function add(s, region, at, came, what, below) {
	const i = probes.n++, minute = Math.floor((came - START) / MINUTE);
	const late = below(50) ? 0 : 1 + below(9);
	probes.at[i] = at;
	probes.region[i] = region;
	probes.server[i] = s;
	probes.outcome[i] = what.outcome;
	probes.list[i] = what.list;
	probes.era[i] = what.era;
	if (what.outcome > TORN && !below(20)) {
		arrives(i, minute + late, STEP_LINES);
		// That of some is lost: the step that failed is enough, but only the
		// summary has the hash.
		if (below(4) || readsTools(what.outcome))
			arrives(i, minute + below(5), SUMMARY);
	} else {
		arrives(i, minute + late, WHOLE);
	}
	if (!below(100))
		arrives(i, minute + below(30), WHOLE);
}

// Incidents of each kind in turn, with time between them.
function incidents(s, plan, below) {
	const n = plan.all.length, gap = Math.max(20, Math.floor(ticks / 12));
	const kinds = Object.keys(KINDS).filter((k) => KINDS[k].from <= n &&
		(KINDS[k].to || n) >= n && (interval === MINUTE || !KINDS[k].minutely));
	// Servers of few regions are few: with what only they have, they begin.
	const own = kinds.findIndex((k) => KINDS[k].to === n);
	for (let a = 6 + below(gap), turn = own < 0 ? 7 * s + seed : own;; turn++) {
		const name = kinds[turn % kinds.length], kind = KINDS[name];
		const [least, longest] = kind.length;
		const length = least + below(longest - least + 1);
		const before = 4 + (kind.before || 0);
		const end = a + before + length + 4 + (kind.after || 0);
		if (end + 4 > ticks)
			return;
		const stories = plan.stories;
		plan.now = a + before;
		plan.stories = [];
		kind.inject(plan, a + before, length);
		injected[name]++;
		// Chance may spoil the story of some.
		if (below(4)) {
			plan.quiet.fill(1, a, end);
			plan.stories.forEach((story) => { story.kind = name; });
			stories.push(...plan.stories);
		}
		plan.stories = stories;
		a = end + 4 + below(gap);
	}
}

// What each region's probe met, tick by tick.
function probed(s, plan, below) {
	const scale = interval / MINUTE, spread = below(40000);
	const offset = plan.all.map(() => spread + below(8000));
	for (const { region, tick, ticks: by, failure } of plan.strays) {
		plan.fail([region], ticks, 0, failure); // for its number
		add(s, region, START + (tick + by) * interval + below(interval),
			START + tick * interval, { outcome: outcomes.indexOf(failure.join(' ')),
				list: 0, era: 0 }, below);
	}
	for (let tick = 0; tick < ticks; tick++) {
		for (const r of plan.all) {
			const luck = chance(plan, tick);
			let outcome = plan.outcome[r][tick];
			let after = plan.starts[r][tick]
				? Math.round(1000 * (plan.starts[r][tick] - 1))
				: offset[r] + below(3000);
			if (luck === 'lost' || luck === 'torn')
				outcome = luck === 'lost' ? LOST : TORN;
			else if (luck === 'failed')
				outcome = 3 + below(outcomes.length - 3);
			else if (luck === 'late')
				after += 5000 + below(40000);
			if (outcome === LOST)
				continue;
			const at = START + tick * interval + Math.round(after * scale);
			add(s, r, at + plan.shifts[r][tick] * interval,
				at + 1500 + 60 * MINUTE * plan.kept[r][tick],
				{ outcome, list: plan.list[r][tick], era: plan.eras[r][tick] },
				below);
		}
	}
}

function makeServer(s) {
	const below = random(seed * 1000003 + s);
	// One in 20 each has one, two and three regions.
	const n = Math.min(most, s % 20 < 3 ? 1 + s % 20 : most);
	const plan = new Plan(REGIONS.slice(0, n).sort(), ticks, below, outcomes);
	incidents(s, plan, below);
	const from = probes.n;
	probed(s, plan, below);
	plan.probes = inOrder(from, plan);
	return plan;
}

// The indices of each region's probes, in the order in which they started; no
// two did at once.
function inOrder(from, plan) {
	const of = plan.all.map(() => []);
	for (let i = from; i < probes.n; i++)
		of[probes.region[i]].push(i);
	for (const own of of) {
		own.sort((a, b) => probes.at[a] - probes.at[b]);
		for (let k = 1; k < own.length; k++)
			if (probes.at[own[k]] <= probes.at[own[k - 1]])
				probes.at[own[k]] = probes.at[own[k - 1]] + 1;
	}
	return of.map((own) => own.filter((i) => probes.outcome[i] !== TORN));
}

function heard(i) {
	const outcome = probes.outcome[i];
	const [step, error] = outcome === WELL ? [null] : outcomes[outcome].split(' ');
	return { at: probes.at[i], step, throttled: error === 'http.429',
		list: readsTools(outcome)
			? list(probes.list[i], probes.era[i]) : null };
}

// The verdicts of a server, a minute each.
function verdicts(s, plan, range) {
	const regions = plan.regions.map((name) => new Region(name, interval));
	const coming = plan.probes, next = plan.all.map(() => 0), out = [];
	for (let m = range.first; m <= range.last; m += MINUTE) {
		const now = m + MINUTE - 1;
		plan.all.forEach((r) => {
			while (next[r] < coming[r].length &&
				probes.at[coming[r][next[r]]] <= now)
				regions[r].hear(heard(coming[r][next[r]++]));
		});
		out.push(judge(regions, now, Math.max(interval, MINUTE)));
	}
	return out;
}

// Whether the model tells what the incidents did.
function holdStories(s, plan, told, range) {
	for (const { a, n, is, not, kind } of plan.stories) {
		const at = (tick) => (START + tick * interval - range.first) / MINUTE - 1;
		for (let i = Math.ceil(at(a + 1)); i <= at(a + n); i++) {
			const v = told[i];
			const odd = not ? [v.verdict].filter((c) => c === not)
				: Object.keys(is).filter((k) => String(v[k]) !== String(is[k]));
			if (!odd.length)
				continue;
			throw new Error(`DAY_SEED=${seed}: ${slug(s)}: ${kind}, minute ` +
				`${new Date(range.first + i * MINUTE).toISOString()}: ` +
				`${not ? 'never ' + not : JSON.stringify(is)}, but the model ` +
				`says ${JSON.stringify(v)}`);
		}
	}
}

function writeTruth(out, s, told, range) {
	let from = range.first, since = null, lines = '';
	told.concat([null]).forEach((v, i) => {
		const text = v && essence(v), m = range.first + i * MINUTE;
		if (text === since)
			return;
		if (since)
			lines += JSON.stringify({ slug: slug(s), from: from / 1000,
				to: (m - MINUTE) / 1000, ...told[i - 1] }) + '\n';
		since = text;
		from = m;
	});
	fs.writeSync(out, lines);
}

// Its lines; of one whose end was cut off, three steps. All servers are on one
// host, for where several hosts fail at once a region may be cut off, which the
// model does not know.
function lines(i, part) {
	const outcome = probes.outcome[i], torn = outcome === TORN;
	const failed = outcome > TORN ? outcomes[outcome].split(' ') : null;
	const s = probes.server[i], l = heard(i).list;
	const key = `"slug":"${slug(s)}","region":"${plans[s].regions[probes.region[i]]}",` +
		`"probe_id":"${(i + 1).toString(16).padStart(32, '0')}",` +
		`"probe_started_at":${(probes.at[i] / 1000).toFixed(6)},`;
	let out = '';
	for (let n = 1; (failed || torn) && part !== SUMMARY && n <= 8; n++) {
		const step = STEPS[n - 1], bad = failed && step === failed[0];
		if (torn && n > 3)
			break;
		const past = failed && n > 1 + STEPS.indexOf(failed[0]);
		out += `{"v":1,"type":"step",${key}"n":${n},"step":"${step}",` +
			`"status":"${bad ? 'fail' : past ? 'skip' : 'pass'}",` +
			`"ms":${past ? null : 10 * n + 0.125},` +
			`"error":${bad ? `"${failed[1]}"` : null},` +
			`"message":${bad ? '"the server did not do what it should"' : null},` +
			`"detail":{}}\n`;
	}
	if (torn || part === STEP_LINES)
		return out;
	return out + `{"v":1,"type":"probe",${key}"url":"https://all.example/${slug(s)}",` +
		`"state":"${failed ? 'broken' : 'healthy'}",` +
		`"failed_step":${failed ? `"${failed[0]}"` : null},` +
		`"error":${failed ? `"${failed[1]}"` : null},` +
		`"total_ms":${80 + i % 400},` + (l
		? `"protocol":"2025-11-25","era":"${l.era}","tool_hash":"${l.hash}",` +
			`"full_hash":"${l.full}","tool_count":12}\n`
		: '"protocol":null,"era":null,"tool_hash":null,"full_hash":null,' +
			'"tool_count":null}\n');
}

function writeAll(text) {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length;)
		at += fs.writeSync(1, bytes, at);
	return text.split('\n').length - 1;
}

// Minute by minute; those of one are in no order.
function writeRecords() {
	const below = random(seed), starts = new Uint32Array(65537);
	const order = new Uint32Array(batches.n);
	for (let b = 0; b < batches.n; b++)
		starts[batches.minute[b] + 1]++;
	for (let m = 0; m < 65536; m++)
		starts[m + 1] += starts[m];
	const next = starts.slice();
	for (let b = 0; b < batches.n; b++)
		order[next[batches.minute[b]]++] = b;
	let records = 0;
	for (let m = 0; m < 65536; m++) {
		let text = '';
		for (let k = starts[m + 1] - 1; k >= starts[m]; k--) {
			const other = starts[m] + below(k - starts[m] + 1);
			const b = order[other];
			order[other] = order[k];
			text += lines(batches.probe[b], batches.part[b]);
		}
		if (text)
			records += writeAll(text);
	}
	return records;
}

const plans = [];
function generate(path) {
	for (let s = 0; s < servers; s++)
		plans.push(makeServer(s));
	const range = { first: Infinity, last: -Infinity };
	for (let i = 0; i < probes.n; i++) {
		if (probes.outcome[i] === TORN)
			continue;
		const m = Math.floor(probes.at[i] / MINUTE) * MINUTE;
		range.first = Math.min(range.first, m);
		range.last = Math.max(range.last, m);
	}
	const out = fs.openSync(path, 'w');
	fs.writeSync(out, JSON.stringify({ seed, servers, minutes, regions: most,
		interval: interval / 1000, probes: probes.n,
		first: range.first / 1000, last: range.last / 1000, injected }) + '\n');
	plans.forEach((plan, s) => {
		const told = verdicts(s, plan, range);
		holdStories(s, plan, told, range);
		writeTruth(out, s, told, range);
	});
	fs.closeSync(out);
	const records = writeRecords();
	const none = Object.keys(injected).filter((k) => !injected[k]);
	if (none.length)
		console.error(`DAY_SEED=${seed}: no ${none.join(', no ')}`);
	const count = Object.values(injected).reduce((a, b) => a + b);
	console.error(`DAY_SEED=${seed}: ${servers} servers, ${minutes} minutes, ` +
		`${probes.n} probes, ${records} records, ${count} incidents`);
}

const [command, path] = process.argv.slice(2);
if (command === 'generate' && path)
	generate(path);
else if (command === 'compare' && path)
	compare(path);
else
	throw new Error('usage: day.mjs generate|compare TRUTH');
