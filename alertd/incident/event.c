/* SPDX-License-Identifier: MIT */
#include "incident/event.h"

#include "base/xalloc.h"
#include "incident/incident.h"
#include "incident/state.h"

#include <stdlib.h>
#include <string.h>

struct alert_event *events_new(struct alert_events *l,
	const struct alert_state *st)
{
	struct alert_event *e;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	e = &l->v[l->n++];
	*e = (struct alert_event) {.slug = xstrdup(st->slug), .zone = st->zone};
	string_set(&e->url, st->url);
	e->record.slug = e->slug;
	e->record.url = e->url;
	return e;
}

static struct alert_names names(const struct strings *l)
{
	return (struct alert_names) {(const char *const *)l->v, l->n};
}

void event_point(struct alert_event *e)
{
	struct alert_record *r = &e->record;

	free(e->words);
	e->words = e->change.n_words
		? xcalloc(e->change.n_words, sizeof *e->words)
		: NULL;
	for (size_t i = 0; i < e->change.n_words; i++) {
		const struct tool_words *w = &e->change.words[i];

		e->words[i] = (struct alert_words) {
			w->tool, w->path, w->before, w->after};
	}

	r->regions = (const char *const *)e->regions.v;
	r->n_regions = e->regions.n;
	r->silent = names(&e->silent);
	r->servers = names(&e->servers);
	r->from = e->change.from;
	r->to = e->change.to;
	r->added = names(&e->change.added);
	r->removed = names(&e->change.removed);
	r->changed = names(&e->change.changed);
	r->redescribed = names(&e->change.redescribed);
	r->words = e->words;
	r->n_words = e->change.n_words;
	r->sides = e->sides;
	r->n_sides = e->n_sides;
}

/* Which regions of an incident see that set of tools. */
static void find_regions(const struct tools_seen *t, const char *hash,
	const struct incident *inc, struct strings *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct sighting *s = &t->v[i];

		if (strcmp(s->hash, hash) == 0 &&
			(strings_has(&inc->regions, s->region) ||
				strings_has(&inc->reached, s->region)))
			strings_add(out, s->region);
	}
	strings_sort(out);
}

static void add_side(
	struct alert_event *e, const char *hash, const struct strings *regions)
{
	size_t n = e->n_sides;

	if (!regions->n)
		return;
	if (&e->side_regions[n] != regions)
		strings_copy(&e->side_regions[n], regions);
	memcpy(e->side_hashes[n], hash, HASH_HEX + 1);
	e->sides[n] = (struct alert_side) {
		e->side_hashes[n], names(&e->side_regions[n])};
	e->n_sides++;
}

/* Regions that see the same contracts see the same set, whatever the tools say:
   then those that are behind are one side, and those that are not the other. */
static void add_sides(struct alert_event *e, const struct tools_seen *t,
	const struct incident *inc)
{
	const struct tool_change *c = &inc->change;
	bool contracts = false;

	e->sides = xcalloc(TOOL_SETS_MAX, sizeof *e->sides);
	e->side_regions = xcalloc(TOOL_SETS_MAX, sizeof *e->side_regions);
	e->side_hashes = xcalloc(TOOL_SETS_MAX, sizeof *e->side_hashes);
	for (size_t i = 0; i < t->n_sets && c->to; i++)
		if (strcmp(t->sets[i].hash, c->to) == 0)
			contracts = true;
	for (size_t i = 0; i < t->n_sets && (contracts || !c->to); i++) {
		find_regions(t, t->sets[i].hash, inc,
			&e->side_regions[e->n_sides]);
		add_side(e, t->sets[i].hash, &e->side_regions[e->n_sides]);
	}
	if (c->to && !contracts) {
		add_side(e, c->from, &inc->regions);
		add_side(e, c->to, &inc->reached);
	}
}

static void release_sides(struct alert_event *e)
{
	for (size_t i = 0; e->side_regions && i < TOOL_SETS_MAX; i++)
		strings_release(&e->side_regions[i]);
	free(e->side_regions);
	free(e->side_hashes);
	free(e->sides);
}

/* The regions that do not report, whether they failed or not. */
static void note_silent(struct alert_event *e, const struct alert_state *st,
	enum alert_kind kind)
{
	if (kind >= ALERT_DOWN_KINDS && kind != ALERT_OVERRUN)
		return;
	strings_copy(&e->silent, &st->incidents[kind].silent);
	for (size_t i = 0; i < st->n_regions; i++)
		if (st->regions[i].silent.n)
			strings_note(&e->silent, st->regions[i].name);
	strings_sort(&e->silent);
}

