/* SPDX-License-Identifier: MIT */
#include "subscribe/subscribe.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "incident/event.h"
#include "incident/incident.h"
#include "incident/state.h"
#include "json/fields.h"
#include "json/json.h"
#include "records/probe.h"
#include "sinks/sink.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_LIMIT (1024 * 1024)
/* The most servers of one news. */
#define NEWS_SERVERS 1000

static const char *const whats[] = {"started", "spread", "resolved", "note",
	"postmortem", "maintenance"};
static const struct word_table what_words = {
	whats, sizeof whats / sizeof *whats};

#define ROW(key, m, ...) FIELD(key, struct news, m, __VA_ARGS__)
#define ROW_AT(key, m) ROW(key, m, FIELD_OMIT, .max = NUM_EPOCH_MAX)

static const struct field news_fields[] = {
	FIELD_AS(FIELD_WORD, "what", struct news, what, FIELD_NEEDED,
		.words = &what_words),
	ROW("thread", thread, FIELD_NEEDED, .max = 200),
	FIELD_STRINGS("slugs", struct news, slugs, n_slugs, 0,
		.most = NEWS_SERVERS),
	ROW("kind", kind, FIELD_OMIT, .max = 100),
	ROW("title", title, FIELD_OMIT, .max = 4000),
	ROW("state", state, FIELD_OMIT, .max = 100),
	ROW("checks_refused", checks_refused, FIELD_OMIT),
	ROW_AT("first", first),
	ROW_AT("end", end),
	ROW("at", at, 0, .max = NUM_EPOCH_MAX, .places = 3),
	ROW("text", text, FIELD_OMIT, .max = 4000),
	ROW("mailed", mailed, FIELD_OMIT, .max = SUBSCRIBER_ID),
	ROW("called", called, FIELD_OMIT, .max = SUBSCRIBER_ID),
	FIELD_STRINGS("owed", struct news, owed, n_owed, 0,
		.most = SUBSCRIBERS_MAX, FIELD_WHEN(struct news, n_owed)),
	ROW("tries", tries, FIELD_OMIT),
	ROW("tried", tried, FIELD_OMIT, .max = NUM_EPOCH_MAX, .places = 3),
	ROW("done", done, FIELD_OMIT),
	{.type = FIELD_END},
};

static void news_write(struct buf *b, const struct news *n)
{
	buf_char(b, '{');
	fields_put(b, news_fields, n, NULL);
	buf_char(b, '}');
}

bool news_read(const char *key, const char *text, struct news *n)
{
	char why[RECORD_WHY];
	cJSON *doc = json_parse(text, strlen(text),
		&(struct json_limits) {4, 2 * SUBSCRIBERS_MAX, true}, why);
	bool ok;

	*n = (struct news) {.key = NULL};
	ok = doc && fields_take(news_fields, doc, n, why);
	cJSON_Delete(doc);
	if (ok)
		string_set(&n->key, key);
	else
		news_release(n);
	return ok;
}

void news_release(struct news *n)
{
	fields_release(news_fields, n);
	string_set(&n->key, NULL);
	*n = (struct news) {.key = NULL};
}

/* Append a field and its record. */
static void put_news(const struct news *n, struct strings *out)
{
	struct buf b;

	buf_init(&b, RECORD_LIMIT);
	news_write(&b, n);
	if (buf_ok(&b)) {
		strings_add(out, n->key);
		strings_add(out, b.p);
	}
	buf_release(&b);
}

/* The public servers that have a part in the incident of a state. */
static void add_servers(const struct conf *c, const struct alert_state *st,
	const struct alert_event *e, struct strings *out)
{
	const struct strings *all = e->servers.n ? &e->servers
						 : &st->shared.servers;
	struct conf_server s;

	if (slug_valid(st->slug)) {
		if (subscriber_public(c, st->slug, &s))
			strings_add(out, st->slug);
		return;
	}
	for (size_t i = 0; i < all->n && out->n < NEWS_SERVERS; i++)
		if (subscriber_public(c, all->v[i], &s))
			strings_add(out, all->v[i]);
}

/* An event as the public sees it; false if it does not. */
static bool what_of(const struct alert_event *e, enum news_what *out)
{
	const struct alert_record *r = &e->record;

	if (e->suppressed || e->incident.is_private || !incident_word(r->kind) ||
		(e->group && slug_valid(e->slug)))
		return false;
	if (r->phase == ALERT_STARTED)
		*out = NEWS_STARTED;
	else if (r->phase == ALERT_RESOLVED)
		*out = NEWS_RESOLVED;
	else if (r->phase == ALERT_UPDATED)
		*out = NEWS_NOTE;
	else if (r->phase == ALERT_ESCALATED && e->facts.more &&
		!slug_valid(e->slug))
		*out = NEWS_SPREAD;
	else
		return false;
	return true;
}

static void put_key(char *out, size_t size, const char *thread,
	enum news_what what, double at)
{
	if (what == NEWS_STARTED)
		snprintf(out, size, "%s:%s", thread, whats[what]);
	else
		snprintf(out, size, "%s:%s.%" PRId64, thread, whats[what],
			(int64_t)(at * 1000));
}

#define KEY_SIZE (ALERT_KEY_SIZE + 64)

