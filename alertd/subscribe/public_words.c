/* SPDX-License-Identifier: MIT */
#include "subscribe/subscribe.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "json/json.h"
#include "sinks/sink.h"
#include "words/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_LIMIT (256 * 1024)
/* The servers that a title and a text name. */
#define TITLE_NAMES 3
#define TEXT_NAMES 100

/* The impact of an incident while it lasts; "this server" or "these servers"
   follows. One that somebody opened has a text of its own. */
static const char *const impacts[] = {
	[ALERT_DOWNTIME] = "Clients cannot use",
	[ALERT_REGIONAL] = "Clients in some locations cannot use",
	[ALERT_RATE_LIMITED] = "The rate of our checks is limited by",
	[ALERT_OVERRUN] = "The planned end of the maintenance is over; clients "
			  "cannot use",
	[ALERT_ERROR_RATE] = "More requests than usual fail on",
	[ALERT_LATENCY] = "Answers take much longer than usual from",
	[ALERT_DIVERGENCE] = "Some locations get another tool list from",
	[ALERT_MANUAL] = "An incident is open on",
};

/* The kind of an incident; one of a version to come is called an outage. */
static enum alert_kind kind_of(const struct news *n)
{
	enum alert_kind kind;

	return n->kind && alert_kind_parse(n->kind, &kind) &&
			incident_word(kind) ? kind : ALERT_DOWNTIME;
}

/* The servers of the news that the subscriber wants; `one`: the first. */
static size_t count_servers(const struct public_message *m, const char **one)
{
	size_t count = 0;

	for (size_t i = 0; i < m->news->n_slugs; i++)
		if (subscriber_wants(m->to, m->conf, m->news->slugs[i]) &&
			!count++)
			*one = m->news->slugs[i];
	return count;
}

static void put_server(struct buf *b, const struct conf *c, const char *slug)
{
	struct conf_server s;

	buf_str(b, conf_server(c, slug, &s) && s.title ? s.title : slug);
}

static void put_wanted(struct buf *b, const struct public_message *m,
	size_t most)
{
	const char *one = "";
	size_t n = count_servers(m, &one), shown = 0;
	size_t last = n > most ? most : n;

	for (size_t i = 0; i < m->news->n_slugs && shown < last; i++) {
		const char *slug = m->news->slugs[i];

		if (!subscriber_wants(m->to, m->conf, slug))
			continue;
		buf_str(b, n > last ? (shown ? ", " : "") : text_comma(shown, n));
		put_server(b, m->conf, slug);
		shown++;
	}
	phrase_and_more(b, shown, n);
}

static const char *site_title(const struct conf *c)
{
	return c->site_title ? c->site_title : "MCP server status";
}

void public_title(struct buf *b, const struct public_message *m)
{
	static const char *const ends[] = {
		[NEWS_STARTED] = "",
		[NEWS_SPREAD] = " (more servers)",
		[NEWS_RESOLVED] = " (resolved)",
		[NEWS_NOTE] = " (update)",
		[NEWS_POSTMORTEM] = " (what happened)",
		[NEWS_MAINTENANCE] = "",
	};
	const struct news *n = m->news;

	if (!n) {
		buf_fmt(b, "Confirm your subscription to %s",
			site_title(m->conf));
		return;
	}
	buf_fmt(b, "[%s] ", site_title(m->conf));
	put_wanted(b, m, TITLE_NAMES);
	buf_fmt(b, ": %s", n->what == NEWS_MAINTENANCE ? "maintenance"
			: n->title ? n->title
			: incident_title(kind_of(n), n->checks_refused));
	if (n->what == NEWS_NOTE && n->state)
		buf_fmt(b, " (%s)", n->state);
	else
		buf_str(b, ends[n->what]);
}

static void put_instant(struct buf *b, const char *before, int64_t t,
	double now)
{
	buf_str(b, before);
	phrase_date(b, t, now, NULL);
	phrase_zone(b, NULL);
}

static void put_topics(struct buf *b, const struct public_message *m)
{
	for (size_t i = 0; i < m->to->n_topics; i++) {
		buf_str(b, text_comma(i, m->to->n_topics));
		subscriber_topic_put(b, m->conf, m->to->topics[i]);
	}
}

/* "https://status.example.com/status/shop/incident/…", or the page of all. */
static void put_page(struct buf *b, const struct public_message *m)
{
	const struct news *n = m->news;
	const char *one = NULL;
	enum alert_kind kind;
	char id[INCIDENT_ID];

	if (count_servers(m, &one) != 1) {
		buf_fmt(b, "%s/", m->conf->site_url);
		return;
	}
	buf_fmt(b, "%s/status/%s", m->conf->site_url, one);
	/* A shared incident has a page of its own on each server. */
	if (n->kind && n->n_slugs == 1 && alert_kind_parse(n->kind, &kind) &&
		incident_word(kind))
		buf_fmt(b, "/incident/%s", incident_id(kind, n->first, id));
}

