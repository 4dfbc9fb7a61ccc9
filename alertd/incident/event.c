#include "incident/event.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "incident/summary.h"
#include "incident/tool_drift.h"
#include "words/phrases.h"

#include <stdlib.h>
#include <string.h>

static char *words(const struct summary *s,
	void (*put)(struct buf *b, const struct summary *s))
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	put(&b, s);
	return buf_take(&b);
}

struct alert_event *events_new(struct alert_events *l,
	const struct alert_state *st)
{
	struct alert_event *e;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	e = &l->v[l->n++];
	*e = (struct alert_event) {.slug = xstrdup(st->slug)};
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

void events_add(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at)
{
	events_put(l, st, &(struct summary) {
		.kind = kind,
		.phase = phase,
		.at = at,
	});
}

void event_name(const struct alert_state *st, enum alert_phase phase,
	bool headline, struct buf *b)
{
	const struct strings *l =
		phase == ALERT_RESOLVED ? &st->servers : &st->left;

	buf_init(b, TEXT_SIZE);
	if (!st->servers.n) {
		buf_str(b, st->slug);
		return;
	}
	if (l->n > 1)
		buf_fmt(b, "%cach of %zu servers", headline ? 'e' : 'E', l->n);
	if (l->n > 1 && headline)
		return;
	buf_str(b, l->n > 1 ? " (" : "");
	phrase_regions(b, l);
	buf_str(b, l->n > 1 ? ")" : "");
}

/* The headline and the sentence of an event. */
static void put_words(struct alert_event *e, const struct alert_state *st,
	struct summary *s)
{
	struct buf name;

	event_name(st, s->phase, true, &name);
	s->slug = name.p;
	e->headline = words(s, summary_headline);
	buf_release(&name);
	event_name(st, s->phase, false, &name);
	s->slug = name.p;
	e->summary = words(s, summary_put);
	buf_release(&name);
}

/* The summary with all that the state knows, but for the slug. */
static struct summary completed(
	const struct summary *about, const struct alert_state *st)
{
	struct summary s = *about;

	s.incident = &st->incidents[about->kind];
	s.maintenance = &st->maintenance;
	s.url = st->url;
	s.common = st->servers.n > 1;
	s.slow = st->interval_s > 60;
	s.zone = st->zone;
	return s;
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

void events_put(struct alert_events *l, const struct alert_state *st,
	const struct summary *about)
{
	const struct incident *inc = &st->incidents[about->kind];
	struct alert_event *e = events_new(l, st);
	struct summary s = completed(about, st);

	string_set(&e->error, inc->error);
	if (s.phase != ALERT_RESOLVED)
		string_set(&e->said, inc->said);
	put_words(e, st, &s);
	string_set(&e->group, inc->group);
	strings_copy(&e->reached, &inc->reached);
	strings_copy(&e->still, &inc->still);
	note_silent(e, st, s.kind);
	string_set(&e->follows, inc->follows);
	e->expected = inc->expected;
	strings_copy(&e->servers, s.phase == ALERT_RESOLVED ? &st->servers
							    : &st->left);
	strings_copy(&e->regions, &inc->regions);
	strings_copy(&e->told, &inc->told);
	e->unwatched = s.unwatched != NULL;
	e->unnotified = inc->unnotified;
	e->silenced = inc->silence;
	tool_change_copy(&e->change, &inc->change);
	if (s.kind == ALERT_DIVERGENCE)
		add_sides(e, &st->tools, inc);
	e->record = (struct alert_record) {
		.at = s.at,
		.kind = s.kind,
		.phase = s.phase,
		.slug = st->servers.n ? SLUG_FLEET : e->slug,
		.keyed = e->slug,
		.url = e->url,
		.severity = inc->severity,
		.tier = inc->tier,
		.step = inc->step,
		.layer = inc->layer,
		.checks = incident_checks(inc, s.kind),
		.probe_count = inc->probe_count,
		.interval_s = s.slow ? st->interval_s : 0,
		.started_at = inc->first,
		.resolved_at =
			s.phase == ALERT_RESOLVED || s.phase == ALERT_FOUND
				? incident_end(inc)
				: 0,
		.acknowledged_until = s.phase == ALERT_ACKNOWLEDGED
			? (int64_t)inc->ack.until
			: 0,
		.flaps = inc->flaps,
		.flapping = inc->flapping.since != 0,
		.follows = e->follows,
		.value = inc->value,
		.usual = inc->usual,
		.last_error = e->error,
		.said = e->said,
		.headline = e->headline,
		.summary = e->summary,
		.change_class =
			inc->classed ? change_class_name(inc->class) : NULL,
	};
	event_point(e);
}

void event_release(struct alert_event *e)
{
	free(e->slug);
	free(e->url);
	free(e->error);
	free(e->said);
	free(e->headline);
	free(e->summary);
	free(e->follows);
	free(e->group);
	strings_release(&e->regions);
	strings_release(&e->reached);
	strings_release(&e->still);
	strings_release(&e->silent);
	strings_release(&e->servers);
	strings_release(&e->told);
	strings_release(&e->steps);
	strings_release(&e->chosen);
	tool_change_release(&e->change);
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
