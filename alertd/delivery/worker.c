#include "delivery/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "delivery/attempt.h"
#include "routing/fallback.h"
#include "state/state_store.h"

#include <stdlib.h>
#include <string.h>

/* So often somebody else may be faster before we give up. */
#define TRIES 100
/* So many servers are carried together: what a crash makes us send again. */
#define TOGETHER 32
/* So many are taken with decisions; the others when it is their turn. */
#define FIRST_MAX 1024

struct worker {
	struct state_store *shelf;
	struct deliver *deliver;
	struct sender sender;
	bool overdue;	/* an event did not arrive in time anywhere */
	struct strings told;  /* slugs of which it was said that they wait */
	struct strings waits; /* and of which it is still to be said */
	struct attempts first; /* taken with decisions */
	struct worker_watch watch; /* key NULL: nobody waits */
};

/* Servers that are carried together. */
struct batch {
	struct strings todo;	/* those to be looked at */
	struct strings settled; /* those with an empty outbox */
	struct strings writers; /* of the states that have it, see
				   state/state_store.h */
	struct strings again;	/* those where somebody else was faster */
	struct attempts errands; /* what is to be sent of the others */
	bool ok;   /* nothing is left for a later run */
	bool lost; /* the store failed */
};

struct worker *worker_new(struct state_store *shelf, struct deliver *deliver,
	const struct conf *conf)
{
	struct worker *c = xcalloc(1, sizeof *c);
	size_t n = conf ? conf->n_routes : 0;

	c->shelf = shelf;
	c->deliver = deliver;
	c->sender.conf = conf;
	c->sender.down_until = xcalloc(n, sizeof *c->sender.down_until);
	c->sender.up = xcalloc(n, sizeof *c->sender.up);
	owner_name(c->sender.holder);
	return c;
}

void worker_free(struct worker *c)
{
	if (!c)
		return;
	attempts_release(&c->first);
	strings_release(&c->told);
	strings_release(&c->waits);
	free(c->sender.down_until);
	free(c->sender.up);
	free(c);
}

void worker_watch(struct worker *c, const struct worker_watch *w)
{
	c->watch = *w;
	c->sender.watched = w->key;
}

void worker_first(struct worker *c, struct alert_state *st, double now)
{
	struct attempt e;

	c->sender.now = now;
	if (c->first.n == FIRST_MAX || attempts_has(&c->first, st->slug))
		return;
	if (attempt_pick(&c->sender, st, &e) == ATTEMPT_GOT)
		attempts_add(&c->first, &e);
}

void worker_let_go(struct worker *c, struct alert_state *st)
{
	worker_drop(c, st->slug);
	attempt_give_back(&c->sender, st);
}

void worker_drop(struct worker *c, const char *slug)
{
	if (slug)
		attempts_drop(&c->first, slug);
	else
		attempts_release(&c->first);
}

