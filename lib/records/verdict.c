/* SPDX-License-Identifier: MIT */
/*
 * verdict.c: the verdict line of mcp-records(5). Its names of tools, which
 * strangers can make long, give way where the line would get too long. What
 * decides over a page must be there and must fit together: a verdict that says
 * green and names a failing region is refused, not guessed at. The rest may be
 * missing, for the record grows, and then it is not known.
 */
#include "records/verdict.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most regions of a server; mcp-aggregate knows no more. */
#define REGIONS_MAX 256
/* The most excerpts of a side that are read; mcp-aggregate writes fewer. */
#define WORDS_MAX 100

#define EPOCH(key, T, m, ...)                                                  \
	FIELD(key, T, m, __VA_ARGS__, .max = NUM_EPOCH_MAX)
#define MS(key, T, m, ...)                                                     \
	FIELD(key, T, m, __VA_ARGS__, .places = 3, .none = NAN)

static bool put_check(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct verdict_region *r = s;

	if (!r->cache.result)
		return false;
	buf_char(b, '{');
	cache_check_write(b, &r->cache, l->names);
	json_put_key(b, "checked_at");
	json_put_num(b, r->cache_at);
	buf_char(b, '}');
	return true;
}

/* A verdict need not say it of any region. */
static const char *take_check(const cJSON *v, void *s)
{
	struct verdict_region *r = s;
	const char *fault = cache_check_read(v, &r->cache);
	double at = 0;

	json_num(v, "checked_at", &at);
	if (!fault && !(at >= 0 && at <= NUM_EPOCH_MAX))
		fault = "not checked at an instant";
	r->cache_at = at;
	return fault;
}

static const struct field region_fields[] = {
	FIELD("region", struct verdict_region, region, FIELD_NEEDED,
		.valid = region_valid),
	FIELD("state", struct verdict_region, state, FIELD_NEEDED,
		.words = &region_state_words),
	FIELD("failed_step", struct verdict_region, failed_step,
		FIELD_NULL | FIELD_EMPTY, .words = &step_words),
	FIELD("error", struct verdict_region, error, FIELD_NULL | FIELD_CLEAN),
	FINDING_SAID(struct verdict_region),
	MS("ms", struct verdict_region, ms, FIELD_NULL),
	EPOCH("started_at", struct verdict_region, started_at, FIELD_LAX),
	FIELD("fail_streak", struct verdict_region, fail_streak, FIELD_LAX),
	FIELD("tool_hash", struct verdict_region, tool_hash, FIELD_NULL),
	FIELD_MADE("cache", FIELD_LAX, .put = put_check, .take = take_check),
	FINDING_ROWS(struct verdict_region),
	FIELD("machine", struct verdict_region, machine,
		FIELD_LAX | FIELD_OMIT | FIELD_CLEAN),
	EPOCH("since", struct verdict_region, since, FIELD_OMIT | FIELD_OUT),
	MS("p95_ms", struct verdict_region, p95_ms, FIELD_OUT,
		FIELD_WHEN(struct verdict_region, since)),
	{.type = FIELD_END},
};

#define CHANGED(key, T, m, n)                                                  \
	FIELD_STRINGS(key, T, m, n, FIELD_LAX | FIELD_CLEAN | FIELD_SHED)
#define CHANGES(T, path)                                                       \
	CHANGED("added", T, path added, path n_added),                         \
		CHANGED("removed", T, path removed, path n_removed),           \
		CHANGED("changed", T, path changed, path n_changed),           \
		CHANGED("redescribed", T, path redescribed, path n_redescribed)

static const struct field rename_fields[] = {
	FIELD("from", struct verdict_rename, from, FIELD_NEEDED | FIELD_CLEAN),
	FIELD("to", struct verdict_rename, to, FIELD_NEEDED | FIELD_CLEAN),
	{.type = FIELD_END},
};

static const struct field drift_fields[] = {
	FIELD("region", struct verdict_drift, region, FIELD_NEEDED),
	CHANGES(struct verdict_drift, ),
	FIELD("from", struct verdict_drift, from, FIELD_NULL),
	FIELD("to", struct verdict_drift, to, FIELD_NULL),
	FIELD_COUNTED(FIELD_LIST, "renamed", struct verdict_drift, renamed,
		n_renamed, FIELD_LAX, .most = VERDICT_RENAMES,
		.table = rename_fields,
		FIELD_WHEN(struct verdict_drift, n_renamed)),
	{.type = FIELD_END},
};

