/* SPDX-License-Identifier: MIT */
#include "evaluate.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "delivery/delivery.h"
#include "emit.h"
#include "incident/expiry.h"
#include "incident/incident.h"
#include "incident/machine.h"
#include "incident/maintenance_hold.h"
#include "incident/pipeline_health.h"
#include "incident/recovery.h"
#include "incident/route_test.h"
#include "output.h"
#include "routing/routing.h"
#include "run.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "subscribe/subscribe.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* After the store failed it is left alone for this long. */
#define STORE_PAUSE_MS 10000
/* Deliveries that are leased with the decision and wait for evaluate_flush; the
   worker leases the others when it is their turn. */
#define LEASES_MAX 1024

struct evaluator {
	const struct run *setup;
	struct conf_policy policy;
	struct worker *worker;
	struct rate_limit *rate_limit;
	/* Stored, and to be sent by evaluate_tell: text, and whose outboxes. */
	struct buf text;
	struct strings deliver;
	/* Stored, and waiting for evaluate_flush. */
	struct correlation_starts starts;
	struct strings waiting; /* their dedup keys, sorted */
	size_t leased; /* deliveries of these */
	struct alert_events ends;
	/* Common incidents on whose servers the regions' reports changed. */
	struct strings heard;
	double store_down_ms; /* no input is taken before; see clock_mono_ms */
	bool failed;
};

/* The outcome of an input; it counts once it is stored. */
struct outcome {
	bool decided;
	bool deliver;	 /* there is something in the outbox */
	struct buf text; /* to be printed */
	struct correlation_starts starts;
	struct alert_events ends;
	struct strings heard; /* see struct evaluator */
	size_t leased;
	unsigned sent, opened, closed; /* events */
};

struct evaluator *evaluate_new(
	const struct run *setup, struct worker *w)
{
	struct evaluator *e = xcalloc(1, sizeof *e);

	e->setup = setup;
	e->policy = setup->policy ? *setup->policy
				  : conf_policy_of(setup->conf);
	e->worker = w;
	e->rate_limit = rate_limit_new(setup->store);
	buf_init(&e->text, SIZE_MAX);
	worker_hold(w, &e->waiting);
	return e;
}

void evaluate_free(struct evaluator *e)
{
	rate_limit_free(e->rate_limit);
	buf_release(&e->text);
	strings_release(&e->deliver);
	correlation_release(&e->starts);
	strings_release(&e->waiting);
	events_release(&e->ends);
	strings_release(&e->heard);
	free(e);
}

double evaluate_now(const struct evaluator *e)
{
	double t = isnan(e->setup->now) ? clock_wall() : e->setup->now;

	return floor(t * 1000) / 1000;
}

bool evaluate_failed(const struct evaluator *e)
{
	return e->failed;
}

/* The fleet as a whole, or a trouble that its servers share. */
static bool no_server(const char *slug)
{
	return strcmp(slug, SLUG_FLEET) == 0 || slug_shared(slug);
}

/* Notes which maintenance of a server is going on, or comes next. */
static void note_maintenance(const struct evaluator *e, struct alert_state *st,
	double t)
{
	const struct conf *c = e->setup->conf;
	struct conf_server s;
	struct occurrence o;

	if (!e->setup->maintenances || no_server(st->slug))
		return;
	o = maintenance_store_at(e->setup->maintenances, st->slug,
		conf_server(c, st->slug, &s) ? s.account : NULL, t,
		e->policy.maintenance_s);
	maintenance_hold_note(st, &o, t);
}

/* Holds back what is silenced at that time; a minute that was judged late, and
   a line that came late, are past. */
static void apply_silences(struct evaluator *e, const struct evaluate_input *in,
	struct alert_state *st, double at, struct alert_events *events)
{
	const struct silence *v;
	size_t n;

	if (!e->setup->maintenances || (in->what == EVALUATE_VERDICT &&
		(in->u.verdict->judged_at > 0 || at < (double)st->judged)))
		return;
	v = maintenance_store_silences(e->setup->maintenances, &n);
	silence_hold_judge(st, v, n, &e->policy, at, events);
}

