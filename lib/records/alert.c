/* SPDX-License-Identifier: MIT */
/*
 * alert.c: writes the alert event of mcp-records(5), member by member,
 * so that its order is fixed. Every member is always there; what does not apply
 * is null.
 */
#include "records/alert.h"

#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <inttypes.h>
#include <string.h>

const char *const severity_names[] = {NULL, "P1", "P2", "P3", NULL};
#define NAME(id, name, ...) name,
const char *const alert_kind_names[] = {
	ALERT_INCIDENT_KINDS(NAME) ALERT_SINGLE_KINDS(NAME) NULL};
static const char *const phases[] = {
	"started", "escalated", "reminder", "acknowledged", "updated", "resolved",
	"found", NULL};
static const char *const progresses[] = {
	"investigating", "identified", "monitoring", "resolved"};

WORDS(severity, severity, severity_names)
WORDS(alert_kind, alert_kind, alert_kind_names)
WORDS(progress, progress, progresses)

unsigned alert_kind_severities(enum alert_kind v)
{
#define SEVERITIES(id, name, severities, ...) severities,
	static const unsigned bits[] = {ALERT_INCIDENT_KINDS(SEVERITIES)
			ALERT_SINGLE_KINDS(SEVERITIES)};

	return bits[v];
}

const char *alert_kind_meaning(enum alert_kind v)
{
#define MEANING(id, name, severities, meaning, ...) meaning,
#define MEANING_ONCE(id, name, severities, meaning) meaning,
	static const char *const meanings[] = {ALERT_INCIDENT_KINDS(MEANING)
			ALERT_SINGLE_KINDS(MEANING_ONCE)};

	return meanings[v];
}

bool alert_has_tier(enum alert_kind v)
{
	return v < ALERT_DOWN_KINDS || v == ALERT_OVERRUN;
}

const char *alert_event(const struct alert_record *r, char *out)
{
	if (r->phase == ALERT_ONCE)
		snprintf(out, ALERT_EVENT_SIZE, "%s", alert_kind_name(r->kind));
	else
		snprintf(out, ALERT_EVENT_SIZE, "%s_%s",
			alert_kind_name(r->kind), phases[r->phase]);
	return out;
}

bool alert_event_parse(const char *name, enum alert_kind *kind)
{
	for (unsigned k = 0; alert_kind_names[k]; k++) {
		size_t n = strlen(alert_kind_names[k]);

		if (strncmp(name, alert_kind_names[k], n) == 0 &&
			(!name[n] || name[n] == '_')) {
			*kind = (enum alert_kind)k;
			return true;
		}
	}
	return false;
}

enum alert_phase alert_event_phase(const char *name)
{
	const char *word = strrchr(name, '_');

	for (unsigned p = 0; word && phases[p]; p++)
		if (strcmp(word + 1, phases[p]) == 0)
			return (enum alert_phase)p;
	return ALERT_ONCE;
}

const char *alert_key(const struct alert_record *r, char *out)
{
	snprintf(out, ALERT_KEY_SIZE, "%s:%s:%" PRId64,
		r->keyed ? r->keyed : r->slug, alert_kind_name(r->kind),
		r->started_at + r->nth);
	return out;
}

bool alert_key_parse(const char *key, enum alert_kind *kind, int64_t *start)
{
	const char *colon = strchr(key, ':');
	const char *window = colon ? strchr(colon + 1, ':') : NULL;
	char name[ALERT_KEY_SIZE];
	long long at;

	if (!window || !num_parse(window + 1, 1, (long long)NUM_EPOCH_MAX, &at))
		return false;
	snprintf(name, sizeof name, "%.*s", (int)(window - colon - 1),
		colon + 1);
	*start = at;
	return alert_kind_parse(name, kind);
}

/* ---- The members that are made of others. */

#define MAKE(name)                                                             \
	static bool put_##name(struct buf *b, const void *s,                   \
		const struct field_limits *l)

