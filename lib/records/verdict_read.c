/*
 * verdict_read.c: reads the verdict line of mcp-records(5). What decides
 * over a page must be there and must fit together: a verdict that says green
 * and names a failing region is refused, not guessed at. The rest may be
 * missing, for the record grows, and then it is not known.
 */
#include "records/verdict.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <string.h>

/* So many regions of a server; mcp-aggregate knows no more. */
#define REGIONS_MAX 256

/* A string; or NULL where it is null or missing, and need not be there. */
static bool take_text(const cJSON *o, const char *key, bool needed,
	const char **out, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = json_str(o, key);
	if (*out || (!needed && (!v || cJSON_IsNull(v))))
		return true;
	return record_fail(why, key, v ? "not a string" : "missing");
}

/* A number from min to max; `otherwise` where it is null or missing. */
static bool take_num(const cJSON *o, const char *key, double min, double max,
	double otherwise, double *out, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = otherwise;
	if (!v || cJSON_IsNull(v))
		return true;
	if (!json_num(o, key, out))
		return record_fail(why, key, "not a number");
	return (*out >= min && *out <= max) || record_fail(why, key, "out of range");
}

static bool take_count(const cJSON *o, const char *key, int *out, char *why)
{
	double v;

	if (!take_num(o, key, 0, 1e9, 0, &v, why))
		return false;
	*out = (int)v;
	return v == floor(v) || record_fail(why, key, "not a whole number");
}

/* The name of a step; none where it is empty, null or missing. */
static bool take_step(const cJSON *o, const char *key, enum step *out,
	char *why)
{
	const char *name;

	*out = STEP_NONE;
	if (!take_text(o, key, false, &name, why))
		return false;
	return !name || !*name || step_parse(name, out) ||
		record_fail(why, key, "unknown");
}

/* The n elements of an array; 0 where it is null or missing. */
static bool take_array(const cJSON *o, const char *key, size_t max,
	const cJSON **out, size_t *n, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = NULL;
	*n = 0;
	if (!v || cJSON_IsNull(v))
		return true;
	if (!cJSON_IsArray(v))
		return record_fail(why, key, "not an array");
	*out = v->child;
	for (const cJSON *e = v->child; e; e = e->next)
		++*n;
	return *n <= max || record_fail(why, key, "too long");
}

static bool any_string(const char *s)
{
	return s != NULL;
}

/* An array of strings that `valid` accepts. */
static bool take_names(const cJSON *o, const char *key, size_t max,
	bool (*valid)(const char *), const char ***out, size_t *n, char *why)
{
	const cJSON *e;
	size_t i = 0;

	if (!take_array(o, key, max, &e, n, why))
		return false;
	*out = xcalloc(*n, sizeof **out);
	for (; e; e = e->next) {
		if (!cJSON_IsString(e) || !valid(e->valuestring))
			return record_fail(why, key, "not an array of names");
		(*out)[i++] = e->valuestring;
	}
	return true;
}

/* A verdict need not say it of any region. */
static bool take_check(const cJSON *o, struct verdict_region *r, char *why)
{
	const cJSON *v = json_get(o, "cache");
	const char *fault;

	if (!v || cJSON_IsNull(v))
		return true;
	fault = cache_check_read(v, &r->cache);
	return fault ? record_fail(why, "cache", fault)
		     : take_num(v, "checked_at", 0, NUM_EPOCH_MAX, 0,
			       &r->cache_at, why);
}

static bool read_region(const cJSON *o, struct verdict_region *r, char *why)
{
	const char *state;

	if (!take_text(o, "region", true, &r->region, why) ||
		!take_text(o, "state", true, &state, why))
		return false;
	if (!region_valid(r->region))
		return record_fail(why, "region", "not a valid name");
	if (!region_state_parse(state, &r->state))
		return record_fail(why, "state", "unknown");
	if (!take_step(o, "failed_step", &r->failed_step, why))
		return false;
	if ((r->state == STATE_BROKEN) != (r->failed_step != STEP_NONE))
		return record_fail(why, "state", "does not fit failed_step");
	return take_text(o, "error", false, &r->error, why) &&
		take_num(o, "ms", 0, 1e9, NAN, &r->ms, why) &&
		take_num(o, "started_at", 0, NUM_EPOCH_MAX, 0, &r->started_at,
			why) &&
		take_count(o, "fail_streak", &r->fail_streak, why) &&
		take_text(o, "tool_hash", false, &r->tool_hash, why) &&
		take_check(o, r, why);
}

