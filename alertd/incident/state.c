#include "incident/state.h"

#include "base/xalloc.h"
#include "incident/event.h"
#include "incident/incident.h"
#include "incident/tool_drift.h"
#include "records/history.h"
#include "records/incident.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY_LINE_MAX 65536
#define UPDATE_LINE_MAX 16384

void state_init(struct alert_state *st, const char *slug)
{
	*st = (struct alert_state) {.slug = xstrdup(slug)};
}

void incident_release(struct incident *inc)
{
	fields_release(incident_fields, inc);
	*inc = (struct incident) {0};
}

void ack_release(struct ack *a)
{
	free(a->by);
	free(a->reason);
	*a = (struct ack) {0};
}

void escalation_release(struct escalation *c)
{
	free(c->ladder);
	free(c->match);
	*c = (struct escalation) {0};
}

void tools_forget(struct tools_seen *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].region);
	free(t->v);
	*t = (struct tools_seen) {0};
}

void delivery_release(struct delivery *d)
{
	fields_release(delivery_fields, d);
	*d = (struct delivery) {0};
}

void pending_release(struct pending *p)
{
	fields_release(pending_fields, p);
	*p = (struct pending) {0};
}

void state_release(struct alert_state *st)
{
	for (size_t i = 0; i < ALERT_KINDS; i++)
		if (st->incidents[i].open)
			incident_release(&st->incidents[i]);
	fields_release(state_head_fields, st);
	fields_release(state_fields, st);
	strings_release(&st->history);
	strings_release(&st->updates);
	*st = (struct alert_state) {0};
}

struct region_tally *state_region(struct alert_state *st, const char *name)
{
	struct region_tally *r;

	for (size_t i = 0; i < st->n_regions; i++)
		if (strcmp(st->regions[i].name, name) == 0)
			return &st->regions[i];
	st->regions = xgrow(st->regions, &st->cap_regions, st->n_regions + 1,
		sizeof *st->regions);
	r = &st->regions[st->n_regions++];
	*r = (struct region_tally) {.name = xstrdup(name)};
	return r;
}

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
static void keep_update(struct alert_state *st, const struct alert_record *r)
{
	struct timeline_entry *e = &st->timeline[st->n_timeline - 1];
	const struct incident_update u = {
		.at = r->at,
		.kind = r->kind,
		.first = r->started_at,
		.what = (enum update_what)r->phase,
		.regions = {(const char **)e->regions.v, e->regions.n},
		.resolved_at = r->resolved_at,
		.checks_refused = r->checks == CHECKS_REFUSED,
	};
	char field[UPDATE_FIELD];
	struct buf b;

	if (r->phase == ALERT_REMINDER || r->phase == ALERT_ONCE ||
		!incident_word(r->kind) || !slug_valid(st->slug))
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

	keep_update(st, r);
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
	const char *route, double at, const char *what, const char *why)
{
	char text[ALERT_EVENT_SIZE + 800];

	snprintf(text, sizeof text, "%s to route %.200s%s%.500s", p->event,
		route, why ? ": " : "", why ? why : "");
	keep(st, &(struct history_record) {
		.at = at,
		.slug = st->slug,
		.what = what,
		.text = text,
		.key = p->key,
		.route = route,
		.event = p->event,
		.decided_at = p->created,
	});
}

void state_keep_shared(struct alert_state *st, enum alert_kind kind,
	const char *group, double at)
{
	char text[ALERT_EVENT_SIZE + 200], key[ALERT_KEY_SIZE];

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
	/* Who shows incidents shows nothing that is told once. */
	for (size_t i = 0; i < r->n_regions && r->phase != ALERT_ONCE; i++)
		if (!named_before(st, e, r->regions[i]))
			strings_note(&e->regions, r->regions[i]);
}

static bool any_open(const struct alert_state *st, unsigned kinds)
{
	for (unsigned k = 0; k < kinds; k++)
		if (st->incidents[k].open)
			return true;
	return false;
}

bool state_open(const struct alert_state *st)
{
	return any_open(st, ALERT_KINDS);
}

bool state_down(const struct alert_state *st)
{
	return any_open(st, ALERT_DOWN_KINDS);
}

void state_uncover(struct alert_state *st)
{
	if (st->incidents[ALERT_OVERRUN].open)
		return;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++)
		if (st->incidents[k].open) {
			st->incidents[k].superseded = false;
			return;
		}
}

static struct handle *find_external_id(
	const struct external_ids *l, const char *key, const char *route)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].key, key) == 0 &&
			strcmp(l->v[i].route, route) == 0)
			return &l->v[i];
	return NULL;
}

static void drop_handle(struct external_ids *l, struct handle *h)
{
	size_t at = (size_t)(h - l->v);

	free(h->key);
	free(h->route);
	free(h->text);
	l->n--;
	memmove(h, h + 1, (l->n - at) * sizeof *h);
}

const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route)
{
	const struct handle *h = find_external_id(l, key, route);

	return h ? h->text : NULL;
}

void external_ids_set(struct external_ids *l, const char *key,
	const char *route, const char *text)
{
	struct handle *h = find_external_id(l, key, route);

	if (h)
		drop_handle(l, h);
	if (!text || !*text)
		return;
	if (l->n == EXTERNAL_IDS_MAX)
		drop_handle(l, l->v);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct handle) {
		xstrdup(key), xstrdup(route), xstrdup(text)};
}

void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok)
{
	const char *phase = strrchr(event, '_');

	if (*handle)
		external_ids_set(h, key, route, handle);
	if (ok && phase && strcmp(phase, "_resolved") == 0)
		external_ids_set(h, key, route, NULL);
}
