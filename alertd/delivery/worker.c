/* SPDX-License-Identifier: MIT */
#include "delivery/delivery.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "outbox/outbox.h"
#include "routing/routing.h"
#include "sinks/sink.h"
#include "state/state_store.h"
#include "transport/transport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Results that are stored together: what a crash makes us send again. */
#define TOGETHER 32
/* Attempts at a time to one route that is up; to any other route one. */
#define ROUTE_MAX 8
/* Those beyond the first of their route, over all routes. */
#define MORE_MAX 32
/* All attempts at a time. */
#define FLYING_MAX 256
/* A result waits for others, to be stored with them, for no longer; while more
   attempts are to begin, and else. */
#define SETTLE_BUSY_MS 100
#define SETTLE_MS 20
/* A route that is down is left alone for this long; if it asks for more, for as
   long as a P1 may wait. */
#define DOWN_S RETRY_DELAY_MIN_S
/* After the store failed, no result is stored for this long; nor after others
   kept changing its state. */
#define STORE_PAUSE_MS 10000
#define CONFLICT_PAUSE_MS 500

/* The attempts that are under way to a route. */
struct route_use {
	size_t attempts;
	bool up; /* it took the last event */
};

struct worker {
	struct state_store *states;
	struct deliver *deliver;
	struct attempt_context context;
	struct route_use *routes; /* those of the configuration */
	size_t more;		  /* attempts beyond the first of their route */
	double now, now_ms; /* the time, and when it was; see clock_mono_ms */
	const struct strings *held; /* see worker_hold; or NULL */
	struct attempts queue;	/* to begin, the most urgent first if sorted */
	bool sorted;
	struct attempts flying; /* under way */
	struct attempts done;	/* to be stored, since done_ms */
	double done_ms;
	double paused_ms;	/* nothing is stored before */
	struct strings look;	/* servers to be looked at */
	struct strings settled; /* whose outbox is empty */
	bool overdue;	/* an event did not arrive in time anywhere */
	bool left;	/* something is left for a later run */
	struct strings reported; /* slugs of which it was said that they wait */
	struct strings waits; /* and of which it is still to be said */
	struct worker_watch watch; /* key NULL: nobody waits */
};

struct worker *worker_new(struct state_store *states, struct deliver *deliver,
	const struct conf *conf)
{
	struct worker *w = xcalloc(1, sizeof *w);
	size_t n = conf ? conf->n_routes : 0;

	w->states = states;
	w->deliver = deliver;
	w->context.conf = conf;
	w->context.down_until = xcalloc(n, sizeof *w->context.down_until);
	w->routes = xcalloc(n, sizeof *w->routes);
	owner_name(w->context.holder);
	return w;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	attempts_release(&w->queue);
	attempts_release(&w->flying);
	attempts_release(&w->done);
	strings_release(&w->look);
	strings_release(&w->settled);
	strings_release(&w->reported);
	strings_release(&w->waits);
	free(w->context.down_until);
	free(w->routes);
	free(w);
}

void worker_watch(struct worker *w, const struct worker_watch *watch)
{
	w->watch = *watch;
	w->context.watched = watch->key;
}

static void let_time_go_by(struct worker *w)
{
	w->context.now = w->now + (clock_mono_ms() - w->now_ms) / 1000;
}

/* A pretended clock does not move; ours does, so that deliveries stay due. */
static void set_clock(struct worker *w, double now)
{
	let_time_go_by(w);
	if (now < w->context.now && w->context.now - now < STATE_AHEAD_S)
		return;
	w->now = w->context.now = now;
	w->now_ms = clock_mono_ms();
}

struct outbox_judge worker_judge(struct worker *w, double now)
{
	set_clock(w, now);
	return attempt_judge(&w->context);
}

void worker_hold(struct worker *w, const struct strings *keys)
{
	w->held = keys;
}

static bool is_held(const struct worker *w, const struct pending *p)
{
	return w->held && strings_has_sorted(w->held, p->key);
}

static bool any_held(const struct worker *w, const struct alert_state *st)
{
	for (size_t i = 0; i < st->n_outbox; i++)
		if (is_held(w, &st->outbox[i]))
			return true;
	return false;
}

