#include "mcp/answer_parts.h"

#include "base/clock.h"
#include "data/incident_rows.h"
#include "data/view.h"
#include "json/json.h"
#include "mcp/tool.h"

#include <math.h>

void answer_put_time(struct buf *b, const char *key, int64_t t)
{
	char text[CLOCK_RFC3339];

	if (t > 0)
		clock_rfc3339(t, text);
	json_put_member(b, key, t > 0 ? text : NULL);
}

void answer_put_more(struct buf *b, size_t n, bool more, size_t total)
{
	buf_fmt(b, ",\"total\":%zu,\"more\":%s", total,
		more || n < total ? "true" : "false");
}

void answer_say_time(struct buf *b, int64_t t)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	buf_fmt(b, "%.10s %.5s UTC", text, text + 11);
}

void answer_put_server(struct buf *b, const struct answer_server *s)
{
	const struct view *v = s->view;
	bool fresh = v->freshness == VIEW_FRESH;

	json_put_member(b, "slug", s->slug);
	json_put_member(b, "title", s->title);
	json_put_member(b, "state", s->state);
	json_put_member(b, "summary", s->sentence);
	json_put_key(b, "uptime_30d");
	json_put_num(b, fresh ? v->uptime_30d : NAN);
	json_put_key(b, "p95_ms");
	json_put_num(b, fresh ? v->p95_ms : NAN);
	json_put_member(b, "as_of", *v->as_of_text ? v->as_of_text : NULL);
}

void answer_say_server(struct buf *b, const struct answer_server *s)
{
	const struct view *v = s->view;

	buf_str(b, s->slug);
	if (s->title)
		buf_fmt(b, " (%s)", s->title);
	buf_fmt(b, ": %s.", s->sentence);
	if (v->freshness == VIEW_NONE) {
		buf_str(b, " It was not checked yet.");
		return;
	}
	buf_str(b, v->freshness == VIEW_STALE
			? " There is no recent check; the last one was at "
			: " As of ");
	answer_say_time(b, v->as_of);
	if (v->freshness == VIEW_FRESH && !isnan(v->uptime_30d)) {
		buf_str(b, ", uptime of 30 days ");
		json_put_num(b, v->uptime_30d);
		buf_str(b, " %");
	}
	if (v->freshness == VIEW_FRESH && !isnan(v->p95_ms)) {
		buf_str(b, ", p95 of a day ");
		json_put_num(b, v->p95_ms);
		buf_str(b, " ms");
	}
	buf_char(b, '.');
}

static void put_address(struct buf *b, const struct incident_row *row,
	const char *site)
{
	buf_fmt(b, "%s/status/%s/incident/%s", site, row->slug, row->id);
}

void answer_put_incident(struct buf *b, const struct incident_row *row,
	const char *site)
{
	struct buf url;

	buf_char(b, '{');
	json_put_member(b, "slug", row->slug);
	json_put_member(b, "title", row->title);
	json_put_member(b, "impact", row->impact);
	json_put_member(b, "where", row->where);
	answer_put_time(b, "started_at", row->started_at);
	answer_put_time(b, "ended_at", row->ended_at);
	answer_put_time(b, "updated_at", row->updated_at);
	json_put_member(b, "update", row->update);
	json_put_member(b, "note", row->note);
	buf_init(&url, TOOL_RESULT_MAX);
	put_address(&url, row, site);
	json_put_member(b, "url", url.p);
	buf_release(&url);
	buf_char(b, '}');
}

void answer_say_incident(struct buf *b, const struct incident_row *row,
	const char *site)
{
	buf_fmt(b, "\n- %s: %s, from ", row->slug, row->title);
	answer_say_time(b, row->started_at);
	if (row->ended_at) {
		buf_str(b, " to ");
		answer_say_time(b, row->ended_at);
	} else {
		buf_str(b, " on, still open");
	}
	buf_fmt(b, ". %s", row->impact);
	if (*row->where)
		buf_fmt(b, " Where: %s.", row->where);
	buf_fmt(b, " %s As of ", row->update);
	answer_say_time(b, row->updated_at);
	if (row->note)
		buf_fmt(b, ". Its operators say: \"%s\"", row->note);
	buf_str(b, ". More: ");
	put_address(b, row, site);
}
