/* SPDX-License-Identifier: MIT */
/*
 * timeline.c: what was decided about a server is noted: in its timeline, for the
 * history, and for the public where it may know.
 */
#include "incident/state.h"

#include "base/xalloc.h"
#include "incident/event.h"
#include "records/history.h"
#include "records/incident.h"

#include <string.h>

#define HISTORY_LINE_MAX 65536
#define UPDATE_LINE_MAX 16384
/* An event, and what became of it. */
#define HISTORY_TEXT (ALERT_EVENT_SIZE + 800)

static void keep(struct alert_state *st, const struct history_record *h)
{
	struct buf b;

	buf_init(&b, HISTORY_LINE_MAX);
	/* Each of its texts is cut to TEXT_MAX characters: it always fits. */
	history_write(&b, h);
	strings_add(&st->history, b.p);
	buf_release(&b);
}

/* A reminder is no news: the incident goes on. The last entry of the timeline
   is that of the event. */
void state_keep_update(struct alert_state *st, const struct alert_event *of)
{
	const struct timeline_entry *e = &st->timeline[st->n_timeline - 1];
	const struct alert_record *r = &of->record;
	const struct incident_update u = {
		.at = r->at,
		.kind = r->kind,
		.first = r->started_at,
		.what = (enum update_what)r->phase,
		.regions = {(const char **)e->regions.v, e->regions.n},
		.resolved_at = r->resolved_at,
		.checks_refused = r->checks == CHECKS_REFUSED,
		.text = of->facts.text,
		.title = r->phase == ALERT_STARTED ? of->incident.title : NULL,
		.progress = r->phase == ALERT_UPDATED ? of->incident.progress
						      : PROGRESS_INVESTIGATING,
	};
	char field[UPDATE_FIELD];
	struct buf b;

	if (r->phase == ALERT_REMINDER || r->phase == ALERT_ONCE ||
		!incident_word(r->kind) || !slug_valid(st->slug) ||
		of->incident.is_private)
		return;
	buf_init(&b, UPDATE_LINE_MAX);
	incident_update_write(&b, &u);
	if (buf_ok(&b)) {
		strings_add(&st->updates, incident_update_field(&u, field));
		strings_add(&st->updates, b.p);
	}
	buf_release(&b);
}

void state_keep_event(struct alert_state *st, const struct alert_event *e)
{
	const struct alert_record *r = &e->record;
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE];

	state_keep_update(st, e);
	keep(st, &(struct history_record) {
		.at = r->at,
		.slug = st->slug,
		.what = alert_event(r, event),
		.text = r->summary,
		.key = alert_key(r, key),
		.kind = alert_kind_name(r->kind),
		.severity = severity_name(r->severity),
		.started_at = r->started_at,
		.resolved_at = r->resolved_at,
		.group = e->group,
	});
}

void state_keep_delivery(struct alert_state *st, const struct pending *p,
	const struct delivery *d, double at, const char *what, const char *why)
{
	bool retried = !why && d->why;
	char text[HISTORY_TEXT], tries[64] = "";

	if (retried)
		snprintf(tries, sizeof tries, ", after %d %s: ", d->attempts,
			d->attempts == 1 ? "failure" : "failures");
	snprintf(text, sizeof text, "%s to route %.200s%s%.500s", p->event,
		d->route, retried ? tries : why ? ": " : "",
		retried ? d->why : why ? why : "");
	keep(st, &(struct history_record) {
		.at = at,
		.slug = st->slug,
		.what = what,
		.text = text,
		.key = p->key,
		.route = d->route,
		.event = p->event,
		.decided_at = p->created,
		.failed_at = retried ? d->tried : 0,
	});
}

void state_keep_shared(struct alert_state *st, enum alert_kind kind,
	const char *group, double at)
{
	char text[HISTORY_TEXT], key[ALERT_KEY_SIZE];

	snprintf(text, sizeof text, "%s, with other servers, as %.100s",
		alert_kind_name(kind), group);
	keep(st, &(struct history_record) {
		.at = at,
		.slug = st->slug,
		.what = HISTORY_SHARED,
		.text = text,
		.key = dedup_key(st, kind, key),
		.group = group,
	});
}

/* Whether both tell of the same incident. */
static bool same_key(const struct timeline_entry *a,
	const struct timeline_entry *b)
{
	enum alert_kind one, other;

	return a->first && a->first == b->first &&
		alert_event_parse(a->what, &one) &&
		alert_event_parse(b->what, &other) && one == other;
}

/* Moves the regions of the oldest entry to the next one of its key. */
static void hand_regions_on(struct alert_state *st)
{
	struct timeline_entry *oldest = st->timeline, *next = NULL;

	for (size_t i = st->n_timeline - 1; i > 0; i--)
		if (same_key(oldest, &st->timeline[i]))
			next = &st->timeline[i];
	for (size_t i = 0; next && i < next->regions.n; i++)
		strings_note(&oldest->regions, next->regions.v[i]);
	if (next)
		strings_copy(&next->regions, &oldest->regions);
}

/* A new entry; the oldest goes. */
static struct timeline_entry *add_entry(
	struct alert_state *st, double at, const char *what)
{
	struct timeline_entry *e;

	if (st->n_timeline == TIMELINE_MAX) {
		hand_regions_on(st);
		fields_release(timeline_fields, &st->timeline[0]);
		memmove(st->timeline, st->timeline + 1,
			(TIMELINE_MAX - 1) * sizeof *st->timeline);
		st->n_timeline--;
	}
	e = &st->timeline[st->n_timeline++];
	*e = (struct timeline_entry) {.at = at, .what = xstrdup(what)};
	return e;
}

void state_note(struct alert_state *st, double at, const char *what,
	const char *text)
{
	add_entry(st, at, what)->text = xstrdup(text);
}

static bool named_before(const struct alert_state *st,
	const struct timeline_entry *e, const char *region)
{
	for (const struct timeline_entry *b = st->timeline; b < e; b++)
		if (same_key(b, e) && strings_has(&b->regions, region))
			return true;
	return false;
}

void state_note_event(struct alert_state *st, const struct alert_record *r)
{
	char name[ALERT_EVENT_SIZE];
	struct timeline_entry *e = add_entry(st, r->at, alert_event(r, name));

	e->first = r->started_at + r->nth;
	e->resolved_at = r->resolved_at;
	e->checks_refused = r->checks == CHECKS_REFUSED;
	/* Who shows incidents shows nothing that is notified once. */
	for (size_t i = 0; i < r->n_regions && r->phase != ALERT_ONCE; i++)
		if (!named_before(st, e, r->regions[i]))
			strings_note(&e->regions, r->regions[i]);
}