/* The sentences that say what the news are. */
static void put_news_text(struct buf *b, const struct public_message *m)
{
	const struct news *n = m->news;
	const char *one = "";
	const char *servers = count_servers(m, &one) > 1 ? "these servers"
							 : "this server";

	switch (n->what) {
	case NEWS_STARTED:
	case NEWS_SPREAD:
		if (n->text)
			buf_str(b, n->text);
		else
			buf_fmt(b, "%s %s.", n->checks_refused
				? "Our credential is refused by"
				: impacts[kind_of(n)], servers);
		put_instant(b, " Since ", n->first, m->now);
		break;
	case NEWS_RESOLVED:
		put_instant(b, "Resolved. It lasted from ", n->first, m->now);
		if (n->end)
			put_instant(b, " to ", n->end, m->now);
		if (n->text)
			buf_fmt(b, ".\nNote from the operator: %s\n", n->text);
		else
			break;
		return;
	case NEWS_NOTE:
		if (n->state)
			buf_fmt(b, "The incident is now: %s.\n", n->state);
		if (n->text)
			buf_fmt(b, "Note from the operator: %s\n", n->text);
		return;
	case NEWS_POSTMORTEM:
		buf_fmt(b, "Why it happened: %s\n", n->text ? n->text : "");
		return;
	case NEWS_MAINTENANCE:
		put_instant(b, "Planned from ", n->first, m->now);
		put_instant(b, " to ", n->end, m->now);
		buf_fmt(b, ".%s%s", n->text ? " " : "", n->text ? n->text : "");
		buf_char(b, '\n');
		return;
	}
	buf_str(b, ".\n");
}

void public_text(struct buf *b, const struct public_message *m)
{
	if (!m->news) {
		buf_str(b, "Somebody, you we hope, asked for news of ");
		put_topics(b, m);
		buf_fmt(b, " from %s (%s/).\n\nTo get them, open this page "
			"within a day and press its button:\n%s\n\nIf it was "
			"not you, do nothing, and nothing more is sent.\n",
			site_title(m->conf), m->conf->site_url, m->confirm);
		return;
	}
	put_news_text(b, m);
	if (count_servers(m, &(const char *) {NULL}) > TITLE_NAMES) {
		buf_str(b, "Servers: ");
		put_wanted(b, m, TEXT_NAMES);
		buf_str(b, ".\n");
	}
	buf_char(b, '\n');
	put_page(b, m);
	buf_str(b, "\n\n--\nYou subscribed to ");
	put_topics(b, m);
	buf_fmt(b, ". Unsubscribe: %s\n", m->leave);
}

static bool is_slack(const char *url)
{
	static const char *const hosts[] = {"https://hooks.slack.com/",
		"https://hooks.slack-gov.com/"};

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strncmp(url, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

/* Slack's: the text alone, in which nothing is markup. */
static void put_slack(struct buf *b, const char *title, const char *text)
{
	struct buf s;

	buf_init(&s, TEXT_LIMIT);
	buf_char(&s, '*');
	sink_text_slack(&s, title);
	buf_str(&s, "*\n");
	sink_text_slack(&s, text);
	json_fmt(b, "{'text':%s}", s.p);
	buf_release(&s);
}

static void put_own_servers(struct buf *b, const struct public_message *m)
{
	const struct news *n = m->news;
	struct conf_server s;

	buf_str(b, ",\"servers\":[");
	for (size_t i = 0; i < n->n_slugs; i++)
		if (subscriber_wants(m->to, m->conf, n->slugs[i]) &&
			conf_server(m->conf, n->slugs[i], &s))
			json_fmt(b, ",{'slug':%s,'title':%s}", s.slug, s.title);
	buf_char(b, ']');
}

static void put_own(struct buf *b, const struct public_message *m,
	const char *title, const char *text)
{
	static const char *const events[] = {"started", "spread", "resolved",
		"note", "postmortem", "maintenance"};
	const struct news *n = m->news;
	enum alert_kind kind;
	struct buf page;

	if (!n) {
		json_fmt(b, "{'v':1,'type':'subscription','title':%s,"
			"'text':%s,'confirm_url':%s}", title, text, m->confirm);
		return;
	}
	buf_init(&page, TEXT_LIMIT);
	put_page(&page, m);
	json_fmt(b, "{'v':1,'type':'news','event':%s", events[n->what]);
	put_own_servers(b, m);
	json_fmt(b, ",'incident':%s,'title':%s,'text':%s,'at':%jd,"
		"'started_at':%jd,'ended_at':%jd,'note':%s,'state':%s,'page_url':%s,"
		"'unsubscribe_url':%s}",
		n->kind && alert_kind_parse(n->kind, &kind)
			? incident_word(kind) : NULL,
		title, text, (intmax_t)n->at, (intmax_t)n->first,
		(intmax_t)n->end, n->text, n->state, page.p, m->leave);
	buf_release(&page);
}

void public_json(struct buf *b, const struct public_message *m)
{
	struct buf title, text;

	buf_init(&title, TEXT_LIMIT);
	buf_init(&text, TEXT_LIMIT);
	public_title(&title, m);
	public_text(&text, m);
	if (is_slack(m->to->to))
		put_slack(b, title.p, text.p);
	else
		put_own(b, m, title.p, text.p);
	buf_release(&title);
	buf_release(&text);
}

const char *public_thread(const struct public_message *m, char *out)
{
	if (m->news)
		snprintf(out, PUBLIC_NAME, "%s~%s", m->news->thread, m->to->id);
	else
		snprintf(out, PUBLIC_NAME, "confirm~%s~%" PRId64, m->to->id,
			(int64_t)m->to->at);
	return out;
}

const char *public_name(const struct public_message *m, char *out)
{
	static const char *const names[] = {"started", "spread", "resolved",
		"note", "postmortem", "started"};
	const struct news *n = m->news;

	if (!n)
		snprintf(out, PUBLIC_NAME, "confirm.%d", m->to->count);
	else if (n->what == NEWS_STARTED || n->what == NEWS_MAINTENANCE)
		snprintf(out, PUBLIC_NAME, "%s", names[n->what]);
	else
		snprintf(out, PUBLIC_NAME, "%s.%" PRId64, names[n->what],
			(int64_t)(n->at * 1000));
	return out;
}
