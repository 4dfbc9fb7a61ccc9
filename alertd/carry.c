#include "carry.h"

#include "clock.h"
#include "deliver.h"
#include "elsewhere.h"
#include "holder.h"
#include "log.h"
#include "outbox.h"
#include "routing.h"
#include "shelf.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So often somebody else may be faster before we give up. */
#define TRIES 100
/* Between attempts while something of ours has to be mended. */
#define MEND_DELAY_S 300

struct carry {
	struct shelf *shelf;
	struct deliver *deliver;
	const struct conf *conf;
	double now;
	bool lost; /* an event was given up */
	bool overdue; /* or did not arrive in time anywhere */
	struct strings told; /* slugs of which it was said that they wait */
	double *down_until; /* by route of the configuration */
	struct errand *first; /* taken with the decision; NULL: none */
	char holder[HOLDER_SIZE];
	struct carry_watch watch; /* key NULL: nobody waits */
};

/* What is being sent; it outlives the state that it comes from. */
struct errand {
	unsigned long number;
	const struct conf_route *route; /* NULL: no longer configured */
	char *name, *key, *event, *body;
	char *handle; /* or NULL */
	int done;
	bool watched;
};

struct carry *carry_new(struct shelf *shelf, struct deliver *deliver,
	const struct conf *conf)
{
	struct carry *c = xcalloc(1, sizeof *c);

	c->shelf = shelf;
	c->deliver = deliver;
	c->conf = conf;
	c->down_until = xcalloc(conf ? conf->n_routes : 0,
		sizeof *c->down_until);
	holder_name(c->holder);
	return c;
}

void carry_free(struct carry *c)
{
	if (!c)
		return;
	carry_drop(c);
	strings_release(&c->told);
	free(c->down_until);
	free(c);
}

void carry_watch(struct carry *c, const struct carry_watch *w)
{
	c->watch = *w;
}

static bool gone(void *arg, const char *holder)
{
	const struct carry *c = arg;

	return holder_gone(c->holder, holder);
}

/*
 * A route that is no longer configured is up: what is for it is dropped.
 * Without a configuration nobody knows, and it waits.
 */
static bool up(void *arg, const char *route)
{
	const struct carry *c = arg;
	const struct conf_route *r = route_find(c->conf, route);

	if (!c->conf)
		return false;
	return !r || c->down_until[r - c->conf->routes] <= c->now;
}

static void errand_release(struct errand *e)
{
	free(e->name);
	free(e->key);
	free(e->event);
	free(e->body);
	free(e->handle);
}

/* What became of looking for something to do. */
enum claim { CLAIM_GOT, CLAIM_NOTHING, CLAIM_WAITS, CLAIM_AGAIN, CLAIM_FAILED };

/* Takes the next delivery of a state, if there is one; not yet stored. */
static enum claim pick(struct carry *c, struct alert_state *st,
	struct errand *e)
{
	struct outbox_judge judge = {gone, up, c};
	struct outbox_item item;

	if (!outbox_due(st, c->now, &judge, &item))
		return outbox_waits(st, c->now, &judge) ? CLAIM_WAITS
							: CLAIM_NOTHING;
	string_set(&item.delivery->holder, c->holder);
	item.delivery->next_try = c->now + OUTBOX_HOLD_S;
	*e = (struct errand) {
		.number = item.pending->number,
		.route = route_find(c->conf, item.delivery->route),
		.name = xstrdup(item.delivery->route),
		.event = xstrdup(item.pending->event),
		.body = xstrdup(item.pending->body),
		.key = xstrdup(item.pending->key),
		.done = item.delivery->done,
		.watched = c->watch.key &&
			strcmp(item.pending->key, c->watch.key) == 0,
	};
	string_set(&e->handle, handles_find(&st->handles, e->key, e->name));
	return CLAIM_GOT;
}

static enum claim take(struct carry *c, struct alert_state *st,
	struct errand *e)
{
	enum claim result = pick(c, st, e);

	if (result != CLAIM_GOT)
		return result;
	switch (shelf_put(c->shelf, st)) {
	case SHELF_OK:
		return CLAIM_GOT;
	case SHELF_CONFLICT:
		errand_release(e);
		return CLAIM_AGAIN;
	default:
		errand_release(e);
		return CLAIM_FAILED;
	}
}

/* What is not there in time goes to the fallbacks, too. */
static enum claim tell_elsewhere(struct carry *c, struct alert_state *st)
{
	size_t n = elsewhere_tell(st, c->conf, c->now);

	if (!n)
		return CLAIM_NOTHING;
	log_warn("%s: %zu late deliver%s told to the fallback, too", st->slug,
		n, n == 1 ? "y is" : "ies are");
	return shelf_put(c->shelf, st) == SHELF_FAILED ? CLAIM_FAILED
						       : CLAIM_AGAIN;
}

static enum claim claim(struct carry *c, const char *slug, struct errand *e)
{
	struct alert_state st;
	enum claim result;
	bool settled;

	if (!shelf_get(c->shelf, slug, &st))
		return CLAIM_FAILED;
	settled = !st.n_outbox;
	result = tell_elsewhere(c, &st);
	if (result == CLAIM_NOTHING)
		result = take(c, &st, e);
	if ((result == CLAIM_WAITS || result == CLAIM_NOTHING) &&
		elsewhere_any(&st, c->now))
		c->overdue = true;
	state_release(&st);
	if (settled && !shelf_settled(c->shelf, slug))
		return CLAIM_FAILED;
	return result;
}

/* From 0 to 1, for the distance between attempts. */
static double chance(void)
{
	unsigned v = 0;

	if (getentropy(&v, sizeof v))
		return 0.5;
	return v / 4294967296.0;
}

