#include "commands/report_survey.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "commands/buckets.h"
#include "histories/collect.h"
#include "json/json.h"
#include "terms/regions.h"
#include "judge/fleet.h"
#include "records/month_report.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/report_store.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many servers are looked at together. */
#define GROUP 100

struct group {
	const struct fleet_server *servers[GROUP]; /* the public ones */
	const char *slugs[GROUP];
	cJSON *entries[GROUP];	    /* what readers need of each */
	struct standing *standings; /* of these, in the survey */
	size_t n;
};

/* The entry of a public server; NULL: readers may not know of it. */
static cJSON *read_public(const char *text)
{
	char why[JSON_WHY];
	bool is_private = true;
	cJSON *doc = text && *text
			     ? json_parse(text, strlen(text), &json_record, why)
			     : NULL;

	if (json_bool(doc, "private", &is_private) && !is_private)
		return doc;
	cJSON_Delete(doc);
	return NULL;
}

/* The public ones of n servers, and what counts of each in the month. */
static int read_group(struct survey *s, struct store *store, const char *sha,
	const struct fleet_server *servers, size_t n, struct group *g)
{
	g->n = 0;
	g->standings = &s->v[s->n];
	for (size_t i = 0; i < n; i++) {
		store_add(store, "HGET", KEY_SERVERS, servers[i].slug, NULL);
		report_ask(store, sha, servers[i].slug, &s->span);
	}
	if (store_run(store))
		return store_failed(store);
	for (size_t i = 0; i < n; i++) {
		const char *text = store_text(store_reply(store, 2 * i));
		cJSON *entry = servers[i].is_private ? NULL : read_public(text);

		if (!entry)
			continue;
		g->servers[g->n] = &servers[i];
		g->slugs[g->n] = servers[i].slug;
		g->entries[g->n] = entry;
		standing_init(&g->standings[g->n], servers[i].slug);
		report_take(store_reply(store, 2 * i + 1), &s->span,
			&g->standings[g->n]);
		g->n++;
	}
	s->n += g->n;
	return 0;
}

static void release_group(struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		cJSON_Delete(g->entries[i]);
}

/* The city of a region, as the pages of the server have it. */
static const char *city_of(const cJSON *entry, const char *region)
{
	const cJSON *list = json_get(entry, "regions"), *o;
	const char *city = region_city(region);

	cJSON_ArrayForEach(o, list)
	{
		const char *name = json_str(o, "name");

		if (name && strcmp(name, region) == 0 && json_str(o, "city"))
			return json_str(o, "city");
	}
	return city ? city : region;
}

static void note_cities(
	struct survey *s, const cJSON *entry, const struct server *found)
{
	for (size_t i = 0; i < found->n_regions; i++)
		if (found->regions[i].n && s->cities.n < REPORT_CITIES)
			strings_note(&s->cities,
				city_of(entry, found->regions[i].name));
}

/* Whether a revision is written as they are; a stranger chose it. */
static bool is_revision(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789-") == 10 &&
	       s[4] == '-' && s[7] == '-';
}

