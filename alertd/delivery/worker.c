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
	struct worker *c = xcalloc(1, sizeof *c);
	size_t n = conf ? conf->n_routes : 0;

	c->states = states;
	c->deliver = deliver;
	c->context.conf = conf;
	c->context.down_until = xcalloc(n, sizeof *c->context.down_until);
	c->context.up = xcalloc(n, sizeof *c->context.up);
	owner_name(c->context.holder);
	return c;
}

void worker_free(struct worker *c)
{
	if (!c)
		return;
	attempts_release(&c->first);
	strings_release(&c->told);
	strings_release(&c->waits);
	free(c->context.down_until);
	free(c->context.up);
	free(c);
}

void worker_watch(struct worker *c, const struct worker_watch *w)
{
	c->watch = *w;
	c->context.watched = w->key;
}

void worker_first(struct worker *c, struct alert_state *st, double now)
{
	struct attempt a;

	c->context.now = now;
	if (c->first.n == FIRST_MAX || attempts_has(&c->first, st->slug))
		return;
	if (attempt_pick(&c->context, st, &a) == ATTEMPT_GOT)
		attempts_add(&c->first, &a);
}

void worker_let_go(struct worker *c, struct alert_state *st)
{
	worker_drop(c, st->slug);
	attempt_give_back(&c->context, st);
}

void worker_drop(struct worker *c, const char *slug)
{
	attempts_drop(&c->first, slug);
}

/* Its first attempt, where that may still begin. */
static bool take_first(struct worker *c, const char *slug, struct attempt *a)
{
	if (!attempts_take(&c->first, slug, a))
		return false;
	if (attempt_may_begin(&c->context, a))
		return true;
	attempt_release(a);
	return false;
}

/* Once in a run. */
static void note_wait(struct worker *c, const char *slug)
{
	if (strings_has(&c->told, slug))
		return;
	strings_note(&c->told, slug);
	strings_add(&c->waits, slug);
}

/* In one line, for a route that is down may keep a whole fleet waiting. */
static void say_waits(struct worker *c)
{
	if (c->waits.n == 1)
		log_warn("%s: an event waits for a route that failed",
			c->waits.v[0]);
	else if (c->waits.n)
		log_warn("%s and %zu more: events wait for a route that failed",
			c->waits.v[0], c->waits.n - 1);
	strings_clear(&c->waits);
}

/* What there is to do next about a server, once its state is stored. */
struct next {
	enum attempt_found found;
	bool empty;   /* its outbox */
	bool overdue; /* something in it is */
};

/* Takes the next attempt of a state, if there is one. */
static struct next take_next(struct worker *c, struct batch *b,
	struct alert_state *st)
{
	struct attempt a;
	struct next n = {
		.found = attempt_pick(&c->context, st, &a),
		.empty = !st->n_outbox,
		.overdue = fallback_any(st, c->context.now),
	};

	/* Of an earlier decision, which was not stored. */
	attempts_drop(&b->attempts, st->slug);
	if (n.found == ATTEMPT_GOT)
		attempts_add(&b->attempts, &a);
	return n;
}

static void note_next(struct worker *c, struct batch *b, const char *slug,
	const struct next *n)
{
	if (n->empty)
		strings_add(&b->settled, slug);
	if (n->found == ATTEMPT_GOT)
		return;
	if (n->overdue)
		c->overdue = true;
	if (n->found == ATTEMPT_NOTHING)
		return;
	note_wait(c, slug);
	b->ok = false;
}

/* What has become of the states; what was taken of others is not ours. */
static void note_stored(struct worker *c, struct batch *b,
	const struct transaction *t, const struct strings *slugs,
	const struct next *next)
{
	for (size_t i = 0; i < slugs->n; i++)
		if (transaction_result(t, i) == TRANSACTION_FAILED)
			b->lost = true;
	for (size_t i = 0; i < slugs->n && !b->lost; i++) {
		if (transaction_result(t, i) == TRANSACTION_DONE) {
			note_next(c, b, slugs->v[i], &next[i]);
			continue;
		}
		attempts_drop(&b->attempts, slugs->v[i]);
		b->ok = false;
	}
	if (b->lost)
		attempts_release(&b->attempts);
}

/* Looks at one server. Whether its state has changed. */
static bool look_at_server(struct worker *c, struct batch *b,
	struct alert_state *st, struct next *n)
{
	bool back = attempt_give_back(&c->context, st);
	/* What is not there in time goes to the fallbacks, too. */
	size_t late = fallback_tell(st, c->context.conf, c->context.now);

