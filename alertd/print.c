#include "print.h"

#include "clock.h"
#include "json.h"
#include "record.h"
#include "text.h"

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

void print_event(struct buf *b, const struct alert_record *r, bool colour)
{
	const char *code = r->phase == ALERT_RESOLVED
		? "32"
		: colour_code(r->severity);
	char at[CLOCK_RFC3339], event[ALERT_EVENT_SIZE], text[TEXT_SIZE];

	clock_rfc3339((int64_t)r->at, at);
	text_clean(r->summary, strlen(r->summary), text, sizeof text, TEXT_MAX);
	buf_fmt(b, "%s  ", at);
	put_severity(b, r->severity, colour ? code : NULL);
	buf_fmt(b, "  %s  %s\n", alert_event(r, event), text);
}

void print_head(struct buf *b)
{
	buf_fmt(b, "%-2s  %-20s  %-20s  %6s  %-26s  %s\n", "", "SINCE", "KIND",
		"FAILED", "STEP AND ERROR", "SERVER AND REGIONS");
}

static void put_row(struct buf *b, const struct alert_state *st,
	enum alert_kind kind, bool colour)
{
	const struct incident *inc = &st->incidents[kind];
	const char *step = step_name(inc->step);
	const char *code = inc->error ? inc->error : "";
	char since[CLOCK_RFC3339], error[4 * 40 + 1], what[200];

	clock_rfc3339(inc->first, since);
	text_clean(code, strlen(code), error, sizeof error, 40);
	snprintf(what, sizeof what, "%s %s", step ? step : "-", error);
	put_severity(b, inc->severity,
		colour ? colour_code(inc->severity) : NULL);
	buf_fmt(b, "  %-20s  %-20s  %6d  %-26s  %s:", since,
		alert_kind_name(kind), inc->probe_count, what, st->slug);
	for (size_t i = 0; i < inc->regions.n; i++)
		buf_fmt(b, " %s", inc->regions.v[i]);
	if (inc->passes)
		buf_fmt(b, " (passed %d times since)", inc->passes);
	if (st->n_outbox)
		buf_fmt(b, " (%zu undelivered)", st->n_outbox);
	buf_char(b, '\n');
}

static void put_member(struct buf *b, const char *key, const char *s)
{
	buf_fmt(b, ",\"%s\":", key);
	json_put_str(b, s);
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
	buf_fmt(b, "{\"v\":%d,\"type\":\"incident\"", RECORD_VERSION);
	put_member(b, "kind", alert_kind_name(kind));
	put_member(b, "dedup_key", alert_key(&r, key));
	put_member(b, "server_slug", st->slug);
	put_member(b, "server_url", st->url);
	put_member(b, "severity", severity_name(inc->severity));
	put_member(b, "tier",
		alert_has_tier(kind) ? tier_name(inc->tier) : NULL);
	put_member(b, "probe_step", step_name(inc->step));
	buf_str(b, ",\"regions\":[");
	for (size_t i = 0; i < inc->regions.n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, inc->regions.v[i]);
	}
	buf_char(b, ']');
	put_member(b, "failure_layer", failure_layer_name(inc->layer));
	buf_fmt(b, ",\"probe_count\":%d,\"passes\":%d", inc->probe_count,
		inc->passes);
	put_member(b, "started_at", since);
	put_member(b, "last_error", inc->error);
	buf_fmt(b, ",\"undelivered\":%zu}\n", st->n_outbox);
}

void print_incidents(struct buf *b, const struct alert_state *st, bool text,
	bool colour)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (!inc->open || inc->folded)
			continue;
		if (text)
			put_row(b, st, (enum alert_kind)k, colour);
		else
			put_line(b, st, (enum alert_kind)k);
	}
}
