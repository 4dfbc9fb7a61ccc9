/*
 * alert.c: writes the alert event of mcp-records(5), member by member,
 * so that its order is fixed. Every member is always there; what does not apply
 * is null.
 */
#include "records/alert.h"

#include "base/clock.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const severities[] = {NULL, "P1", "P2", "P3"};
static const char *const kinds[] = {
	[ALERT_DOWNTIME] = "downtime",
	[ALERT_REGIONAL] = "regional",
	[ALERT_RATE_LIMITED] = "rate_limited",
	[ALERT_LATENCY] = "latency",
	[ALERT_ERROR_RATE] = "error_rate",
	[ALERT_SLO_BURN] = "slo_burn",
	[ALERT_DIVERGENCE] = "cdn_cache_divergence",
	[ALERT_CHURN] = "tool_churn",
	[ALERT_SILENT] = "probe_silent",
	[ALERT_STALLED] = "pipeline_stalled",
	[ALERT_OVERRUN] = "maintenance_overrun",
	[ALERT_DRIFT] = "schema_drift_detected",
	[ALERT_ANOMALY] = "anomaly_logged",
	[ALERT_CERTIFICATE_EXPIRING] = "certificate_expiring",
	[ALERT_TOKEN_EXPIRING] = "token_expiring",
	[ALERT_TEST] = "test",
};
static const char *const phases[] = {
	"started", "escalated", "reminder", "acknowledged", "resolved", "found",
	NULL};

#define LOOKUP(table, s, out) \
	names_lookup(table, sizeof table / sizeof *table, s, out)

const char *severity_name(enum severity v)
{
	return severities[v];
}

bool severity_parse(const char *s, enum severity *out)
{
	unsigned i;

	if (!LOOKUP(severities, s, &i))
		return false;
	*out = (enum severity)i;
	return true;
}

const char *alert_kind_name(enum alert_kind v)
{
	return kinds[v];
}

bool alert_kind_parse(const char *s, enum alert_kind *out)
{
	unsigned i;

	if (!LOOKUP(kinds, s, &i))
		return false;
	*out = (enum alert_kind)i;
	return true;
}

bool alert_has_tier(enum alert_kind v)
{
	return v < ALERT_DOWN_KINDS || v == ALERT_OVERRUN;
}

const char *alert_event(const struct alert_record *r, char *out)
{
	if (r->phase == ALERT_ONCE)
		snprintf(out, ALERT_EVENT_SIZE, "%s", kinds[r->kind]);
	else
		snprintf(out, ALERT_EVENT_SIZE, "%s_%s", kinds[r->kind],
			phases[r->phase]);
	return out;
}

const char *alert_key(const struct alert_record *r, char *out)
{
	snprintf(out, ALERT_KEY_SIZE, "%s:%s:%" PRId64,
		r->keyed ? r->keyed : r->slug, kinds[r->kind],
		r->started_at + r->nth);
	return out;
}

static void put_text(struct buf *b, const char *key, const char *s)
{
	json_put_key(b, key);
	json_put_clean(b, s, TEXT_MAX);
}

static void put_names(struct buf *b, const char *key, struct alert_names names,
	size_t max)
{
	buf_fmt(b, "\"%s\":[", key);
	for (size_t i = 0; i < names.n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_clean(b, names.v[i], max);
	}
	buf_char(b, ']');
}

static void put_instant(struct buf *b, const char *key, int64_t t)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	put_text(b, key, text);
}

static void put_regions(struct buf *b, const struct alert_record *r)
{
	struct alert_names regions = {r->regions, r->n_regions};

	put_text(b, "region", r->n_regions ? r->regions[0] : NULL);
	buf_char(b, ',');
	put_names(b, "regions", regions, TEXT_MAX);
}

