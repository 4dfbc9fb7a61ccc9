/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "base/sha256.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "outbox/outbox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A server that fails this long after the others fails for another reason. */
#define SAME_S 600
#define MINUTE_S 60

bool correlation_may(const struct alert_event *e)
{
	const struct alert_record *r = &e->record;

	return r->phase == ALERT_STARTED && !e->suppressed && !e->group &&
		(r->kind < ALERT_DOWN_KINDS || r->kind == ALERT_SILENT) &&
		slug_valid(e->slug);
}

void correlation_note(struct correlation_starts *l, struct alert_event *e,
	struct strings *now, struct strings *later)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct correlation_start) {
		.event = *e,
		.now = *now,
		.later = *later,
	};
	*e = (struct alert_event) {0};
	*now = *later = (struct strings) {0};
}

static void start_release(struct correlation_start *s)
{
	event_release(&s->event);
	strings_release(&s->now);
	strings_release(&s->later);
}

void correlation_move(
	struct correlation_starts *to, struct correlation_starts *from)
{
	if (from->n)
		to->v = xgrow(to->v, &to->cap, to->n + from->n, sizeof *to->v);
	for (size_t i = 0; i < from->n; i++)
		to->v[to->n++] = from->v[i];
	from->n = 0;
	correlation_release(from);
}

void correlation_release(struct correlation_starts *l)
{
	for (size_t i = 0; i < l->n; i++)
		start_release(&l->v[i]);
	free(l->v);
	*l = (struct correlation_starts) {0};
}

/* By their cause: what the servers that share it have in common. */
static int compare_causes(const void *a, const void *b)
{
	const struct alert_record *x =
		&((const struct correlation_start *)a)->event.record;
	const struct alert_record *y =
		&((const struct correlation_start *)b)->event.record;
	int order = 0;

	if (x->at < y->at || x->at > y->at)
		return x->at < y->at ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->checks != y->checks)
		return x->checks < y->checks ? -1 : 1;
	if (x->n_regions != y->n_regions)
		return x->n_regions < y->n_regions ? -1 : 1;
	for (size_t i = 0; !order && i < x->n_regions; i++)
		order = strcmp(x->regions[i], y->regions[i]);
	return order;
}

static int compare_all(const void *a, const void *b)
{
	const struct correlation_start *x = a, *y = b;
	int order = compare_causes(a, b);

	if (!order)
		order = (int)x->event.record.severity -
			(int)y->event.record.severity;
	return order ? order : strcmp(x->event.slug, y->event.slug);
}

/* How many servers there are from v on, of n, whose slugs are sorted. */
static size_t count_servers(const struct correlation_start *v, size_t n)
{
	size_t servers = 0;

	for (size_t i = 0; i < n; i++)
		servers += !i ||
			strcmp(v[i].event.slug, v[i - 1].event.slug) != 0;
	return servers;
}

/* Numbers the groups of a cause that many servers share. */
static void group_cause(struct correlation_start *v, size_t n, size_t *groups)
{
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].event.record.severity ==
				v[i].event.record.severity;
			end++)
			;
		if (count_servers(v + i, end - i) < 2)
			continue;
		++*groups;
		for (size_t k = i; k < end; k++)
			v[k].group = *groups;
	}
}

size_t correlation_group(struct correlation_starts *l, size_t least)
{
	size_t groups = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, compare_all);
	for (size_t i = 0, end; i < l->n; i = end) {
		for (end = i + 1; end < l->n &&
			compare_causes(&l->v[i], &l->v[end]) == 0; end++)
			;
		if (count_servers(l->v + i, end - i) >= least)
			group_cause(l->v + i, end - i, &groups);
	}
	return groups;
}

void correlation_slug(const struct alert_event *e, char *out)
{
	const struct alert_record *r = &e->record;
	char hex[SHA256_HEX];
	struct buf b;

	buf_init(&b, 64 * 1024);
	buf_fmt(&b, "%s %s %d", alert_kind_name(r->kind),
		severity_name(r->severity), (int)r->step);
	if (r->checks == CHECKS_REFUSED)
		buf_fmt(&b, " %s", checks_name(r->checks));
	for (size_t i = 0; i < r->n_regions; i++)
		buf_fmt(&b, " %s", r->regions[i]);
	sha256_hex(b.p, b.len, hex);
	snprintf(out, CORRELATION_SLUG, "*.%.8s", hex);
	buf_release(&b);
}

/* The words of all n servers, if these are the same; or NULL. */
static const char *said_by_all(const struct correlation_start *v, size_t n)
{
	const char *said = v->event.record.said;

	for (size_t i = 1; i < n && said; i++)
		if (!v[i].event.record.said ||
			strcmp(v[i].event.record.said, said) != 0)
			said = NULL;
	return said;
}