MAKE(event)
{
	char event[ALERT_EVENT_SIZE];

	(void)l;
	json_put_str(b, alert_event(s, event));
	return true;
}

MAKE(key)
{
	char key[ALERT_KEY_SIZE];

	(void)l;
	json_put_clean(b, alert_key(s, key), TEXT_MAX);
	return true;
}

MAKE(tier)
{
	const struct alert_record *r = s;

	(void)l;
	json_put_str(b, alert_has_tier(r->kind) ? tier_name(r->tier) : NULL);
	return true;
}

MAKE(region)
{
	const struct alert_record *r = s;

	(void)l;
	json_put_clean(b, r->n_regions ? r->regions[0] : NULL, TEXT_MAX);
	return true;
}

MAKE(count)
{
	const struct alert_record *r = s;

	(void)l;
	if (r->phase == ALERT_ONCE)
		buf_str(b, "null");
	else
		buf_int(b, r->probe_count);
	return true;
}

MAKE(interval)
{
	const struct alert_record *r = s;

	(void)l;
	if (r->interval_s > 0)
		json_put_num(b, r->interval_s);
	return r->interval_s > 0;
}

MAKE(duration)
{
	const struct alert_record *r = s;

	(void)l;
	if (r->resolved_at)
		buf_int(b, r->resolved_at > r->started_at
				   ? r->resolved_at - r->started_at
				   : 0);
	else
		buf_str(b, "null");
	return true;
}

MAKE(server_count)
{
	const struct alert_record *r = s;

	(void)l;
	buf_int(b, r->servers.n ? (long long)r->servers.n : 1);
	return true;
}

MAKE(labels)
{
	const struct alert_record *r = s;

	(void)l;
	for (size_t i = 0; i < r->n_labels; i++) {
		buf_char(b, i ? ',' : '{');
		json_put_clean(b, r->labels[i].name, TEXT_MAX);
		buf_char(b, ':');
		json_put_clean(b, r->labels[i].value, TEXT_MAX);
	}
	if (r->n_labels)
		buf_char(b, '}');
	return r->n_labels;
}

/* ---- The members. */

#define TEXT(key, m)                                                           \
	FIELD(key, struct alert_record, m, FIELD_NULL | FIELD_CLEAN)
#define WORD(key, m, table)                                                    \
	FIELD(key, struct alert_record, m, FIELD_NULL, .words = &table)
#define TOOLS(key, m)                                                          \
	FIELD_STRINGS(key, struct alert_record, m.v, m.n, FIELD_CLEAN,         \
		.most = ALERT_NAMES, .max = ALERT_NAME_MAX)

static const struct field tools_fields[] = {
	TOOLS("added", added),
	TOOLS("removed", removed),
	TOOLS("changed", changed),
	TOOLS("redescribed", redescribed),
	{.type = FIELD_END},
};

#define EXCERPT(key, m)                                                        \
	FIELD(key, struct alert_words, m, FIELD_CLEAN, .max = TEXT_MAX)

static const struct field words_fields[] = {
	EXCERPT("tool", tool),
	EXCERPT("path", path),
	EXCERPT("before", before),
	EXCERPT("after", after),
	{.type = FIELD_END},
};

static const struct field hash_fields[] = {
	FIELD("from", struct alert_record, from, FIELD_NULL),
	FIELD("to", struct alert_record, to, FIELD_NULL),
	{.type = FIELD_END},
};

static const struct field side_fields[] = {
	FIELD("tool_hash", struct alert_side, tool_hash, FIELD_NULL),
	FIELD_STRINGS("regions", struct alert_side, regions.v, regions.n,
		FIELD_CLEAN),
	{.type = FIELD_END},
};

static const struct field measure_fields[] = {
	FIELD("value", struct alert_record, value, 0, .places = 1),
	FIELD("usual", struct alert_record, usual, 0, .places = 3),
	FIELD("slow_above", struct alert_record, slow_above, FIELD_OMIT),
	{.type = FIELD_END},
};