/* Puts a failure off, or gives it up; *last where it is given up. */
static void put_off(struct carry *c, struct alert_state *st,
	const struct errand *e, struct outbox_item *item,
	const struct delivered *d, bool *last)
{
	struct delivery *delivery = item->delivery;
	double delay;

	*last = d->refused || outbox_hopeless(item->pending->created,
		delivery->attempts + 1, c->now);
	string_set(&delivery->why, d->why);
	string_set(&delivery->holder, NULL);
	delivery->refused = d->mend || *last;
	if (*last) {
		state_note(st, c->now, d->refused ? "refused" : "given_up",
			e->name);
		elsewhere_tell(st, c->conf, c->now);
		if (outbox_find(st, e->number, e->name, item))
			outbox_drop(st, item);
		return;
	}
	delivery->attempts++;
	delivery->tried = c->now;
	delivery->done = d->done;
	delay = outbox_delay(delivery->attempts, chance(), d->retry_after_s);
	/* Whoever mends it does not want to wait as for a vendor. */
	if (d->mend)
		delay = fmin(delay, MEND_DELAY_S);
	delivery->next_try = c->now + delay;
	if (d->down)
		c->down_until[e->route - c->conf->routes] =
			delivery->next_try;
}

/* Writes down what came of an errand. */
static enum shelf_result settle(struct carry *c, const char *slug,
	const struct errand *e, const struct delivered *d, bool *last)
{
	struct outbox_item item;
	struct alert_state st;
	enum shelf_result result = SHELF_OK;

	*last = false;
	if (!shelf_get(c->shelf, slug, &st))
		return SHELF_FAILED;
	if (outbox_find(&st, e->number, e->name, &item)) {
		if (!e->watched)
			handles_sent(&st.handles, e->key, e->name, e->event,
				d->handle, d->ok);
		if (d->ok || e->watched)
			outbox_drop(&st, &item);
		else
			put_off(c, &st, e, &item, d, last);
		result = shelf_put(c->shelf, &st);
	}
	state_release(&st);
	return result;
}

static void say_failure(const char *slug, const struct errand *e,
	const struct delivered *d, bool last)
{
	if (last && d->refused)
		log_error("%s: %s to route %s: refused: %s", slug, e->event,
			e->name, d->why);
	else if (last)
		log_error("%s: %s to route %s: given up after a day: %s", slug,
			e->event, e->name, d->why);
	else if (d->mend)
		log_error("%s: %s to route %s: %s; mend it: it is tried again "
			  "until tomorrow",
			slug, e->event, e->name, d->why);
	else
		log_warn("%s: %s to route %s: %s; it is tried again", slug,
			e->event, e->name, d->why);
}

static bool settle_surely(struct carry *c, const char *slug,
	const struct errand *e, const struct delivered *d)
{
	enum shelf_result result = SHELF_CONFLICT;
	bool last = false;

	for (int i = 0; i < TRIES && result == SHELF_CONFLICT; i++)
		result = settle(c, slug, e, d, &last);
	if (e->watched) {
		c->watch.heard(c->watch.arg, e->name, d);
	} else if (!d->ok) {
		strings_note(&c->told, slug);
		c->lost = c->lost || last;
		say_failure(slug, e, d, last);
	}
	if (result == SHELF_CONFLICT)
		log_error("%s: others keep changing its state", slug);
	return result == SHELF_OK;
}

static bool run(struct carry *c, const char *slug, struct errand *e)
{
	struct delivered d = {.ok = true};

	if (e->route)
		d = deliver_send(c->deliver, &(struct parcel) {
			.route = e->route,
			.body = e->body,
			.handle = e->handle,
			.done = e->done,
		});
	else
		log_warn("%s: %s to route %s: dropped: no such route any more",
			slug, e->event, e->name);
	return settle_surely(c, slug, e, &d);
}

void carry_first(struct carry *c, struct alert_state *st, double now)
{
	struct errand e;

	carry_drop(c);
	c->now = now;
	if (pick(c, st, &e) != CLAIM_GOT)
		return;
	c->first = xmalloc(sizeof *c->first);
	*c->first = e;
}

void carry_drop(struct carry *c)
{
	if (c->first)
		errand_release(c->first);
	free(c->first);
	c->first = NULL;
}

/* What is stored already. False where that failed, and with it the store. */
static bool run_first(struct carry *c, const char *slug)
{
	bool ok = !c->first || run(c, slug, c->first);

	carry_drop(c);
	return ok;
}

/* Once in a run. */
static void say_waits(struct carry *c, const char *slug)
{
	if (strings_has(&c->told, slug))
		return;
	strings_note(&c->told, slug);
	log_warn("%s: an event waits for a route that failed", slug);
}

void carry_begin(struct carry *c)
{
	c->overdue = false;
}

bool carry_overdue(const struct carry *c)
{
	return c->overdue;
}

bool carry_out(struct carry *c, const char *slug, double now)
{
	double began = clock_mono_ms();

	c->lost = false;
	c->now = now;
	if (!run_first(c, slug))
		return false;
	for (int conflicts = 0; conflicts < TRIES;) {
		struct errand e;
		bool ok;

		c->now = now + (clock_mono_ms() - began) / 1000;
		switch (claim(c, slug, &e)) {
		case CLAIM_NOTHING:
			return !c->lost;
		case CLAIM_AGAIN:
			conflicts++;
			continue;
		case CLAIM_WAITS:
			say_waits(c, slug);
			return false;
		case CLAIM_FAILED:
			return false;
		case CLAIM_GOT:
			break;
		}
		ok = run(c, slug, &e);
		errand_release(&e);
		if (!ok)
			return false;
	}
	log_error("%s: others keep changing its state", slug);
	return false;
}
