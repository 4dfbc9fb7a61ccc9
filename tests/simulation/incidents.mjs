// SPDX-License-Identifier: MIT
// What happens to servers, as an operator would tell it. Each kind writes into
// the plan of a server what its regions meet, beginning with tick `a`, and says
// what the verdicts must be: the story, by which the model is held too. A tick
// is the time from one probe of a region to its next. `from` and `to` say how
// many regions the server must have, `length` how many ticks it lasts; `before`
// and `after`, how far from these it reaches. `minutely`: what it tells holds
// only where a tick is a minute.

// As a server fails: no two at the same step.
const FAILURES = [['dns', 'dns.nxdomain'], ['tls', 'tcp.refused'],
	['initialize', 'http.503'], ['auth-initialize', 'auth.rejected'],
	['tools-list', 'jsonrpc.-32603'], ['tools-call', 'tool.error']];
const THROTTLED = ['initialize', 'http.429'];
const PINNED = ['tool-hash', 'hash.pinned'];

const AMBER = { verdict: 'amber', tier: 'regional' };
const GREEN = { verdict: 'green', tier: 'ok', step: '', divergence: '' };
const UNKNOWN = { verdict: 'unknown', tier: 'no-data' };
const TWO = { verdict: 'red', tier: 'step-alert', failed_regions: 2 };
const HARD = { verdict: 'red', tier: 'hard-outage' };
const STALE = { verdict: 'green', divergence: 'cdn-cache-divergence' };

// Two regions fail one probe each, the second so many seconds after the first,
// in the minute after it; no other probe of the first comes between. Seconds
// are those of a tick of 60.
const apart = (first, second, is) => ({ from: 2, length: [1, 1],
	inject(p, a) {
		const [x, y] = p.some(2), failure = p.pick(FAILURES);
		p.fail([x], a, 1, failure);
		p.start(x, a, first);
		p.lose([x], a + 1, 1);
		p.fail([y], a + 1, 1, failure);
		p.start(y, a + 1, second);
		p.always(a, 1, AMBER);
		p.always(a + 1, 1, { ...is, failing: p.names([x, y]) });
		p.never(a + 2, 3, 'red');
	} });

// All regions that there are fail at one step.
const outage = (from, to, is) => ({ from, to, length: [3, 30],
	inject(p, a, n) {
		const failure = p.pick(FAILURES);
		p.fail(p.all, a, n, failure);
		p.always(a, n, { ...is, step: failure[0], failed_regions: p.all.length });
		p.never(a + n, 3, 'red');
	} });

// So many regions fail, each at a step of its own or all at one.
const failing = (k, from, same, is) => ({ from, length: [3, 20],
	inject(p, a, n) {
		const bad = p.some(k), ways = p.shuffled(FAILURES);
		bad.forEach((r, i) => p.fail([r], a, n, ways[same ? 0 : i]));
		p.always(a, n, { ...is, failing: p.names(bad) });
		p.always(a + n, 3, GREEN);
	} });

// An http.429 so many times in a row, everywhere or in one region.
const throttled = (k, everywhere, is) => ({ from: 3, length: [k, k],
	inject(p, a, n) {
		p.fail(everywhere ? p.all : p.some(1), a, n, THROTTLED);
		p.always(a, Math.min(n, 2), GREEN);
		if (n > 2)
			p.always(a + 2, n - 2, { ...is, step: THROTTLED[0] });
		p.always(a + n, 3, GREEN);
	} });

// Some regions tell nothing, which is known two ticks later.
const silence = (which, from, is) => ({ from, length: [5, 30],
	inject(p, a, n) {
		const gone = which(p);
		p.lose(gone, a, n);
		p.always(a + 2, n - 2, { ...is, no_data: p.names(gone), failing: [] });
		p.never(a, n + 3, 'red');
		p.never(a, n + 3, 'amber');
		p.always(a + n, 3, GREEN);
	} });

const alone = (length, then) => ({ from: 1, to: 1, length,
	inject(p, a, n) {
		p.fail(p.all, a, n, p.pick(FAILURES));
		p.always(a, Math.min(n, 2), AMBER);
		if (n > 2)
			p.always(a + 2, n - 2, then);
		p.always(a + n, 3, GREEN);
	} });

// One region's clock is wrong: its probes count when they say that they were.
const clock = (ticks) => ({ from: 3, length: [5, 8],
	before: Math.max(0, -ticks), after: Math.max(0, ticks),
	inject(p, a, n) {
		const x = p.some(1);
		p.shift(x[0], a, n, ticks);
		p.always(a + 2, n - 2, { ...GREEN, no_data: p.names(x) });
		p.always(a + ticks, n + 3, { verdict: 'green' });
	} });

