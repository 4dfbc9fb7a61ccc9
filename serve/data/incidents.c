/*
 * incidents.c: an incident is known by its kind and the window in which it
 * began, which its key names. The timeline tells of those that are over, and
 * what was said of those that are not; the list of incidents, which go on.
 */
#include "data/incidents.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

/* What is not here is for operators, or says nothing of the server. */
static const struct {
	const char *kind;
	enum trouble trouble;
} kinds[] = {
	{"downtime", TROUBLE_DOWN},
	{"regional", TROUBLE_REGIONAL},
	{"rate_limited", TROUBLE_LIMITED},
	{"maintenance_overrun", TROUBLE_OVERRUN},
	{"error_rate", TROUBLE_ERRORS},
	{"latency", TROUBLE_SLOW},
	{"cdn_cache_divergence", TROUBLE_TOOLS},
};

static bool find_kind(const char *s, size_t n, enum trouble *out)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strlen(kinds[i].kind) == n &&
			strncmp(kinds[i].kind, s, n) == 0) {
			*out = kinds[i].trouble;
			return true;
		}
	}
	return false;
}

/* "slug:kind:window"; a slug has no colon. */
static bool read_key(const char *key, enum trouble *trouble, int64_t *start)
{
	const char *kind = key ? strchr(key, ':') : NULL;
	const char *window = kind ? strchr(kind + 1, ':') : NULL;
	long long at;

	if (!window || !num_parse(window + 1, 1, (long long)NUM_EPOCH_MAX, &at))
		return false;
	*start = at;
	return find_kind(kind + 1, (size_t)(window - kind - 1), trouble);
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
	if (!name || !region_valid(name) || in->n_regions == INCIDENT_REGIONS)
		return;
	for (size_t i = 0; i < in->n_regions; i++)
		if (strcmp(in->regions[i], name) == 0)
			return;
	if (!in->regions)
		in->regions = xcalloc(INCIDENT_REGIONS, sizeof *in->regions);
	snprintf(in->regions[in->n_regions++], sizeof *in->regions, "%s", name);
}

static void add_regions(struct incident *in, const cJSON *o)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, json_get(o, "regions"))
		add_region(in, cJSON_GetStringValue(r));
}

static int64_t instant(const cJSON *o, const char *key)
{
	double t;

	return json_num(o, key, &t) && t > 0 && t <= NUM_EPOCH_MAX ? (int64_t)t
								   : 0;
}

static void read_told(const cJSON *e, struct incidents *l)
{
	enum trouble trouble;
	struct incident *in;
	int64_t start, at = instant(e, "at");

	if (!read_key(json_str(e, "key"), &trouble, &start))
		return;
	in = find(l, trouble, start);
	in->told = true;
	in->ended_at = instant(e, "resolved_at");
	if (at > in->updated_at)
		in->updated_at = at;
	add_regions(in, e);
}

/* Mark what goes on; what does, and is part of another one, is none. */
static void read_open(const cJSON *o, struct incidents *l, bool *open)
{
	const char *kind = json_str(o, "kind");
	int64_t start = instant(o, "first"), at;
	bool folded = false, held = false;
	enum trouble trouble;
	struct incident *in;

	json_bool(o, "folded", &folded);
	json_bool(o, "held", &held);
	if (!kind || !start || folded || held ||
		!find_kind(kind, strlen(kind), &trouble))
		return;
	in = find(l, trouble, start);
	open[in - l->v] = true;
	in->ended_at = 0;
	in->passing = instant(o, "passed_since") > 0;
	in->acknowledged = json_str(json_get(o, "ack"), "by") != NULL;
	at = instant(json_get(o, "ack"), "at");
	if (in->acknowledged && at > in->updated_at)
		in->updated_at = at;
	add_regions(in, o);
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
	char why[JSON_WHY];
	cJSON *doc;
	bool *open;

	*l = (struct incidents) {0};
	doc = json ? json_parse(json, strlen(json), &json_record, why) : NULL;
	cJSON_ArrayForEach(o, json_get(doc, "timeline"))
		read_told(o, l);
	list = json_get(doc, "incidents");
	open = xcalloc(l->n + (size_t)cJSON_GetArraySize(list) + 1,
		sizeof *open);
	cJSON_ArrayForEach(o, list)
		read_open(o, l, open);
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
