/* SPDX-License-Identifier: MIT */
#include "notifier.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "delivery/delivery.h"
#include "evaluate.h"
#include "incident/expiry.h"
#include "incident/incident.h"
#include "incident/pipeline_health.h"
#include "incident/route_test.h"
#include "state/backend.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often it is looked whether the digests are sent. */
#define DIGEST_WAIT_MS 100

struct notifier {
	struct run setup;
	struct evaluator *evaluator;
	struct worker *worker;
	struct digest_worker *digests;
	struct expiry_rounds rounds; /* not yet sent */
	struct fleet_round round;
	int64_t judged;	 /* window of the last round that was judged */
	bool was_silent; /* most regions were, then */
	/* Regions whose silence is sent for all servers, and as of when. */
	struct strings covered;
	struct strings strangers; /* had a verdict, and are not configured */
	int64_t covered_at;
	int64_t window;		     /* of the verdicts that are being read */
	size_t servers;		     /* that had one in it */
	double swept_ms;
	bool stalled;	 /* a stage of the pipeline is stalled */
	bool unwritable; /* the heartbeat of the last sweep could not be written */
	bool failed;	 /* the store */
};

/* The maintenances that stand in the store. False: store failed. */
static bool load(const struct notifier *p)
{
	struct maintenance_store *m = p->setup.maintenances;

	return !m || maintenance_store_load(m, evaluate_now(p->evaluator));
}

struct notifier *notifier_new(const struct run *setup)
{
	struct notifier *p = xcalloc(1, sizeof *p);

	p->setup = *setup;
	p->round.conf = setup->conf;
	p->worker = worker_new(setup->states, setup->deliver, setup->conf);
	p->digests = digest_worker_new(&(struct digest_setup) {
		.states = setup->states,
		.store = setup->store,
		.deliver = setup->deliver,
		.conf = setup->conf,
	});
	p->evaluator = evaluate_new(&p->setup, p->worker);
	p->swept_ms = clock_mono_ms();
	p->failed = !load(p);
	return p;
}

void notifier_free(struct notifier *p)
{
	if (!p)
		return;
	evaluate_free(p->evaluator);
	worker_free(p->worker);
	digest_worker_free(p->digests);
	expiry_forget(&p->rounds);
	fleet_round_release(&p->round);
	strings_release(&p->covered);
	strings_release(&p->strangers);
	free(p);
}

void notifier_now(struct notifier *p, double t)
{
	p->setup.now = t;
}

static bool failed(const struct notifier *p)
{
	return p->failed || evaluate_failed(p->evaluator);
}

static void evaluate_one(struct notifier *p, const struct evaluate_input *in)
{
	evaluate(p->evaluator, in, 1);
}

/* The last run writes when it was: so this is said once of each jump. */
static void watch_clock(const struct pipeline *pl, double now)
{
	double back = pl->at[STAGE_ALERT] - now;
	struct buf b;

	if (!(back > STATE_AHEAD_S))
		return;
	buf_init(&b, TEXT_SIZE);
	phrase_duration(&b, (long long)back);
	log_warn("the clock of this machine is %s behind the clock of the last run: "
		 "it was set back, or was ahead then; open incidents go on",
		b.p);
	buf_release(&b);
}

/* Judge the pipeline; without a store, by the verdicts alone. False: the store
   failed. */
static bool watch_pipeline(struct notifier *p)
{
	const struct conf *c = p->setup.conf;
	double now = evaluate_now(p->evaluator);
	struct pipeline pl = {
		.at = {NAN, NAN, NAN},
		.ingest_s = pipeline_ingest_s(c),
		.refused = p->setup.refused,
	};

	if (p->setup.deliver && !pipeline_store_read(p->setup.store, &pl))
		return false;
	watch_clock(&pl, now);
	if (c)
		pl.n_regions = c->n_regions;
	if (p->round.window > p->judged &&
		(fleet_round_complete(&p->round) || p->round.reporting.n))
		pl.round = &p->round;
	if (pl.round && fleet_round_complete(&p->round)) {
		p->judged = p->round.window;
		p->was_silent = fleet_round_dark(&p->round);
	}
	p->stalled = stage_stale(pl.at[STAGE_INGEST], now, pl.ingest_s) ||
		stage_stale(pl.at[STAGE_VERDICT], now, STAGE_STALE_S);
	evaluate_one(p, &(struct evaluate_input) {
		.slug = SLUG_FLEET,
		.what = EVALUATE_PIPELINE,
		.u.pipeline = &pl,
	});
	free(pl.isolated);
	free(pl.runners);
	return true;
}