/* The time to decide as of: what is recorded brings its own. */
static double time_of(
	const struct evaluator *e, const struct evaluate_input *in)
{
	switch (in->what) {
	case EVALUATE_VERDICT:
		return (double)in->u.verdict->window;
	case EVALUATE_SHARED:
		return in->u.starts.v->event.record.at;
	case EVALUATE_ENDED:
		return in->u.ends.v[in->u.ends.n - 1].record.at;
	case EVALUATE_HEARD:
		return in->u.heard->at;
	default:
		return evaluate_now(e);
	}
}

/* Whether time may make an incident escalate after such an input. */
static bool may_escalate(const struct evaluate_input *in)
{
	switch (in->what) {
	case EVALUATE_VERDICT:
		/* A minute that was judged late is past. */
		return !(in->u.verdict->judged_at > 0);
	case EVALUATE_ACK:
		return in->u.ack.request->action == ACK_UNACK;
	case EVALUATE_EXPIRY:
	case EVALUATE_TEST:
	case EVALUATE_UNWATCHED:
	case EVALUATE_JOIN:
		return false;
	default:
		return true;
	}
}

/* Makes the incident of a server part of the group: its events do not go out by
   themselves. */
static void join_group(struct evaluator *e, const struct evaluate_input *in,
	struct alert_state *st, double at)
{
	const struct outbox_judge j =
		worker_judge(e->worker, evaluate_now(e));
	char key[ALERT_KEY_SIZE];

	outbox_let_go(st, &j, dedup_key(st, in->u.join.kind, key));
	if (e->setup->conf && e->setup->conf->site_subscribe)
		news_withdraw(e->setup->conf, st, in->u.join.kind, &st->news);
	correlation_join(e->setup->conf, st, in->u.join.kind, in->u.join.group,
		at);
}

/* Changes the state, and appends the events. */
static void change_state(struct evaluator *e, const struct evaluate_input *in,
	struct alert_state *st, struct alert_events *events)
{
	double at = time_of(e, in);

	switch (in->what) {
	case EVALUATE_TIME:
		note_maintenance(e, st, at);
		machine_tick(st, &e->policy, at, events);
		break;
	case EVALUATE_VERDICT:
		note_maintenance(e, st, at);
		machine_verdict(st, in->u.verdict, &e->policy,
			e->setup->deliver ? evaluate_now(e) : INFINITY, events);
		break;
	case EVALUATE_EXPIRY:
		expiry_decide(st, in->u.expiry, events);
		break;
	case EVALUATE_PIPELINE:
		pipeline_decide(st, in->u.pipeline, &e->policy, at, events);
		break;
	case EVALUATE_STORE_DOWN:
		pipeline_away(st, in->u.why, &e->policy, at, events);
		break;
	case EVALUATE_STORE_UP:
		pipeline_back(st, at, events);
		break;
	case EVALUATE_ACK:
		*in->u.ack.result =
			ack_apply(st, in->u.ack.request, at, events);
		break;
	case EVALUATE_BY_HAND:
		*in->u.by_hand.result =
			by_hand_apply(st, in->u.by_hand.request, at, events);
		break;
	case EVALUATE_TEST:
		route_test_add(st, in->u.test, events);
		break;
	case EVALUATE_UNTESTED:
		route_test_remind(st, in->u.untested, at, events);
		break;
	case EVALUATE_UNWATCHED:
		recovery_server_gone(st, at, events);
		break;
	case EVALUATE_SHARED:
		correlation_begin(st, in->u.starts.v, in->u.starts.n, events);
		break;
	case EVALUATE_ENDED:
		for (size_t i = 0; i < in->u.ends.n; i++)
			correlation_follow(e->setup->conf, st,
				&in->u.ends.v[i], events);
		break;
	case EVALUATE_HEARD:
		correlation_hear(st, in->u.heard);
		/* Do what became due meanwhile. */
		machine_tick(st, &e->policy, at, events);
		break;
	case EVALUATE_JOIN:
		join_group(e, in, st, at);
		break;
	}
	apply_silences(e, in, st, at, events);
	if (may_escalate(in))
		escalate(e->setup->conf, st, at, 0, events);
}

