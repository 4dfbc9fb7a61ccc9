/* SPDX-License-Identifier: MIT */
/*
 * incidents.c: an incident is known by its kind and the window in which it
 * began. The timeline tells of those that are over, and
 * what was said of those that are not; the list of incidents, which go on.
 */
#include "data/incidents.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/incident.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Kinds that are missing here are for operators, or say nothing about the
 * server.
 */
static const struct {
	enum alert_kind kind;
	enum trouble trouble;
} kinds[] = {
	{ALERT_DOWNTIME, TROUBLE_DOWN},
	{ALERT_REGIONAL, TROUBLE_REGIONAL},
	{ALERT_RATE_LIMITED, TROUBLE_LIMITED},
	{ALERT_OVERRUN, TROUBLE_OVERRUN},
	{ALERT_ERROR_RATE, TROUBLE_ERRORS},
	{ALERT_LATENCY, TROUBLE_SLOW},
	{ALERT_DIVERGENCE, TROUBLE_TOOLS},
	{ALERT_MANUAL, TROUBLE_MANUAL},
};

static bool trouble_of(enum alert_kind kind, enum trouble *out)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].kind == kind) {
			*out = kinds[i].trouble;
			return true;
		}
	}
	return false;
}

/* The incident, from now on in the list; NULL where it is not for the public. */
static struct incident *find(struct incidents *l, enum alert_kind kind,
	int64_t start)
{
	enum trouble trouble;
	struct incident *in;

	if (!trouble_of(kind, &trouble))
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].kind == kind && l->v[i].started_at == start)
			return &l->v[i];
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	in = &l->v[l->n++];
	*in = (struct incident) {.trouble = trouble,
		.kind = kind,
		.started_at = start,
		.updated_at = start};
	return in;
}

static void add_region(struct incident *in, const char *name)
{
	if (in->n_regions == INCIDENT_REGIONS)
		return;
	for (size_t i = 0; i < in->n_regions; i++)
		if (strcmp(in->regions[i], name) == 0)
			return;
	if (!in->regions)
		in->regions = xcalloc(INCIDENT_REGIONS, sizeof *in->regions);
	snprintf(in->regions[in->n_regions++], sizeof *in->regions, "%s", name);
}

static void add_regions(struct incident *in, struct incident_names l)
{
	for (size_t i = 0; i < l.n; i++)
		add_region(in, l.v[i]);
}

static bool same_news(const struct incident_news *news,
	const struct incident_update *u)
{
	return news->what == u->what && fabs(news->at - u->at) < .0015;
}

static void add_news(struct incident *in, const struct incident_update *u)
{
	struct incident_news *news;

	for (size_t i = 0; i < in->n_news; i++)
		if (same_news(&in->news[i], u))
			return;
	in->news = xgrow(in->news, &in->cap_news, in->n_news + 1,
		sizeof *in->news);
	news = &in->news[in->n_news++];
	*news = (struct incident_news) {.at = u->at,
		.what = u->what,
		.progress = u->progress,
		.text = u->text ? xstrdup(u->text) : NULL};
	for (size_t i = 0; i < u->regions.n && i < INCIDENT_REGIONS; i++) {
		struct incident_regions *r = &news->regions;

		r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof *r->v);
		snprintf(r->v[r->n++], sizeof *r->v, "%s", u->regions.v[i]);
	}
	if ((int64_t)u->at > in->updated_at)
		in->updated_at = (int64_t)u->at;
}

static void add_update(const struct incident_update *u, struct incidents *l)
{
	struct incident *in = find(l, u->kind, u->first);

	if (!in)
		return;
	if (u->what < UPDATE_NOTE) {
		in->notified = true;
		in->server_at_fault =
			in->server_at_fault || !u->checks_refused;
	}
	if (u->resolved_at)
		in->ended_at = u->resolved_at;
	if (u->title)
		string_set(&in->title, u->title);
	if (u->what == UPDATE_STARTED && u->text)
		string_set(&in->text, u->text);
	/* A reminder is no news. */
	if (u->what != UPDATE_REMINDER)
		add_news(in, u);
	add_regions(in, u->regions);
}