// A probe that started long before the day, or will after it, has come.
const stray = (ticks) => ({ from: 1, length: [1, 1],
	inject(p, a) {
		p.stray(p.some(1)[0], a, ticks(p), p.pick(FAILURES));
		p.always(a - 2, 5, GREEN);
	} });

const deploy = (what) => ({ from: 1, minutely: true, length: [1, 1],
	inject(p, a) {
		p.deploy(p.all, a, what);
		p.always(a - 2, 2, { ...GREEN, drift: [] });
		p.always(a, 1, { ...GREEN, drift: p.names(p.all) });
		p.always(a + 1, 4, { ...GREEN, drift: [] });
	} });

export const KINDS = {
	'total outage': outage(3, 9, HARD),
	'total outage of two regions': outage(2, 2, TWO),
	'two regions, one step': failing(2, 3, true, TWO),
	'three regions, one step': failing(3, 4, true, { ...HARD, failed_regions: 3 }),
	'two regions, two steps': failing(2, 3, false, AMBER),
	'four regions, four steps': failing(4, 5, false, AMBER),
	'all regions, as many steps': { from: 3, to: 6, length: [3, 20],
		inject(p, a, n) {
			const ways = p.shuffled(FAILURES);
			p.all.forEach((r, i) => p.fail([r], a, n, ways[i]));
			p.always(a, n, { ...HARD, failed_regions: 1 });
		} },
	'one region': failing(1, 2, true, AMBER),
	'50 s apart, over a minute': apart(50, 40, TWO),
	'60 s apart': apart(20, 20, TWO),
	'60.001 s apart': apart(20, 20.001, { ...AMBER, failed_regions: 1 }),
	'90 s apart': apart(10, 40, { ...AMBER, failed_regions: 1 }),
	'one region silent': silence((p) => p.some(1), 3, GREEN),
	'all but one silent': silence((p) => p.all.slice(1), 3, UNKNOWN),
	'all silent': silence((p) => p.all, 1, UNKNOWN),
	'silent to the millisecond': { from: 3, length: [6, 9],
		inject(p, a, n) {
			const x = p.some(1);
			p.start(x[0], a, 59.999);
			p.lose(x, a + 1, n - 1);
			p.always(a, 3, { ...GREEN, no_data: [] });
			p.always(a + 3, n - 3, { ...GREEN, no_data: p.names(x) });
		} },
	'silent while failing': { from: 3, length: [8, 30],
		inject(p, a, n) {
			const x = p.some(1);
			p.fail(x, a, 2, p.pick(FAILURES));
			p.lose(x, a + 2, n - 2);
			p.always(a, 4, { ...AMBER, failing: p.names(x) });
			p.always(a + 4, n - 4, { ...GREEN, failing: [], no_data: p.names(x) });
			p.always(a + n, 3, GREEN);
		} },
	'told in part': { from: 3, length: [5, 9],
		inject(p, a, n) {
			const x = p.some(1);
			p.tear(x, a, n);
			p.always(a, n + 3, GREEN);
			p.always(a + 2, n - 2, { no_data: p.names(x) });
		} },
	'the only region, twice': alone([2, 2]),
	'the only region, three times': alone([3, 9], { verdict: 'red', tier: 'step-alert' }),
	'the only region, at changing steps': { from: 1, to: 1, length: [4, 9],
		inject(p, a, n) {
			const ways = p.shuffled(FAILURES);
			for (let i = 0; i < n; i++)
				p.fail(p.all, a + i, 1, ways[i % ways.length]);
			p.always(a, 2, AMBER);
			p.always(a + 2, n - 2, { verdict: 'red', tier: 'step-alert' });
			p.always(a + n, 3, GREEN);
		} },
	// A failure that is too old to be looked at holds it, at amber.
	'the only region, an outage, then 429': { from: 1, to: 1, length: [8, 8],
		inject(p, a) {
			p.fail(p.all, a, 4, p.pick(FAILURES));
			p.lose(p.all, a + 4, 2);
			p.fail(p.all, a + 6, 2, THROTTLED);
			p.always(a + 2, 4, { verdict: 'red', tier: 'step-alert' });
			p.always(a + 6, 2, { ...AMBER, failed_regions: 0, reporters: 1 });
			p.always(a + 8, 3, GREEN);
		} },
	'429 once': throttled(1, true),
	'429 twice': throttled(2, true),
	'429 three times': throttled(3, true, AMBER),
	'429 on and on': throttled(7, true, AMBER),
	'429 three times, one region': throttled(3, false, AMBER),
	'429 upon a failure': { from: 3, length: [4, 4],
		inject(p, a) {
			const x = p.some(1), failure = p.pick(FAILURES);
			p.fail(x, a, 2, failure);
			p.fail(x, a + 2, 2, THROTTLED);
			p.always(a, 4, { ...AMBER, step: failure[0], failing: p.names(x) });
			p.always(a + 4, 3, GREEN);
		} },
	'other tools': deploy('other'),
	'other words': deploy('words'),
	'other tools, then silence': { from: 1, minutely: true, length: [3, 3],
		inject(p, a) {
			p.deploy(p.all, a, 'other');
			p.lose(p.some(1), a + 1, 2);
			p.always(a, 1, { drift: p.names(p.all) });
			p.always(a + 1, 5, { drift: [] });
		} },
	'one region stale': { from: 3, minutely: true, length: [45, 45],
		inject(p, a, n) {
			const [x, ...others] = p.some(p.all.length);
			p.deploy(others, a, 'other');
			p.deploy([x], a + n, 'other');
			p.always(a, n, STALE);
			p.always(a, 1, { drift: p.names(others) });
			p.always(a + n, 1, { ...GREEN, drift: p.names([x]) });
			p.always(a + n + 1, 3, { ...GREEN, drift: [] });
		} },
	'stale, then silent': { from: 3, minutely: true, length: [9, 9],
		inject(p, a, n) {
			const [x, ...others] = p.some(p.all.length);
			p.start(x, a, 59.999);
			p.lose([x], a + 1, n - 1);
			p.deploy(others, a + 1, 'other');
			p.deploy([x], a + n, 'other');
			p.always(a + 1, 5, STALE);
			p.always(a + 6, n - 6, GREEN);
		} },
	'another era': { from: 3, minutely: true, length: [5, 20],
		inject(p, a, n) {
			const x = p.some(1);
			p.era(x[0], a, n);
			p.always(a, n, GREEN);
			p.always(a, 1, { drift: p.names(x) });
			p.always(a + n, 1, { ...GREEN, drift: p.names(x) });
		} },
	'not the pinned tools': { from: 3, minutely: true, length: [3, 20],
		inject(p, a, n) {
			p.deploy(p.all, a, 'other');
			p.fail(p.all, a, n, PINNED);
			p.always(a, n, { ...HARD, step: PINNED[0], divergence: '' });
			p.always(a, 1, { drift: p.names(p.all) });
		} },
	'one region flaps': { from: 2, length: [6, 20],
		inject(p, a, n) {
			const x = p.some(1), failure = p.pick(FAILURES);
			for (let i = 0; i < n; i++) {
				p.fail(x, a + i, (i + 1) % 2, failure);
				p.always(a + i, 1, i % 2 ? GREEN : AMBER);
			}
		} },
	'two regions flap': { from: 3, length: [6, 20],
		inject(p, a, n) {
			const bad = p.some(2), failure = p.pick(FAILURES);
			for (let i = 0; i < n; i++) {
				p.fail(bad, a + i, (i + 1) % 2, failure);
				p.always(a + i, 1, i % 2 ? GREEN : TWO);
			}
		} },
	'told an hour late': { from: 3, length: [3, 20],
		inject(p, a, n) {
			const bad = p.some(2);
			p.fail(bad, a, n, p.pick(FAILURES));
			p.keep(p.all, a - 2, n + 4);
			p.always(a, n, { ...TWO, failing: p.names(bad) });
			p.always(a + n, 3, GREEN);
		} },
	'a clock 20 ticks ahead': clock(20),
	'a clock 10 ticks behind': clock(-10),
	'a record from long ago': stray((p) => -3 - p.below(40) - p.now),
	'a record from the future': stray((p) => p.ticks - p.now + p.below(20)),
	// No story: only the model knows.
	'anything at all': { from: 1, length: [15, 40],
		inject(p, a, n) {
			const usual = p.pick(FAILURES);
			for (const r of p.all) {
				for (let i = a; i < a + n; i++) {
					const d = p.below(10);
					if (d < 4)
						p.fail([r], i, 1, usual);
					else if (d === 4)
						p.fail([r], i, 1 + p.below(3), THROTTLED);
					else if (d === 5)
						p.fail([r], i, 1, p.pick(FAILURES));
					else if (d === 6)
						p.lose([r], i, 1 + p.below(4));
					else if (d === 7)
						p.start(r, i, p.below(90));
				}
			}
		} },
};
