#include "evaluate.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "emit.h"
#include "incident/acknowledgement.h"
#include "incident/expiry.h"
#include "incident/machine.h"
#include "incident/maintenance_hold.h"
#include "incident/pipeline.h"
#include "incident/route_test.h"
#include "output.h"
#include "routing/escalation.h"
#include "routing/what_if.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So often somebody else may be faster before we give up. */
#define TRIES 100
/* A store that is gone is not asked again for each verdict. */
#define STORE_PAUSE_MS 10000

static void tellings_cut(struct tellings *l, size_t n)
{
	while (l->n > n) {
		struct telling *t = &l->v[--l->n];

		free(t->slug);
		free(t->text);
	}
}

void evaluate_init(struct evaluator *d, const struct notifier_setup *setup)
{
	*d = (struct evaluator) {.setup = *setup};
	d->policy = setup->policy ? *setup->policy
		: setup->conf	  ? setup->conf->policy
				  : machine_policy;
	d->carry = worker_new(setup->shelf, setup->deliver, setup->conf);
	d->budget = rate_limit_new(setup->store);
}

void evaluate_release(struct evaluator *d)
{
	worker_free(d->carry);
	rate_limit_free(d->budget);
	correlation_release(&d->starts);
	events_release(&d->ends);
	tellings_cut(&d->tellings, 0);
	free(d->tellings.v);
}

double evaluate_now(const struct evaluator *d)
{
	double t = isnan(d->setup.now) ? clock_wall() : d->setup.now;

	return floor(t * 1000) / 1000;
}

/* The fleet as a whole, or a trouble that its servers share. */
static bool no_server(const char *slug)
{
	return strcmp(slug, SLUG_FLEET) == 0 || slug_shared(slug);
}

/* What maintenance of a server it is time for. */
static void note_maintenance(const struct evaluator *d, struct alert_state *st,
	double t)
{
	const struct conf *c = d->setup.conf;
	const struct conf_server *s = c ? conf_server(c, st->slug) : NULL;
	struct occurrence o;

	if (!d->setup.calendar || no_server(st->slug))
		return;
	o = maintenance_store_at(d->setup.calendar, st->slug,
		s ? s->account : NULL, t, d->policy.maintenance_s);
	maintenance_hold_note(st, &o, t);
}

/* It goes where a downtime would go, which has a ladder. */
static void consider_test(const struct evaluator *d,
	const struct alert_state *st, const struct route_test_request *q,
	struct alert_events *events)
{
	const struct what_if downtime = {
		.kind = ALERT_DOWNTIME,
		.severity = SEVERITY_P1,
		.slug = st->slug,
		.at = (double)q->at,
	};

	route_test_add(st, q, events);
	what_if_ladder(d->setup.conf, &downtime, &events->v[events->n - 1]);
}

/* As of when it is decided: what is recorded brings its own time. */
static double instant(const struct evaluator *d, const struct evaluate_input *o)
{
	if (o->verdict)
		return (double)o->verdict->window;
	if (o->starts)
		return o->starts->event.record.at;
	return o->ends ? o->ends[o->n_ends - 1].record.at : evaluate_now(d);
}

static void consider(struct evaluator *d, const struct evaluate_input *o,
	struct alert_state *st, struct alert_events *events)
{
	double at = instant(d, o);