static void add_told(const struct told_record *r, struct incidents *l)
{
	/*
	 * An entry that is no phase, such as the end of an acknowledgement, is
	 * no news.
	 */
	enum alert_phase phase =
		r->phase == ALERT_ONCE ? ALERT_REMINDER : r->phase;

	add_update(&(struct incident_update) {.at = r->at,
			   .kind = r->kind,
			   .first = r->first,
			   .what = (enum update_what)phase,
			   .regions = r->regions,
			   .checks_refused = r->checks_refused,
			   .resolved_at = r->resolved_at},
		l);
}

/* Mark what goes on; what does, and is part of another one, is none. */
static void add_open(const struct incident_record *r, struct incidents *l,
	bool *open)
{
	struct incident *in;

	if (!r->first || r->folded || r->held || r->is_private)
		return;
	in = find(l, r->kind, r->first);
	if (!in)
		return;
	open[in - l->v] = true;
	in->unseen = r->quiet.since > 0 && r->silent.n;
	in->ended_at = in->unseen ? r->quiet.since : 0;
	in->passing = r->passed_since > 0;
	in->progress = r->progress;
	if (r->title)
		string_set(&in->title, r->title);
	in->acknowledged = r->ack.by != NULL;
	in->server_at_fault = !r->checks_refused;
	in->limit_ms = r->above ? r->usual : 0;
	if (in->acknowledged && (int64_t)r->ack.at > in->updated_at)
		in->updated_at = (int64_t)r->ack.at;
	if (in->passing)
		add_news(in,
			&(struct incident_update) {
				.at = (double)r->passed_since,
				.what = UPDATE_PASSING});
	add_regions(in, r->regions);
}

static void add_unapproved(const struct incident_record *r, int64_t told,
	struct incidents *l)
{
	if (r->kind == ALERT_UNAPPROVED && r->first && !r->folded && !r->held)
		l->unapproved = (struct unapproved_tools) {.open = true,
			.notified = told == r->first,
			.acknowledged = r->ack.by != NULL};
}

static int newest_first(const void *a, const void *b)
{
	const struct incident *x = a, *y = b;

	if (x->started_at != y->started_at)
		return x->started_at > y->started_at ? -1 : 1;
	return (x->trouble > y->trouble) - (x->trouble < y->trouble);
}