/* A round of verdicts is over. Where all is well the next sweep sees to it. */
static void end_round(struct notifier *p)
{
	bool dark = fleet_round_complete(&p->round) &&
		fleet_round_dark(&p->round);

	evaluate_flush(p->evaluator);
	if (p->round.window > p->judged && (dark || p->was_silent) &&
		!watch_pipeline(p))
		p->failed = true;
}

void notifier_flush(struct notifier *p)
{
	end_round(p);
}

/* Look up the regions whose silence is sent for all servers, once a minute. */
static const struct strings *covered(struct notifier *p,
	const struct verdict_record *v, size_t n)
{
	const struct strings *regions;
	const struct alert_state *st;
	struct transaction *t;
	bool silent = false;

	for (size_t i = 0; i < n; i++)
		silent = silent || v[i].verdict.n_no_data;
	if (!silent || p->covered_at == p->window)
		return silent ? &p->covered : NULL;
	p->covered_at = p->window;
	strings_clear(&p->covered);
	t = transaction_begin(p->setup.states, NULL);
	transaction_add(t, SLUG_FLEET);
	st = transaction_get(t, 0);
	regions = st ? pipeline_covered(st) : NULL;
	if (regions)
		strings_copy(&p->covered, regions);
	transaction_end(t);
	return &p->covered;
}

/* Verdicts on late minutes have been decided on, and need not come again. */
static void forget_late(
	struct notifier *p, const struct verdict_record *v, size_t n)
{
	char key[KEY_MAX], field[24];
	struct store *s = p->setup.store;

	if (!s || !p->setup.deliver || failed(p))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!(v[i].verdict.judged_at > 0))
			continue;
		snprintf(field, sizeof field, "%" PRId64, v[i].verdict.window);
		store_add(s, "HDEL", key_late(key, v[i].verdict.slug), field,
			NULL);
	}
	if (store_run(s)) {
		log_error("%s", store_why(s));
		p->failed = true;
	}
}

/*
 * A start waits for the other servers of the same minute, which may have the
 * same trouble: until another minute begins, or every server of the
 * configuration had its verdict.
 */
void notifier_verdicts(
	struct notifier *p, const struct verdict_record *v, size_t n)
{
	const struct conf *c = p->setup.conf;
	struct evaluate_input *in = xcalloc(n, sizeof *in);
	const struct strings *regions;

	if (n && v->verdict.window != p->window) {
		end_round(p);
		p->window = v->verdict.window;
		p->servers = 0;
	}
	/* A clock was ahead, and is right again. */
	if (n && p->window < p->round.window &&
		(double)p->round.window > evaluate_now(p->evaluator) +
			STATE_WINDOW_AHEAD_S) {
		fleet_round_release(&p->round);
		p->judged = 0;
	}
	regions = covered(p, v, n);
	for (size_t i = 0; i < n; i++) {
		fleet_round_add(&p->round, &v[i].verdict);
		if (conf_count(c) &&
			conf_place(c, v[i].verdict.slug) == CONF_NOWHERE)
			strings_note(&p->strangers, v[i].verdict.slug);
		in[i] = (struct evaluate_input) {
			.slug = v[i].verdict.slug,
			.covered = regions,
			.what = EVALUATE_VERDICT,
			.u.verdict = &v[i].verdict,
		};
	}
	evaluate(p->evaluator, in, n);
	free(in);
	p->servers += n;
	if (n && c && p->servers >= conf_count(c))
		end_round(p);
	forget_late(p, v, n);
}

void notifier_tick(struct notifier *p, const struct strings *slugs)
{
	struct evaluate_input *in = xcalloc(slugs->n, sizeof *in);
	size_t n = 0;

	/* The sweep decides what time does to the fleet. */
	for (size_t i = 0; i < slugs->n; i++)
		if (strcmp(slugs->v[i], SLUG_FLEET) != 0)
			in[n++].slug = slugs->v[i];
	evaluate(p->evaluator, in, n);
	free(in);
	/* A recording and a dry run have no sweep. */
	if (n < slugs->n && !p->setup.deliver && !watch_pipeline(p))
		p->failed = true;
}

/* With a shared incident, close that of each of its servers: these would stay
   open, and nobody would be notified of them any more. */
static void close_members(struct notifier *p, const char *group,
	const struct strings *slugs, const struct ack_request *q)
{
	for (size_t i = 0; i < slugs->n; i++) {
		struct ack_request of = *q;
		struct ack_result r = {0};

		of.key = of.route = NULL;
		of.group = group;
		evaluate_one(p, &(struct evaluate_input) {
			.slug = slugs->v[i],
			.what = EVALUATE_ACK,
			.u.ack = {&of, &r},
		});
	}
}