void news_of_event(const struct conf *c, const struct alert_state *st,
	const struct alert_event *e, struct strings *out)
{
	const struct alert_record *r = &e->record;
	char key[KEY_SIZE], thread[ALERT_KEY_SIZE];
	struct strings servers = {0};
	struct news n = {
		.key = key,
		.thread = thread,
		.kind = (char *)alert_kind_name(r->kind),
		.title = e->incident.title,
		.checks_refused = r->checks == CHECKS_REFUSED,
		.first = r->started_at,
		.end = r->resolved_at,
		.at = r->at,
		.text = (char *)e->facts.text,
	};

	if (!what_of(e, &n.what))
		return;
	if (n.what == NEWS_NOTE)
		n.state = (char *)progress_name(e->incident.progress);
	alert_key(r, thread);
	put_key(key, sizeof key, thread, n.what, r->at);
	add_servers(c, st, e, &servers);
	n.slugs = servers.v;
	n.n_slugs = servers.n;
	if (servers.n)
		put_news(&n, out);
	strings_release(&servers);
}

void news_withdraw(const struct conf *c, const struct alert_state *st,
	enum alert_kind kind, struct strings *out)
{
	char key[KEY_SIZE], thread[ALERT_KEY_SIZE];
	struct conf_server s;

	if (!incident_word(kind) || !subscriber_public(c, st->slug, &s))
		return;
	put_key(key, sizeof key, dedup_key(st, kind, thread), NEWS_STARTED, 0);
	strings_add(out, key);
	strings_add(out, "");
}

void news_of_note(const struct incident_update *u, const char *slug,
	const struct strings *servers, struct strings *out)
{
	char key[KEY_SIZE], thread[ALERT_KEY_SIZE];
	struct news n = {
		.key = key,
		.what = u->what == UPDATE_POSTMORTEM ? NEWS_POSTMORTEM
						     : NEWS_NOTE,
		.thread = thread,
		.slugs = servers->v,
		.n_slugs = servers->n < NEWS_SERVERS ? servers->n : NEWS_SERVERS,
		.kind = (char *)alert_kind_name(u->kind),
		.title = (char *)u->title,
		.first = u->first,
		.at = u->at,
		.text = (char *)u->text,
	};

	snprintf(thread, sizeof thread, "%s:%s:%" PRId64, slug,
		alert_kind_name(u->kind), u->first);
	put_key(key, sizeof key, thread, n.what, u->at);
	put_news(&n, out);
}

void news_of_maintenance(const struct conf *c, const struct maintenance *m,
	const struct occurrence *o, struct strings *out)
{
	char key[KEY_SIZE];
	struct strings servers = {0};
	struct news n = {
		.key = key,
		.what = NEWS_MAINTENANCE,
		.thread = key,
		.first = o->start,
		.end = o->end,
		.at = (double)m->announced_at,
		.text = (char *)m->reason,
	};

	snprintf(key, sizeof key, "maintenance:%s", m->id);
	for (size_t i = 0; i < conf_count(c) && servers.n < NEWS_SERVERS; i++) {
		struct conf_server s = conf_server_at(c, i);

		if (!s.private && maintenance_for(m, s.slug, s.account))
			strings_add(&servers, s.slug);
	}
	n.slugs = servers.v;
	n.n_slugs = servers.n;
	if (servers.n)
		put_news(&n, out);
	strings_release(&servers);
}

bool news_for(const struct news *n, const struct conf *c,
	const struct subscriber *s)
{
	for (size_t i = 0; i < n->n_slugs; i++)
		if (subscriber_wants(s, c, n->slugs[i]))
			return true;
	return false;
}

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

static int news_order(const void *a, const void *b)
{
	const struct news *x = a, *y = b;

	if (x->at < y->at || x->at > y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->key, y->key);
}

bool news_put(struct store *s, const struct news *n)
{
	struct buf b;

	buf_init(&b, RECORD_LIMIT);
	news_write(&b, n);
	store_add(s, "HSET", KEY_NEWS, n->key, b.p, NULL);
	buf_release(&b);
	return store_run(s) == 0 || store_failed(s) == 0;
}

/* Keep what is still to be sent of a reply; list the fields that have to go. */
static void read_news(const struct store_reply *r, double now,
	struct news_list *out, struct strings *old)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);) {
		struct news n;

		if (!news_read(f.name, f.text, &n)) {
			strings_add(old, f.name);
		} else if (now >= n.at + SUBSCRIBE_DAY_S) {
			strings_add(old, f.name);
			news_release(&n);
		} else if (n.done) {
			news_release(&n);
		} else {
			out->v = xgrow(out->v, &out->cap, out->n + 1,
				sizeof *out->v);
			out->v[out->n++] = n;
		}
	}
}

bool news_all(struct store *s, double now, struct news_list *out)
{
	const struct store_reply *r = store_one(s, "HGETALL", KEY_NEWS, NULL);
	struct strings old = {0};
	bool ok;

	if (!r)
		return store_failed(s) == 0;
	read_news(r, now, out, &old);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, news_order);
	/* A flood: the oldest are news no more. */
	while (out->n > SUBSCRIBE_NEWS_MAX) {
		strings_add(&old, out->v[0].key);
		news_release(&out->v[0]);
		memmove(out->v, out->v + 1, --out->n * sizeof *out->v);
	}
	for (size_t i = 0; i < old.n; i++)
		store_add(s, "HDEL", KEY_NEWS, old.v[i], NULL);
	ok = store_run(s) == 0 || store_failed(s) == 0;
	strings_release(&old);
	return ok;
}

void news_list_release(struct news_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		news_release(&l->v[i]);
	free(l->v);
	*l = (struct news_list) {0};
}