/* The shortest interval of servers; 0 where none is known. */
static double shortest_interval(const struct conf *c,
	const struct strings *slugs)
{
	double least = 0;

	for (size_t i = 0; i < slugs->n; i++) {
		struct conf_server s;

		if (conf_server(c, slugs->v[i], &s) &&
			(least <= 0 || s.interval_s < least))
			least = s.interval_s;
	}
	return least;
}

/* Copies to the state what the configuration has of its server, or servers. */
static void note_server(const struct conf *c, struct alert_state *st)
{
	struct conf_server s;
	bool known = conf_server(c, st->slug, &s);

	st->cold_start = known && s.cold_start;
	st->interval_s = known ? s.interval_s
				: shortest_interval(c, &st->shared.servers);
	st->slow_above_s = known ? s.slow_above_s : 0;
	st->zone = c ? c->zone : NULL;
}

static void add_end(struct alert_events *ends, struct alert_event *event)
{
	ends->v = xgrow(ends->v, &ends->cap, ends->n + 1, sizeof *ends->v);
	ends->v[ends->n++] = *event;
	*event = (struct alert_event) {0};
}

/* Whether an incident that begins waits for others like it: where the servers
   are known. */
static bool may_share(const struct evaluator *e)
{
	const struct conf *c = e->setup->conf;

	return !e->setup->alone && e->policy.common && (!c || conf_count(c));
}

/* The store failed, or what is in it cannot be used. */
static void note_failure(struct evaluator *e)
{
	e->failed = true;
	if (state_store_alive(e->setup->states))
		return;
	e->store_down_ms = clock_mono_ms() + STORE_PAUSE_MS;
	log_error("verdicts are discarded until the store answers");
}

static void count_event(const struct alert_event *event, struct outcome *o)
{
	enum alert_phase phase = event->record.phase;

	o->sent += !event->suppressed;
	o->opened += phase == ALERT_STARTED;
	o->closed += phase == ALERT_RESOLVED || phase == ALERT_FOUND;
}

/* Notes the common incidents of that server on which regions fell silent, or
   report again. */
static void note_heard(const struct alert_state *st, struct outcome *o)
{
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (inc->open && inc->group && (inc->quiet.n || inc->silent.n))
			strings_note(&o->heard, inc->group);
	}
}

/* Leases what is due, in the write that stores it. */
static void lease_due(const struct evaluator *e, struct alert_state *st,
	struct outcome *o)
{
	const struct outbox_judge j =
		worker_judge(e->worker, evaluate_now(e));

	if (e->leased < LEASES_MAX)
		o->leased = outbox_take(st, &j);
}

/* Decides on an input, and puts the state into the transaction. */
static void decide_input(struct evaluator *e, const struct evaluate_input *in,
	struct transaction *t, struct alert_state *st, struct outcome *o)
{
	const struct emit emit = {
		.setup = e->setup,
		.rate_limit = e->rate_limit,
		.now = evaluate_now(e),
		.starts = may_share(e) ? &o->starts : NULL,
	};
	struct alert_events events = {0};
	int64_t silent = st->fleet.most_silent.counted;

	o->decided = true;
	buf_init(&o->text, ALERT_KINDS * 2 * EMIT_BODY_MAX);
	note_server(e->setup->conf, st);
	st->covered = in->covered;
	note_heard(st, o);
	change_state(e, in, st, &events);
	note_heard(st, o);
	for (size_t i = 0; i < events.n; i++) {
		struct alert_event *event = &events.v[i];

		count_event(event, o);
		emit_event(&emit, st, event, &o->text);
		if (event->group && (event->record.phase == ALERT_RESOLVED ||
			(event->record.phase == ALERT_ESCALATED &&
				!event->suppressed)))
			add_end(&o->ends, event);
	}
	if ((o->text.len || o->starts.n) && e->setup->deliver)
		lease_due(e, st, o);
	o->deliver = st->n_outbox > 0;
	/*
	 * If nothing is sent about the fleet, it needs no state; an answer
	 * about nothing leaves none either.
	 */
	if (events.n || silent != st->fleet.most_silent.counted ||
		(in->what != EVALUATE_PIPELINE &&
			in->what != EVALUATE_UNTESTED &&
			in->what != EVALUATE_UNWATCHED &&
			in->what != EVALUATE_BY_HAND &&
			in->what != EVALUATE_ACK))
		transaction_put(t);
	events_release(&events);
}

