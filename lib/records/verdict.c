/*
 * verdict.c: writes the verdict line of mcp-records(5), member by
 * member, so that the order is fixed. The only part of it that a stranger can
 * make long, the names of tools, gives way where the line would get too long.
 */
#include "records/verdict.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <string.h>

/* At most `most` of the n names, as an array. */
static void put_names(struct buf *b, const char *key, const char **names,
	size_t n, size_t most)
{
	buf_fmt(b, ",\"%s\":[", key);
	for (size_t i = 0; i < n && i < most; i++) {
		if (i)
			buf_char(b, ',');
		json_put_clean(b, names[i], TEXT_MAX);
	}
	buf_char(b, ']');
}

/* Microseconds are what is left of them after a network. */
static void put_ms(struct buf *b, double ms)
{
	json_put_num(b, isnan(ms) ? ms : round(ms * 1000) / 1000);
}

static void put_region(struct buf *b, const struct verdict_region *r,
	size_t most)
{
	buf_str(b, "{\"region\":");
	json_put_str(b, r->region);
	buf_fmt(b, ",\"state\":\"%s\",\"failed_step\":",
		region_state_name(r->state));
	json_put_str(b, step_name(r->failed_step));
	buf_str(b, ",\"error\":");
	json_put_clean(b, r->error, TEXT_MAX);
	buf_str(b, ",\"ms\":");
	put_ms(b, r->ms);
	buf_str(b, ",\"started_at\":");
	json_put_num(b, r->started_at);
	buf_fmt(b, ",\"fail_streak\":%d,\"tool_hash\":", r->fail_streak);
	json_put_str(b, r->tool_hash);
	if (r->cache.result) {
		buf_str(b, ",\"cache\":{");
		cache_check_write(b, &r->cache, most);
		buf_str(b, ",\"checked_at\":");
		json_put_num(b, r->cache_at);
		buf_char(b, '}');
	}
	if (r->since > 0) {
		buf_str(b, ",\"since\":");
		json_put_num(b, r->since);
		buf_str(b, ",\"p95_ms\":");
		put_ms(b, r->p95_ms);
	}
	buf_char(b, '}');
}

static void put_changes(struct buf *b, const struct verdict_drift *d,
	size_t most)
{
	put_names(b, "added", d->added, d->n_added, most);
	put_names(b, "removed", d->removed, d->n_removed, most);
	put_names(b, "changed", d->changed, d->n_changed, most);
	put_names(b, "redescribed", d->redescribed, d->n_redescribed, most);
}

static void put_drift(struct buf *b, const struct verdict_drift *d, size_t most)
{
	buf_str(b, "{\"region\":");
	json_put_str(b, d->region);
	put_changes(b, d, most);
	json_put_member(b, "from", d->from);
	json_put_member(b, "to", d->to);
	buf_char(b, '}');
}

static void put_side(struct buf *b, const struct verdict_side *s, size_t most)
{
	buf_str(b, "{\"tool_hash\":");
	json_put_str(b, s->tool_hash);
	put_names(b, "regions", s->regions, s->n_regions, SIZE_MAX);
	buf_str(b, ",\"first_seen\":");
	json_put_num(b, s->first_seen);
	buf_str(b, ",\"last_seen\":");
	json_put_num(b, s->last_seen);
	put_changes(b, &s->changes, most);
	buf_char(b, '}');
}

static void put_lists(struct buf *b, const struct verdict *v, size_t most)
{
	put_names(b, "failing", v->failing, v->n_failing, SIZE_MAX);
	put_names(b, "no_data", v->no_data, v->n_no_data, SIZE_MAX);
	if (v->n_isolated)
		put_names(b, "isolated", v->isolated, v->n_isolated, SIZE_MAX);
	buf_str(b, ",\"regions\":[");
	for (size_t i = 0; i < v->n_regions; i++) {
		if (i)
			buf_char(b, ',');
		put_region(b, &v->regions[i], most);
	}
	buf_str(b, "],\"drift\":[");
	for (size_t i = 0; i < v->n_drift; i++) {
		if (i)
			buf_char(b, ',');
		put_drift(b, &v->drift[i], most);
	}
	buf_str(b, "],\"sides\":[");
	for (size_t i = 0; i < v->n_sides; i++) {
		if (i)
			buf_char(b, ',');
		put_side(b, &v->sides[i], most);
	}
	buf_char(b, ']');
}