/* Keep what servers say only while all of the incident say the same. */
static void note_said(struct incident *inc, const char *said, bool new)
{
	if (new)
		string_set(&inc->said, said);
	else if (!inc->said || !said || strcmp(inc->said, said) != 0)
		string_set(&inc->said, NULL);
}

static void keep_later(int64_t *t, int64_t other)
{
	if (other > *t)
		*t = other;
}

/* Open the common incident with the first of its servers. */
static void open_with(struct alert_state *st, const struct alert_event *e)
{
	const struct alert_record *r = &e->record;
	struct incident *inc = &st->incidents[r->kind];

	incident_open(inc, r->severity, r->started_at, (int64_t)r->at,
		r->probe_count);
	inc->tier = r->tier;
	inc->step = r->step;
	inc->layer = r->layer;
	inc->expected = e->incident.expected;
	inc->checks_refused = r->checks == CHECKS_REFUSED;
	string_set(&inc->error, r->last_error);
	strings_copy(&inc->regions, &e->regions);
	strings_copy(&inc->reached, &e->incident.reached);
	strings_clear(&st->shared.servers);
	strings_clear(&st->shared.left);
}

/*
 * Count in minutes if one of the servers is probed each minute, else in probes:
 * the two cannot be compared.
 */
static void set_pace(struct alert_state *st, const struct correlation_start *v,
	size_t n, bool new)
{
	struct incident *inc = &st->incidents[v[0].event.record.kind];

	if (new)
		st->interval_s = v[0].event.record.interval_s;
	for (size_t i = 0; i < n; i++) {
		const struct alert_record *r = &v[i].event.record;

		if (r->interval_s <= MINUTE_S && st->interval_s > MINUTE_S)
			inc->probe_count = r->probe_count;
		st->interval_s = fmin(st->interval_s, r->interval_s);
	}
}

static void take_count(const struct alert_state *st, struct incident *inc,
	const struct alert_record *r)
{
	if ((r->interval_s > MINUTE_S) == (st->interval_s > MINUTE_S) &&
		r->probe_count > inc->probe_count)
		inc->probe_count = r->probe_count;
}

void correlation_begin(struct alert_state *st,
	const struct correlation_start *v, size_t n, struct alert_events *out)
{
	const struct alert_record *first = &v[0].event.record;
	struct incident *inc = &st->incidents[first->kind];
	const char **slugs = xcalloc(n, sizeof *slugs);
	bool new = !inc->open;
	size_t before;

	if (new)
		open_with(st, &v[0].event);
	note_said(inc, said_by_all(v, n), new);
	set_pace(st, v, n, new);
	before = st->shared.left.n;
	for (size_t i = 0; i < n; i++) {
		const struct alert_record *r = &v[i].event.record;

		slugs[i] = v[i].event.slug;
		if (r->started_at < inc->first && new)
			inc->first = r->started_at;
		keep_later(&inc->failed, (int64_t)r->at);
	}
	strings_note_all(&st->shared.servers, slugs, n);
	strings_note_all(&st->shared.left, slugs, n);
	free(slugs);
	if (new || st->shared.left.n > before)
		events_put(out, st, first->kind,
			new ? ALERT_STARTED : ALERT_ESCALATED, first->at,
			&(struct event_facts) {.more = !new});
}

bool correlation_joins(
	const struct alert_state *st, const struct alert_event *e)
{
	const struct incident *inc = &st->incidents[e->record.kind];

	return inc->open && e->record.at - (double)inc->failed <= SAME_S;
}

bool correlation_alone(const struct conf *c, const char *slug,
	enum alert_kind kind, enum severity severity, double at)
{
	const struct routed what = {
		.kind = kind,
		.severity = severity,
		.slug = slug,
		.at = at,
		.grouped = true,
	};
	const struct conf_notify *p;

	return c && route_policy(c, &what, &p);
}

void correlation_join(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, const char *group, double at)
{
	struct incident *inc = &st->incidents[kind];
	char key[ALERT_KEY_SIZE];

	if (!inc->open)
		return;
	dedup_key(st, kind, key);
	string_set(&inc->group, group);
	if (c && correlation_alone(c, st->slug, kind, inc->severity,
			 (double)inc->opened_at))
		return;
	state_keep_shared(st, kind, group, at);
	if (!c)
		return;
	for (size_t i = 0; i < c->n_routes; i++)
		outbox_forget(st, key, c->routes[i].name);
	strings_clear(&inc->notified);
	strings_clear(&inc->waiting);
	strings_clear(&inc->refused);
}

/*
 * The common incident is as bad as the worst of its servers, but for those that
 * are sent by themselves.
 */