/* Frees an outcome: it counts, or is not stored. */
static void forget_outcome(struct outcome *o)
{
	if (!o->decided)
		return;
	buf_release(&o->text);
	correlation_release(&o->starts);
	events_release(&o->ends);
	strings_release(&o->heard);
	*o = (struct outcome) {.decided = false};
}

/* Leaves it to the next evaluate_tell to print and deliver. */
static void note_telling(struct evaluator *e, const char *slug,
	const char *text, bool deliver)
{
	buf_str(&e->text, text);
	if (deliver && e->setup->deliver)
		strings_note(&e->deliver, slug);
}

/* Counts an outcome that is stored. */
static void count_outcome(struct evaluator *e, const char *slug,
	struct outcome *o)
{
	stats_add(COUNT_EVENTS, o->sent);
	stats_add(COUNT_OPENED, o->opened);
	stats_add(COUNT_CLOSED, o->closed);
	if (o->starts.n)
		e->leased += o->leased;
	for (size_t i = 0; i < o->starts.n; i++) {
		char key[ALERT_KEY_SIZE];

		strings_insert(&e->waiting,
			alert_key(&o->starts.v[i].event.record, key));
	}
	correlation_move(&e->starts, &o->starts);
	for (size_t i = 0; i < o->ends.n; i++)
		add_end(&e->ends, &o->ends.v[i]);
	for (size_t i = 0; i < o->heard.n; i++)
		strings_note(&e->heard, o->heard.v[i]);
	if (o->text.len)
		note_telling(e, slug, o->text.p, o->deliver);
	forget_outcome(o);
}

static void print_text(struct evaluator *e, const struct buf *text)
{
	if (e->setup->output) {
		output_put(e->setup->output, text->p, text->len);
		return;
	}
	if (line_write(STDOUT_FILENO, text->p, text->len) == 0)
		return;
	if (!e->failed)
		log_error("standard output: %s", strerror(errno));
	e->failed = true;
}

/* Delivers and prints what is stored. */
static void evaluate_tell(struct evaluator *e)
{
	if (e->deliver.n)
		worker_out(e->worker, &e->deliver, evaluate_now(e));
	else if (e->setup->deliver)
		worker_wait(e->worker, -1, 0);
	strings_clear(&e->deliver);
	/* After the deliveries: a reader of the output may be in no hurry. */
	if (e->text.len && !e->setup->queue_only)
		print_text(e, &e->text);
	buf_clear(&e->text);
}

/* Decides on inputs, TRANSACTION_TOGETHER at most, and commits them: anew where
   another process changed a state meanwhile. */
static void evaluate_some(struct evaluator *e, const struct evaluate_input *v,
	size_t n)
{
	struct transaction *t = transaction_begin(e->setup->states, NULL);
	struct outcome *o = xcalloc(n, sizeof *o);
	bool lost = false;

	for (size_t i = 0; i < n; i++)
		transaction_add(t, v[i].slug);
	do {
		for (size_t i = 0; i < n; i++) {
			struct alert_state *st;

			if (transaction_result(t, i) != TRANSACTION_PENDING ||
				clock_mono_ms() < e->store_down_ms)
				continue;
			forget_outcome(&o[i]);
			st = transaction_get(t, i);
			if (st)
				decide_input(e, &v[i], t, st, &o[i]);
			else
				note_failure(e);
		}
	} while (transaction_commit(t));
	for (size_t i = 0; i < n; i++) {
		if (transaction_result(t, i) == TRANSACTION_DONE) {
			count_outcome(e, v[i].slug, &o[i]);
		} else {
			lost = lost || o[i].decided;
			forget_outcome(&o[i]);
		}
	}
	if (lost)
		note_failure(e);
	transaction_end(t);
	free(o);
	evaluate_tell(e);
}