/* Whether this process is sending that delivery, or has its result. */
static bool has_attempt(const struct worker *w, const struct alert_state *st,
	const struct outbox_item *item)
{
	unsigned long number = item->pending->number;
	const char *route = item->delivery->route;

	return attempts_find(&w->flying, st->slug, number, route) ||
		attempts_find(&w->done, st->slug, number, route);
}

/* That an event waits is said once in a run. */
static void note_wait(struct worker *w, const char *slug)
{
	w->left = true;
	if (strings_has(&w->reported, slug))
		return;
	strings_note(&w->reported, slug);
	strings_add(&w->waits, slug);
}

/* Says it in one line, for one route may keep a whole fleet waiting. */
static void say_waits(struct worker *w)
{
	if (w->waits.n == 1)
		log_warn("%s: an event waits for a route that failed",
			w->waits.v[0]);
	else if (w->waits.n)
		log_warn("%s and %zu more: events wait for a route that failed",
			w->waits.v[0], w->waits.n - 1);
	strings_clear(&w->waits);
}

static struct route_use *use_of(const struct worker *w, const struct attempt *a)
{
	return &w->routes[a->route - w->context.conf->routes];
}

static void occupy_route(struct worker *w, const struct attempt *a)
{
	w->more += use_of(w, a)->attempts++ > 0;
}

static void vacate_route(struct worker *w, const struct attempt *a)
{
	w->more -= --use_of(w, a)->attempts > 0;
}

/*
 * Whether an attempt may begin: the first to a route always may, so that no
 * route waits for another one. Commands and mail go one after the other.
 */
static bool has_room(const struct worker *w, const struct attempt *a)
{
	const struct route_use *use;

	if (!a->route)
		return true;
	use = use_of(w, a);
	if (w->flying.n >= FLYING_MAX)
		return false;
	return !use->attempts ||
		(use->up && use->attempts < ROUTE_MAX && w->more < MORE_MAX &&
			sink_of(a->route->type)->build);
}

static void note_done(struct worker *w, struct attempt *a)
{
	if (!w->done.n)
		w->done_ms = clock_mono_ms();
	attempts_add(&w->done, a);
}

static void on_ended(void *arg)
{
	struct attempt *a = arg;
	struct worker *w = a->owner;
	const struct delivered *d = &a->request.result;

	attempts_remove(&w->flying, a);
	vacate_route(w, a);
	use_of(w, a)->up = !d->down;
	let_time_go_by(w);
	if (d->down)
		w->context.down_until[a->route - w->context.conf->routes] =
			w->context.now +
			fmax(DOWN_S, fmin(d->retry_after_s, RETRY_P1_S));
	note_done(w, a);
}

/* Sends what was taken. */
static void begin_attempt(struct worker *w, struct attempt *a)
{
	if (!a->route) {
		log_warn("%s: %s to route %s: dropped: no such route any more",
			a->slug, a->event, a->name);
		a->request.result = (struct delivered) {.ok = true};
		note_done(w, a);
		return;
	}
	occupy_route(w, a);
	attempts_add(&w->flying, a);
	a->owner = w;
	a->request.ended = on_ended;
	a->request.arg = a;
	deliver_begin(w->deliver, &a->request);
}

/* The work on some servers in one transaction. */
struct round {
	const struct attempts *wanted;	 /* to be taken; or NULL */
	struct attempts *finished;	 /* to be settled; or NULL */
	struct attempts found;		 /* what is due, taken where wanted */
};

/* The state of an outbox, which counts once the transaction is stored. */
struct seen {
	bool empty; /* its outbox */
	bool waits; /* for a later run */
	bool overdue;
};

static bool of_server(const struct attempts *l, const char *slug)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i]->slug, slug) == 0)
			return true;
	return false;
}

static bool is_wanted(const struct round *r, const struct attempt *a)
{
	return r->wanted &&
		attempts_find(r->wanted, a->slug, a->number, a->name);
}

/* Notes the deliveries of a server that are due. Whether any was taken. */
static bool find_due(struct worker *w, struct round *r, struct alert_state *st)
{
	const struct outbox_judge j = attempt_judge(&w->context);
	bool taken = false;

	for (struct outbox_item item = {0}; outbox_due(st, &j, &item);) {
		struct attempt *a;

		if (is_held(w, item.pending) ||
			(outbox_owned(item.delivery, &j) &&
				has_attempt(w, st, &item)))
			continue;
		a = attempt_new(&j, &w->context, st, &item);
		attempts_add(&r->found, a);
		if (!is_wanted(r, a))
			continue;
		attempt_take(&j, st, &item, a);
		taken = true;
	}
	return taken;
}

