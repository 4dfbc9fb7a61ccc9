#include "data/view.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct view unknown = {
	.uptime_30d = NAN, .p95_ms = NAN, .last_probe_s = NAN};

static int fail(struct view *v, char *why, const char *what)
{
	snprintf(why, VIEW_WHY, "%s", what);
	view_release(v);
	return -1;
}

/* A number in a range, or NAN. */
static double number(const cJSON *o, const char *key, double max)
{
	double v;

	return json_num(o, key, &v) && v >= 0 && v <= max ? v : NAN;
}

/* Add a region, or set the place of the one that was added. */
static void add_region(struct view *v, size_t *cap, const char *name,
	enum place place, const cJSON *o)
{
	struct view_region *r;

	if (!name || !region_valid(name))
		return;
	for (size_t i = 0; i < v->n_regions; i++) {
		if (strcmp(v->regions[i].name, name) == 0) {
			v->regions[i].place = place;
			return;
		}
	}
	v->regions = xgrow(v->regions, cap, v->n_regions + 1,
		sizeof *v->regions);
	r = &v->regions[v->n_regions++];
	snprintf(r->name, sizeof r->name, "%s", name);
	r->place = place;
	r->since = number(o, "since", NUM_EPOCH_MAX);
	r->p95_ms = round(number(o, "p95_ms", 1e9));
}

/* A server that asks for a credential works. */
static void read_regions(const cJSON *doc, struct view *v)
{
	enum region_state state;
	const cJSON *r;
	size_t cap = 0;

	cJSON_ArrayForEach(r, json_get(doc, "regions"))
	{
		const char *s = json_str(r, "state");

		if (s && region_state_parse(s, &state))
			add_region(v, &cap, json_str(r, "region"),
				state == STATE_BROKEN ? PLACE_NOT_WORKING
						      : PLACE_WORKING,
				r);
	}
	cJSON_ArrayForEach(r, json_get(doc, "no_data"))
		add_region(v, &cap, cJSON_GetStringValue(r), PLACE_NO_DATA,
			NULL);
}

void view_ago(double s, char out[VIEW_AGO])
{
	int64_t n = s > 0 ? (int64_t)floor(s) : 0;

	if (n < 60)
		snprintf(out, VIEW_AGO, "%" PRId64 "s", n);
	else if (n < 3600)
		snprintf(out, VIEW_AGO, "%" PRId64 "m", n / 60);
	else
		snprintf(out, VIEW_AGO, "%" PRId64 "h", n / 3600);
}

/*
 * What depends on the clock. A verdict from beyond the tolerance in the future
 * is as useless as an old one: one of the two clocks is wrong.
 */
static void read_clock(const cJSON *doc, double now, struct view *v)
{
	double published = number(doc, "published_at", NUM_EPOCH_MAX);
	double probed = number(doc, "last_probe_at", NUM_EPOCH_MAX);
	double age = now - (double)v->as_of;
	char as_of[CLOCK_RFC3339];
	int late = 0;

	v->freshness = fabs(age) > VIEW_STALE_S ? VIEW_STALE : VIEW_FRESH;
	clock_rfc3339(v->as_of, as_of);
	snprintf(v->etag, sizeof v->etag, "\"v1-%s\"", as_of);
	if (v->freshness == VIEW_FRESH && age >= VIEW_LATE_S) {
		late = (int)floor(age / 60);
		snprintf(v->etag, sizeof v->etag, "\"v1-%s-stale%dm\"", as_of,
			late);
		published = (double)v->as_of + 60 * late;
	}
	if (!isnan(published) && !isnan(probed)) {
		v->last_probe_s = fmax(0, floor(published - probed));
		view_ago(v->last_probe_s, v->last_probe_ago);
	}
}

int view_read(const char *json, double now, struct view *v, char *why)
{
	char json_why[JSON_WHY];
	const char *colour;
	double version = RECORD_VERSION, window;
	cJSON *doc;
	int rc = 0;

	*v = unknown;
	if (!json)
		return 0;
	doc = json_parse(json, strlen(json), &json_record, json_why);
	if (!doc)
		return fail(v, why, json_why);
	colour = json_str(doc, "verdict");
	window = number(doc, "window", NUM_EPOCH_MAX);
	if (json_num(doc, "v", &version) && version != RECORD_VERSION)
		rc = fail(v, why, "v: a version that is not known here");
	else if (isnan(window))
		rc = fail(v, why, "window: missing or not an instant");
	else if (!colour || !verdict_colour_parse(colour, &v->verdict) ||
		v->verdict == VERDICT_UNKNOWN)
		rc = fail(v, why, "verdict: not green, amber or red");
	if (!rc) {
		v->as_of = (int64_t)window;
		v->uptime_30d = number(doc, "uptime_30d", 100);
		v->p95_ms = round(number(doc, "p95_ms", 1e9));
		read_regions(doc, v);
		read_clock(doc, now, v);
	}
	cJSON_Delete(doc);
	return rc;
}

void view_release(struct view *v)
{
	free(v->regions);
	*v = unknown;
}

const struct view_region *view_region(const struct view *v, const char *region)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (strcmp(v->regions[i].name, region) == 0)
			return &v->regions[i];
	return NULL;
}

enum place view_place(const struct view *v, const char *region)
{
	const struct view_region *r = view_region(v, region);

	return r && v->freshness == VIEW_FRESH ? r->place : PLACE_NO_DATA;
}

const char *view_state(const struct view *v)
{
	static const char *const states[] = {
		[VERDICT_GREEN] = "up",
		[VERDICT_AMBER] = "degraded",
		[VERDICT_RED] = "down",
	};

	return v->freshness == VIEW_FRESH ? states[v->verdict] : NULL;
}

void view_put_fields(struct buf *b, const struct view *v)
{
	bool fresh = v->freshness == VIEW_FRESH;
	char as_of[CLOCK_RFC3339];

	clock_rfc3339(v->as_of, as_of);
	buf_str(b, "\"state\":");
	json_put_str(b, view_state(v));
	buf_str(b, ",\"uptime_30d\":");
	json_put_num(b, fresh ? v->uptime_30d : NAN);
	buf_str(b, ",\"p95_ms\":");
	json_put_num(b, fresh ? v->p95_ms : NAN);
	buf_str(b, ",\"last_probe_ago\":");
	json_put_str(b, fresh && *v->last_probe_ago ? v->last_probe_ago : NULL);
	json_put_member(b, "as_of", v->freshness == VIEW_NONE ? NULL : as_of);
}

void view_put_json(struct buf *b, const struct view *v)
{
	buf_char(b, '{');
	view_put_fields(b, v);
	buf_str(b, "}\n");
}
