/* SPDX-License-Identifier: MIT */
#include "words/print.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"
#include "incident/incident.h"
#include "json/json.h"
#include "records/probe.h"
#include "words/words.h"

#include <string.h>

static const char *colour_code(enum severity s)
{
	switch (s) {
	case SEVERITY_P1:
		return "1;31";
	case SEVERITY_P2:
		return "33";
	default:
		return "36";
	}
}

static void put_severity(struct buf *b, enum severity s, const char *code)
{
	if (code)
		buf_fmt(b, "\033[%sm%s\033[0m", code, severity_name(s));
	else
		buf_str(b, severity_name(s));
}

void print_event(struct buf *b, const struct alert_record *r, const char *zone,
	bool colour)
{
	const char *code = r->phase == ALERT_RESOLVED
		? "32"
		: colour_code(r->severity);
	char at[CLOCK_RFC3339], event[ALERT_EVENT_SIZE], text[TEXT_SIZE];

	zone_rfc3339(zone, (int64_t)r->at, at);
	text_clean(r->summary, strlen(r->summary), text, sizeof text, TEXT_MAX);
	buf_fmt(b, "%s  ", at);
	put_severity(b, r->severity, colour ? code : NULL);
	buf_fmt(b, "  %s  %s\n", alert_event(r, event), text);
}

/* The priority of an event for journalctl -p: the end of an incident is a
   notice. */
static enum log_priority priority(const struct alert_record *r)
{
	if (r->phase == ALERT_RESOLVED)
		return LOG_PRIORITY_NOTICE;
	switch (r->severity) {
	case SEVERITY_P1:
		return LOG_PRIORITY_CRITICAL;
	case SEVERITY_P2:
		return LOG_PRIORITY_WARNING;
	default:
		return LOG_PRIORITY_NOTICE;
	}
}

/* "NAME=value"; nothing where the value is NULL. */
static void put_field(struct buf *b, const char *name, const char *value)
{
	char clean[TEXT_SIZE];

	if (!value)
		return;
	text_clean(value, strlen(value), clean, sizeof clean, TEXT_MAX);
	buf_fmt(b, "%s=%s\n", name, clean);
}

void print_entry(struct buf *b, const struct alert_record *r)
{
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE], text[TEXT_SIZE];

	alert_event(r, event);
	text_clean(r->summary, strlen(r->summary), text, sizeof text, TEXT_MAX);
	buf_str(b, "MCP_RECORD=");
	alert_record_json(b, r);
	buf_fmt(b, "\nMESSAGE=%s %s: %s\nPRIORITY=%d\n",
		severity_name(r->severity), event, text, (int)priority(r));
	put_field(b, "SYSLOG_IDENTIFIER", "mcp-alert");
	put_field(b, "MCP_EVENT", event);
	put_field(b, "MCP_KIND", alert_kind_name(r->kind));
	put_field(b, "MCP_SEVERITY", severity_name(r->severity));
	put_field(b, "MCP_SERVER", r->slug);
	for (size_t i = 0; i < r->n_regions; i++)
		put_field(b, "MCP_REGION", r->regions[i]);
	put_field(b, "MCP_KEY", alert_key(r, key));
	put_field(b, "MCP_OWNER", r->owner);
	for (size_t i = 0; i < r->n_labels; i++) {
		struct buf label;

		buf_init(&label, TEXT_SIZE);
		buf_fmt(&label, "%s=%s", r->labels[i].name, r->labels[i].value);
		put_field(b, "MCP_LABEL", label.p);
		buf_release(&label);
	}
	put_field(b, "DOCUMENTATION", r->runbook_url);
	buf_char(b, '\n');
}

/* The width of a column of times. */
static int width_in(const char *zone)
{
	return strcmp(zone, "UTC") == 0 ? 20 : 25;
}

/* The longest of each that there is. */
#define KIND_WIDTH ((int)sizeof "cdn_cache_divergence" - 1)
#define STEP_WIDTH ((int)sizeof "auth-initialize" - 1)
#define ERROR_WIDTH ((int)sizeof "mcp.missing-protocolVersion" - 1)

void print_head(struct buf *b, const char *zone)
{
	buf_fmt(b, "%-2s  %-*s  %-*s  %6s  %-*s  %-*s  %s\n", "P",
		width_in(zone), "SINCE", KIND_WIDTH, "KIND", "FAILED",
		STEP_WIDTH, "STEP", ERROR_WIDTH, "ERROR", "SERVER: REGIONS");
}

static void put_foreign(struct buf *b, const char *s)
{
	char clean[4 * 100 + 1];

	text_clean(s, strlen(s), clean, sizeof clean, 100);
	buf_str(b, clean);
}

/* Add the routes that have taken an event of it. */
static void add_notified(const struct incident *inc, struct strings *out)
{
	for (size_t i = 0; i < inc->notified.n; i++)
		if (!strings_has(&inc->waiting, inc->notified.v[i]))
			strings_add(out, inc->notified.v[i]);
}