/* The servers that have a part in what is to be closed, if it is shared. */
static struct strings members_of(struct notifier *p, const char *group,
	const struct ack_request *q)
{
	struct strings slugs = {0};
	struct alert_state st;

	if (q->action != ACK_CLOSE || !slug_shared(group) ||
		!state_store_get(p->setup.states, group, &st))
		return slugs;
	strings_copy(&slugs, &st.shared.left);
	state_release(&st);
	return slugs;
}

struct ack_result notifier_ack(
	struct notifier *p, const char *slug, const struct ack_request *q)
{
	struct strings members = members_of(p, slug, q);
	struct ack_result r = {0};

	evaluate_one(p, &(struct evaluate_input) {
		.slug = slug,
		.what = EVALUATE_ACK,
		.u.ack = {q, &r},
	});
	if (r.n)
		close_members(p, slug, &members, q);
	strings_release(&members);
	return failed(p) ? (struct ack_result) {0} : r;
}

enum by_hand_result notifier_by_hand(struct notifier *p,
	const struct strings *slugs, const struct by_hand *q)
{
	struct evaluate_input *in = xcalloc(slugs->n + 1, sizeof *in);
	enum by_hand_result *r = xcalloc(slugs->n + 1, sizeof *r);
	enum by_hand_result all = BY_HAND_NONE;

	for (size_t i = 0; i < slugs->n; i++) {
		r[i] = BY_HAND_FAILED;
		in[i] = (struct evaluate_input) {
			.slug = slugs->v[i],
			.what = EVALUATE_BY_HAND,
			.u.by_hand = {q, &r[i]},
		};
	}
	evaluate(p->evaluator, in, slugs->n);
	for (size_t i = 0; i < slugs->n; i++)
		if (all != BY_HAND_DONE)
			all = r[i];
	free(in);
	free(r);
	return failed(p) ? BY_HAND_FAILED : all;
}

static void deliver_one(struct notifier *p, const char *slug)
{
	struct strings slugs = {0};

	strings_add(&slugs, slug);
	worker_out(p->worker, &slugs, evaluate_now(p->evaluator));
	worker_finish(p->worker);
	strings_release(&slugs);
}

void notifier_test(struct notifier *p, const char *slug,
	const struct route_test_request *q, const struct worker_watch *w)
{
	worker_watch(p->worker, w);
	evaluate_one(p, &(struct evaluate_input) {
		.slug = slug,
		.what = EVALUATE_TEST,
		.u.test = q,
	});
	if (p->setup.deliver && !failed(p))
		deliver_one(p, slug);
}

static void evaluate_expiries(struct notifier *p)
{
	for (size_t i = 0; i < p->rounds.n; i++)
		evaluate_one(p, &(struct evaluate_input) {
			.slug = p->rounds.v[i].slug,
			.what = EVALUATE_EXPIRY,
			.u.expiry = &p->rounds.v[i],
		});
	expiry_forget(&p->rounds);
}

void notifier_expiry(struct notifier *p, const struct expiry_record *r)
{
	if (!expiry_fits(&p->rounds, r))
		evaluate_expiries(p);
	expiry_collect(&p->rounds, r);
}

bool notifier_maintenance(struct notifier *p, struct maintenance *m)
{
	if (p->setup.deliver)
		return false;
	maintenance_store_add(p->setup.maintenances, m);
	return true;
}

bool notifier_silence(struct notifier *p, struct silence *s)
{
	if (p->setup.deliver)
		return false;
	maintenance_store_silence(p->setup.maintenances, s);
	return true;
}

/* Whether anybody has tested the routes lately. False: store failed. */
static bool watch_tests(struct notifier *p)
{
	const struct run *s = &p->setup;
	double now = evaluate_now(p->evaluator);
	struct route_test_history t;
	bool ok;

	if (!s->conf || !s->conf->n_routes)
		return true;
	if (!route_test_store_read(s->store, s->conf, &t))
		return false;
	/* Under a pretended clock nothing begins. */
	ok = !isnan(s->now) || route_test_store_begin(s->store, &t, now);
	if (ok && route_test_overdue(&t, now))
		evaluate_one(p, &(struct evaluate_input) {
			.slug = SLUG_FLEET,
			.what = EVALUATE_UNTESTED,
			.u.untested = &t,
		});
	route_test_store_release(&t);
	return ok;
}

/*
 * End the incidents of servers that were taken out of the configuration. False:
 * the store failed.
 */