const struct field alert_fields[] = {
	FIELD("at", struct alert_record, at, 0),
	FIELD_MADE("event", 0, .put = put_event),
	FIELD_MADE("dedup_key", 0, .put = put_key),
	TEXT("server_slug", slug),
	TEXT("server_url", url),
	WORD("severity", severity, severity_words),
	FIELD_MADE("tier", 0, .put = put_tier),
	WORD("probe_step", step, step_words),
	FIELD_MADE("region", 0, .put = put_region),
	FIELD_STRINGS("regions", struct alert_record, regions, n_regions,
		FIELD_CLEAN),
	FIELD_STRINGS("silent", struct alert_record, silent.v, silent.n,
		FIELD_OMIT | FIELD_CLEAN,
		FIELD_WHEN(struct alert_record, silent.n)),
	WORD("failure_layer", layer, failure_layer_words),
	WORD("checks", checks, checks_words),
	FIELD_MADE("probe_count", 0, .put = put_count),
	FIELD_MADE("probe_interval_seconds", 0, .put = put_interval),
	FIELD_AS(FIELD_DATE, "started_at", struct alert_record, started_at, 0),
	FIELD_AS(FIELD_DATE, "resolved_at", struct alert_record, resolved_at,
		FIELD_NULL),
	FIELD_MADE("duration_seconds", 0, .put = put_duration),
	FIELD_AS(FIELD_DATE, "acknowledged_until", struct alert_record,
		acknowledged_until, FIELD_NULL),
	TEXT("last_error", last_error),
	FIELD("state", struct alert_record, progress, FIELD_OMIT),
	FIELD("server_says", struct alert_record, said,
		FIELD_OMIT | FIELD_CLEAN, .max = RECORD_SAID_MAX),
	TEXT("headline", headline),
	TEXT("summary", summary),
	TEXT("dashboard_url", dashboard_url),
	TEXT("runbook_url", runbook_url),
	FIELD("owner", struct alert_record, owner, FIELD_OMIT | FIELD_CLEAN),
	FIELD_MADE("labels", 0, .put = put_labels),
	FIELD_PART("tools", tools_fields, FIELD_NULL,
		FIELD_WHEN(struct alert_record, to)),
	FIELD_PART("tool_hash", hash_fields, FIELD_NULL,
		FIELD_WHEN(struct alert_record, to)),
	FIELD("change_class", struct alert_record, change_class, FIELD_NULL),
	FIELD_COUNTED(FIELD_LIST, "words", struct alert_record, words, n_words,
		FIELD_NULL, .most = ALERT_WORDS, .table = words_fields,
		FIELD_WHEN(struct alert_record, n_words)),
	FIELD_COUNTED(FIELD_LIST, "sides", struct alert_record, sides, n_sides,
		FIELD_NULL, .table = side_fields,
		FIELD_WHEN(struct alert_record, sides)),
	FIELD_PART("measure", measure_fields, FIELD_NULL,
		FIELD_WHEN(struct alert_record, usual)),
	FIELD("flaps", struct alert_record, flaps, 0),
	FIELD("flapping", struct alert_record, flapping, 0),
	FIELD("follows", struct alert_record, follows, FIELD_NULL),
	FIELD_STRINGS("servers", struct alert_record, servers.v, servers.n,
		FIELD_NULL | FIELD_CLEAN, .most = ALERT_SERVERS,
		.max = SLUG_MAX, FIELD_WHEN(struct alert_record, servers.n)),
	FIELD_MADE("server_count", 0, .put = put_server_count),
	TEXT("ack_url", ack_url),
	FIELD("ack_short_url", struct alert_record, ack_short_url,
		FIELD_OMIT | FIELD_CLEAN),
	{.type = FIELD_END},
};

void alert_record_json(struct buf *b, const struct alert_record *r)
{
	record_put(b, "alert", alert_fields, r, NULL);
}
