#include "pager.h"

#include "ack.h"
#include "budget.h"
#include "calendar.h"
#include "carry.h"
#include "clock.h"
#include "expiry.h"
#include "gather.h"
#include "ladder.h"
#include "lines.h"
#include "log.h"
#include "machine.h"
#include "pipeline.h"
#include "quiet.h"
#include "shelf.h"
#include "tell.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* So often somebody else may be faster before we give up. */
#define TRIES 100
/* A store that is gone is not asked again for each verdict. */
#define STORE_PAUSE_MS 10000

struct pager {
	struct pager_setup setup;
	struct conf_policy policy;
	struct carry *carry;
	struct budget *budget;
	struct expiry_rounds rounds; /* not yet told of */
	double swept_ms;
	double store_down_ms; /* until then; 0 while it answers */
	bool alone; /* without the store, where nobody gathers digests */
	bool failed; /* the store or standard output */
	bool left;   /* a delivery, for a later run */
	bool still;  /* a stage of the pipeline stands still */
};

/* Whole milliseconds, as the state keeps them: what is due now is due then. */
static double now(const struct pager *p)
{
	double t = isnan(p->setup.now) ? clock_wall() : p->setup.now;

	return floor(t * 1000) / 1000;
}

/* The maintenances that stand in the store. False: store failed. */
static bool load(const struct pager *p)
{
	return !p->setup.calendar || calendar_load(p->setup.calendar, now(p));
}

struct pager *pager_new(const struct pager_setup *setup)
{
	struct pager *p = xcalloc(1, sizeof *p);

	p->setup = *setup;
	p->policy = setup->policy ? *setup->policy
		: setup->conf	  ? setup->conf->policy
				  : machine_policy;
	p->carry = carry_new(setup->shelf, setup->deliver, setup->conf);
	p->budget = budget_new(setup->store);
	p->swept_ms = clock_mono_ms();
	p->failed = !load(p);
	return p;
}

void pager_free(struct pager *p)
{
	if (!p)
		return;
	carry_free(p->carry);
	budget_free(p->budget);
	expiry_forget(&p->rounds);
	free(p);
}

void pager_now(struct pager *p, double t)
{
	p->setup.now = t;
}

/* What is to be decided: one of these, or only that time goes by. */
struct occasion {
	const char *slug;
	const struct verdict *verdict;
	const struct expiry_round *round;
	const struct pipeline *pipeline;
	const char *away; /* why the store could not be used */
	bool back;	  /* it could */
	const struct ack_request *ack;
	size_t *acknowledged; /* incidents */
};

/* What maintenance of a server it is time for; the fleet has none. */
static void note_maintenance(const struct pager *p, struct alert_state *st,
	double t)
{
	const struct conf *c = p->setup.conf;
	const struct conf_server *s = c ? conf_server(c, st->slug) : NULL;
	struct occurrence o;

	if (!p->setup.calendar || strcmp(st->slug, SLUG_FLEET) == 0)
		return;
	o = calendar_at(p->setup.calendar, st->slug, s ? s->account : NULL, t,
		p->policy.maintenance_s);
	quiet_note(st, &o, t);
}

static void consider(struct pager *p, const struct occasion *o,
	struct alert_state *st, struct alert_events *events)
{
	double at = o->verdict ? (double)o->verdict->window : now(p);

	if (o->verdict) {
		note_maintenance(p, st, at);
		machine_verdict(st, o->verdict, &p->policy,
			p->setup.deliver ? now(p) : INFINITY, events);
	} else if (o->round) {
		expiry_decide(st, o->round, events);
	} else if (o->pipeline) {
		pipeline_decide(st, o->pipeline, &p->policy, at, events);
	} else if (o->away) {
		pipeline_away(st, o->away, &p->policy, at, events);
	} else if (o->back) {
		pipeline_back(st, at, events);
	} else if (o->ack) {
		*o->acknowledged = ack_set(st, o->ack, at, events);
	} else {
		note_maintenance(p, st, at);
		machine_tick(st, &p->policy, at, events);
	}
	if (!o->round && !o->ack)
		ladder_climb(p->setup.conf, st, at, 0, events);
}

static bool starts_cold(const struct conf *c, const char *slug)
{
	const struct conf_server *s = c ? conf_server(c, slug) : NULL;

	return s && s->cold_start;
}

/* One attempt to decide; what has happened is appended to `out`. */
static enum shelf_result attempt(struct pager *p, const struct occasion *o,
	struct buf *out)
{
	const struct tell tell = {
		.setup = &p->setup,
		.budget = p->budget,
		.at_once = p->alone,
		.now = now(p),
	};
	struct alert_events events = {0};
	struct alert_state st;
	enum shelf_result result;

	if (!shelf_get(p->setup.shelf, o->slug, &st))
		return SHELF_FAILED;
	st.cold_start = starts_cold(p->setup.conf, o->slug);
	consider(p, o, &st, &events);
	for (size_t i = 0; i < events.n; i++) {
		tell_event(&tell, &st, &events.v[i], out);
	}
	if (out->len && p->setup.deliver)
		carry_first(p->carry, &st, now(p));
	/* A fleet of which there is nothing to tell needs no state. */
	result = o->pipeline && !events.n ? SHELF_OK
					  : shelf_put(p->setup.shelf, &st);
	if (result != SHELF_OK)
		carry_drop(p->carry);
	events_release(&events);
	state_release(&st);
	return result;
}