static bool end_unwatched(struct notifier *p)
{
	const struct conf *c = p->setup.conf;
	struct store *s = p->setup.store;
	bool known, again = p->strangers.n > 0;
	struct evaluate_input *in;
	struct strings slugs = {0};
	size_t n = 0;

	if (!conf_count(c))
		return true;
	if (!pipeline_store_known(s, c, &known))
		return false;
	if (known)
		return true;
	if (!pipeline_store_dropped(s, c, &slugs, &again)) {
		strings_release(&slugs);
		return false;
	}
	in = xcalloc(slugs.n, sizeof *in);
	for (size_t i = 0; i < slugs.n; i++)
		if (!strings_has(&p->strangers, slugs.v[i]))
			in[n++] = (struct evaluate_input) {
				.slug = slugs.v[i],
				.what = EVALUATE_UNWATCHED,
			};
	evaluate(p->evaluator, in, n);
	evaluate_flush(p->evaluator);
	free(in);
	strings_release(&slugs);
	return failed(p) || again || pipeline_store_know(s, c);
}

void notifier_sweep(struct notifier *p)
{
	const struct run *s = &p->setup;
	struct strings slugs = {0};

	end_round(p);
	evaluate_expiries(p);
	p->swept_ms = clock_mono_ms();
	if (!s->deliver)
		return;
	worker_begin(p->worker);
	/* Before we tell that we are alive ourselves. */
	if (!load(p) || !watch_pipeline(p) || !end_unwatched(p) ||
		!watch_tests(p) || !state_store_undelivered(s->states, &slugs))
		p->failed = true;
	p->unwritable =
		!pipeline_store_beat(s->store, evaluate_now(p->evaluator));
	p->failed = p->failed || p->unwritable;
	strings_unique(&slugs);
	worker_out(p->worker, &slugs, evaluate_now(p->evaluator));
	digest_worker_out(p->digests, &slugs, evaluate_now(p->evaluator));
	strings_release(&slugs);
}

bool notifier_wait(struct notifier *p, int fd, int ms)
{
	return worker_wait(p->worker, fd, ms);
}

void notifier_finish(struct notifier *p)
{
	notifier_sweep(p);
	if (!p->setup.deliver)
		return;
	while (digest_worker_busy(p->digests))
		worker_wait(p->worker, -1, DIGEST_WAIT_MS);
	worker_out(p->worker, digest_worker_settled(p->digests),
		evaluate_now(p->evaluator));
	strings_clear(digest_worker_settled(p->digests));
	worker_finish(p->worker);
}

double notifier_swept(const struct notifier *p)
{
	return (clock_mono_ms() - p->swept_ms) / 1000;
}

bool notifier_failed(const struct notifier *p)
{
	return failed(p) || digest_worker_left(p->digests) ||
		worker_left(p->worker);
}

const char *notifier_store_why(const struct notifier *p)
{
	return p->unwritable ? store_why(p->setup.store) : NULL;
}

const char *notifier_trouble(const struct notifier *p)
{
	if (failed(p))
		return "the store failed";
	if (p->stalled)
		return "a stage of the pipeline is stalled";
	if (worker_overdue(p->worker))
		return "an event is with nobody who should have it";
	return NULL;
}

/*
 * For a notifier whose states are in a local file: takes into account that the
 * store could not be used, and why; NULL: it could. Whether the file is still
 * needed.
 */
static bool note_store(struct notifier *p, const char *why)
{
	struct alert_state st;
	bool needed = true;

	evaluate_one(p, &(struct evaluate_input) {
		.slug = SLUG_FLEET,
		.what = why ? EVALUATE_STORE_DOWN : EVALUATE_STORE_UP,
		.u.why = why,
	});
	if (failed(p))
		return true;
	deliver_one(p, SLUG_FLEET);
	if (state_store_get(p->setup.states, SLUG_FLEET, &st)) {
		needed = st.fleet.away.counted || state_open(&st) || st.n_outbox;
		state_release(&st);
	}
	return needed;
}

bool notifier_store_outage(const struct run *run, const char *url,
	const char *why)
{
	struct outage_file *file = outage_file_open(url, why != NULL);
	struct run own = *run;
	struct notifier *p;
	bool ok;

	if (!file)
		return true;
	own.states = state_store_new_on(&file_backend, file);
	own.maintenances = NULL;
	own.alone = true;
	p = notifier_new(&own);
	if (!note_store(p, why))
		outage_file_remove(file);
	ok = !notifier_failed(p);
	notifier_free(p);
	state_store_free(own.states);
	outage_file_close(file);
	return ok;
}