static int oldest_first(const void *a, const void *b)
{
	const struct incident_news *x = a, *y = b;

	if (x->at < y->at || x->at > y->at)
		return x->at < y->at ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

static void incident_release(struct incident *in)
{
	for (size_t i = 0; i < in->n_news; i++) {
		free(in->news[i].regions.v);
		free(in->news[i].text);
	}
	free(in->news);
	free(in->regions);
	free(in->title);
	free(in->text);
}

/* Those that neither ended nor go on became part of others; and what is older
   than `since` is no longer kept. */
static void sort_out(struct incidents *l, const bool *open, int64_t since)
{
	size_t n = 0;

	l->merged = xcalloc(l->n + 1, sizeof *l->merged);
	for (size_t i = 0; i < l->n; i++) {
		struct incident *in = &l->v[i];

		if (!open[i] && in->started_at < since)
			incident_release(in);
		else if (open[i] || in->ended_at)
			l->v[n++] = *in;
		else if (in->notified)
			l->merged[l->n_merged++] = *in;
		else
			incident_release(in);
	}
	l->n = n;
}

static void read_updates(const struct incident_sources *from,
	struct incidents *l)
{
	struct incident_update u;
	char why[JSON_WHY];

	/* There may be a few more than are kept, for a moment. */
	for (size_t i = 0; i + 1 < from->n_updates && i < 4 * UPDATES_MAX;
		i += 2) {
		const char *field = from->updates[i];
		const char *s = from->updates[i + 1];
		cJSON *doc = field && s
			? json_parse(s, strlen(s), &json_record, why) : NULL;

		if (!doc)
			continue;
		if (incident_update_take(field, doc, &u))
			add_update(&u, l);
		incident_update_release(&u);
		cJSON_Delete(doc);
	}
}

/* Returns when the tools began, of which it was told last that nobody approved
   them; 0: never. */
static int64_t read_timeline(const cJSON *list, struct incidents *l)
{
	struct told_record told;
	int64_t unapproved = 0;
	const cJSON *o;

	cJSON_ArrayForEach(o, list)
	{
		if (told_take(o, &told)) {
			add_told(&told, l);
			if (told.kind == ALERT_UNAPPROVED)
				unapproved = told.first;
		}
		told_release(&told);
	}
	return unapproved;
}

void incidents_read_all(const struct incident_sources *from,
	struct incidents *l)
{
	const cJSON *o, *list;
	struct incident_record going;
	char why[JSON_WHY];
	int64_t unapproved;
	cJSON *doc;
	bool *open;

	*l = (struct incidents) {0};
	doc = from->state ? json_parse(from->state, strlen(from->state),
				    &json_record, why)
			  : NULL;
	read_updates(from, l);
	unapproved = read_timeline(json_get(doc, "timeline"), l);
	list = json_get(doc, "incidents");
	open = xcalloc(l->n + (size_t)cJSON_GetArraySize(list) + 1,
		sizeof *open);
	cJSON_ArrayForEach(o, list)
	{
		if (incident_take(o, &going)) {
			add_open(&going, l, open);
			add_unapproved(&going, unapproved, l);
		}
		incident_record_release(&going);
	}
	sort_out(l, open, from->since);
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, newest_first);
	if (l->n_merged)
		qsort(l->merged, l->n_merged, sizeof *l->merged, newest_first);
	for (size_t i = 0; i < l->n + l->n_merged; i++) {
		struct incident *in =
			i < l->n ? &l->v[i] : &l->merged[i - l->n];

		if (in->ended_at && !in->unseen)
			in->progress = PROGRESS_RESOLVED;
		if (!in->server_at_fault && in->trouble < TROUBLE_UNUSABLE)
			in->trouble = TROUBLE_REFUSED;
		if (in->n_news)
			qsort(in->news, in->n_news, sizeof *in->news,
				oldest_first);
	}
	free(open);
	cJSON_Delete(doc);
}

void incidents_read(const char *json, struct incidents *l)
{
	incidents_read_all(&(struct incident_sources) {.state = json}, l);
}

void incidents_release(struct incidents *l)
{
	for (size_t i = 0; i < l->n; i++)
		incident_release(&l->v[i]);
	for (size_t i = 0; i < l->n_merged; i++)
		incident_release(&l->merged[i]);
	free(l->v);
	free(l->merged);
	*l = (struct incidents) {0};
}

static const struct incident *find_id(const struct incident *v, size_t n,
	const char *id)
{
	char name[INCIDENT_ID];

	for (size_t i = 0; i < n; i++)
		if (strcmp(incident_id(v[i].kind, v[i].started_at, name), id) ==
			0)
			return &v[i];
	return NULL;
}

const struct incident *incidents_find(const struct incidents *l, const char *id)
{
	const struct incident *in = find_id(l->v, l->n, id);

	return in ? in : find_id(l->merged, l->n_merged, id);
}

bool incident_merged(const struct incidents *l, const struct incident *in)
{
	return in >= l->merged && in < l->merged + l->n_merged;
}

const struct incident_news *incident_said(const struct incident *in,
	enum update_what what)
{
	for (size_t i = in->n_news; i-- > 0;) {
		const struct incident_news *news = &in->news[i];

		if (news->what == what ||
			(what == UPDATE_NOTE && news->text &&
				news->what != UPDATE_STARTED &&
				news->what != UPDATE_POSTMORTEM))
			return news;
	}
	return NULL;
}

const struct incident_news *incident_latest_said(const struct incident *in)
{
	for (size_t i = in->n_news; i-- > 0;) {
		const struct incident_news *news = &in->news[i];

		if (news->text && (int64_t)news->at == in->updated_at)
			return news;
	}
	return NULL;
}

const struct incident *incidents_open(const struct incidents *l)
{
	const struct incident *worst = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].ended_at &&
			(!worst || l->v[i].trouble < worst->trouble))
			worst = &l->v[i];
	return worst;
}