/* Frees what is leased to us and cannot begin; find_due may lease it again, for
   an attempt that begins now. Whether there was any. */
static bool give_back(struct worker *w, struct alert_state *st)
{
	const struct outbox_judge j = attempt_judge(&w->context);
	bool any = false;

	if (any_held(w, st))
		return false;
	for (struct outbox_item i = {0}; outbox_next(st, &i);) {
		if (!outbox_owned(i.delivery, &j) || has_attempt(w, st, &i) ||
			(attempt_lease_lasts(&j, i.delivery) &&
				j.up(j.arg, i.delivery->route)))
			continue;
		outbox_free(i.delivery, &j);
		any = true;
	}
	return any;
}

/* Whether the state of the server has changed. */
static bool look_at_server(struct worker *w, struct round *r,
	struct alert_state *st, struct seen *seen)
{
	const struct outbox_judge j = attempt_judge(&w->context);
	bool changed = false, active;
	size_t late;

	/* Drop those of an earlier decision, which was not stored. */
	attempts_drop(&r->found, st->slug);
	for (size_t i = 0; r->finished && i < r->finished->n; i++) {
		struct attempt *a = r->finished->v[i];

		if (strcmp(a->slug, st->slug) == 0 &&
			attempt_settle(&w->context, st, a))
			changed = true;
	}
	changed = give_back(w, st) || changed;
	/* Events that did not arrive in time go to the fallbacks, too. */
	late = fallback_tell(st, w->context.conf, w->context.now);
	if (late)
		log_warn("%s: %zu late deliver%s also sent to the fallback",
			st->slug, late, late == 1 ? "y is" : "ies are");
	changed = find_due(w, r, st) || changed || late;
	active = of_server(&r->found, st->slug) ||
		of_server(&w->flying, st->slug) ||
		of_server(&w->done, st->slug) || any_held(w, st);
	*seen = (struct seen) {
		.empty = !st->n_outbox,
		.waits = !active && outbox_waits(st, &j),
		.overdue = !active && fallback_any(st, w->context.now),
	};
	return changed;
}

static void note_seen(struct worker *w, const char *slug,
	const struct seen *seen)
{
	if (seen->empty)
		strings_note(&w->settled, slug);
	if (seen->overdue)
		w->overdue = true;
	if (seen->waits)
		note_wait(w, slug);
}

/* Says what came of attempts, once that is stored or cannot be. */
static void say_results(struct worker *w, const struct attempts *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct attempt *a = l->v[i];

		if (a->watched) {
			w->watch.heard(w->watch.arg, a->name,
				&a->request.result);
		} else if (!a->request.result.ok) {
			stats_add(a->last ? COUNT_GIVEN_UP : COUNT_RETRIED, 1);
			strings_note(&w->reported, a->slug);
			w->left = w->left || a->last;
			attempt_say(a);
		} else {
			stats_add(COUNT_DELIVERED, 1);
		}
	}
}

/* Keeps the results for a server of which others keep changing the state. */
static void keep_results(struct worker *w, struct attempts *l, const char *slug)
{
	size_t left = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i]->slug, slug) == 0)
			note_done(w, l->v[i]);
		else
			l->v[left++] = l->v[i];
	}
	l->n = left;
	w->paused_ms = clock_mono_ms() + CONFLICT_PAUSE_MS;
}

/* The store failed: what is not under way is left for a later run. */
static void lose_store(struct worker *w)
{
	w->left = true;
	w->paused_ms = clock_mono_ms() + STORE_PAUSE_MS;
	attempts_release(&w->queue);
}

static void enqueue_attempt(struct worker *w, struct attempt *a)
{
	attempts_add(&w->queue, a);
	w->sorted = false;
}

/* Sends the deliveries for which there was room, and queues the others. */
static void use_found(struct worker *w, struct round *r)
{
	struct attempts *l = &r->found;

	for (size_t i = 0; i < l->n; i++) {
		if (is_wanted(r, l->v[i]) && attempt_may_begin(l->v[i]))
			begin_attempt(w, l->v[i]);
		else
			enqueue_attempt(w, l->v[i]);
	}
	free(l->v);
}

