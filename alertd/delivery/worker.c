#include "delivery/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "delivery/attempt.h"
#include "routing/fallback.h"
#include "state/state_store.h"

#include <stdlib.h>
#include <string.h>

/* Servers that are delivered together: what a crash makes us send again. */
#define TOGETHER 32
/* Attempts that are taken with decisions; the others are when it is their
   turn. */
#define FIRST_MAX 1024

struct worker {
	struct state_store *states;
	struct deliver *deliver;
	struct attempt_context context;
	bool overdue;	/* an event did not arrive in time anywhere */
	bool left;	/* something is left for a later run */
	struct strings told;  /* slugs of which it was said that they wait */
	struct strings waits; /* and of which it is still to be said */
	struct attempts first; /* taken with decisions */
	struct worker_watch watch; /* key NULL: nobody waits */
};

/* Servers whose outboxes are delivered together. */
struct batch {
	struct strings settled; /* whose outbox is empty */
	struct attempts attempts; /* to be made, one for a server at most */
	bool ok;   /* nothing is left for a later run */
	bool lost; /* the store failed */
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
	w->context.up = xcalloc(n, sizeof *w->context.up);
	owner_name(w->context.holder);
	return w;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	attempts_release(&w->first);
	strings_release(&w->told);
	strings_release(&w->waits);
	free(w->context.down_until);
	free(w->context.up);
	free(w);
}

void worker_watch(struct worker *w, const struct worker_watch *watch)
{
	w->watch = *watch;
	w->context.watched = watch->key;
}

void worker_first(struct worker *w, struct alert_state *st, double now)
{
	struct attempt a;

	w->context.now = now;
	if (w->first.n == FIRST_MAX || attempts_has(&w->first, st->slug))
		return;
	if (attempt_pick(&w->context, st, &a) == ATTEMPT_GOT)
		attempts_add(&w->first, &a);
}

void worker_let_go(struct worker *w, struct alert_state *st)
{
	worker_drop(w, st->slug);
	attempt_give_back(&w->context, st);
}

void worker_drop(struct worker *w, const char *slug)
{
	attempts_drop(&w->first, slug);
}

/* The attempt that was taken with a decision, if it may still begin. */
static bool take_first(struct worker *w, const char *slug, struct attempt *a)
{
	if (!attempts_take(&w->first, slug, a))
		return false;
	if (attempt_may_begin(&w->context, a))
		return true;
	attempt_release(a);
	return false;
}

