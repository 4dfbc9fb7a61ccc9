#include "fetch/fetch_page.h"

#include "base/xalloc.h"
#include "data/page_data.h"
#include "fetch/fetch.h"
#include "store/keys.h"
#include "store/store.h"
#include "terms/rates.h"

#include <stdlib.h>
#include <string.h>

/*
 * The replies from that on fetch_ask names, and the items of the first. Those
 * from BEATS and from UPDATES_OF on are of the past.
 */
enum { OWN, SITE, WORKS, BEATS };
enum { VERDICT, INCIDENTS, UPDATES_OF, TOOLS, MINUTES, PLACES, HOURS };

static size_t ask(struct source *s, const char *slug, const char *token,
	const struct history *past)
{
	struct fetch_key keys[HOURS - VERDICT + HISTORY_HOURS];
	struct fetch_key *k = keys;
	size_t first;

	*k = (struct fetch_key) {.command = "GET"};
	key_verdict(k++->name, slug);
	*k = (struct fetch_key) {.command = "GET"};
	key_alert(k++->name, slug);
	if (past) {
		*k = (struct fetch_key) {.command = "HGETALL"};
		key_incidents(k++->name, slug);
		*k = (struct fetch_key) {.command = "HGETALL"};
		key_tools(k++->name, slug);
		*k = (struct fetch_key) {.command = "HGETALL"};
		key_minutes(k++->name, slug);
		*k = (struct fetch_key) {.command = "HGETALL"};
		key_places(k++->name, slug);
	}
	for (int i = 0; past && i < HISTORY_HOURS; i++) {
		*k = (struct fetch_key) {.command = "HGETALL"};
		key_latency(k++->name, slug, past->hour - i);
	}
	first = fetch_ask(s, slug, token, keys, (size_t)(k - keys));
	store_add(s->store, "GET", KEY_SITE, NULL);
	maintenance_list_ask(s->store);
	if (past)
		store_add(s->store, "HMGET", KEY_HEARTBEATS,
			stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
			stage_name(STAGE_ALERT), NULL);
	return first;
}

static void read_latency(
	struct history *p, int ago, const struct store_reply *r)
{
	struct histogram h = {0};

	for (size_t i = 0; i + 1 < store_count(r); i += 2) {
		long long bucket = store_int(store_item(r, i), -1);
		long long n = store_int(store_item(r, i + 1), 0);

		if (bucket >= 0 && n > 0 && n < 1000000000)
			histogram_add(&h, (size_t)bucket, n);
	}
	history_latency(p, ago, &h);
}

/* The strings of a hash, each of which may be NULL; free it. */
static const char **pairs_of(const struct store_reply *r, size_t *n)
{
	const char **pairs;

	*n = store_count(r);
	pairs = xcalloc(*n + 1, sizeof *pairs);
	for (size_t i = 0; i < *n; i++)
		pairs[i] = store_text(store_item(r, i));
	return pairs;
}

static void read_past(
	struct page_data *d, const struct store_reply *own, double now)
{
	const struct store_reply *r = store_item(own, MINUTES);
	struct history *p = &d->history;
	const char **pairs;
	size_t n;

	for (size_t i = 0; i + 1 < store_count(r); i += 2)
		history_minutes(p, store_text(store_item(r, i)),
			store_int(store_item(r, i + 1), 0));
	for (int i = 0; i < HISTORY_HOURS; i++)
		read_latency(p, i, store_item(own, HOURS + (size_t)i));
	pairs = pairs_of(store_item(own, TOOLS), &n);
	history_tools(p, pairs, n);
	free(pairs);
	pairs = pairs_of(store_item(own, PLACES), &n);
	watched_places(&d->watched, pairs, n, now);
	free(pairs);
}

static void read_all_incidents(struct page_data *d, const struct store_reply *own)
{
	size_t n;
	const char **pairs = pairs_of(store_item(own, UPDATES_OF), &n);

	incidents_read_all(
		&(struct incident_sources) {
			.state = store_text(store_item(own, INCIDENTS)),
			.updates = pairs,
			.n_updates = n,
			.since = (d->history.today - HISTORY_KEPT + 1) * 86400},
		&d->incidents);
	free(pairs);
}

/* Without `past` a tree is only made of what has an open incident at all. */
static void read_incidents(struct page_data *d, const struct store_reply *own,
	bool past)
{
	const char *state = store_text(store_item(own, INCIDENTS));

	if (past)
		read_all_incidents(d, own);
	else if (state && strstr(state, INCIDENTS_OPEN))
		incidents_read(state, &d->incidents);
}

int fetch_page(struct source *s, const char *slug, const char *token,
	double now, bool past, struct fetched *got, struct page_data *d)
{
	const struct store_reply *own;
	const char *server;
	size_t first;

	*d = (struct page_data) {0};
	*got = (struct fetched) {0};
	history_init(&d->history, now);
	if (fetch_open(s))
		return -1;
	first = ask(s, slug, token, past ? &d->history : NULL);
	if (fetch_run(s))
		return -1;
	server = fetch_entry(s, token);
	if (!server)
		return 0;
	own = store_reply(s->store, first + OWN);
	*got = (struct fetched) {
		.server = server,
		.verdict = store_text(store_item(own, VERDICT)),
		.site = store_text(store_reply(s->store, first + SITE)),
	};
	maintenance_list_read(
		store_reply(s->store, first + WORKS), &d->maintenance);
	read_incidents(d, own, past);
	if (past) {
		fetch_heartbeats(
			store_reply(s->store, first + BEATS), d->heartbeats);
		read_past(d, own, now);
	}
	return 0;
}