static bool read_regions(const cJSON *o, struct verdict *v, char *why)
{
	const cJSON *e;
	size_t n, i = 0;

	if (!take_array(o, "regions", REGIONS_MAX, &e, &n, why))
		return false;
	v->regions = xcalloc(n, sizeof *v->regions);
	for (; e; e = e->next) {
		if (!read_region(e, &v->regions[i++], why))
			return false;
	}
	v->n_regions = n;
	return true;
}

static bool take_changes(const cJSON *o, struct verdict_drift *d, char *why)
{
	return take_names(o, "added", SIZE_MAX, any_string, &d->added,
		       &d->n_added, why) &&
		take_names(o, "removed", SIZE_MAX, any_string, &d->removed,
			&d->n_removed, why) &&
		take_names(o, "changed", SIZE_MAX, any_string, &d->changed,
			&d->n_changed, why) &&
		take_names(o, "redescribed", SIZE_MAX, any_string,
			&d->redescribed, &d->n_redescribed, why);
}

static bool read_drift(const cJSON *o, struct verdict *v, char *why)
{
	const cJSON *e;
	size_t n;

	if (!take_array(o, "drift", REGIONS_MAX, &e, &n, why))
		return false;
	v->drift = xcalloc(n, sizeof *v->drift);
	for (; e; e = e->next) {
		/* Counted first: what it holds is freed in any case. */
		struct verdict_drift *d = &v->drift[v->n_drift++];

		if (!take_text(e, "region", true, &d->region, why) ||
			!take_changes(e, d, why) ||
			!take_text(e, "from", false, &d->from, why) ||
			!take_text(e, "to", false, &d->to, why))
			return false;
	}
	return true;
}

static bool read_sides(const cJSON *o, struct verdict *v, char *why)
{
	const cJSON *e;
	size_t n;

	if (!take_array(o, "sides", REGIONS_MAX, &e, &n, why))
		return false;
	v->sides = xcalloc(n, sizeof *v->sides);
	for (; e; e = e->next) {
		struct verdict_side *s = &v->sides[v->n_sides++];

		if (!take_text(e, "tool_hash", true, &s->tool_hash, why) ||
			!take_names(e, "regions", REGIONS_MAX, region_valid,
				&s->regions, &s->n_regions, why) ||
			!take_num(e, "first_seen", 0, NUM_EPOCH_MAX, 0,
				&s->first_seen, why) ||
			!take_num(e, "last_seen", 0, NUM_EPOCH_MAX, 0,
				&s->last_seen, why) ||
			!take_changes(e, &s->changes, why))
			return false;
		s->changes.from = v->sides[0].tool_hash;
		s->changes.to = s->tool_hash;
	}
	return true;
}

static bool read_churn(const cJSON *o, struct verdict_churn *c, char *why)
{
	const cJSON *v = json_get(o, "tool_churn");

	if (!v || cJSON_IsNull(v))
		return true;
	if (!cJSON_IsObject(v))
		return record_fail(why, "tool_churn", "not an object");
	if (!take_count(v, "changes_1h", &c->changes_1h, why) ||
		!take_num(v, "since", 0, NUM_EPOCH_MAX, 0, &c->since, why))
		return false;
	return c->changes_1h > 0 ||
		record_fail(why, "changes_1h", "missing or 0");
}

static bool read_window(const cJSON *o, struct verdict *v, char *why)
{
	const char *as_of;
	int64_t t;
	double w;

	if (!json_num(o, "window", &w))
		return record_fail(why, "window", "missing or not a number");
	if (!(w >= 0 && w <= NUM_EPOCH_MAX) || fmod(w, 60) != 0)
		return record_fail(why, "window", "not the start of a minute");
	v->window = (int64_t)w;
	if (!take_text(o, "as_of", false, &as_of, why))
		return false;
	return !as_of || clock_rfc3339_parse(as_of, &t) ||
		record_fail(why, "as_of", "not an RFC 3339 instant");
}

/* Whether verdict, tier and the failing regions tell the same story. */
static bool fits(const struct verdict *v, char *why)
{
	static const enum verdict_colour colours[] = {
		[TIER_OK] = VERDICT_GREEN,
		[TIER_REGIONAL] = VERDICT_AMBER,
		[TIER_STEP_ALERT] = VERDICT_RED,
		[TIER_HARD_OUTAGE] = VERDICT_RED,
		[TIER_NO_DATA] = VERDICT_UNKNOWN,
	};

	if (colours[v->tier] != v->verdict)
		return record_fail(why, "tier", "does not fit the verdict");
	if (v->verdict == VERDICT_UNKNOWN)
		return true;
	return (v->verdict == VERDICT_GREEN) == (v->n_failing == 0) ||
		record_fail(why, "failing", "does not fit the verdict");
}

