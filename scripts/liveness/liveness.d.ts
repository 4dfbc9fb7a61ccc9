/* SPDX-License-Identifier: MIT */
/** What the read API says of a server; 'unknown' where it says nothing about now. */
export type State = 'up' | 'degraded' | 'down' | 'unknown';

export interface Options {
	/** Where the read API is, such as https://status.example.com. */
	base: string | URL;
	/** Of private servers; sent over https only, loopback apart. */
	token?: string;
	/** Between two rounds: 15 seconds. */
	pollMs?: number;
	/** For one answer of the API: 4 seconds. */
	timeoutMs?: number;
	/** An as_of older than this is no answer: 5 minutes. */
	staleMs?: number;
	/** Nor is one that is further ahead: 2 minutes. */
	aheadMs?: number;
	/** Failed calls in a row that open the circuit: 3. */
	failures?: number;
	/** How long it stays open, whatever the API says: a minute. */
	openMs?: number;
	/** For a call: 30 seconds. */
	callMs?: number;
	/** For a call to a server that is degraded: 5 seconds. */
	degradedMs?: number;
	/** In place of the global one. */
	fetch?: typeof globalThis.fetch;
	/** In place of Date.now. */
	now?: () => number;
}

/** A call that was not made. */
export class Skipped extends Error {
	readonly slug: string;
	readonly reason: 'down' | 'circuit open';
	constructor(slug: string, reason: 'down' | 'circuit open');
}

export class UpstreamLiveness {
	/** Throws a TypeError where a slug or an option is none. */
	constructor(slugs: Iterable<string>, options: Options);
	/** Poll from now on; the timer keeps no process alive. */
	start(): void;
	stop(): void;
	/** One round; never rejects. */
	poll(): Promise<void>;
	/** At once, from memory. */
	state(slug: string): State;
	/** False where the server is down or its circuit is open; at once. */
	shouldRoute(slug: string): boolean;
	/** How long a call may take now. */
	timeoutMs(slug: string): number;
	/** What a call that you made yourself came to. */
	succeeded(slug: string): void;
	failed(slug: string): void;
	/** A call: skipped, timed and noted. */
	call<T>(slug: string, fn: (signal: AbortSignal) => T | Promise<T>): Promise<T>;
}