	if (o->verdict) {
		note_maintenance(d, st, at);
		machine_verdict(st, o->verdict, &d->policy,
			d->setup.deliver ? evaluate_now(d) : INFINITY, events);
	} else if (o->round) {
		expiry_decide(st, o->round, events);
	} else if (o->pipeline) {
		pipeline_decide(st, o->pipeline, &d->policy, at, events);
	} else if (o->away) {
		pipeline_away(st, o->away, &d->policy, at, events);
	} else if (o->back) {
		pipeline_back(st, at, events);
	} else if (o->starts) {
		correlation_begin(st, o->starts, o->n_starts, events);
	} else if (o->group) {
		worker_let_go(d->carry, st);
		correlation_join(d->setup.conf, st, o->kind, o->group);
	} else if (o->ends) {
		for (size_t i = 0; i < o->n_ends; i++)
			correlation_leave(st, &o->ends[i], events);
	} else if (o->test) {
		consider_test(d, st, o->test, events);
	} else if (o->tested) {
		route_test_remind(st, o->tested, at, events);
	} else if (o->ack) {
		*o->acknowledged = ack_set(st, o->ack, at, events);
	} else {
		note_maintenance(d, st, at);
		machine_tick(st, &d->policy, at, events);
	}
	/* Nobody climbs at an instant that is past. */
	if (o->verdict && o->verdict->judged_at > 0)
		return;
	if (!o->round && !o->ack && !o->group && !o->test)
		escalate(d->setup.conf, st, at, 0, events);
}

static bool starts_cold(const struct conf *c, const char *slug)
{
	const struct conf_server *s = c ? conf_server(c, slug) : NULL;

	return s && s->cold_start;
}

/* What ended of the incidents that are told of together with others. */
static void keep_ends(struct evaluator *d, struct alert_events *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct alert_event *e = &l->v[i];

		if (!e->group || e->record.phase != ALERT_RESOLVED)
			continue;
		d->ends.v = xgrow(d->ends.v, &d->ends.cap, d->ends.n + 1,
			sizeof *d->ends.v);
		d->ends.v[d->ends.n++] = *e;
		*e = (struct alert_event) {0};
	}
}

/* Whether what begins waits for others: who they are has to be known. */
static bool may_share(const struct evaluator *d)
{
	const struct conf *c = d->setup.conf;

	return !d->alone && d->policy.common && (!c || c->n_servers);
}

/* One attempt to decide; what has happened is appended to `out`. */
static enum state_store_result attempt(struct evaluator *d,
	const struct evaluate_input *o, struct buf *out, bool *undelivered)
{
	const struct emit tell = {
		.setup = &d->setup,
		.budget = d->budget,
		.at_once = d->alone,
		.now = evaluate_now(d),
		.starts = may_share(d) ? &d->starts : NULL,
	};
	size_t starts = d->starts.n;
	struct alert_events events = {0};
	struct alert_state st;
	enum state_store_result result;

	if (!state_store_get(d->setup.shelf, o->slug, &st))
		return STATE_STORE_FAILED;
	st.cold_start = starts_cold(d->setup.conf, o->slug);
	consider(d, o, &st, &events);
	for (size_t i = 0; i < events.n; i++)
		emit_event(&tell, &st, &events.v[i], out);
	keep_ends(d, &events);
	if ((out->len || d->starts.n > starts) && d->setup.deliver)
		worker_first(d->carry, &st, tell.now);
	*undelivered = st.n_outbox > 0;
	/* A fleet of which there is nothing to tell needs no state. */
	if (events.n || o->group || !(o->pipeline || o->tested))
		result = state_store_put_off(d->setup.shelf, &st);
	else
		result = STATE_STORE_OK;
	if (result != STATE_STORE_OK)
		worker_drop(d->carry, o->slug);
	events_release(&events);
	state_release(&st);
	return result;
}

static void print(struct evaluator *d, const struct buf *out)
{
	if (d->setup.output) {
		output_put(d->setup.output, out->p, out->len);
		return;
	}
	if (line_write(STDOUT_FILENO, out->p, out->len) == 0)
		return;
	if (!d->failed)
		log_error("standard output: %s", strerror(errno));
	d->failed = true;
}

/* Something went wrong with the store, or with what is in it. */
static void note_failure(struct evaluator *d)
{
	d->failed = true;
	if (state_store_alive(d->setup.shelf))
		return;
	d->store_down_ms = clock_mono_ms() + STORE_PAUSE_MS;
	log_error("verdicts are passed over until the store answers");
}

void evaluate_note(struct evaluator *d, const char *slug, const char *text,
	bool deliver)
{
	struct tellings *l = &d->tellings;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct telling) {
		.slug = xstrdup(slug),
		.text = xstrdup(text),
		.deliver = deliver,
	};
}

