#include "notifier.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "common_cause.h"
#include "delivery/digest_worker.h"
#include "evaluate.h"
#include "incident/expiry.h"
#include "incident/pipeline.h"
#include "incident/route_test.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "state/test_store.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct notifier {
	struct evaluator decider;
	struct expiry_rounds rounds; /* not yet told of */
	int64_t window;		     /* of the verdicts that are being read */
	size_t servers;		     /* that had one in it */
	double swept_ms;
	bool still; /* a stage of the pipeline stands still */
};

/* The maintenances that stand in the store. False: store failed. */
static bool load(const struct notifier *p)
{
	struct maintenance_store *c = p->decider.setup.calendar;

	return !c || maintenance_store_load(c, evaluate_now(&p->decider));
}

struct notifier *notifier_new(const struct notifier_setup *setup)
{
	struct notifier *p = xcalloc(1, sizeof *p);

	evaluate_init(&p->decider, setup);
	p->swept_ms = clock_mono_ms();
	p->decider.failed = !load(p);
	return p;
}

void notifier_free(struct notifier *p)
{
	if (!p)
		return;
	evaluate_release(&p->decider);
	expiry_forget(&p->rounds);
	free(p);
}

void notifier_now(struct notifier *p, double t)
{
	p->decider.setup.now = t;
}

void notifier_flush(struct notifier *p)
{
	common_cause_flush(&p->decider);
}

void notifier_prefetch(
	struct notifier *p, const struct strings *slugs, size_t i)
{
	if (clock_mono_ms() >= p->decider.store_down_ms)
		state_store_prefetch(p->decider.setup.shelf, slugs, i);
}

/* Every server had its verdict, and all of them are stored. */
static void end_round(struct notifier *p)
{
	const struct notifier_setup *s = &p->decider.setup;

	if (s->conf && p->servers >= s->conf->n_servers &&
		!state_store_waits(s->shelf))
		common_cause_flush(&p->decider);
}

bool notifier_settle(struct notifier *p, struct strings *again)
{
	bool ok = evaluate_settle(&p->decider, again);

	end_round(p);
	return ok;
}

/*
 * Whoever is told waits for the others of the same minute, who may have the
 * same trouble: until another begins, and nothing is put off by then, or every
 * server had its verdict.
 */
void notifier_verdict(struct notifier *p, const struct verdict *v)
{
	if (v->window != p->window) {
		common_cause_flush(&p->decider);
		p->window = v->window;
		p->servers = 0;
	}
	p->servers++;
	decide(&p->decider,
		&(struct evaluate_input) {.slug = v->slug, .verdict = v});
	end_round(p);
}

void notifier_taken(
	struct notifier *p, const struct verdict_record *v, size_t n)
{
	struct evaluator *d = &p->decider;
	char key[KEY_MAX], field[24];

	if (!d->setup.store || !d->setup.deliver || d->failed)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!(v[i].verdict.judged_at > 0))
			continue;
		snprintf(field, sizeof field, "%" PRId64, v[i].verdict.window);
		store_add(d->setup.store, "HDEL",
			key_late(key, v[i].verdict.slug), field, NULL);
	}
	if (store_run(d->setup.store)) {
		log_error("%s", store_why(d->setup.store));
		d->failed = true;
	}
}

void notifier_tick(struct notifier *p, const char *slug)
{
	/* What time does to the fleet is for the sweep. */
	if (strcmp(slug, SLUG_FLEET) == 0)
		return;
	decide(&p->decider, &(struct evaluate_input) {.slug = slug});
}

size_t notifier_ack(
	struct notifier *p, const char *slug, const struct ack_request *q)
{
	size_t n = 0;

	decide(&p->decider, &(struct evaluate_input) {
		.slug = slug,
		.ack = q,
		.acknowledged = &n,
	});
	return n;
}

static bool worker_one(struct evaluator *d, const char *slug)
{
	struct strings slugs = {0};
	bool ok;

	strings_add(&slugs, slug);
	ok = worker_out(d->carry, &slugs, evaluate_now(d));
	strings_release(&slugs);
	return ok;
}

void notifier_test(struct notifier *p, const char *slug,
	const struct route_test_request *q, const struct worker_watch *w)
{
	struct evaluator *d = &p->decider;

	worker_watch(d->carry, w);
	decide(d, &(struct evaluate_input) {.slug = slug, .test = q});
	if (!d->failed && !worker_one(d, slug))
		d->failed = true;
}