static bool equal_or_null(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The count of servers that speak this; a new one where there is none. */
static struct report_count *protocol_count(
	struct survey *s, const char *era, const char *protocol)
{
	size_t i = 0;

	while (i < s->n_protocols &&
		(!equal_or_null(s->protocols[i].era, era) ||
			!equal_or_null(s->protocols[i].protocol, protocol)))
		i++;
	if (i < s->n_protocols)
		return &s->protocols[i];
	/* Of more kinds than there are revisions the rest is one. */
	if (i >= REPORT_PROTOCOLS - 1 && protocol)
		return protocol_count(s, NULL, NULL);
	if (protocol) {
		strings_add(&s->names, protocol);
		protocol = s->names.v[s->names.n - 1];
	}
	s->protocols[s->n_protocols++] =
		(struct report_count) {.era = era, .protocol = protocol};
	return &s->protocols[i];
}

/* What the newest probe that tells spoke; NULL where none does. */
static const struct probe *newest_spoken(const struct server *found)
{
	const struct probe *newest = NULL;

	for (size_t k = 0; found && k < found->n_regions; k++)
		for (size_t i = 0; i < found->regions[k].n; i++) {
			const struct probe *p = &found->regions[k].probes[i];

			if (p->era && p->protocol && is_revision(p->protocol) &&
				(!newest || p->started_at > newest->started_at))
				newest = p;
		}
	return newest;
}

static void count_protocol(struct survey *s, const struct server *found)
{
	const struct probe *p = newest_spoken(found);

	protocol_count(s, p ? era_name(p->era) : NULL, p ? p->protocol : NULL)
		->count++;
}

/* A probe that a wall kept out, and whose records show which. */
struct walled {
	size_t server; /* of the group */
	size_t reply;
};

static void note_wall(void *arg, const struct record *r)
{
	enum wall *best = arg, seen = wall_seen(r);

	if (seen < *best)
		*best = seen;
}

static size_t ask_walls(struct store *store, const char *slug, size_t server,
	const struct server *found, struct walled *v, size_t most)
{
	size_t n = 0;
	char key[KEY_MAX];

	for (size_t i = 0; i < found->n_regions && n < most; i++) {
		const struct region_history *h = &found->regions[i];

		if (!h->n || h->probes[h->n - 1].state != STATE_AUTH_WALLED)
			continue;
		v[n++] = (struct walled) {server, store_queued(store)};
		store_add(store, "GET",
			key_probe(key, slug,
				clock_window(h->probes[h->n - 1].started_at),
				h->name),
			NULL);
	}
	return n;
}

/* How many probes of a server are read for its wall, and of a group. */
#define WALLED_EACH 8
#define WALLED_MAX (GROUP * WALLED_EACH)

/* Count the walls of the servers of the group that are auth-walled. */
static int count_walls(struct survey *s, struct store *store,
	const struct group *g, const struct server *servers, size_t found)
{
	struct walled walled[WALLED_MAX];
	enum wall wall[GROUP];
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct server *f =
			buckets_find(servers, found, g->slugs[i]);

		wall[i] = WALL_UNKNOWN;
		if (g->standings[i].bucket == BUCKET_WALLED && f)
			n += ask_walls(store, g->slugs[i], i, f, &walled[n],
				WALLED_EACH);
	}
	if (store_run(store))
		return store_failed(store);
	for (size_t i = 0; i < n; i++) {
		const char *text =
			store_text(store_reply(store, walled[i].reply));

		if (text)
			load_records(text, note_wall, &wall[walled[i].server]);
	}
	for (size_t i = 0; i < g->n; i++)
		s->walls[wall[i]] += g->standings[i].bucket == BUCKET_WALLED;
	return 0;
}

/* How the servers of the group are now. */
static int place_group(
	struct survey *s, struct store *store, const struct group *g)
{
	struct collect *c = collect_new();
	struct loaded loaded[GROUP];
	struct server *servers;
	size_t found;
	int rc = load_servers(store, c, g->slugs, g->n, NAN, loaded);

	if (!rc) {
		collect_finish(c);
		servers = collect_servers(c, &found);
		for (size_t i = 0; i < g->n; i++) {
			const struct server *f =
				buckets_find(servers, found, g->slugs[i]);
			enum bucket b = buckets_place(g->servers[i], f, s->now);

			g->standings[i].bucket = b;
			s->buckets[b]++;
			count_protocol(s, f);
			if (f)
				note_cities(s, g->entries[i], f);
		}
		load_release(loaded, g->n);
		rc = count_walls(s, store, g, servers, found);
	}
	collect_free(c);
	return rc;
}

static int by_count(const void *a, const void *b)
{
	const struct report_count *x = a, *y = b;
	const char *p = x->protocol ? x->protocol : "";
	const char *q = y->protocol ? y->protocol : "";
	int by = (y->count > x->count) - (y->count < x->count);

	by = by ? by : strcmp(q, p);
	return by ? by : strcmp(x->era ? x->era : "", y->era ? y->era : "");
}

int survey_read(
	struct survey *s, struct store *store, const struct fleet *fleet)
{
	char sha[STORE_SHA];
	struct fleet_server servers[GROUP];
	struct group g;
	int rc = report_load(store, sha);

	s->v = xcalloc(fleet->n, sizeof *s->v);
	s->protocols = xcalloc(REPORT_PROTOCOLS, sizeof *s->protocols);
	for (size_t i = 0; i < fleet->n && !rc; i += GROUP) {
		size_t n = fleet_some(fleet, i, GROUP, servers);

		rc = read_group(s, store, sha, servers, n, &g);
		if (!rc && g.n)
			rc = place_group(s, store, &g);
		release_group(&g);
	}
	strings_sort(&s->cities);
	if (s->n_protocols)
		qsort(s->protocols, s->n_protocols, sizeof *s->protocols,
			by_count);
	return rc;
}

void survey_release(struct survey *s)
{
	free(s->v);
	free(s->protocols);
	strings_release(&s->cities);
	strings_release(&s->names);
}
