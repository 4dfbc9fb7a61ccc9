/*
 * verdict.c: writes the verdict line of mcp-records(5), member by
 * member, so that the order is fixed. The only part of it that a stranger can
 * make long, the names of tools, gives way where the line would get too long.
 */
#include "records/verdict.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>

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