static void print(struct pager *p, const struct buf *out)
{
	if (line_write(STDOUT_FILENO, out->p, out->len) == 0)
		return;
	if (!p->failed)
		log_error("standard output: %s", strerror(errno));
	p->failed = true;
}

/* Something went wrong with the store, or with what is in it. */
static void note_failure(struct pager *p)
{
	p->failed = true;
	if (shelf_alive(p->setup.shelf))
		return;
	p->store_down_ms = clock_mono_ms() + STORE_PAUSE_MS;
	log_error("verdicts are passed over until the store answers");
}

static void decide(struct pager *p, const struct occasion *o)
{
	enum shelf_result result = SHELF_CONFLICT;
	struct buf out;

	if (clock_mono_ms() < p->store_down_ms)
		return;
	buf_init(&out, ALERT_KINDS * 2 * TELL_BODY_MAX);
	for (int i = 0; i < TRIES && result == SHELF_CONFLICT; i++) {
		buf_clear(&out);
		result = attempt(p, o, &out);
	}
	if (result == SHELF_CONFLICT)
		log_error("%s: others keep changing its state", o->slug);
	if (result != SHELF_OK)
		note_failure(p);
	else if (out.len && !p->setup.queue_only)
		print(p, &out);
	if (result == SHELF_OK && out.len && p->setup.deliver &&
		!carry_out(p->carry, o->slug, now(p)))
		p->left = true;
	buf_release(&out);
}

void pager_verdict(struct pager *p, const struct verdict *v)
{
	decide(p, &(struct occasion) {.slug = v->slug, .verdict = v});
}

void pager_tick(struct pager *p, const char *slug)
{
	/* What time does to the fleet is for the sweep. */
	if (strcmp(slug, SLUG_FLEET) == 0)
		return;
	decide(p, &(struct occasion) {.slug = slug});
}

size_t pager_ack(struct pager *p, const char *slug, const struct ack_request *q)
{
	size_t n = 0;

	decide(p, &(struct occasion) {
		.slug = slug,
		.ack = q,
		.acknowledged = &n,
	});
	return n;
}

static void tell_expiries(struct pager *p)
{
	for (size_t i = 0; i < p->rounds.n; i++) {
		const struct expiry_round *r = &p->rounds.v[i];

		decide(p, &(struct occasion) {.slug = r->slug, .round = r});
	}
	expiry_forget(&p->rounds);
}

void pager_expiry(struct pager *p, const struct expiry_record *r)
{
	if (!expiry_fits(&p->rounds, r))
		tell_expiries(p);
	expiry_collect(&p->rounds, r);
}

bool pager_maintenance(struct pager *p, struct maintenance *m)
{
	if (p->setup.deliver)
		return false;
	calendar_add(p->setup.calendar, m);
	return true;
}

/* Before we tell that we are alive ourselves. False: store failed. */
static bool watch(struct pager *p)
{
	struct pipeline pl = {.ingest_s = pipeline_ingest_s(p->setup.conf)};

	if (!shelf_beats(p->setup.shelf, pl.at))
		return false;
	p->still = stage_stale(pl.at[STAGE_INGEST], now(p), pl.ingest_s) ||
		stage_stale(pl.at[STAGE_VERDICT], now(p), STAGE_STALE_S);
	decide(p, &(struct occasion) {.slug = SLUG_FLEET, .pipeline = &pl});
	return true;
}

void pager_sweep(struct pager *p)
{
	struct strings slugs = {0};

	tell_expiries(p);
	p->swept_ms = clock_mono_ms();
	if (!p->setup.deliver)
		return;
	carry_begin(p->carry);
	if (!load(p) || !watch(p) ||
		!shelf_undelivered(p->setup.shelf, &slugs))
		p->failed = true;
	if (!shelf_beat(p->setup.shelf, now(p)))
		p->failed = true;
	if (!gather_out(&(struct gather) {
			.shelf = p->setup.shelf,
			.store = p->setup.store,
			.deliver = p->setup.deliver,
			.conf = p->setup.conf,
			.now = now(p),
		}, &slugs))
		p->left = true;
	for (size_t i = 0; i < slugs.n; i++)
		if (!carry_out(p->carry, slugs.v[i], now(p)))
			p->left = true;
	strings_release(&slugs);
}

bool pager_store(struct pager *p, const char *why)
{
	struct occasion o = {SLUG_FLEET, .away = why, .back = !why};
	struct alert_state st;
	bool needed = true;

	p->alone = true;
	decide(p, &o);
	if (p->failed)
		return true;
	if (!carry_out(p->carry, o.slug, now(p)))
		p->left = true;
	if (shelf_get(p->setup.shelf, o.slug, &st)) {
		needed = st.away.counted || state_open(&st) || st.n_outbox;
		state_release(&st);
	}
	return needed;
}

double pager_swept(const struct pager *p)
{
	return (clock_mono_ms() - p->swept_ms) / 1000;
}

bool pager_failed(const struct pager *p)
{
	return p->failed || p->left;
}

const char *pager_trouble(const struct pager *p)
{
	if (p->failed || shelf_trouble(p->setup.shelf))
		return "the store or standard output failed";
	if (p->still)
		return "a stage of the pipeline stands still";
	if (carry_overdue(p->carry))
		return "an event is with nobody who should have it";
	return NULL;
}
