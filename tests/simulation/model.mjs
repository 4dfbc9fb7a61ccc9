// SPDX-License-Identifier: MIT
// The rule of mcp-aggregate(1), told once more and as simply as can be, for
// verdicts to be compared with. It was written from the rule, not from the code
// of the aggregator. Instants and durations are whole milliseconds, so that
// nothing is ever rounded.

export const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery',
	'auth-initialize', 'tools-list', 'tools-call', 'tool-hash'];

// A hash that was seen longer ago has no say in a divergence.
const DIVERGENCE = 300e3;

// What a region's probes say, heard in the order in which they started.
export class Region {
	constructor(name, interval) {
		this.name = name;
		this.lookback = 3 * interval;
		this.last = -Infinity; // when the newest probe started
		this.throttled = 0; // so many http.429 in a row
		this.limited = false; // its run is one of http.429
		this.step = null; // that fails, or null
		this.run = []; // when the failures of the run started
		this.failures = 0; // so many in a row, at whatever steps
		this.broken = true; // the next failure begins a run
		this.list = null; // the tools that were seen last
		this.listed = -Infinity; // and when
		this.told = null; // the tools that the last verdict saw
	}

	// A probe: at; step, which failed, or null; throttled, whether with an
	// http.429; list, the tools that it read, or null.
	hear(p) {
		const gap = p.at - this.last >= this.lookback;
		this.last = p.at;
		if (p.list) {
			this.list = p.list;
			this.listed = p.at;
		}
		if (gap)
			this.broken = true;
		this.throttled = !p.throttled ? 0 : gap ? 1 : this.throttled + 1;
		if (this.throttled === 1 || this.throttled === 2)
			return;
		// What is limited is not down: neither goes on as the other.
		if (p.step && p.throttled !== this.limited)
			this.broken = true;
		this.limited = Boolean(p.throttled);
		if (this.broken || p.step !== this.step)
			this.run = [];
		this.failures = !p.step ? 0 : this.broken ? 1 : this.failures + 1;
		this.broken = false;
		this.step = p.step;
		if (p.step)
			this.run.push(p.at);
	}

	reports(now) {
		return this.last > now - this.lookback;
	}

	// The failures of the run that are looked at.
	recent(now) {
		return this.run.filter((at) => at > now - this.lookback);
	}
}

// The most regions of which one interval as long as the tolerance holds a
// failure each: some failure begins it.
function agreeing(failures, tolerance) {
	let most = 0;
	for (const from of failures.flat()) {
		const held = failures.filter((f) =>
			f.some((at) => at >= from && at <= from + tolerance));
		most = Math.max(most, held.length);
	}
	return most;
}

// The step with the most, the earlier one of equals; or no step and 0.
function most(count) {
	let best = { step: '', n: 0 };
	for (const step of STEPS) {
		const n = count(step);
		if (n > best.n)
			best = { step, n };
	}
	return best;
}

function diverges(regions, now) {
	const seen = regions.filter((r) => r.list && r.listed >= now - DIVERGENCE);
	return seen.some((a) => seen.some((b) => a.list.era === b.list.era &&
		a.list.hash !== b.list.hash));
}

// agreed: so many regions agree, by failures that are looked at.
function tierOf(regions, failing, reporters, agreed, now, tolerance) {
	const n = regions.length;
	if (reporters.length < Math.min(2, n))
		return 'no-data';
	if (!failing.length)
		return 'ok';
	if (failing.every((r) => r.limited))
		return 'regional';
	if (n === 1)
		return failing[0].failures >= 3 && agreed ? 'step-alert' : 'regional';
	if (agreed >= 3)
		return 'hard-outage';
	if (n >= 3 && reporters.length === n &&
		failing.every((r) => !r.limited) &&
		agreeing(regions.map((r) => r.recent(now)), tolerance) === n)
		return 'hard-outage';
	return agreed === 2 ? 'step-alert' : 'regional';
}

const COLOUR = { 'ok': 'green', 'regional': 'amber', 'step-alert': 'red',
	'hard-outage': 'red', 'no-data': 'unknown' };

// The verdict as of an instant on regions, in the order of their names, that
// have heard every probe up to then.
export function judge(regions, now, tolerance) {
	const reporters = regions.filter((r) => r.reports(now));
	// What a silent region saw last says nothing of now.
	const failing = reporters.filter((r) => r.step);
	// Those that are limited say something only where all that fail are.
	const limited = failing.every((r) => r.limited);
	const heard = failing.filter((r) => r.limited === limited);
	const agreed = most((step) => agreeing(heard
		.filter((r) => r.step === step).map((r) => r.recent(now)), tolerance));
	// Those whose failures are older than the lookback agree with nobody.
	const older = most((step) => heard.filter((r) => r.step === step).length);
	const tier = tierOf(regions, failing, reporters, agreed.n, now, tolerance);
	const drift = regions.filter((r) => r.told && r.list !== r.told);
	for (const r of regions)
		r.told = r.list;
	return {
		verdict: COLOUR[tier], tier, step: agreed.step || older.step,
		failed_regions: agreed.n, reporters: reporters.length,
		expected: regions.length,
		failing: failing.map((r) => r.name),
		no_data: regions.filter((r) => !r.reports(now)).map((r) => r.name),
		divergence: diverges(regions, now) ? 'cdn-cache-divergence' : '',
		drift: drift.map((r) => r.name),
	};
}

// What is compared of two verdicts.
export function essence(v) {
	return JSON.stringify([v.verdict, v.tier, v.step, v.failed_regions,
		v.reporters, v.expected, v.failing, v.no_data, v.divergence, v.drift]);
}