#define REGIONS(key, T, m, ...)                                                \
	FIELD_STRINGS(key, T, m, __VA_ARGS__, .most = REGIONS_MAX,             \
		.valid = region_valid)

#define EXCERPT(key, m)                                                        \
	FIELD(key, struct verdict_words, m, FIELD_NEEDED | FIELD_CLEAN)

static const struct field words_fields[] = {
	EXCERPT("tool", tool),
	EXCERPT("path", path),
	EXCERPT("before", before),
	EXCERPT("after", after),
	{.type = FIELD_END},
};

#define WORDS_ROW                                                              \
	FIELD_COUNTED(FIELD_LIST, "words", struct verdict_side, words,         \
		n_words, FIELD_LAX, .most = WORDS_MAX, .table = words_fields,  \
		FIELD_WHEN(struct verdict_side, n_words))

static const struct field side_words_fields[] = {
	WORDS_ROW,
	{.type = FIELD_END},
};

static const struct field side_fields[] = {
	FIELD("tool_hash", struct verdict_side, tool_hash, FIELD_NEEDED),
	FIELD("full_hash", struct verdict_side, full_hash,
		FIELD_OMIT | FIELD_LAX),
	REGIONS("regions", struct verdict_side, regions, n_regions, FIELD_LAX),
	EPOCH("first_seen", struct verdict_side, first_seen, FIELD_LAX),
	EPOCH("last_seen", struct verdict_side, last_seen, FIELD_LAX),
	CHANGES(struct verdict_side, changes.),
	WORDS_ROW,
	{.type = FIELD_END},
};

#define UNAPPROVED struct verdict_unapproved
static const struct field unapproved_fields[] = {
	FIELD("class", UNAPPROVED, class, FIELD_NEEDED,
		.words = &change_class_words),
	EPOCH("since", UNAPPROVED, since, FIELD_NEEDED),
	REGIONS("regions", UNAPPROVED, regions, n_regions, FIELD_LAX),
	FIELD("from", UNAPPROVED, changes.from, FIELD_NULL),
	FIELD("to", UNAPPROVED, changes.to, FIELD_NULL),
	CHANGES(UNAPPROVED, changes.),
	FIELD_COUNTED(FIELD_LIST, "words", UNAPPROVED, words, n_words,
		FIELD_LAX, .most = WORDS_MAX, .table = words_fields,
		FIELD_WHEN(UNAPPROVED, n_words)),
	{.type = FIELD_END},
};

static const struct field churn_fields[] = {
	FIELD("changes_1h", struct verdict_churn, changes_1h, FIELD_LAX),
	EPOCH("since", struct verdict_churn, since, FIELD_LAX),
	{.type = FIELD_END},
};

static const struct field latency_fields[] = {
	MS("p50", struct verdict, latency_p50, FIELD_NULL),
	MS("p95", struct verdict, latency_p95, FIELD_NULL),
	MS("baseline", struct verdict, latency_baseline, FIELD_NULL),
	{.type = FIELD_END},
};

static bool put_divergence(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct verdict *v = s;

	(void)l;
	json_put_str(b, v->divergence ? VERDICT_DIVERGENCE : "");
	return true;
}

static const char *take_divergence(const cJSON *o, void *s)
{
	struct verdict *v = s;

	if (!cJSON_IsString(o))
		return "not a string";
	v->divergence = *o->valuestring;
	return !v->divergence || strcmp(o->valuestring, VERDICT_DIVERGENCE) == 0
		? NULL
		: "unknown";
}

static bool put_rates(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct verdict *v = s;

	(void)l;
	error_rates_write(b, &v->error_rates);
	return true;
}

static const char *take_rates(const cJSON *o, void *s)
{
	struct verdict *v = s;

	return error_rates_read(o, &v->error_rates) ? NULL
						    : "not counts of probes";
}