/* Its first errand, where that may still begin. */
static bool take_first(struct worker *c, const char *slug, struct attempt *e)
{
	if (!attempts_take(&c->first, slug, e))
		return false;
	if (attempt_may_begin(&c->sender, e))
		return true;
	attempt_release(e);
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

/* What there is to do next about a server, as far as its state goes. */
struct next {
	enum attempt_found found;
	bool empty;   /* its outbox */
	bool overdue; /* something in it is */
	char writer[STATE_STORE_WRITER]; /* of the state */
};

/* Takes the next errand of a state, if there is one. */
static struct next take(struct worker *c, struct batch *b,
	struct alert_state *st)
{
	struct attempt e;
	struct next n = {
		.found = attempt_pick(&c->sender, st, &e),
		.empty = !st->n_outbox,
		.overdue = fallback_any(st, c->sender.now),
	};

	if (n.found == ATTEMPT_GOT)
		attempts_add(&b->errands, &e);
	snprintf(n.writer, sizeof n.writer, "%s", st->writer ? st->writer : "");
	return n;
}

/* Once that is stored. */
static void note_next(struct worker *c, struct batch *b, const char *slug,
	const struct next *n)
{
	if (n->empty) {
		strings_add(&b->settled, slug);
		strings_add(&b->writers, n->writer);
	}
	if (n->found == ATTEMPT_GOT)
		return;
	if (n->overdue)
		c->overdue = true;
	if (n->found == ATTEMPT_NOTHING)
		return;
	note_wait(c, slug);
	b->ok = false;
}

static void store(struct worker *c, struct batch *b, struct alert_state *st,
	struct next *n)
{
	enum state_store_result result = state_store_put_off(c->shelf, st);

	if (result == STATE_STORE_OK)
		snprintf(n->writer, sizeof n->writer, "%s",
			state_store_writer(c->shelf));
	else if (result == STATE_STORE_CONFLICT)
		strings_note(&b->again, st->slug);
	else
		b->lost = true;
}

/* Writes what was put off. What was taken where it was not is not ours. */
static void flush(struct worker *c, struct batch *b)
{
	if (!state_store_flush(c->shelf, &b->again))
		b->lost = true;
	for (size_t i = 0; i < b->again.n; i++)
		attempts_drop(&b->errands, b->again.v[i]);
	if (b->lost)
		attempts_release(&b->errands);
}

static void look_at_server(struct worker *c, struct batch *b, const char *slug,
	struct next *n)
{
	struct alert_state st;
	size_t late;
	bool back;

	if (!state_store_get(c->shelf, slug, &st)) {
		b->lost = true;
		return;
	}
	back = attempt_give_back(&c->sender, &st);
	/* What is not there in time goes to the fallbacks, too. */
	late = fallback_tell(&st, c->sender.conf, c->sender.now);
	if (late)
		log_warn("%s: %zu late deliver%s told to the fallback, too",
			slug, late, late == 1 ? "y is" : "ies are");
	*n = take(c, b, &st);
	if (back || late || n->found == ATTEMPT_GOT)
		store(c, b, &st, n);
	state_release(&st);
}

/* Looks at all that are to be looked at, and takes what is due. */
static void show_at_all(struct worker *c, struct batch *b)
{
	struct strings slugs = {0};
	struct next *next = xcalloc(b->todo.n, sizeof *next);
	struct attempt e;

	for (size_t i = 0; i < b->todo.n; i++) {
		if (take_first(c, b->todo.v[i], &e))
			attempts_add(&b->errands, &e);
		else
			strings_add(&slugs, b->todo.v[i]);
	}
	strings_clear(&b->todo);
	for (size_t i = 0; i < slugs.n && !b->lost; i++) {
		state_store_prefetch(c->shelf, &slugs, i);
		look_at_server(c, b, slugs.v[i], &next[i]);
	}
	flush(c, b);
	for (size_t i = 0; i < slugs.n && !b->lost; i++)
		if (!strings_has(&b->again, slugs.v[i]))
			note_next(c, b, slugs.v[i], &next[i]);
	strings_release(&slugs);
	free(next);
}

/* Once that is stored, or cannot be. */
static void say_result(struct worker *c, struct batch *b,
	const struct attempt *e, bool last)
{
	if (e->result.skipped)
		return;
	if (e->watched) {
		c->watch.heard(c->watch.arg, e->name, &e->result);
	} else if (!e->result.ok) {
		strings_note(&c->told, e->slug);
		b->ok = b->ok && !last;
		attempt_say(e, last);
	}
}

/* Writes down what came of an errand, and takes the next one of the server. */
static void settle(struct worker *c, struct batch *b, const struct attempt *e,
	bool *last, struct next *n)
{
	struct alert_state st;
	bool there;

	if (b->lost || !state_store_get(c->shelf, e->slug, &st)) {
		b->lost = true;
		return;
	}
	there = attempt_settle(&c->sender, &st, e, last);
	*n = take(c, b, &st);
	if (there || n->found == ATTEMPT_GOT)
		store(c, b, &st, n);
	state_release(&st);
}

/* The same where somebody else is faster, and again. */
static void settle_surely(struct worker *c, struct batch *b,
	const struct attempt *e, bool *last)
{
	enum state_store_result result = STATE_STORE_CONFLICT;

	for (int i = 0; i < TRIES && result == STATE_STORE_CONFLICT; i++) {
		struct alert_state st;

		if (!state_store_get(c->shelf, e->slug, &st)) {
			b->lost = true;
			return;
		}
		result = attempt_settle(&c->sender, &st, e, last)
			? state_store_put(c->shelf, &st)
			: STATE_STORE_OK;
		state_release(&st);
	}
	if (result == STATE_STORE_OK)
		strings_add(&b->todo, e->slug);
	if (result == STATE_STORE_CONFLICT) {
		log_error("%s: others keep changing its state", e->slug);
		b->ok = false;
	}
	b->lost = b->lost || result == STATE_STORE_FAILED;
}

static void settle_all(struct worker *c, struct batch *b)
{
	struct attempts done = attempts_tried(&b->errands);
	struct next *next = xcalloc(done.n, sizeof *next);
	bool *last = xcalloc(done.n, sizeof *last);
	struct strings slugs = {0};

	for (size_t i = 0; i < done.n; i++)
		strings_add(&slugs, done.v[i].slug);
	for (size_t i = 0; i < done.n; i++) {
		state_store_prefetch(c->shelf, &slugs, i);
		settle(c, b, &done.v[i], &last[i], &next[i]);
	}
	strings_release(&slugs);
	flush(c, b);
	for (size_t i = 0; i < done.n; i++) {
		const struct attempt *e = &done.v[i];
		bool again = strings_has(&b->again, e->slug);

		if (again && !b->lost)
			settle_surely(c, b, e, &last[i]);
		say_result(c, b, e, last[i]);
		if (!again && !b->lost)
			note_next(c, b, e->slug, &next[i]);
	}
	strings_clear(&b->again);
	attempts_release(&done);
	free(last);
	free(next);
}

static void run(struct worker *c, struct batch *b, double now)
{
	double began = clock_mono_ms();
	int conflicts = 0;

	c->sender.now = now;
	while (!b->lost && (b->todo.n || b->errands.n) && conflicts < TRIES) {
		show_at_all(c, b);
		conflicts += b->again.n > 0;
		for (size_t i = 0; i < b->again.n; i++)
			strings_add(&b->todo, b->again.v[i]);
		strings_clear(&b->again);
		if (b->lost || !b->errands.n)
			continue;
		attempts_send(&c->sender, c->deliver, &b->errands);
		/* What is taken next is held from now on. */
		c->sender.now = now + (clock_mono_ms() - began) / 1000;
		settle_all(c, b);
	}
	for (size_t i = 0; i < b->todo.n && !b->lost; i++)
		log_error("%s: others keep changing its state", b->todo.v[i]);
	if (!b->lost &&
		!state_store_settled(c->shelf, &b->settled, &b->writers))
		b->lost = true;
	b->ok = b->ok && !b->lost && !b->todo.n;
}

void worker_begin(struct worker *c)
{
	c->overdue = false;
}

bool worker_overdue(const struct worker *c)
{
	return c->overdue;
}

bool worker_out(struct worker *c, const struct strings *slugs, double now)
{
	double began = clock_mono_ms();
	bool ok = true, lost = false;

	for (size_t i = 0; i < slugs->n && !lost; i += TOGETHER) {
		struct batch b = {.ok = true};

		for (size_t k = i; k < slugs->n && k < i + TOGETHER; k++)
			strings_add(&b.todo, slugs->v[k]);
		run(c, &b, now + (clock_mono_ms() - began) / 1000);
		ok = ok && b.ok;
		lost = b.lost;
		attempts_release(&b.errands);
		strings_release(&b.todo);
		strings_release(&b.settled);
		strings_release(&b.writers);
		strings_release(&b.again);
	}
	say_waits(c);
	return ok;
}