void evaluate(struct evaluator *e, const struct evaluate_input *v, size_t n)
{
	for (size_t i = 0; i < n; i += TRANSACTION_TOGETHER)
		evaluate_some(e, v + i,
			n - i < TRANSACTION_TOGETHER ? n - i
						     : TRANSACTION_TOGETHER);
}

/* Tells one server's start by itself. */
static void tell_alone(struct evaluator *e, struct correlation_start *s)
{
	struct buf out;

	buf_init(&out, 2 * EMIT_BODY_MAX);
	emit_print(e->setup, &s->event, &s->now, &s->later, &out);
	note_telling(e, s->event.slug, out.p, true);
	buf_release(&out);
	if (e->deliver.n >= TRANSACTION_TOGETHER)
		evaluate_tell(e);
}

/* Makes the incidents of n servers part of the group. */
static void join_all(struct evaluator *e, const struct correlation_start *v,
	size_t n, const char *group)
{
	struct evaluate_input *in = xcalloc(n, sizeof *in);
	const char **all = xcalloc(n, sizeof *all);
	struct strings slugs = {0};

	for (size_t i = 0; i < n; i++)
		all[i] = v[i].event.slug;
	strings_note_all(&slugs, all, n);
	free(all);
	for (size_t i = 0; i < slugs.n; i++)
		in[i] = (struct evaluate_input) {
			.slug = slugs.v[i],
			.what = EVALUATE_JOIN,
			.u.join = {v[0].event.record.kind, group},
		};
	evaluate(e, in, slugs.n);
	/* Their other deliveries were leased in that write, too. */
	for (size_t i = 0; i < slugs.n; i++)
		note_telling(e, slugs.v[i], "", true);
	strings_release(&slugs);
	free(in);
}

/* Makes one incident of the starts of n servers. */
static void tell_shared(struct evaluator *e, struct correlation_start *v,
	size_t n, const char *group)
{
	evaluate(e, &(struct evaluate_input) {
		.slug = group,
		.what = EVALUATE_SHARED,
		.u.starts = {v, n},
	}, 1);
	join_all(e, v, n, group);
	strings_note(&e->heard, group);
}

/* Whether a start is sent by itself, though it is part of a shared incident. */
static bool sent_apart(const struct evaluator *e,
	const struct correlation_start *s)
{
	const struct alert_record *r = &s->event.record;

	return correlation_alone(e->setup->conf, r->slug, r->kind, r->severity,
		       r->at) &&
		(s->now.n || s->later.n);
}

/* Cache of the last look at the state of a group. */
struct last_group {
	char group[CORRELATION_SLUG];
	double at;
	bool joins;
};

/* Whether a server follows others that have its trouble already. */
static bool joins_group(struct evaluator *e, const struct correlation_start *s,
	struct last_group *last)
{
	const struct alert_state *st;
	char group[CORRELATION_SLUG];
	struct transaction *t;

	correlation_slug(&s->event, group);
	if (strcmp(group, last->group) == 0 && s->event.record.at <= last->at &&
		s->event.record.at >= last->at)
		return last->joins;
	t = transaction_begin(e->setup->states, NULL);
	transaction_add(t, group);
	st = transaction_get(t, 0);
	if (st) {
		last->joins = correlation_joins(st, &s->event);
		last->at = s->event.record.at;
		snprintf(last->group, sizeof last->group, "%s", group);
	}
	transaction_end(t);
	return st && last->joins;
}

/*
 * Shared incidents first: sending that of one server delivers all its events,
 * and must not include shared ones.
 */