static bool read_colour(const cJSON *o, struct verdict *v, char *why)
{
	const char *name;

	if (!take_text(o, "verdict", true, &name, why))
		return false;
	if (!verdict_colour_parse(name, &v->verdict))
		return record_fail(why, "verdict", "unknown");
	if (!take_text(o, "tier", true, &name, why))
		return false;
	if (!tier_parse(name, &v->tier))
		return record_fail(why, "tier", "unknown");
	if (!take_text(o, "divergence", false, &name, why))
		return false;
	v->divergence = name && *name;
	return !v->divergence || strcmp(name, VERDICT_DIVERGENCE) == 0 ||
		record_fail(why, "divergence", "unknown");
}

static bool read_numbers(const cJSON *o, struct verdict *v, char *why)
{
	const cJSON *latency = json_get(o, "latency_ms");

	return take_count(o, "failed_regions", &v->failed_regions, why) &&
		take_count(o, "reporters", &v->reporters, why) &&
		take_count(o, "expected", &v->expected, why) &&
		take_num(latency, "p50", 0, 1e9, NAN, &v->latency_p50, why) &&
		take_num(latency, "p95", 0, 1e9, NAN, &v->latency_p95, why) &&
		take_num(latency, "baseline", 0, 1e9, NAN, &v->latency_baseline,
			why) &&
		take_num(o, "uptime_30d", 0, 100, NAN, &v->uptime_30d, why) &&
		take_num(o, "p50_ms", 0, 1e9, NAN, &v->p50_ms, why) &&
		take_num(o, "p95_ms", 0, 1e9, NAN, &v->p95_ms, why) &&
		take_num(o, "published_at", 0, NUM_EPOCH_MAX, 0,
			&v->published_at, why) &&
		take_num(o, "last_probe_at", 0, NUM_EPOCH_MAX, NAN,
			&v->last_probe_at, why) &&
		take_num(o, "judged_at", 0, NUM_EPOCH_MAX, 0, &v->judged_at,
			why) &&
		(error_rates_read(json_get(o, "error_rate"), &v->error_rates) ||
			record_fail(why, "error_rate", "not counts of probes"));
}

static bool read_verdict(const cJSON *o, struct verdict *v, char *why)
{
	if (!take_text(o, "slug", true, &v->slug, why))
		return false;
	if (!slug_valid(v->slug))
		return record_fail(why, "slug", "not a valid name");
	if (!json_get(o, "failing"))
		return record_fail(why, "failing", "missing");
	if (!json_get(o, "expected"))
		return record_fail(why, "expected", "missing");
	return take_text(o, "url", false, &v->url, why) &&
		read_window(o, v, why) && read_colour(o, v, why) &&
		take_step(o, "step", &v->step, why) &&
		read_numbers(o, v, why) &&
		take_names(o, "failing", REGIONS_MAX, region_valid, &v->failing,
			&v->n_failing, why) &&
		take_names(o, "no_data", REGIONS_MAX, region_valid, &v->no_data,
			&v->n_no_data, why) &&
		take_names(o, "isolated", REGIONS_MAX, region_valid,
			&v->isolated, &v->n_isolated, why) &&
		read_regions(o, v, why) && read_drift(o, v, why) &&
		read_sides(o, v, why) &&
		read_churn(o, &v->tool_churn, why) && fits(v, why);
}

int verdict_take(cJSON *doc, struct verdict_record *r, char *why)
{
	*r = (struct verdict_record) {.doc = doc};
	if (read_verdict(doc, &r->verdict, why))
		return 0;
	verdict_record_release(r);
	return -1;
}

int verdict_read(const char *p, size_t n, struct verdict_record *r, char *why)
{
	cJSON *doc = json_parse(p, n, &json_record, why);
	const char *type = doc ? record_type(doc, why) : NULL;

	*r = (struct verdict_record) {0};
	if (type && strcmp(type, "verdict") == 0)
		return verdict_take(doc, r, why);
	if (type)
		record_fail(why, "type", "not verdict");
	cJSON_Delete(doc);
	return -1;
}

static void release_changes(struct verdict_drift *d)
{
	free(d->added);
	free(d->removed);
	free(d->changed);
	free(d->redescribed);
}

void verdict_record_release(struct verdict_record *r)
{
	struct verdict *v = &r->verdict;

	for (size_t i = 0; i < v->n_drift; i++)
		release_changes(&v->drift[i]);
	for (size_t i = 0; i < v->n_sides; i++) {
		free(v->sides[i].regions);
		release_changes(&v->sides[i].changes);
	}
	free(v->sides);
	free(v->failing);
	free(v->no_data);
	free(v->isolated);
	free(v->regions);
	free(v->drift);
	cJSON_Delete(r->doc);
	*r = (struct verdict_record) {0};
}