/* That an event waits is said once in a run. */
static void note_wait(struct worker *w, const char *slug)
{
	if (strings_has(&w->told, slug))
		return;
	strings_note(&w->told, slug);
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

/* What there is to do next about a server, once its state is stored. */
struct next {
	enum attempt_found found;
	bool empty;   /* its outbox */
	bool overdue; /* something in it is */
};

/* Takes the next attempt of a state, if there is one. */
static struct next take_next(struct worker *w, struct batch *b,
	struct alert_state *st)
{
	struct attempt a;
	struct next n = {
		.found = attempt_pick(&w->context, st, &a),
		.empty = !st->n_outbox,
		.overdue = fallback_any(st, w->context.now),
	};

	/* Of an earlier decision, which was not stored. */
	attempts_drop(&b->attempts, st->slug);
	if (n.found == ATTEMPT_GOT)
		attempts_add(&b->attempts, &a);
	return n;
}

static void note_next(struct worker *w, struct batch *b, const char *slug,
	const struct next *n)
{
	if (n->empty)
		strings_add(&b->settled, slug);
	if (n->found == ATTEMPT_GOT)
		return;
	if (n->overdue)
		w->overdue = true;
	if (n->found == ATTEMPT_NOTHING)
		return;
	note_wait(w, slug);
	b->ok = false;
}

/* What has become of the states. Attempts of those that are not stored are
   dropped. */
static void note_stored(struct worker *w, struct batch *b,
	const struct transaction *t, const struct strings *slugs,
	const struct next *next)
{
	b->lost = b->lost || transaction_failed(t);
	for (size_t i = 0; i < slugs->n && !b->lost; i++) {
		if (transaction_result(t, i) == TRANSACTION_DONE) {
			note_next(w, b, slugs->v[i], &next[i]);
			continue;
		}
		attempts_drop(&b->attempts, slugs->v[i]);
		b->ok = false;
	}
	if (b->lost)
		attempts_release(&b->attempts);
}

/* Looks at one server. Whether its state has changed. */
static bool look_at_server(struct worker *w, struct batch *b,
	struct alert_state *st, struct next *n)
{
	bool back = attempt_give_back(&w->context, st);
	/* What did not arrive in time goes to the fallbacks, too. */
	size_t late = fallback_tell(st, w->context.conf, w->context.now);

	if (late)
		log_warn("%s: %zu late deliver%s told to the fallback, too",
			st->slug, late, late == 1 ? "y is" : "ies are");
	*n = take_next(w, b, st);
	return back || late || n->found == ATTEMPT_GOT;
}

/* Takes what is due of these servers. */
static void look_at_all(struct worker *w, struct batch *b,
	const struct strings *todo)
{
	struct next *next = xcalloc(todo->n, sizeof *next);
	struct strings slugs = {0};
	struct transaction *t;
	struct alert_state *st;
	struct attempt a;
	size_t n;

	for (size_t i = 0; i < todo->n; i++) {
		if (take_first(w, todo->v[i], &a))
			attempts_add(&b->attempts, &a);
		else
			strings_add(&slugs, todo->v[i]);
	}
	t = transaction_begin(w->states, &slugs);
	do {
		while ((st = transaction_next(t, &n)))
			if (look_at_server(w, b, st, &next[n]))
				transaction_put(t);
	} while (transaction_commit(t));
	note_stored(w, b, t, &slugs, next);
	transaction_end(t);
	strings_release(&slugs);
	free(next);
}

/* Says what came of an attempt, once that is stored or cannot be. */
static void say_result(struct worker *w, struct batch *b,
	const struct attempt *a, bool last)
{
	if (a->result.skipped)
		return;
	if (a->watched) {
		w->watch.heard(w->watch.arg, a->name, &a->result);
	} else if (!a->result.ok) {
		strings_note(&w->told, a->slug);
		b->ok = b->ok && !last;
		attempt_say(a, last);
	}
}

/* Stores what came of the attempts, and takes the next ones. */
static void settle_all(struct worker *w, struct batch *b)
{
	struct attempts done = attempts_tried(&b->attempts);
	struct next *next = xcalloc(done.n, sizeof *next);
	bool *last = xcalloc(done.n, sizeof *last);
	struct strings slugs = {0};
	struct transaction *t;
	struct alert_state *st;
	size_t n;

	for (size_t i = 0; i < done.n; i++)
		strings_add(&slugs, done.v[i].slug);
	t = transaction_begin(w->states, &slugs);
	do {
		while ((st = transaction_next(t, &n))) {
			bool there = attempt_settle(&w->context, st,
				&done.v[n], &last[n]);

			next[n] = take_next(w, b, st);
			if (there || next[n].found == ATTEMPT_GOT)
				transaction_put(t);
		}
	} while (transaction_commit(t));
	for (size_t i = 0; i < done.n; i++)
		say_result(w, b, &done.v[i], last[i]);
	note_stored(w, b, t, &slugs, next);
	transaction_end(t);
	strings_release(&slugs);
	attempts_release(&done);
	free(last);
	free(next);
}

static void run(struct worker *w, struct batch *b, const struct strings *todo,
	double now)
{
	double began = clock_mono_ms();

	w->context.now = now;
	look_at_all(w, b, todo);
	while (!b->lost && b->attempts.n) {
		attempts_send(&w->context, w->deliver, &b->attempts);
		/* What is taken next is held from now on. */
		w->context.now = now + (clock_mono_ms() - began) / 1000;
		settle_all(w, b);
	}
	if (!b->lost && !state_store_settled(w->states, &b->settled))
		b->lost = true;
	b->ok = b->ok && !b->lost;
}

void worker_begin(struct worker *w)
{
	w->overdue = false;
}

bool worker_overdue(const struct worker *w)
{
	return w->overdue;
}

bool worker_left(const struct worker *w)
{
	return w->left;
}

void worker_out(struct worker *w, const struct strings *slugs, double now)
{
	double began = clock_mono_ms();
	bool lost = false;

	for (size_t i = 0; i < slugs->n && !lost; i += TOGETHER) {
		struct strings todo = {0};
		struct batch b = {.ok = true};

		for (size_t k = i; k < slugs->n && k < i + TOGETHER; k++)
			strings_add(&todo, slugs->v[k]);
		run(w, &b, &todo, now + (clock_mono_ms() - began) / 1000);
		w->left = w->left || !b.ok;
		lost = b.lost;
		attempts_release(&b.attempts);
		strings_release(&b.settled);
		strings_release(&todo);
	}
	say_waits(w);
}