/* These servers are looked at anew. */
static void dequeue_servers(struct worker *w, const struct strings *slugs)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->queue.n; i++) {
		if (strings_has_sorted(slugs, w->queue.v[i]->slug))
			attempt_free(w->queue.v[i]);
		else
			w->queue.v[kept++] = w->queue.v[i];
	}
	w->queue.n = kept;
}

/* One transaction on these servers. False: the store failed. */
static bool run_round(struct worker *w, struct round *r, struct strings *slugs)
{
	struct seen *seen = xcalloc(slugs->n, sizeof *seen);
	struct transaction *t;
	struct alert_state *st;
	bool lost;
	size_t n;

	let_time_go_by(w);
	strings_sort(slugs);
	dequeue_servers(w, slugs);
	t = transaction_begin(w->states, slugs);
	do {
		while ((st = transaction_next(t, &n)))
			if (look_at_server(w, r, st, &seen[n]))
				transaction_put(t);
	} while (transaction_commit(t));
	lost = transaction_failed(t);
	for (size_t i = 0; r->finished && i < slugs->n; i++)
		if (transaction_result(t, i) == TRANSACTION_CONFLICT)
			keep_results(w, r->finished, slugs->v[i]);
	/* Failures that are reported here are not reported again as waiting. */
	if (r->finished && !lost)
		say_results(w, r->finished);
	for (size_t i = 0; i < slugs->n; i++) {
		if (!lost && transaction_result(t, i) == TRANSACTION_DONE) {
			note_seen(w, slugs->v[i], &seen[i]);
			continue;
		}
		attempts_drop(&r->found, slugs->v[i]);
		w->left = true;
	}
	transaction_end(t);
	if (lost)
		lose_store(w);
	use_found(w, r);
	free(seen);
	return !lost;
}

static void slugs_of(const struct attempts *l, struct strings *out)
{
	for (size_t i = 0; i < l->n; i++)
		strings_note(out, l->v[i]->slug);
}

/* Stores what came of the attempts that have ended. */
static void settle_done(struct worker *w)
{
	struct attempts done = w->done;
	struct round r = {.finished = &done};
	struct strings slugs = {0};

	w->done = (struct attempts) {0};
	slugs_of(&done, &slugs);
	if (run_round(w, &r, &slugs)) {
		attempts_release(&done);
	} else {
		for (size_t i = 0; i < done.n; i++)
			note_done(w, done.v[i]);
		free(done.v);
	}
	strings_release(&slugs);
}

static void forget_settled(struct worker *w)
{
	if (!state_store_settled(w->states, &w->settled))
		lose_store(w);
	strings_clear(&w->settled);
}

/* Looks for what is due of the servers that are to be looked at. */
static void look_at_servers(struct worker *w)
{
	struct strings todo = w->look;
	bool ok = true;

	w->look = (struct strings) {0};
	for (size_t i = 0; i < todo.n && ok; i += TRANSACTION_TOGETHER) {
		size_t n = todo.n - i;
		struct strings some = {.v = todo.v + i,
			.n = n < TRANSACTION_TOGETHER ? n : TRANSACTION_TOGETHER};
		struct round r = {0};

		ok = run_round(w, &r, &some);
	}
	strings_release(&todo);
}

static int compare_attempts(const void *a, const void *b)
{
	const struct attempt *x = *(struct attempt *const *)a,
			     *y = *(struct attempt *const *)b;
	int order = (int)x->urgency.severity - (int)y->urgency.severity;

	if (!order)
		order = (x->created > y->created) - (x->created < y->created);
	if (!order)
		order = strcmp(x->slug, y->slug);
	if (!order)
		order = (x->number > y->number) - (x->number < y->number);
	return order;
}

/* Takes these attempts, for which there is room, and begins them. */
static void take_attempts(struct worker *w, struct attempts *wanted)
{
	struct round r = {.wanted = wanted};
	struct strings slugs = {0};

	slugs_of(wanted, &slugs);
	for (size_t i = 0; i < wanted->n; i++)
		if (wanted->v[i]->route)
			vacate_route(w, wanted->v[i]);
	run_round(w, &r, &slugs);
	strings_release(&slugs);
	attempts_release(wanted);
}