static void tell_starts(struct evaluator *e)
{
	struct correlation_starts l = e->starts;
	struct last_group last = {0};
	char group[CORRELATION_SLUG];

	e->starts = (struct correlation_starts) {0};
	correlation_group(&l, (size_t)e->policy.common);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; l.v[i].group && i + n < l.n &&
			l.v[i + n].group == l.v[i].group; n++)
			;
		if (!l.v[i].group && !joins_group(e, &l.v[i], &last))
			continue;
		correlation_slug(&l.v[i].event, group);
		tell_shared(e, &l.v[i], n, group);
		l.v[i].group = SIZE_MAX;
		last = (struct last_group) {0};
	}
	strings_clear(&e->waiting);
	e->leased = 0;
	for (size_t i = 0; i < l.n; i++)
		if (!l.v[i].group || sent_apart(e, &l.v[i]))
			tell_alone(e, &l.v[i]);
	evaluate_tell(e);
	correlation_release(&l);
}

/* Reads what regions report on the servers that share an incident. */
static bool read_reports(struct evaluator *e, const char *group,
	const struct strings *slugs, enum alert_kind kind,
	struct correlation_reports *r)
{
	struct transaction *t = transaction_begin(e->setup->states, slugs);
	const struct alert_state *st;
	bool ok;

	for (size_t i; (st = transaction_next(t, &i));) {
		const struct incident *inc = &st->incidents[kind];

		if (inc->open && inc->group && strcmp(inc->group, group) == 0)
			correlation_report(r, st, kind);
	}
	ok = !transaction_failed(t);
	transaction_end(t);
	return ok;
}

/* Follows what the regions report on the servers of a common incident. */
static void follow_reports(struct evaluator *e, const char *group)
{
	struct transaction *t = transaction_begin(e->setup->states, NULL);
	struct correlation_reports r = {0};
	struct strings slugs = {0};
	enum alert_kind kind;
	const struct alert_state *st;
	bool silent = false;

	transaction_add(t, group);
	st = transaction_get(t, 0);
	if (st && correlation_kind(st, &kind)) {
		strings_copy(&slugs, &st->shared.left);
		silent = st->incidents[kind].silent.n ||
			st->incidents[kind].quiet.n;
	}
	transaction_end(t);
	if (slugs.n && read_reports(e, group, &slugs, kind, &r) && r.open &&
		(silent || r.silent.n || r.quiet.n))
		evaluate(e, &(struct evaluate_input) {
			.slug = group,
			.what = EVALUATE_HEARD,
			.u.heard = &r,
		}, 1);
	strings_release(&slugs);
	correlation_reports_release(&r);
}

static void tell_heard(struct evaluator *e)
{
	struct strings l = e->heard;

	e->heard = (struct strings) {0};
	for (size_t i = 0; i < l.n; i++)
		follow_reports(e, l.v[i]);
	strings_release(&l);
}

/* By group, and the last end of a group behind the others. */
static int compare_ends(const void *a, const void *b)
{
	const struct alert_event *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	if (!order)
		order = (x->record.at > y->record.at) -
			(x->record.at < y->record.at);
	return order ? order : strcmp(x->slug, y->slug);
}

static void tell_ends(struct evaluator *e)
{
	struct alert_events l = e->ends;

	e->ends = (struct alert_events) {0};
	qsort(l.v, l.n, sizeof *l.v, compare_ends);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; i + n < l.n &&
			strcmp(l.v[i + n].group, l.v[i].group) == 0; n++)
			;
		evaluate(e, &(struct evaluate_input) {
			.slug = l.v[i].group,
			.what = EVALUATE_ENDED,
			.u.ends = {&l.v[i], n},
		}, 1);
	}
	events_release(&l);
}

void evaluate_flush(struct evaluator *e)
{
	if (e->starts.n)
		tell_starts(e);
	/* Before what ends: of that, too, it is known who reports. */
	if (e->heard.n)
		tell_heard(e);
	if (e->ends.n)
		tell_ends(e);
	/* Deliveries under way are soon settled: their states are not read
	   again. */
	if (!worker_busy(e->worker))
		state_store_forget(e->setup->states);
}