	if (late)
		log_warn("%s: %zu late deliver%s told to the fallback, too",
			st->slug, late, late == 1 ? "y is" : "ies are");
	*n = take_next(c, b, st);
	return back || late || n->found == ATTEMPT_GOT;
}

/* Takes what is due of these servers. */
static void look_at_all(struct worker *c, struct batch *b,
	const struct strings *todo)
{
	struct next *next = xcalloc(todo->n, sizeof *next);
	struct strings slugs = {0};
	struct transaction *t;
	struct attempt a;

	for (size_t i = 0; i < todo->n; i++) {
		if (take_first(c, todo->v[i], &a))
			attempts_add(&b->attempts, &a);
		else
			strings_add(&slugs, todo->v[i]);
	}
	t = transaction_begin(c->states, &slugs);
	do {
		for (size_t i = 0; i < slugs.n; i++) {
			struct alert_state *st;

			if (transaction_result(t, i) != TRANSACTION_PENDING)
				continue;
			st = transaction_get(t, i);
			if (!st)
				break;
			if (look_at_server(c, b, st, &next[i]))
				transaction_put(t);
		}
	} while (transaction_commit(t));
	note_stored(c, b, t, &slugs, next);
	transaction_end(t);
	strings_release(&slugs);
	free(next);
}

/* Says what came of an attempt, once that is stored or cannot be. */
static void say_result(struct worker *c, struct batch *b,
	const struct attempt *a, bool last)
{
	if (a->result.skipped)
		return;
	if (a->watched) {
		c->watch.heard(c->watch.arg, a->name, &a->result);
	} else if (!a->result.ok) {
		strings_note(&c->told, a->slug);
		b->ok = b->ok && !last;
		attempt_say(a, last);
	}
}

/* Stores what came of the attempts, and takes the next ones. */
static void settle_all(struct worker *c, struct batch *b)
{
	struct attempts done = attempts_tried(&b->attempts);
	struct next *next = xcalloc(done.n, sizeof *next);
	bool *last = xcalloc(done.n, sizeof *last);
	struct strings slugs = {0};
	struct transaction *t;

	for (size_t i = 0; i < done.n; i++)
		strings_add(&slugs, done.v[i].slug);
	t = transaction_begin(c->states, &slugs);
	do {
		for (size_t i = 0; i < done.n; i++) {
			struct alert_state *st;
			bool there;

			if (transaction_result(t, i) != TRANSACTION_PENDING)
				continue;
			st = transaction_get(t, i);
			if (!st)
				break;
			there = attempt_settle(&c->context, st, &done.v[i],
				&last[i]);
			next[i] = take_next(c, b, st);
			if (there || next[i].found == ATTEMPT_GOT)
				transaction_put(t);
		}
	} while (transaction_commit(t));
	for (size_t i = 0; i < done.n; i++)
		say_result(c, b, &done.v[i], last[i]);
	note_stored(c, b, t, &slugs, next);
	transaction_end(t);
	strings_release(&slugs);
	attempts_release(&done);
	free(last);
	free(next);
}

static void run(struct worker *c, struct batch *b, const struct strings *todo,
	double now)
{
	double began = clock_mono_ms();

	c->context.now = now;
	look_at_all(c, b, todo);
	while (!b->lost && b->attempts.n) {
		attempts_send(&c->context, c->deliver, &b->attempts);
		/* What is taken next is held from now on. */
		c->context.now = now + (clock_mono_ms() - began) / 1000;
		settle_all(c, b);
	}
	if (!b->lost && !state_store_settled(c->states, &b->settled))
		b->lost = true;
	b->ok = b->ok && !b->lost;
}

void worker_begin(struct worker *c)
{
	c->overdue = false;
}

bool worker_overdue(const struct worker *c)
{
	return c->overdue;
}

bool worker_left(const struct worker *c)
{
	return c->left;
}

void worker_out(struct worker *c, const struct strings *slugs, double now)
{
	double began = clock_mono_ms();
	bool lost = false;

	for (size_t i = 0; i < slugs->n && !lost; i += TOGETHER) {
		struct strings todo = {0};
		struct batch b = {.ok = true};

		for (size_t k = i; k < slugs->n && k < i + TOGETHER; k++)
			strings_add(&todo, slugs->v[k]);
		run(c, &b, &todo, now + (clock_mono_ms() - began) / 1000);
		c->left = c->left || !b.ok;
		lost = b.lost;
		attempts_release(&b.attempts);
		strings_release(&b.settled);
		strings_release(&todo);
	}
	say_waits(c);
}
