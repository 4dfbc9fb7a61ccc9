/*
 * incidents.c: an incident is known by its kind and the window in which it
 * began. The timeline tells of those that are over, and
 * what was said of those that are not; the list of incidents, which go on.
 */
#include "data/incidents.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "records/incident.h"

#include <stdlib.h>
#include <string.h>

/* What is not here is for operators, or says nothing of the server. */
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

static struct incident *find(struct incidents *l, enum trouble trouble,
	int64_t start)
{
	struct incident *in;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].trouble == trouble && l->v[i].started_at == start)
			return &l->v[i];
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	in = &l->v[l->n++];
	*in = (struct incident) {.trouble = trouble,
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

static void add_told(const struct told_record *r, struct incidents *l)
{
	enum trouble trouble;
	struct incident *in;

	if (!trouble_of(r->kind, &trouble))
		return;
	in = find(l, trouble, r->first);
	in->told = true;
	in->ended_at = r->resolved_at;
	if ((int64_t)r->at > in->updated_at)
		in->updated_at = (int64_t)r->at;
	add_regions(in, r->regions);
}

/* Mark what goes on; what does, and is part of another one, is none. */
static void add_open(const struct incident_record *r, struct incidents *l,
	bool *open)
{
	enum trouble trouble;
	struct incident *in;

	if (!r->first || r->folded || r->held || !trouble_of(r->kind, &trouble))
		return;
	in = find(l, trouble, r->first);
	open[in - l->v] = true;
	in->ended_at = 0;
	in->passing = r->passed_since > 0;
	in->acknowledged = r->ack.by != NULL;
	if (in->acknowledged && (int64_t)r->ack.at > in->updated_at)
		in->updated_at = (int64_t)r->ack.at;
	add_regions(in, r->regions);
}

static int newest_first(const void *a, const void *b)
{
	const struct incident *x = a, *y = b;

	if (x->started_at != y->started_at)
		return x->started_at > y->started_at ? -1 : 1;
	return (x->trouble > y->trouble) - (x->trouble < y->trouble);
}

/* Those that neither ended nor go on became part of others. */
static void drop_lost(struct incidents *l, const bool *open)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (open[i] || l->v[i].ended_at)
			l->v[n++] = l->v[i];
		else
			free(l->v[i].regions);
	}
	l->n = n;
}

void incidents_read(const char *json, struct incidents *l)
{
	const cJSON *o, *list;
	struct incident_record going;
	struct told_record told;
	char why[JSON_WHY];
	cJSON *doc;
	bool *open;

	*l = (struct incidents) {0};
	doc = json ? json_parse(json, strlen(json), &json_record, why) : NULL;
	cJSON_ArrayForEach(o, json_get(doc, "timeline"))
	{
		if (told_take(o, &told))
			add_told(&told, l);
		told_release(&told);
	}
	list = json_get(doc, "incidents");
	open = xcalloc(l->n + (size_t)cJSON_GetArraySize(list) + 1,
		sizeof *open);
	cJSON_ArrayForEach(o, list)
	{
		if (incident_take(o, &going))
			add_open(&going, l, open);
		incident_record_release(&going);
	}
	drop_lost(l, open);
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, newest_first);
	free(open);
	cJSON_Delete(doc);
}

void incidents_release(struct incidents *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].regions);
	free(l->v);
	*l = (struct incidents) {0};
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