const struct field verdict_fields[] = {
	FIELD("window", struct verdict, window, FIELD_NEEDED,
		.max = NUM_EPOCH_MAX, .unit = 60,
		.fault = "not the start of a minute"),
	FIELD("verdict", struct verdict, verdict, FIELD_NEEDED,
		.words = &verdict_colour_words),
	FIELD("step", struct verdict, step, FIELD_LAX | FIELD_EMPTY,
		.words = &step_words),
	FIELD("checks", struct verdict, checks, FIELD_LAX | FIELD_OMIT,
		.words = &checks_words),
	FIELD("failed_regions", struct verdict, failed_regions, FIELD_LAX),
	FIELD("reporters", struct verdict, reporters, FIELD_LAX),
	FIELD_MADE("divergence", FIELD_LAX, .put = put_divergence,
		.take = take_divergence),
	FIELD("slug", struct verdict, slug, FIELD_NEEDED, .valid = slug_valid),
	FIELD("url", struct verdict, url, FIELD_NULL | FIELD_CLEAN),
	FIELD("tier", struct verdict, tier, FIELD_NEEDED, .words = &tier_words),
	FIELD_AS(FIELD_DATE, "as_of", struct verdict, window, FIELD_OUT),
	FIELD("expected", struct verdict, expected, FIELD_LAX),
	REGIONS("failing", struct verdict, failing, n_failing, FIELD_LAX),
	REGIONS("no_data", struct verdict, no_data, n_no_data, FIELD_LAX),
	REGIONS("awaited", struct verdict, awaited, n_awaited, FIELD_LAX,
		FIELD_WHEN(struct verdict, n_awaited)),
	REGIONS("isolated", struct verdict, isolated, n_isolated, FIELD_LAX,
		FIELD_WHEN(struct verdict, n_isolated)),
	FIELD_COUNTED(FIELD_LIST, "regions", struct verdict, regions, n_regions,
		FIELD_LAX, .most = REGIONS_MAX, .table = region_fields),
	FIELD_COUNTED(FIELD_LIST, "drift", struct verdict, drift, n_drift,
		FIELD_LAX, .most = REGIONS_MAX, .table = drift_fields),
	FIELD_COUNTED(FIELD_LIST, "sides", struct verdict, sides, n_sides,
		FIELD_LAX, .most = REGIONS_MAX, .table = side_fields),
	/* Only where there is any: most servers never have it. */
	FIELD("tool_churn", struct verdict, tool_churn, FIELD_LAX,
		.table = churn_fields,
		FIELD_WHEN(struct verdict, tool_churn.changes_1h)),
	FIELD("pinned", struct verdict, pinned, FIELD_LAX,
		FIELD_WHEN(struct verdict, pinned)),
	FIELD("unapproved", struct verdict, unapproved, FIELD_LAX,
		.table = unapproved_fields,
		FIELD_WHEN(struct verdict, unapproved.since)),
	FIELD_PART("latency_ms", latency_fields, FIELD_LAX),
	FIELD_MADE("error_rate", FIELD_LAX, .put = put_rates,
		.take = take_rates),
	FIELD("uptime_30d", struct verdict, uptime_30d, FIELD_NULL,
		.none = NAN, .max = 100, .digits = 2),
	MS("p50_ms", struct verdict, p50_ms, FIELD_NULL),
	MS("p95_ms", struct verdict, p95_ms, FIELD_NULL),
	EPOCH("published_at", struct verdict, published_at,
		FIELD_LAX | FIELD_OMIT, .digits = 3),
	EPOCH("last_probe_at", struct verdict, last_probe_at, FIELD_LAX,
		.none = NAN, FIELD_WHEN(struct verdict, published_at)),
	EPOCH("last_success_at", struct verdict, last_success_at, FIELD_LAX,
		.none = NAN, FIELD_WHEN(struct verdict, published_at)),
	FIELD("protocol", struct verdict, protocol,
		FIELD_LAX | FIELD_OMIT | FIELD_CLEAN),
	FIELD("era", struct verdict, era, FIELD_LAX | FIELD_OMIT,
		.words = &era_words),
	EPOCH("judged_at", struct verdict, judged_at, FIELD_LAX | FIELD_OMIT,
		.digits = 3),
	{.type = FIELD_END},
};

void verdict_words_put(struct buf *b, const struct verdict_side *s)
{
	buf_char(b, '{');
	fields_put(b, side_words_fields, s, NULL);
	buf_char(b, '}');
}