static void worsen(const struct conf *c, struct alert_state *st,
	const struct alert_event *e, struct alert_events *out)
{
	const struct alert_record *r = &e->record;
	struct incident *inc = &st->incidents[r->kind];
	enum severity was = inc->severity;
	bool spreads = was == SEVERITY_P1 && r->severity == was &&
		r->tier == TIER_HARD_OUTAGE &&
		inc->tier < TIER_HARD_OUTAGE;
	bool turned = inc->checks_refused && !r->checks;

	if ((r->severity >= was && !spreads && !turned) ||
		correlation_alone(c, e->slug, r->kind, r->severity, r->at))
		return;
	if (r->tier == TIER_HARD_OUTAGE) {
		inc->tier = r->tier;
		strings_copy(&inc->regions, &e->regions);
		strings_copy(&inc->reached, &e->incident.reached);
	}
	if (r->severity < was)
		inc->severity = r->severity;
	if (turned)
		inc->checks_refused = false;
	inc->step = r->step;
	inc->layer = r->layer;
	string_set(&inc->error, r->last_error);
	/* The others say nothing of that. */
	string_set(&inc->said, NULL);
	events_put(out, st, r->kind, ALERT_ESCALATED, r->at,
		&(struct event_facts) {
			.worse = true,
			.turned = turned,
			.was = was,
		});
	ack_break(st, r->kind, r->at);
}

void correlation_report(struct correlation_reports *r,
	const struct alert_state *st, enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];

	r->open = true;
	r->at = fmax(r->at, (double)st->judged);
	if (inc->quiet.n) {
		if (inc->quiet.since >= r->quiet.since)
			r->quiet = inc->quiet;
	} else if (!inc->passes) {
		r->failing = true;
	}
	keep_later(&r->seen, inc->seen);
	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *name = inc->regions.v[i];

		strings_note(&r->regions, name);
		strings_note(strings_has(&inc->silent, name) ? &r->silent
							     : &r->heard,
			name);
	}
}

void correlation_reports_release(struct correlation_reports *r)
{
	strings_release(&r->regions);
	strings_release(&r->silent);
	strings_release(&r->heard);
}

bool correlation_kind(const struct alert_state *st, enum alert_kind *kind)
{
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		*kind = (enum alert_kind)k;
		if (st->incidents[k].open)
			return true;
	}
	return false;
}

void correlation_hear(
	struct alert_state *st, const struct correlation_reports *r)
{
	bool quiet = r->quiet.n && !r->failing;
	enum alert_kind kind;
	struct incident *inc;

	/* Without any of its servers it ends. */
	if (!r->open || !correlation_kind(st, &kind))
		return;
	inc = &st->incidents[kind];
	if (!quiet)
		inc->quiet = (struct streak) {0};
	else if (!inc->quiet.n)
		inc->quiet = r->quiet;
	if (quiet) {
		strings_copy(&inc->regions, &r->regions);
		strings_sort(&inc->regions);
	}
	strings_clear(&inc->silent);
	for (size_t i = 0; i < inc->regions.n; i++)
		if (strings_has(&r->silent, inc->regions.v[i]) &&
			!strings_has(&r->heard, inc->regions.v[i]))
			strings_add(&inc->silent, inc->regions.v[i]);
	inc->seen = inc->silent.n ? r->seen : 0;
}

/* Take over which regions do not report on a server that recovered. */
static void note_reports(struct incident *inc, const struct strings *silent)
{
	struct strings left = {0};

	for (size_t i = 0; i < inc->silent.n; i++)
		if (strings_has(silent, inc->silent.v[i]))
			strings_add(&left, inc->silent.v[i]);
	strings_copy(&inc->silent, &left);
	strings_release(&left);
}

void correlation_follow(const struct conf *c, struct alert_state *st,
	const struct alert_event *e, struct alert_events *out)
{
	struct incident *inc = &st->incidents[e->record.kind];

	if (!inc->open || !strings_has(&st->shared.left, e->slug))
		return;
	if (e->record.phase == ALERT_ESCALATED) {
		worsen(c, st, e, out);
		return;
	}
	strings_drop(&st->shared.left, e->slug);
	inc->unseen += e->facts.unwatched != UNWATCHED_NOT;
	if (!e->facts.unwatched)
		note_reports(inc, &e->silent);
	keep_later(&inc->passed_since, e->record.resolved_at);
	take_count(st, inc, &e->record);
	for (size_t i = 0; i < e->still.n; i++)
		strings_note(&inc->still, e->still.v[i]);
	/* A silence is over where these report again. */
	for (size_t i = 0; e->record.kind == ALERT_SILENT && i < e->incident.reached.n; i++)
		strings_note(&inc->reached, e->incident.reached.v[i]);
	if (st->shared.left.n)
		return;
	/* Its servers are heard of again, and nothing else would end it. */
	if (!inc->unnotified)
		string_set(&inc->silence, NULL);
	if ((size_t)inc->unseen >= st->shared.servers.n)
		recovery_unseen(st, e->record.kind, e->record.at, out);
	else
		recovery_end(st, e->record.kind, e->record.at, out);
}
