#include "fetch/fetch_events.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* Servers of which it is asked in one round trip. */
#define EVENTS_BATCH 200

/* What is known, and until when it is good, of clock_mono_ms. */
struct kept_events {
	struct events all;
	double until_ms;
};

/*
 * What mcp-alert keeps of a server, where there ever was an incident. KEYS:
 * key_alert; ARGV: what the states of all others have in them.
 */
static const char read_told[] =
	"local a = redis.call('GET', KEYS[1]) "
	"return a and not (a:find(ARGV[1], 1, true) and "
	"a:find(ARGV[2], 1, true)) and a";

void fetch_ask_told(struct source *s, const char *slug)
{
	char key[KEY_MAX];

	store_add(s->store, "EVAL", read_told, "1", key_alert(key, slug),
		"\"incidents\":[]", "\"timeline\":[]", NULL);
}

static void event_release(struct event *e)
{
	server_release(&e->server);
	incident_release(&e->incident);
}

void events_release(struct events *e)
{
	for (size_t i = 0; i < e->n; i++)
		event_release(&e->v[i]);
	free(e->v);
	*e = (struct events) {0};
}

static int newest_news_first(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->incident.updated_at != y->incident.updated_at)
		return x->incident.updated_at > y->incident.updated_at ? -1 : 1;
	return strcmp(x->slug, y->slug);
}

/* Keep the newest ones. */
static void keep_newest(struct events *e)
{
	if (e->n)
		qsort(e->v, e->n, sizeof *e->v, newest_news_first);
	while (e->n > EVENTS_MAX)
		event_release(&e->v[--e->n]);
}

static void add_incidents(struct events *e, const char *slug, const char *json)
{
	struct incidents l;

	if (!json)
		return;
	incidents_read(json, &l);
	for (size_t i = 0; i < l.n; i++) {
		struct event *new;

		e->v = xgrow(e->v, &e->cap, e->n + 1, sizeof *e->v);
		new = &e->v[e->n++];
		*new = (struct event) {.incident = l.v[i]};
		snprintf(new->slug, sizeof new->slug, "%s", slug);
		/* It belongs to the event now. */
		l.v[i] = (struct incident) {.n_news = 0};
	}
	incidents_release(&l);
}

static int read_incidents_of(struct source *s, const struct listing *l,
	struct events *e)
{
	for (size_t from = 0; from < l->n; from += EVENTS_BATCH) {
		size_t n = l->n - from < EVENTS_BATCH ? l->n - from
						      : EVENTS_BATCH;

		for (size_t i = 0; i < n; i++)
			fetch_ask_told(s, l->entries[from + i].slug);
		if (fetch_run(s))
			return -1;
		for (size_t i = 0; i < n; i++)
			add_incidents(e, l->entries[from + i].slug,
				store_text(store_reply(s->store, i)));
		keep_newest(e);
	}
	return 0;
}

/* Whether the client may know of a server whose entry was read. */
static bool is_shown(const struct server *server, const char *token)
{
	return !server->is_private ||
		(token && server->token_sha256 &&
			strcmp(server->token_sha256, token) == 0);
}

/* The public entry, or the one under the token; two replies are about each. */
static bool take_server(struct event *e, const char *open, const char *own,
	const char *token)
{
	const char *json = open && *open ? open : own;
	char why[SERVER_WHY];

	if (!json)
		return false;
	if (server_read(json, true, &e->server, why)) {
		log_warn("%s: entry: %s", e->slug, why);
		return false;
	}
	return is_shown(&e->server, token);
}

static int read_servers_of(struct source *s, const char *token,
	struct events *e)
{
	char field[KEY_MAX];
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, e->v[i].slug, NULL);
		store_add(s->store, "HGET", KEY_PRIVATE,
			token ? key_secret(field, e->v[i].slug, token) : "",
			NULL);
	}
	if (e->n && fetch_run(s))
		return -1;
	for (size_t i = 0; i < e->n; i++) {
		if (take_server(&e->v[i],
			    store_text(store_reply(s->store, 2 * i)),
			    store_text(store_reply(s->store, 2 * i + 1)),
			    token))
			e->v[n++] = e->v[i];
		else
			event_release(&e->v[i]);
	}
	e->n = n;
	return 0;
}

int fetch_own_events(struct source *s, const struct listing *l,
	const char *token, struct events *e)
{
	*e = (struct events) {0};
	if (!fetch_open(s) && !read_incidents_of(s, l, e) &&
		!read_servers_of(s, token, e))
		return 0;
	events_release(e);
	return -1;
}

int fetch_events(struct source *s, const struct listing *l,
	const struct events **events)
{
	double now_ms = clock_mono_ms();
	struct events new;

	if (!s->events)
		s->events = xcalloc(1, sizeof *s->events);
	*events = &s->events->all;
	if (now_ms < s->events->until_ms)
		return 0;
	if (fetch_own_events(s, l, NULL, &new))
		return -1;
	events_release(&s->events->all);
	s->events->all = new;
	s->events->until_ms = fetch_good_until(s, now_ms);
	return 0;
}

void fetch_forget_events(struct source *s)
{
	if (s->events)
		events_release(&s->events->all);
	free(s->events);
	s->events = NULL;
}
