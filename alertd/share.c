#include "share.h"

#include "common.h"
#include "decide.h"
#include "routing.h"
#include "shelf.h"
#include "tell.h"

/* What is told of one server by itself. */
static void tell_alone(struct decider *d, struct common_start *s)
{
	struct buf out;

	buf_init(&out, 2 * TELL_BODY_MAX);
	tell_print(&d->setup, &s->event, &s->now, &s->later, &out);
	if (out.len && !d->setup.queue_only)
		decide_print(d, &out);
	if (d->setup.deliver && !carry_out(d->carry, s->event.slug, decide_now(d)))
		d->failed = true;
	buf_release(&out);
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

/* What n servers share becomes one incident, and then theirs are part of it. */
static void tell_shared(struct decider *d, struct common_start *v, size_t n,
	const char *group)
{
	decide(d, &(struct occasion) {
		.slug = group, .starts = v, .n_starts = n});
	for (size_t i = 0; i < n; i++) {
		decide(d, &(struct occasion) {
			.slug = v[i].event.slug,
			.group = group,
			.kind = v[i].event.record.kind,
		});
		keep_choosers(d->setup.conf, &v[i].now);
		keep_choosers(d->setup.conf, &v[i].later);
		if (v[i].now.n || v[i].later.n)
			tell_alone(d, &v[i]);
	}
}

/* Whether a server follows others that have its trouble already. */
static bool follows(struct decider *d, struct common_start *s, char *group)
{
	struct alert_state st;
	bool joins;

	common_slug(&s->event, group);
	if (!shelf_get(d->setup.shelf, group, &st))
		return false;
	joins = common_joins(&st, &s->event);
	shelf_return(d->setup.shelf, &st);
	return joins;
}

static void tell_starts(struct decider *d)
{
	struct common_starts l = d->starts;
	char group[COMMON_SLUG];

	d->starts = (struct common_starts) {0};
	common_group(&l, (size_t)d->policy.common);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; l.v[i].group && i + n < l.n &&
			l.v[i + n].group == l.v[i].group; n++)
			;
		if (l.v[i].group)
			common_slug(&l.v[i].event, group);
		if (l.v[i].group || follows(d, &l.v[i], group))
			tell_shared(d, &l.v[i], n, group);
		else
			tell_alone(d, &l.v[i]);
	}
	common_release(&l);
}

void share_flush(struct decider *d)
{
	struct alert_events ends = d->ends;

	d->ends = (struct alert_events) {0};
	if (d->starts.n)
		tell_starts(d);
	for (size_t i = 0; i < ends.n; i++)
		decide(d, &(struct occasion) {
			.slug = ends.v[i].group, .end = &ends.v[i]});
	events_release(&ends);
}
