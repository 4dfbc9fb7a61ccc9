#include "common_cause.h"

#include "emit.h"
#include "evaluate.h"
#include "routing/correlation.h"
#include "routing/routing.h"
#include "state/prefetch.h"
#include "state/state_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is told of one server by itself. */
static void emit_alone(struct evaluator *d, struct correlation_start *s)
{
	struct buf out;

	buf_init(&out, 2 * EMIT_BODY_MAX);
	emit_print(&d->setup, &s->event, &s->now, &s->later, &out);
	evaluate_note(d, s->event.slug, out.p, d->setup.deliver);
	buf_release(&out);
	if (d->tellings.n >= PREFETCH_MAX)
		evaluate_tell(d);
}

/* Only those who choose among the servers hear of it by itself. */
static void keep_choosers(const struct conf *c, struct strings *l)
{
	struct strings kept = {0};

	for (size_t i = 0; i < l->n; i++) {
		const struct conf_route *r = route_find(c, l->v[i]);

		if (r && route_chooses(r))
			strings_add(&kept, l->v[i]);
	}
	strings_release(l);
	*l = kept;
}

static void join(struct evaluator *d, const char *slug, enum alert_kind kind,
	const char *group)
{
	decide(d, &(struct evaluate_input) {
		.slug = slug, .group = group, .kind = kind});
}

/* Their incidents are part of one from now on. */
static void join_all(struct evaluator *d, const struct correlation_start *v,
	size_t n, const char *group)
{
	struct strings slugs = {0}, again = {0};
	enum alert_kind kind = v[0].event.record.kind;

	for (size_t i = 0; i < n; i++)
		strings_note(&slugs, v[i].event.slug);
	for (size_t i = 0; i < slugs.n; i++) {
		state_store_prefetch(d->setup.shelf, &slugs, i);
		join(d, slugs.v[i], kind, group);
		if ((i + 1) % PREFETCH_MAX == 0 || i + 1 == slugs.n)
			evaluate_settle(d, &again);
	}
	for (size_t i = 0; i < again.n; i++)
		join(d, again.v[i], kind, group);
	strings_release(&slugs);
	strings_release(&again);
}

/* What n servers share becomes one incident, and then theirs are part of it. */
static void emit_shared(struct evaluator *d, struct correlation_start *v,
	size_t n, const char *group)
{
	decide(d, &(struct evaluate_input) {
		.slug = group, .starts = v, .n_starts = n});
	join_all(d, v, n, group);
	for (size_t i = 0; i < n; i++) {
		keep_choosers(d->setup.conf, &v[i].now);
		keep_choosers(d->setup.conf, &v[i].later);
		if (v[i].now.n || v[i].later.n)
			emit_alone(d, &v[i]);
	}
}

/* What was found out of a trouble, for those who have it, too. */
struct answer {
	char group[CORRELATION_SLUG];
	double at;
	bool joins;
};

/* Whether a server follows others that have its trouble already. */
static bool follows(struct evaluator *d, const struct correlation_start *s,
	struct answer *a)
{
	struct alert_state st;
	char group[CORRELATION_SLUG];

	correlation_slug(&s->event, group);
	if (strcmp(group, a->group) == 0 && s->event.record.at <= a->at &&
		s->event.record.at >= a->at)
		return a->joins;
	if (!state_store_get(d->setup.shelf, group, &st))
		return false;
	a->joins = correlation_joins(&st, &s->event);
	a->at = s->event.record.at;
	snprintf(a->group, sizeof a->group, "%s", group);
	state_store_return(d->setup.shelf, &st);
	return a->joins;
}

static void emit_starts(struct evaluator *d)
{
	struct correlation_starts l = d->starts;
	struct answer known = {0};
	char group[CORRELATION_SLUG];

	d->starts = (struct correlation_starts) {0};
	d->stored_starts = 0;
	correlation_group(&l, (size_t)d->policy.common);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; l.v[i].group && i + n < l.n &&
			l.v[i + n].group == l.v[i].group; n++)
			;
		if (!l.v[i].group && !follows(d, &l.v[i], &known)) {
			emit_alone(d, &l.v[i]);
			continue;
		}
		correlation_slug(&l.v[i].event, group);
		emit_shared(d, &l.v[i], n, group);
		known = (struct answer) {0};
	}
	evaluate_tell(d);
	correlation_release(&l);
}

/* Those of one shared trouble stand together, the last one at their end. */
static int compare_ends(const void *a, const void *b)
{
	const struct alert_event *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	if (!order)
		order = (x->record.at > y->record.at) -
			(x->record.at < y->record.at);
	return order ? order : strcmp(x->slug, y->slug);
}

static void emit_ends(struct evaluator *d)
{
	struct alert_events l = d->ends;

	d->ends = (struct alert_events) {0};
	d->stored_ends = 0;
	qsort(l.v, l.n, sizeof *l.v, compare_ends);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; i + n < l.n &&
			strcmp(l.v[i + n].group, l.v[i].group) == 0; n++)
			;
		decide(d, &(struct evaluate_input) {
			.slug = l.v[i].group,
			.ends = &l.v[i],
			.n_ends = n,
		});
	}
	events_release(&l);
}

void common_cause_flush(struct evaluator *d)
{
	if (d->starts.n)
		emit_starts(d);
	if (d->ends.n)
		emit_ends(d);
	state_store_forget(d->setup.shelf);
}