void evaluate_tell(struct evaluator *d)
{
	struct tellings *l = &d->tellings;
	struct strings slugs = {0};
	struct buf out;

	if (!l->n)
		return;
	buf_init(&out, SIZE_MAX);
	for (size_t i = 0; i < l->n; i++) {
		buf_str(&out, l->v[i].text);
		if (l->v[i].deliver)
			strings_note(&slugs, l->v[i].slug);
	}
	tellings_cut(l, 0);
	d->stored_tellings = 0;
	if (slugs.n && !worker_out(d->carry, &slugs, evaluate_now(d)))
		d->left = true;
	strings_release(&slugs);
	/* Who reads that may be in no hurry; who is paged is. */
	if (out.len && !d->setup.queue_only)
		print(d, &out);
	buf_release(&out);
}

static void ends_cut(struct evaluator *d, size_t n)
{
	while (d->ends.n > n)
		event_release(&d->ends.v[--d->ends.n]);
}

/* All that there is so far is stored. */
static void mark_stored(struct evaluator *d)
{
	d->stored_starts = d->starts.n;
	d->stored_ends = d->ends.n;
	d->stored_tellings = d->tellings.n;
}

/* What was put off is not stored, as far as anybody knows. */
static void forget_all(struct evaluator *d)
{
	correlation_cut(&d->starts, d->stored_starts);
	ends_cut(d, d->stored_ends);
	tellings_cut(&d->tellings, d->stored_tellings);
	worker_drop(d->carry, NULL);
}

/* The same of one server. */
static void forget(struct evaluator *d, const char *slug)
{
	size_t n = d->stored_starts;

	correlation_drop(&d->starts, n, slug);
	n = d->stored_ends;
	for (size_t i = n; i < d->ends.n; i++) {
		if (strcmp(d->ends.v[i].slug, slug) == 0)
			event_release(&d->ends.v[i]);
		else
			d->ends.v[n++] = d->ends.v[i];
	}
	d->ends.n = n;
	for (size_t i = d->stored_tellings; i < d->tellings.n; i++) {
		struct telling *t = &d->tellings.v[i];

		if (strcmp(t->slug, slug) == 0) {
			*t->text = '\0';
			t->deliver = false;
		}
	}
	worker_drop(d->carry, slug);
}

bool evaluate_settle(struct evaluator *d, struct strings *again)
{
	size_t before = again->n;
	bool ok = state_store_flush(d->setup.shelf, again);

	for (size_t i = before; i < again->n; i++)
		forget(d, again->v[i]);
	if (!ok) {
		forget_all(d);
		note_failure(d);
	}
	mark_stored(d);
	evaluate_tell(d);
	return ok;
}

void decide(struct evaluator *d, const struct evaluate_input *o)
{
	enum state_store_result result = STATE_STORE_CONFLICT;
	size_t starts = d->starts.n, ends = d->ends.n;
	bool undelivered = false;
	struct buf out;

	if (clock_mono_ms() < d->store_down_ms)
		return;
	buf_init(&out, ALERT_KINDS * 2 * EMIT_BODY_MAX);
	for (int i = 0; i < TRIES && result == STATE_STORE_CONFLICT; i++) {
		buf_clear(&out);
		correlation_cut(&d->starts, starts);
		ends_cut(d, ends);
		result = attempt(d, o, &out, &undelivered);
	}
	if (result != STATE_STORE_OK) {
		correlation_cut(&d->starts, starts);
		ends_cut(d, ends);
	}
	if (result == STATE_STORE_CONFLICT)
		log_error("%s: others keep changing its state", o->slug);
	if (result != STATE_STORE_OK)
		note_failure(d);
	else if (out.len)
		evaluate_note(d, o->slug, out.p,
			undelivered && d->setup.deliver);
	buf_release(&out);
	if (state_store_waits(d->setup.shelf))
		return;
	mark_stored(d);
	evaluate_tell(d);
}
