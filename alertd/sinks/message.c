#include "sinks/message.h"

#include "base/xalloc.h"
#include "incident/summary.h"
#include "mcp/names.h"
#include "sinks/words.h"

#include <stdlib.h>
#include <string.h>

/* What an event may take, and what a digest may. */
#define TEXT_ROOM 16384
#define DIGEST_ROOM (512 * 1024)

static void add_line(struct message *m, const char *label, struct buf *text)
{
	if (m->n < MESSAGE_LINES && text->len)
		m->lines[m->n++] = (struct message_line) {
			label, buf_take(text)};
	buf_release(text);
}

static void add_text(struct message *m, const char *label, const char *text)
{
	if (m->n < MESSAGE_LINES && text && *text)
		m->lines[m->n++] =
			(struct message_line) {label, xstrdup(text)};
}

static void add_link(struct message *m, const char *label, const char *url)
{
	if (url)
		m->links[m->n_links++] =
			(struct message_line) {label, xstrdup(url)};
}

static enum message_mood mood(const struct sink_event *e)
{
	if (e->digest || e->phase == ALERT_ONCE)
		return e->severity == SEVERITY_P1 ? MESSAGE_BAD
						  : MESSAGE_NEWS;
	if (e->phase == ALERT_RESOLVED)
		return MESSAGE_GOOD;
	if (e->phase == ALERT_ACKNOWLEDGED)
		return MESSAGE_TAKEN;
	return e->severity == SEVERITY_P1 ? MESSAGE_BAD
		: e->severity == SEVERITY_P2 ? MESSAGE_WORRY
					     : MESSAGE_NEWS;
}

/* "example-mcp"; "each of 7 servers". */
static void put_who(struct buf *b, const struct sink_event *e)
{
	if (e->servers.n)
		buf_fmt(b, "each of %d servers", e->server_count);
	else if (strcmp(e->slug, SLUG_FLEET) == 0)
		buf_str(b, "the fleet");
	else
		buf_str(b, e->slug);
}

/* "initialize: http.503" */
static void put_failure(struct buf *b, const struct sink_event *e)
{
	if (e->step)
		buf_fmt(b, "%s%s%s", e->step, e->error ? ": " : "",
			e->error ? e->error : "");
}

static char *make_title(const struct sink_event *e)
{
	static const char *const before[] = {
		[ALERT_STARTED] = "",
		[ALERT_ESCALATED] = " still, worse",
		[ALERT_REMINDER] = " still",
		[ALERT_ACKNOWLEDGED] = " taken",
		[ALERT_RESOLVED] = " over",
		[ALERT_ONCE] = "",
	};
	const struct message_words *w = message_words(e);
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	buf_fmt(&b, "%s%s: ", severity_name(e->severity), before[e->phase]);
	put_who(&b, e);
	buf_fmt(&b, " %s", e->phase == ALERT_RESOLVED ? w->good : w->bad);
	if (e->step && e->phase != ALERT_RESOLVED) {
		buf_str(&b, " (");
		put_failure(&b, e);
		buf_char(&b, ')');
	}
	return buf_take(&b);
}

/* "2026-04-29 20:12 UTC, for 27 min" */
static void add_since(struct message *m, const struct sink_event *e)
{
	int64_t until = e->resolved_at ? e->resolved_at : (int64_t)e->at;
	struct buf b;

	if (!e->started_at)
		return;
	buf_init(&b, TEXT_ROOM);
	phrase_time(&b, e->started_at, true);
	buf_str(&b, " UTC");
	if (e->resolved_at) {
		buf_str(&b, " to ");
		phrase_time(&b, e->resolved_at,
			e->resolved_at / 86400 != e->started_at / 86400);
		buf_str(&b, " UTC");
	}
	if (until - e->started_at >= 60 && e->phase != ALERT_ONCE) {
		buf_str(&b, ", for ");
		phrase_duration(&b, until - e->started_at);
	}
	add_line(m, "Since", &b);
}

static void add_names(struct message *m, const char *label,
	const struct strings *names)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	if (names->n)
		phrase_regions(&b, names);
	add_line(m, label, &b);
}

static void add_failure(struct message *m, const struct sink_event *e)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	put_failure(&b, e);
	add_line(m, "What fails", &b);
}

static void of_event(const struct sink_event *e, struct message *m)
{
	const struct message_words *w = message_words(e);
	bool over = e->phase == ALERT_RESOLVED;

	m->title = make_title(e);
	m->text = xstrdup(e->summary);
	if (!over)
		add_failure(m, e);
	add_names(m, "Servers", &e->servers);
	add_names(m, "From", &e->regions);
	add_since(m, e);
	if (!over) {
		add_text(m, "It means", w->means);
		add_text(m, "Look first at", w->first);
	}
	add_link(m, "Runbook", e->runbook_url);
	add_link(m, "Dashboard", e->dashboard_url);
	add_link(m, "Acknowledge", e->ack_url);
}

static void of_digest(const struct sink_event *e, struct message *m)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	buf_fmt(&b, "%d event%s together (%s%s)", e->count,
		e->count == 1 ? "" : "s", e->period,
		e->budget ? ", the budget was spent" : "");
	m->title = buf_take(&b);
	buf_init(&b, DIGEST_ROOM);
	for (size_t i = 0; i < e->n; i++) {
		buf_str(&b, i ? "\n" : "");
		phrase_time(&b, (int64_t)e->events[i].at, true);
		buf_fmt(&b, " %s %s", severity_name(e->events[i].severity),
			e->events[i].summary);
	}
	if (e->count > (int)e->n)
		buf_fmt(&b, "\nand %d more", e->count - (int)e->n);
	m->text = buf_take(&b);
}

void message_make(const struct sink_event *e, struct message *m)
{
	*m = (struct message) {.mood = mood(e)};
	if (e->digest)
		of_digest(e, m);
	else
		of_event(e, m);
}

void message_release(struct message *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->lines[i].text);
	for (size_t i = 0; i < m->n_links; i++)
		free(m->links[i].text);
	free(m->title);
	free(m->text);
	*m = (struct message) {0};
}

void message_plain(struct buf *b, const struct message *m)
{
	buf_fmt(b, "%s\n", m->text);
	for (size_t i = 0; i < m->n; i++)
		buf_fmt(b, "%s%s: %s\n", i ? "" : "\n", m->lines[i].label,
			m->lines[i].text);
	for (size_t i = 0; i < m->n_links; i++)
		buf_fmt(b, "%s%s: %s\n", i ? "" : "\n", m->links[i].label,
			m->links[i].text);
}

const char *message_colour(enum message_mood v)
{
	static const char *const colours[] = {
		[MESSAGE_BAD] = "#c40040",
		[MESSAGE_WORRY] = "#d97706",
		[MESSAGE_NEWS] = "#64748b",
		[MESSAGE_TAKEN] = "#2563eb",
		[MESSAGE_GOOD] = "#15803d",
	};

	return colours[v];
}
