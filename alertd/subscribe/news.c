/* SPDX-License-Identifier: MIT */
#include "subscribe/subscribe.h"

#include "incident/event.h"
#include "incident/incident.h"
#include "incident/state.h"
#include "json/fields.h"
#include "json/json.h"
#include "records/probe.h"

#include <inttypes.h>
#include <stdio.h>
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

void news_write(struct buf *b, const struct news *n)
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