/* Only where there is any: most servers never have it. */
static void put_churn(struct buf *b, const struct verdict_churn *c)
{
	if (!c->changes_1h)
		return;
	buf_fmt(b, ",\"tool_churn\":{\"changes_1h\":%d,\"since\":",
		c->changes_1h);
	json_put_num(b, c->since);
	buf_char(b, '}');
}

/* Returns where the value of uptime_30d begins. */
static size_t put_numbers(struct buf *b, const struct verdict *v)
{
	size_t uptime;

	buf_str(b, ",\"latency_ms\":{\"p50\":");
	put_ms(b, v->latency_p50);
	buf_str(b, ",\"p95\":");
	put_ms(b, v->latency_p95);
	buf_str(b, ",\"baseline\":");
	put_ms(b, v->latency_baseline);
	buf_str(b, "},\"error_rate\":");
	error_rates_write(b, &v->error_rates);
	buf_str(b, ",\"uptime_30d\":");
	uptime = b->len;
	json_put_num(b, v->uptime_30d);
	buf_str(b, ",\"p50_ms\":");
	put_ms(b, v->p50_ms);
	buf_str(b, ",\"p95_ms\":");
	put_ms(b, v->p95_ms);
	return uptime;
}

/* The whole line, with at most `most` names in each list of a drift. */
static size_t put_verdict(struct buf *b, const struct verdict *v, size_t most)
{
	const char *step = step_name(v->step);
	char as_of[CLOCK_RFC3339];
	size_t uptime;

	clock_rfc3339(v->window, as_of);
	buf_fmt(b,
		"{\"v\":%d,\"type\":\"verdict\",\"window\":%lld,"
		"\"verdict\":\"%s\",\"step\":\"%s\",\"failed_regions\":%d,"
		"\"reporters\":%d,\"divergence\":\"%s\",\"slug\":",
		RECORD_VERSION, (long long)v->window,
		verdict_colour_name(v->verdict), step ? step : "",
		v->failed_regions, v->reporters,
		v->divergence ? VERDICT_DIVERGENCE : "");
	json_put_str(b, v->slug);
	buf_str(b, ",\"url\":");
	json_put_clean(b, v->url, TEXT_MAX);
	buf_fmt(b, ",\"tier\":\"%s\",\"as_of\":\"%s\",\"expected\":%d",
		tier_name(v->tier), as_of, v->expected);
	put_lists(b, v, most);
	put_churn(b, &v->tool_churn);
	uptime = put_numbers(b, v);
	if (v->published_at > 0) {
		buf_fmt(b, ",\"published_at\":%.3f,\"last_probe_at\":",
			v->published_at);
		json_put_num(b, v->last_probe_at);
	}
	if (v->judged_at > 0)
		buf_fmt(b, ",\"judged_at\":%.3f", v->judged_at);
	buf_str(b, "}\n");
	return uptime;
}

size_t verdict_write(struct buf *b, const struct verdict *v)
{
	static const size_t most[] = {SIZE_MAX, 256, 16, 1, 0};
	size_t before = b->len, uptime = 0;
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		buf_clear(&line);
		uptime = put_verdict(&line, v, most[i]);
		if (buf_ok(&line))
			break;
	}
	if (buf_ok(&line))
		buf_add(b, line.p, line.len);
	buf_release(&line);
	return b->len > before ? before + uptime : 0;
}

/*
 * Reads the verdict line of mcp-records(5). What decides
 * over a page must be there and must fit together: a verdict that says green
 * and names a failing region is refused, not guessed at. The rest may be
 * missing, for the record grows, and then it is not known.
 */

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