static void emit_expiries(struct notifier *p)
{
	for (size_t i = 0; i < p->rounds.n; i++) {
		const struct expiry_round *r = &p->rounds.v[i];

		decide(&p->decider,
			&(struct evaluate_input) {.slug = r->slug, .round = r});
	}
	expiry_forget(&p->rounds);
}

void notifier_expiry(struct notifier *p, const struct expiry_record *r)
{
	if (!expiry_fits(&p->rounds, r))
		emit_expiries(p);
	expiry_collect(&p->rounds, r);
}

bool notifier_maintenance(struct notifier *p, struct maintenance *m)
{
	if (p->decider.setup.deliver)
		return false;
	maintenance_store_add(p->decider.setup.calendar, m);
	return true;
}

/* Before we tell that we are alive ourselves. False: store failed. */
static bool watch(struct notifier *p)
{
	struct pipeline pl = {
		.ingest_s = pipeline_ingest_s(p->decider.setup.conf)};

	const struct conf *c = p->decider.setup.conf;

	if (!state_store_beats(p->decider.setup.shelf, pl.at) ||
		!state_store_isolated(p->decider.setup.shelf, &pl))
		return false;
	if (c)
		pl.n_regions = c->n_regions;
	p->still = stage_stale(pl.at[STAGE_INGEST], evaluate_now(&p->decider),
			   pl.ingest_s) ||
		stage_stale(pl.at[STAGE_VERDICT], evaluate_now(&p->decider),
			STAGE_STALE_S);
	decide(&p->decider,
		&(struct evaluate_input) {.slug = SLUG_FLEET, .pipeline = &pl});
	free(pl.isolated);
	return true;
}

/* Whether anybody has tested the routes lately. False: store failed. */
static bool watch_tests(struct notifier *p)
{
	const struct notifier_setup *s = &p->decider.setup;
	double now = evaluate_now(&p->decider);
	struct route_test_history t;

	if (!s->conf || !s->conf->n_routes)
		return true;
	if (!test_store_read(s->store, &t))
		return false;
	/* Under a pretended clock nothing begins. */
	if (isnan(s->now) && !test_store_begin(s->store, &t, now))
		return false;
	if (route_test_overdue(&t, now))
		decide(&p->decider,
			&(struct evaluate_input) {SLUG_FLEET, .tested = &t});
	return true;
}

void notifier_sweep(struct notifier *p)
{
	struct strings slugs = {0};

	common_cause_flush(&p->decider);
	emit_expiries(p);
	p->swept_ms = clock_mono_ms();
	if (!p->decider.setup.deliver)
		return;
	worker_begin(p->decider.carry);
	if (!load(p) || !watch(p) || !watch_tests(p) ||
		!state_store_undelivered(p->decider.setup.shelf, &slugs))
		p->decider.failed = true;
	if (!state_store_beat(
		    p->decider.setup.shelf, evaluate_now(&p->decider)))
		p->decider.failed = true;
	if (!digest_worker_out(&(struct digest_worker) {
			.shelf = p->decider.setup.shelf,
			.store = p->decider.setup.store,
			.deliver = p->decider.setup.deliver,
			.conf = p->decider.setup.conf,
			.now = evaluate_now(&p->decider),
		}, &slugs))
		p->decider.left = true;
	strings_unique(&slugs);
	if (!worker_out(p->decider.carry, &slugs, evaluate_now(&p->decider)))
		p->decider.left = true;
	strings_release(&slugs);
}

bool notifier_store(struct notifier *p, const char *why)
{
	struct evaluate_input o = {SLUG_FLEET, .away = why, .back = !why};
	struct alert_state st;
	bool needed = true;

	p->decider.alone = true;
	decide(&p->decider, &o);
	if (p->decider.failed)
		return true;
	if (!worker_one(&p->decider, o.slug))
		p->decider.left = true;
	if (state_store_get(p->decider.setup.shelf, o.slug, &st)) {
		needed = st.away.counted || state_open(&st) || st.n_outbox;
		state_release(&st);
	}
	return needed;
}

double notifier_swept(const struct notifier *p)
{
	return (clock_mono_ms() - p->swept_ms) / 1000;
}

bool notifier_failed(const struct notifier *p)
{
	return p->decider.failed || p->decider.left;
}

const char *notifier_trouble(const struct notifier *p)
{
	if (p->decider.failed || state_store_trouble(p->decider.setup.shelf))
		return "the store failed";
	if (p->still)
		return "a stage of the pipeline stands still";
	if (worker_overdue(p->decider.carry))
		return "an event is with nobody who should have it";
	return NULL;
}