/* Begins what may begin, the most urgent first. */
static void begin_some(struct worker *w)
{
	struct attempts wanted = {0};
	size_t kept = 0;

	let_time_go_by(w);
	if (!w->sorted && w->queue.n)
		qsort(w->queue.v, w->queue.n, sizeof(void *), compare_attempts);
	w->sorted = true;
	for (size_t i = 0; i < w->queue.n; i++) {
		struct attempt *a = w->queue.v[i];

		if (!has_room(w, a) || wanted.n == TOGETHER) {
			w->queue.v[kept++] = a;
		} else if (!attempt_route_up(&w->context, a->name)) {
			strings_note(&w->look, a->slug);
			attempt_free(a);
		} else if (attempt_may_begin(a)) {
			begin_attempt(w, a);
		} else {
			if (a->route)
				occupy_route(w, a);
			attempts_add(&wanted, a);
		}
	}
	w->queue.n = kept;
	if (wanted.n)
		take_attempts(w, &wanted);
	if (w->look.n)
		look_at_servers(w);
}

/* Begins, sends for up to ms milliseconds, and stores. Whether fd can be
   read. */
static bool run_turn(struct worker *w, int fd, double ms)
{
	bool readable;
	double age, wait;

	begin_some(w);
	/* Deliveries that were found just now may begin at once. */
	for (size_t i = 0; i < w->queue.n && ms > 0; i++)
		if (has_room(w, w->queue.v[i]))
			ms = 0;
	wait = w->queue.n ? SETTLE_BUSY_MS : SETTLE_MS;
	if (w->done.n && clock_mono_ms() >= w->paused_ms)
		ms = fmin(ms, wait);
	readable = transfers_wait(deliver_transfers(w->deliver), fd, (int)ms);
	age = clock_mono_ms() - w->done_ms;
	if (w->done.n && clock_mono_ms() >= w->paused_ms &&
		(w->done.n >= TOGETHER || !w->flying.n || age >= wait))
		settle_done(w);
	/* Nothing may come for hours. */
	if (w->settled.n >= TOGETHER ||
		(w->settled.n && !w->flying.n && !w->done.n && !w->queue.n))
		forget_settled(w);
	return readable;
}

void worker_out(struct worker *w, const struct strings *slugs, double now)
{
	set_clock(w, now);
	for (size_t i = 0; i < slugs->n; i++)
		strings_add(&w->look, slugs->v[i]);
	look_at_servers(w);
	run_turn(w, -1, 0);
	say_waits(w);
}

bool worker_wait(struct worker *w, int fd, int ms)
{
	double until = ms < 0 ? INFINITY : clock_mono_ms() + ms, left;

	do {
		left = fmax(until - clock_mono_ms(), 0);
		if (run_turn(w, fd, fmin(left, DELIVER_LIMIT_MS)))
			return true;
	} while (clock_mono_ms() < until);
	return false;
}

/* Leaves the deliveries that have not begun for a later run. */
static void leave_queue(struct worker *w)
{
	log_warn("%zu deliver%s left for a later run: slow routes", w->queue.n,
		w->queue.n == 1 ? "y is" : "ies are");
	w->left = true;
	attempts_release(&w->queue);
}

void worker_finish(struct worker *w)
{
	double until = clock_mono_ms() + WORKER_FINISH_MS;

	while (w->flying.n || w->queue.n ||
		(w->done.n && clock_mono_ms() >= w->paused_ms)) {
		if (w->queue.n && clock_mono_ms() >= until)
			leave_queue(w);
		/* Queued deliveries begin now, unless the store fails: then
		   there is nothing to wait for. */
		run_turn(w, -1, w->flying.n || w->done.n ? DELIVER_LIMIT_MS : 0);
	}
	if (w->done.n)
		settle_done(w);
	forget_settled(w);
	say_waits(w);
}

void worker_begin(struct worker *w)
{
	w->overdue = false;
}

bool worker_overdue(const struct worker *w)
{
	return w->overdue;
}

bool worker_busy(const struct worker *w)
{
	return w->queue.n || w->flying.n || w->done.n;
}

bool worker_left(const struct worker *w)
{
	return w->left;
}