/* " (alice until 20:31 UTC) (step 2 of policy by-night) (notified ops, pager)" */
static void put_duty(struct buf *b, const struct incident *inc,
	const char *zone)
{
	char until[CLOCK_RFC3339];
	struct strings notified = {0};

	if (inc->ack.by) {
		zone_rfc3339(zone, (int64_t)inc->ack.until, until);
		buf_str(b, " (acknowledged by ");
		put_foreign(b, inc->ack.by);
		buf_fmt(b, " until %s)", until);
	}
	if (inc->escalation.step > 0) {
		buf_fmt(b, " (step %d of policy ", inc->escalation.step);
		put_foreign(b, inc->escalation.ladder);
		buf_char(b, ')');
	}
	if (inc->silence)
		buf_fmt(b, " (silenced by %s)", inc->silence);
	add_notified(inc, &notified);
	for (size_t i = 0; i < notified.n; i++) {
		buf_str(b, i ? ", " : " (notified ");
		put_foreign(b, notified.v[i]);
	}
	if (notified.n)
		buf_char(b, ')');
	strings_release(&notified);
}

static void put_incident_row(struct buf *b, const struct alert_state *st,
	enum alert_kind kind, const char *zone, bool colour)
{
	const struct incident *inc = &st->incidents[kind];
	const char *step = step_name(inc->step);
	const char *code = inc->error ? inc->error : "";
	char since[CLOCK_RFC3339], error[4 * 40 + 1];
	char *name = st->slug;
	const struct strings one = {&name, 1, 1};

	zone_rfc3339(zone, inc->first, since);
	text_clean(code, strlen(code), error, sizeof error, 40);
	put_severity(b, inc->severity,
		colour ? colour_code(inc->severity) : NULL);
	buf_fmt(b, "  %-*s  %-*s  %6d  %-*s  %-*s  ", width_in(zone), since,
		KIND_WIDTH, alert_kind_name(kind), inc->probe_count,
		STEP_WIDTH, step ? step : "-", ERROR_WIDTH,
		*error ? error : "-");
	phrase_regions(b, st->shared.left.n ? &st->shared.left : &one);
	buf_char(b, ':');
	if (inc->title) {
		buf_char(b, ' ');
		put_foreign(b, inc->title);
	}
	for (size_t i = 0; i < inc->regions.n; i++)
		buf_fmt(b, " %s", inc->regions.v[i]);
	if (inc->progress_at > 0)
		buf_fmt(b, " (%s)", progress_name(inc->progress));
	if (inc->checks_refused)
		buf_str(b, " (our credential is refused)");
	if (inc->passes)
		buf_fmt(b, " (passed %d time%s since)", inc->passes,
			inc->passes == 1 ? "" : "s");
	if (inc->silent.n) {
		buf_str(b, " (");
		words_silent(b, inc, &inc->silent, (double)inc->failed,
			zone);
		buf_char(b, ')');
	}
	put_duty(b, inc, zone);
	if (inc->group)
		buf_fmt(b, " (part of %s)", inc->group);
	if (st->n_outbox)
		buf_fmt(b, " (%zu undelivered)", st->n_outbox);
	buf_char(b, '\n');
}

static void put_notified(struct buf *b, const struct incident *inc)
{
	struct strings notified = {0};

	add_notified(inc, &notified);
	json_put_list(b, "told", notified.v, notified.n);
	strings_release(&notified);
	json_fmt(b, ",'ladder':%s,'ladder_step':%d,'acknowledged_by':%s,"
		"'acknowledged_until':%jd,'reason':%s,'silenced_by':%s",
		inc->escalation.ladder, inc->escalation.step, inc->ack.by,
		inc->ack.by ? (intmax_t)inc->ack.until : 0, inc->ack.reason,
		inc->silence);
}

/* The servers that still fail; the group it is sent with. */
static void put_servers(struct buf *b, const struct alert_state *st,
	const struct incident *inc)
{
	const struct strings *left = &st->shared.left;

	if (left->n)
		json_put_list(b, "servers", left->v, left->n);
	else
		json_put_member(b, "servers", NULL);
	json_put_member(b, "told_with", inc->group);
}

static void put_line(struct buf *b, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	struct alert_record r = {
		.kind = kind,
		.slug = st->slug,
		.started_at = inc->first,
	};
	char key[ALERT_KEY_SIZE], since[CLOCK_RFC3339];

	clock_rfc3339(inc->first, since);
	json_fmt(b, "{'v':%d,'type':'incident','kind':%s,'dedup_key':%s,"
		"'server_slug':%s",
		RECORD_VERSION, alert_kind_name(kind), alert_key(&r, key),
		st->shared.servers.n ? SLUG_FLEET : st->slug);
	put_servers(b, st, inc);
	json_fmt(b, ",'server_url':%s,'severity':%s,'tier':%s,'probe_step':%s",
		st->url, severity_name(inc->severity),
		json_or_null(alert_has_tier(kind), tier_name(inc->tier)),
		step_name(inc->step));
	json_put_list(b, "regions", inc->regions.v, inc->regions.n);
	json_fmt(b, ",'failure_layer':%s,'checks':%s,'probe_count':%d,"
		"'passes':%d,'started_at':%s,'last_error':%s,'state':%s,"
		"'title':%s,'undelivered':%zu",
		failure_layer_name(inc->layer),
		checks_name(incident_checks(inc, kind)), inc->probe_count,
		inc->passes, since, inc->error, progress_name(inc->progress),
		inc->title, st->n_outbox);
	put_notified(b, inc);
	buf_str(b, "}\n");
}

void print_incidents(struct buf *b, const struct alert_state *st,
	const char *zone, bool colour)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (!inc->open || inc->superseded)
			continue;
		if (zone)
			put_incident_row(
				b, st, (enum alert_kind)k, zone, colour);
		else
			put_line(b, st, (enum alert_kind)k);
	}
}
