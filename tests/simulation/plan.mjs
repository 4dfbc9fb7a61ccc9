// SPDX-License-Identifier: MIT
// The plan of a server: what each of its regions meets at each tick, and what
// the verdicts must be. The probes of the day follow from it.

// What became of a probe, beside the failures: whole, lost, or without its end.
const WELL = 0, LOST = 1, TORN = 2;

// splitmix32, of which any seed is a good one.
export function random(seed) {
	let state = seed | 0;
	return (n) => {
		state = (state + 0x9e3779b9) | 0;
		let z = state ^ (state >>> 16);
		z = Math.imul(z, 0x21f0aaad);
		z ^= z >>> 15;
		z = Math.imul(z, 0x735a2d97);
		z ^= z >>> 15;
		return Math.floor((z >>> 0) / 4294967296 * n);
	};
}

export class Plan {
	// names: of its regions; ticks: of the day; outcomes: shared by all plans.
	constructor(names, ticks, below, outcomes) {
		this.regions = names;
		this.ticks = ticks;
		this.below = below;
		this.outcomes = outcomes;
		this.all = names.map((_, i) => i);
		this.now = 0; // the tick of the incident
		this.quiet = new Uint8Array(ticks); // nothing happens by chance
		this.stories = [];
		this.strays = [];
		const each = (Type) => names.map(() => new Type(ticks));
		this.outcome = each(Uint8Array);
		this.list = each(Uint16Array);
		this.eras = each(Uint8Array);
		this.starts = each(Float64Array); // second of the tick, plus one; or 0
		this.shifts = each(Int8Array); // ticks that its clock is ahead
		this.kept = each(Uint8Array); // told an hour late
		this.newest = 0; // of the lists of tools
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	shuffled(list) {
		const out = list.slice();
		for (let i = out.length - 1; i > 0; i--) {
			const k = this.below(i + 1);
			[out[i], out[k]] = [out[k], out[i]];
		}
		return out;
	}

	some(n) {
		return this.shuffled(this.all).slice(0, n);
	}

	names(regions) {
		return regions.map((r) => this.regions[r]).sort();
	}

	fill(arrays, regions, a, n, value) {
		for (const r of regions)
			arrays[r].fill(value, a, a + n);
	}

	fail(regions, a, n, [step, error]) {
		const key = `${step} ${error}`;
		if (!this.outcomes.includes(key))
			this.outcomes.push(key);
		this.fill(this.outcome, regions, a, n, this.outcomes.indexOf(key));
	}

	lose(regions, a, n) {
		this.fill(this.outcome, regions, a, n, LOST);
	}

	tear(regions, a, n) {
		this.fill(this.outcome, regions, a, n, TORN);
	}

	start(region, a, second) {
		this.starts[region][a] = second + 1;
	}

	shift(region, a, n, ticks) {
		this.fill(this.shifts, [region], a, n, ticks);
	}

	keep(regions, a, n) {
		this.fill(this.kept, regions, a, n, 1);
	}

	// Another list of tools from here on, the same in all regions of one
	// incident: `words` are other descriptions only.
	deploy(regions, a, what) {
		if (this.deployed !== this.now) {
			this.deployed = this.now;
			this.newest += what === 'words' ? 1 : 16 - this.newest % 16;
		}
		this.fill(this.list, regions, a, this.ticks, this.newest);
	}

	era(region, a, n) {
		this.fill(this.eras, [region], a, n, 1);
	}

	stray(region, a, ticks, failure) {
		this.strays.push({ region, tick: a, ticks, failure });
	}

	// At the end of each of n ticks from a, and of the minutes between them.
	always(a, n, is) {
		this.stories.push({ a, n, is });
	}

	never(a, n, verdict) {
		this.stories.push({ a, n, not: verdict });
	}
}

// The tools of a region: their hash, that of the descriptions, and the era.
const lists = new Map();
export function list(number, era) {
	const key = 65536 * era + number;
	if (!lists.has(key)) {
		const hex = (n) => n.toString(16).padStart(4, '0').repeat(16);
		lists.set(key, { hash: hex((number >> 4) + 4096 * era), full: hex(number),
			era: era ? 'sse' : 'session' });
	}
	return lists.get(key);
}

// What happens by chance to a probe outside of what is quiet, in 10,000.
const CHANCES = [[4, 'late'], [6, 'lost'], [7, 'torn'], [9, 'failed']];

export function chance(plan, tick) {
	if (plan.quiet[tick])
		return '';
	const d = plan.below(10000) / 4;
	const found = CHANCES.find(([below]) => d < below);
	return found ? found[1] : '';
}

export { WELL, LOST, TORN };