void event_facts_set(struct alert_event *e, const struct event_facts *f)
{
	e->facts = *f;
	string_set(&e->by, f->by);
	string_set(&e->reason, f->reason);
	string_set(&e->text, f->text);
	string_set(&e->issuer, f->issuer);
	e->facts.by = e->by;
	e->facts.reason = e->reason;
	e->facts.text = e->text;
	e->facts.issuer = e->issuer;
	e->facts.names = (struct strings) {0};
	strings_copy(&e->facts.names, &f->names);
}

/* All that the words of the event are made from. */
static void note_facts(struct alert_event *e, const struct alert_state *st,
	enum alert_kind kind, const struct event_facts *f)
{
	incident_copy(&e->incident, &st->incidents[kind]);
	event_facts_set(e, f);
	e->maintenance_end = st->maintenance.end;
	string_set(&e->maintenance_reason, st->maintenance.reason);
	e->sharers = st->shared.servers.n;
}

void events_put(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at,
	const struct event_facts *f)
{
	struct alert_event *e = events_new(l, st);
	const struct incident *inc = &e->incident;
	bool over = phase == ALERT_RESOLVED;

	note_facts(e, st, kind, f);
	string_set(&e->group, inc->group);
	strings_copy(&e->still, &inc->still);
	note_silent(e, st, kind);
	strings_copy(&e->servers, over ? &st->shared.servers : &st->shared.left);
	strings_copy(&e->regions, &inc->regions);
	strings_copy(&e->notified, &inc->notified);
	e->unnotified = inc->unnotified;
	e->silenced = inc->silence;
	tool_change_copy(&e->change, &inc->change);
	if (kind == ALERT_DIVERGENCE)
		add_sides(e, &st->tools, inc);
	e->record = (struct alert_record) {
		.at = at,
		.kind = kind,
		.phase = phase,
		.slug = st->shared.servers.n ? SLUG_FLEET : e->slug,
		.keyed = e->slug,
		.url = e->url,
		.severity = inc->severity,
		.tier = inc->tier,
		.step = inc->step,
		.layer = inc->layer,
		.checks = incident_checks(inc, kind),
		.probe_count = inc->probe_count,
		.interval_s = st->interval_s > 60 ? st->interval_s : 0,
		.started_at = inc->first,
		.resolved_at = over || phase == ALERT_FOUND ? incident_end(inc)
							    : 0,
		.acknowledged_until = phase == ALERT_ACKNOWLEDGED
			? (int64_t)inc->ack.until
			: 0,
		.flaps = inc->flaps,
		.flapping = inc->flapping.since != 0,
		.follows = inc->follows,
		.value = inc->value,
		.usual = inc->usual,
		.slow_above = inc->above > 0,
		.progress = kind != ALERT_MANUAL && phase != ALERT_UPDATED
			? NULL
			: progress_name(over ? PROGRESS_RESOLVED
					     : inc->progress),
		.last_error = inc->error,
		.said = over ? NULL : inc->said,
		.change_class =
			inc->classed ? change_class_name(inc->class) : NULL,
	};
	event_point(e);
}

void events_add(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at)
{
	events_put(l, st, kind, phase, at, &(struct event_facts) {0});
}

void event_release(struct alert_event *e)
{
	free(e->slug);
	free(e->url);
	free(e->headline);
	free(e->summary);
	free(e->group);
	strings_release(&e->regions);
	strings_release(&e->still);
	strings_release(&e->silent);
	strings_release(&e->servers);
	strings_release(&e->notified);
	strings_release(&e->steps);
	strings_release(&e->chosen);
	tool_change_release(&e->change);
	incident_release(&e->incident);
	free(e->by);
	free(e->reason);
	free(e->text);
	free(e->issuer);
	free(e->facts.causes);
	strings_release(&e->facts.names);
	free(e->maintenance_reason);
	free(e->words);
	release_sides(e);
	*e = (struct alert_event) {0};
}

void events_release(struct alert_events *l)
{
	for (size_t i = 0; i < l->n; i++)
		event_release(&l->v[i]);
	free(l->v);
	*l = (struct alert_events) {0};
}
