/* SPDX-License-Identifier: MIT */
#include "fetch/fetch.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"
#include "fetch/fetch_listing.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

/* Servers that are asked for in one round trip. */
#define BATCH 200

struct kept_incidents {
	struct incident_rows rows;
	double until_ms; /* of clock_mono_ms */
};

/* Servers of a batch that have incidents. */
struct troubled {
	const char *slug[BATCH];
	struct incidents incidents[BATCH];
	size_t n;
};

/*
 * The state that mcp-alert keeps of a server, where there ever was an incident,
 * and then the operators' notes, as fields and values in turn: for a fleet that
 * is well, little is sent. KEYS: key_alert, key_incidents; ARGV: two texts that
 * every state without incidents contains, the ends of the fields of notes, and
 * what is in those of incidents that were opened by hand.
 */
static const char read_told[] =
	"local a = redis.call('GET', KEYS[1]) "
	"if not a or (a:find(ARGV[1], 1, true) and a:find(ARGV[2], 1, true)) "
	"then return false end "
	"local told = {a} "
	"for _, f in ipairs(redis.call('HKEYS', KEYS[2])) do "
	"local what = f:match('[^:]*$') "
	"if what == ARGV[3] or what == ARGV[4] or what == ARGV[5] "
	"or f:find(ARGV[6], 1, true) then "
	"told[#told + 1] = f "
	"told[#told + 1] = redis.call('HGET', KEYS[2], f) end end "
	"return told";

static void ask_told(struct source *s, const char *slug)
{
	char state[KEY_MAX], updates[KEY_MAX];

	store_add(s->store, "EVAL", read_told, "2", key_alert(state, slug),
		key_incidents(updates, slug), "\"incidents\":[]",
		"\"timeline\":[]", update_name(UPDATE_NOTE),
		update_name(UPDATE_POSTMORTEM), update_name(UPDATE_PROGRESS),
		":manual:", NULL);
}

static void read_told_of(const struct store_reply *r, struct incidents *l)
{
	size_t n = store_count(r);
	const char **told = xcalloc(n + 1, sizeof *told);

	for (size_t i = 0; i < n; i++)
		told[i] = store_text(store_item(r, i));
	incidents_read_all(&(struct incident_sources) {.state = told[0],
				   .updates = told + 1,
				   .n_updates = n ? n - 1 : 0},
		l);
	free(told);
}

static void read_alerts(struct source *s, const char *const *slugs, size_t n,
	struct troubled *t)
{
	t->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct store_reply *told = store_reply(s->store, i);

		if (!store_count(told))
			continue;
		read_told_of(told, &t->incidents[t->n]);
		if (t->incidents[t->n].n)
			t->slug[t->n++] = slugs[i];
		else
			incidents_release(&t->incidents[t->n]);
	}
}

/*
 * Two replies for each: the public entry, and the one under its name and the
 * digest of the token.
 */
static void ask_entries(
	struct source *s, const struct troubled *t, const char *token)
{
	char field[KEY_MAX];

	for (size_t i = 0; i < t->n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, t->slug[i], NULL);
		store_add(s->store, "HGET", KEY_PRIVATE,
			token ? key_secret(field, t->slug[i], token) : "",
			NULL);
	}
}

/* Whether the client may know of a server whose entry was read. */
static bool is_shown(const struct server *server, const char *token)
{
	return !server->is_private ||
		(token && server->token_sha256 &&
			strcmp(server->token_sha256, token) == 0);
}

/*
 * Servers that the client may not know of by now, and entries that cannot be
 * read, are passed over.
 */
static void add_rows(struct source *s, const struct troubled *t,
	const char *token, struct incident_rows *rows)
{
	static const struct view none;
	char why[SERVER_WHY];

	for (size_t i = 0; i < t->n; i++) {
		const char *json = store_text(store_reply(s->store, 2 * i));
		struct server server;
		struct places places;

		if (!json || !*json)
			json = store_text(store_reply(s->store, 2 * i + 1));
		if (!json || server_read(json, true, &server, why))
			continue;
		if (is_shown(&server, token)) {
			places_read(&places, &server, &none);
			incident_rows_add(rows, t->slug[i], &server,
				&t->incidents[i], &places);
			places_release(&places);
		}
		server_release(&server);
	}
}

/* The incidents of n servers, as far as the token lets know of them. */
static int load_some(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows)
{
	struct troubled *t;
	int failed;

	for (size_t i = 0; i < n; i++)
		ask_told(s, slugs[i]);
	if (n && source_run(s))
		return -1;
	t = xcalloc(1, sizeof *t);
	read_alerts(s, slugs, n, t);
	ask_entries(s, t, token);
	failed = t->n ? source_run(s) : 0;
	if (!failed)
		add_rows(s, t, token, rows);
	for (size_t i = 0; i < t->n; i++)
		incidents_release(&t->incidents[i]);
	free(t);
	/* A long list is cut as it grows. */
	if (rows->n > 2 * INCIDENT_ROWS_MAX)
		incident_rows_sort(rows);
	return failed;
}

static int load_incidents(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows)
{
	if (source_open(s))
		return -1;
	for (size_t from = 0; from < n; from += BATCH)
		if (load_some(s, slugs + from,
			    n - from < BATCH ? n - from : BATCH, token, rows))
			return -1;
	incident_rows_sort(rows);
	return 0;
}

int fetch_incidents(struct source *s, const struct incident_rows **rows)
{
	double now_ms = clock_mono_ms();
	const struct listing *l;
	const char **slugs;
	struct kept_incidents *k;
	int failed;

	if (!s->incidents)
		s->incidents = xcalloc(1, sizeof *s->incidents);
	k = s->incidents;
	*rows = &k->rows;
	if (now_ms < k->until_ms)
		return 0;
	if (fetch_listing(s, &l))
		return -1;
	slugs = xcalloc(l->n + 1, sizeof *slugs);
	for (size_t i = 0; i < l->n; i++)
		slugs[i] = l->v[i].slug;
	incident_rows_release(&k->rows);
	failed = load_incidents(s, slugs, l->n, NULL, &k->rows);
	free(slugs);
	k->until_ms = failed ? 0 : source_good_until(s, now_ms);
	return failed;
}

int fetch_own_incidents(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows)
{
	*rows = (struct incident_rows) {0};
	return load_incidents(s, slugs, n, token, rows);
}

void fetch_forget_incidents(struct source *s)
{
	if (s->incidents)
		incident_rows_release(&s->incidents->rows);
	free(s->incidents);
	s->incidents = NULL;
}