bool verdict_words_take(const cJSON *o, struct verdict_side *s)
{
	char why[FIELD_WHY];

	return cJSON_IsObject(o) && fields_take(side_words_fields, o, s, why);
}

void verdict_unapproved_put(struct buf *b, const struct verdict_unapproved *u)
{
	/* The names that it holds are kept, but not all of thousands. */
	static const struct field_limits limits = {100, TEXT_MAX};

	buf_char(b, '{');
	fields_put(b, unapproved_fields, u, &limits);
	buf_char(b, '}');
}

bool verdict_unapproved_take(const cJSON *o, struct verdict_unapproved *u)
{
	char why[FIELD_WHY];

	return cJSON_IsObject(o) && fields_take(unapproved_fields, o, u, why) &&
		u->since > 0;
}

void verdict_unapproved_release(struct verdict_unapproved *u)
{
	fields_release(unapproved_fields, u);
	*u = (struct verdict_unapproved) {.since = 0};
}

void verdict_write(struct buf *b, const struct verdict *v)
{
	static const size_t most[] = {SIZE_MAX, 256, 16, 1, 0};
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		struct field_limits limits = {most[i], TEXT_MAX};

		buf_clear(&line);
		record_put(&line, "verdict", verdict_fields, v, &limits);
		buf_char(&line, '\n');
		if (buf_ok(&line))
			break;
	}
	if (buf_ok(&line))
		buf_add(b, line.p, line.len);
	buf_release(&line);
}

enum verdict_colour verdict_of_tier(enum tier t)
{
	static const enum verdict_colour colours[] = {
		[TIER_OK] = VERDICT_GREEN,
		[TIER_REGIONAL] = VERDICT_AMBER,
		[TIER_STEP_ALERT] = VERDICT_RED,
		[TIER_HARD_OUTAGE] = VERDICT_RED,
		[TIER_NO_DATA] = VERDICT_UNKNOWN,
	};

	return colours[t];
}

/* Whether verdict, tier and the failing regions tell the same story. */
static bool fits(const struct verdict *v, char *why)
{
	if (verdict_of_tier(v->tier) != v->verdict)
		return field_fail(why, "tier", "does not fit the verdict");
	if (v->verdict == VERDICT_UNKNOWN)
		return true;
	return (v->verdict == VERDICT_GREEN) == (v->n_failing == 0) ||
		field_fail(why, "failing", "does not fit the verdict");
}

const char *verdict_side_hash(const struct verdict_side *s)
{
	return s->full_hash ? s->full_hash : s->tool_hash;
}

/* Checks that need more than one part of a verdict. */
static bool parts_fit(struct verdict *v, char *why)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if ((v->regions[i].state == STATE_BROKEN) !=
			(v->regions[i].failed_step != STEP_NONE))
			return field_fail(why, "state",
				"does not fit failed_step");
	for (size_t i = 0; i < v->n_sides; i++) {
		v->sides[i].changes.from = verdict_side_hash(&v->sides[0]);
		v->sides[i].changes.to = verdict_side_hash(&v->sides[i]);
	}
	return true;
}

static bool read_verdict(const cJSON *o, struct verdict *v, char *why)
{
	const char *as_of = json_str(o, "as_of");
	int64_t t;

	if (!json_get(o, "failing"))
		return field_fail(why, "failing", "missing");
	if (!json_get(o, "expected"))
		return field_fail(why, "expected", "missing");
	if (!fields_take(verdict_fields, o, v, why))
		return false;
	if (as_of && !clock_rfc3339_parse(as_of, &t))
		return field_fail(why, "as_of", "not an RFC 3339 instant");
	if (json_get(o, "tool_churn") && !json_has_null(o, "tool_churn") &&
		!v->tool_churn.changes_1h)
		return field_fail(why, "changes_1h", "missing or 0");
	if (json_get(o, "unapproved") && !json_has_null(o, "unapproved") &&
		!(v->unapproved.since > 0))
		return field_fail(why, "unapproved", "since 0");
	return parts_fit(v, why) && fits(v, why);
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
		field_fail(why, "type", "not verdict");
	cJSON_Delete(doc);
	return -1;
}

void verdict_record_release(struct verdict_record *r)
{
	fields_release(verdict_fields, &r->verdict);
	cJSON_Delete(r->doc);
	*r = (struct verdict_record) {0};
}