static void put_tools(struct buf *b, const struct alert_record *r)
{
	const struct {
		const char *key;
		const struct alert_names *names;
	} lists[] = {
		{"added", &r->added},
		{"removed", &r->removed},
		{"changed", &r->changed},
		{"redescribed", &r->redescribed},
	};

	buf_str(b, ",\"tools\":{");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct alert_names few = *lists[i].names;

		if (few.n > ALERT_NAMES)
			few.n = ALERT_NAMES;
		if (i)
			buf_char(b, ',');
		put_names(b, lists[i].key, few, ALERT_NAME_MAX);
	}
	buf_str(b, "},\"tool_hash\":{\"from\":");
	json_put_str(b, r->from);
	json_put_member(b, "to", r->to);
	buf_char(b, '}');
}

static void put_sides(struct buf *b, const struct alert_record *r)
{
	buf_str(b, ",\"sides\":[");
	for (size_t i = 0; i < r->n_sides; i++) {
		buf_str(b, i ? ",{\"tool_hash\":" : "{\"tool_hash\":");
		json_put_str(b, r->sides[i].tool_hash);
		buf_char(b, ',');
		put_names(b, "regions", r->sides[i].regions, TEXT_MAX);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

/* So many are named; how many there are is said. */
static void put_servers(struct buf *b, const struct alert_record *r)
{
	struct alert_names few = r->servers;

	if (!few.n) {
		buf_str(b, ",\"servers\":null,\"server_count\":1");
		return;
	}
	if (few.n > ALERT_SERVERS)
		few.n = ALERT_SERVERS;
	buf_char(b, ',');
	put_names(b, "servers", few, SLUG_MAX);
	buf_fmt(b, ",\"server_count\":%zu", r->servers.n);
}

/* One decimal tells all that a person needs. */
static void put_measure(struct buf *b, const struct alert_record *r)
{
	if (!(r->usual > 0)) {
		buf_str(b, ",\"measure\":null");
		return;
	}
	buf_str(b, ",\"measure\":{\"value\":");
	json_put_num(b, round(r->value * 10) / 10);
	buf_str(b, ",\"usual\":");
	json_put_num(b, round(r->usual * 1000) / 1000);
	buf_char(b, '}');
}

static void put_times(struct buf *b, const struct alert_record *r)
{
	put_instant(b, "started_at", r->started_at);
	if (r->resolved_at) {
		put_instant(b, "resolved_at", r->resolved_at);
		buf_fmt(b, ",\"duration_seconds\":%" PRId64,
			r->resolved_at - r->started_at);
	} else {
		buf_str(b, ",\"resolved_at\":null,\"duration_seconds\":null");
	}
}

void alert_record_json(struct buf *b, const struct alert_record *r)
{
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE];
	bool once = r->phase == ALERT_ONCE;

	buf_fmt(b, "{\"v\":%d,\"type\":\"alert\",\"at\":", RECORD_VERSION);
	json_put_num(b, r->at);
	put_text(b, "event", alert_event(r, event));
	put_text(b, "dedup_key", alert_key(r, key));
	put_text(b, "server_slug", r->slug);
	put_text(b, "server_url", r->url);
	put_text(b, "severity", severities[r->severity]);
	put_text(b, "tier", alert_has_tier(r->kind) ? tier_name(r->tier) : NULL);
	put_text(b, "probe_step", step_name(r->step));
	put_regions(b, r);
	put_text(b, "failure_layer", failure_layer_name(r->layer));
	if (once)
		buf_str(b, ",\"probe_count\":null");
	else
		buf_fmt(b, ",\"probe_count\":%d", r->probe_count);
	put_times(b, r);
	put_text(b, "last_error", r->last_error);
	put_text(b, "summary", r->summary);
	put_text(b, "dashboard_url", r->dashboard_url);
	put_text(b, "runbook_url", r->runbook_url);
	if (r->to)
		put_tools(b, r);
	else
		buf_str(b, ",\"tools\":null,\"tool_hash\":null");
	if (r->sides)
		put_sides(b, r);
	else
		buf_str(b, ",\"sides\":null");
	put_measure(b, r);
	buf_fmt(b, ",\"flaps\":%d", r->flaps);
	put_servers(b, r);
	put_text(b, "ack_url", r->ack_url);
	buf_char(b, '}');
}
