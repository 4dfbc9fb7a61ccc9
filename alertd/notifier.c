#include "notifier.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "common_cause.h"
#include "delivery/digest_worker.h"
#include "evaluate.h"
#include "incident/expiry.h"
#include "incident/pipeline.h"
#include "incident/test_reminder.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "state/test_store.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pager {
	struct decider decider;
	struct expiry_rounds rounds; /* not yet told of */
	int64_t window;		     /* of the verdicts that are being read */
	size_t servers;		     /* that had one in it */
	double swept_ms;
	bool still; /* a stage of the pipeline stands still */
};

/* The maintenances that stand in the store. False: store failed. */
static bool load(const struct pager *p)
{
	struct calendar *c = p->decider.setup.calendar;

	return !c || calendar_load(c, decide_now(&p->decider));
}

struct pager *pager_new(const struct pager_setup *setup)
{
	struct pager *p = xcalloc(1, sizeof *p);

	decide_init(&p->decider, setup);
	p->swept_ms = clock_mono_ms();
	p->decider.failed = !load(p);
	return p;
}

void pager_free(struct pager *p)
{
	if (!p)
		return;
	decide_release(&p->decider);
	expiry_forget(&p->rounds);
	free(p);
}

void pager_now(struct pager *p, double t)
{
	p->decider.setup.now = t;
}

void pager_flush(struct pager *p)
{
	share_flush(&p->decider);
}

void pager_ahead(struct pager *p, const struct strings *slugs, size_t i)
{
	if (clock_mono_ms() >= p->decider.store_down_ms)
		shelf_ahead(p->decider.setup.shelf, slugs, i);
}

/* Every server had its verdict, and all of them are stored. */
static void end_round(struct pager *p)
{
	const struct pager_setup *s = &p->decider.setup;

	if (s->conf && p->servers >= s->conf->n_servers && !shelf_waits(s->shelf))
		share_flush(&p->decider);
}

bool pager_settle(struct pager *p, struct strings *again)
{
	bool ok = decide_settle(&p->decider, again);

	end_round(p);
	return ok;
}

/*
 * Whoever is told waits for the others of the same minute, who may have the
 * same trouble: until another begins, and nothing is put off by then, or every
 * server had its verdict.
 */
void pager_verdict(struct pager *p, const struct verdict *v)
{
	if (v->window != p->window) {
		share_flush(&p->decider);
		p->window = v->window;
		p->servers = 0;
	}
	p->servers++;
	decide(&p->decider, &(struct occasion) {.slug = v->slug, .verdict = v});
	end_round(p);
}

void pager_taken(struct pager *p, const struct verdict_record *v, size_t n)
{
	struct decider *d = &p->decider;
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

void pager_tick(struct pager *p, const char *slug)
{
	/* What time does to the fleet is for the sweep. */
	if (strcmp(slug, SLUG_FLEET) == 0)
		return;
	decide(&p->decider, &(struct occasion) {.slug = slug});
}

size_t pager_ack(struct pager *p, const char *slug, const struct ack_request *q)
{
	size_t n = 0;

	decide(&p->decider, &(struct occasion) {
		.slug = slug,
		.ack = q,
		.acknowledged = &n,
	});
	return n;
}

static bool carry_one(struct decider *d, const char *slug)
{
	struct strings slugs = {0};
	bool ok;

	strings_add(&slugs, slug);
	ok = carry_out(d->carry, &slugs, decide_now(d));
	strings_release(&slugs);
	return ok;
}

void pager_test(struct pager *p, const char *slug,
	const struct tested_request *q, const struct carry_watch *w)
{
	struct decider *d = &p->decider;

	carry_watch(d->carry, w);
	decide(d, &(struct occasion) {.slug = slug, .test = q});
	if (!d->failed && !carry_one(d, slug))
		d->failed = true;
}

static void tell_expiries(struct pager *p)
{
	for (size_t i = 0; i < p->rounds.n; i++) {
		const struct expiry_round *r = &p->rounds.v[i];

		decide(&p->decider, &(struct occasion) {.slug = r->slug, .round = r});
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
	if (p->decider.setup.deliver)
		return false;
	calendar_add(p->decider.setup.calendar, m);
	return true;
}

/* Before we tell that we are alive ourselves. False: store failed. */
static bool watch(struct pager *p)
{
	struct pipeline pl = {.ingest_s = pipeline_ingest_s(p->decider.setup.conf)};

	const struct conf *c = p->decider.setup.conf;

	if (!shelf_beats(p->decider.setup.shelf, pl.at) ||
		!shelf_isolated(p->decider.setup.shelf, &pl))
		return false;
	if (c)
		pl.n_regions = c->n_regions;
	p->still = stage_stale(pl.at[STAGE_INGEST], decide_now(&p->decider),
			   pl.ingest_s) ||
		stage_stale(pl.at[STAGE_VERDICT], decide_now(&p->decider),
			STAGE_STALE_S);
	decide(&p->decider, &(struct occasion) {.slug = SLUG_FLEET, .pipeline = &pl});
	free(pl.isolated);
	return true;
}

/* Whether anybody has tested the routes lately. False: store failed. */
static bool watch_tests(struct pager *p)
{
	const struct pager_setup *s = &p->decider.setup;
	double now = decide_now(&p->decider);
	struct tested t;

	if (!s->conf || !s->conf->n_routes)
		return true;
	if (!test_log_read(s->store, &t))
		return false;
	/* Under a pretended clock nothing begins. */
	if (isnan(s->now) && !test_log_begin(s->store, &t, now))
		return false;
	if (tested_missed(&t, now))
		decide(&p->decider,
			&(struct occasion) {SLUG_FLEET, .tested = &t});
	return true;
}

void pager_sweep(struct pager *p)
{
	struct strings slugs = {0};

	share_flush(&p->decider);
	tell_expiries(p);
	p->swept_ms = clock_mono_ms();
	if (!p->decider.setup.deliver)
		return;
	carry_begin(p->decider.carry);
	if (!load(p) || !watch(p) || !watch_tests(p) ||
		!shelf_undelivered(p->decider.setup.shelf, &slugs))
		p->decider.failed = true;
	if (!shelf_beat(p->decider.setup.shelf, decide_now(&p->decider)))
		p->decider.failed = true;
	if (!gather_out(&(struct gather) {
			.shelf = p->decider.setup.shelf,
			.store = p->decider.setup.store,
			.deliver = p->decider.setup.deliver,
			.conf = p->decider.setup.conf,
			.now = decide_now(&p->decider),
		}, &slugs))
		p->decider.left = true;
	strings_unique(&slugs);
	if (!carry_out(p->decider.carry, &slugs, decide_now(&p->decider)))
		p->decider.left = true;
	strings_release(&slugs);
}

bool pager_store(struct pager *p, const char *why)
{
	struct occasion o = {SLUG_FLEET, .away = why, .back = !why};
	struct alert_state st;
	bool needed = true;

	p->decider.alone = true;
	decide(&p->decider, &o);
	if (p->decider.failed)
		return true;
	if (!carry_one(&p->decider, o.slug))
		p->decider.left = true;
	if (shelf_get(p->decider.setup.shelf, o.slug, &st)) {
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
	return p->decider.failed || p->decider.left;
}

const char *pager_trouble(const struct pager *p)
{
	if (p->decider.failed || shelf_trouble(p->decider.setup.shelf))
		return "the store failed";
	if (p->still)
		return "a stage of the pipeline stands still";
	if (carry_overdue(p->decider.carry))
		return "an event is with nobody who should have it";
	return NULL;
}
