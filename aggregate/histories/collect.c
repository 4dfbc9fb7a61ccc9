/* SPDX-License-Identifier: MIT */
/*
 * collect.c: each probe has an entry, found by server, region and id, which its
 * lines fill as they come; in the end the whole ones are laid out by region and
 * time. Of the JSON only names, codes and hashes are kept, one copy of equal
 * ones.
 */
#include "histories/collect.h"

#include "base/index.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Strings that are all freed at once; equal ones can share one copy. */

/* All zero is an empty pool. */
struct pool {
	struct chunk *chunk; /* the newest, linked to the older ones */
	const char **shared;
	size_t n_shared, cap_shared;
	struct index index; /* of the shared ones */
};

#define CHUNK 65536

struct chunk {
	struct chunk *older;
	size_t used, size;
	char bytes[];
};

static const char *pool_copy(struct pool *p, const char *str)
{
	size_t n = strlen(str) + 1;
	struct chunk *c = p->chunk;
	char *copy;

	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		c = xmalloc(sizeof *c + size);
		*c = (struct chunk) {.older = p->chunk, .size = size};
		p->chunk = c;
	}
	copy = memcpy(c->bytes + c->used, str, n);
	c->used += n;
	return copy;
}

static bool same_string(const void *ctx, uint32_t position, const void *key)
{
	const struct pool *p = ctx;

	return strcmp(p->shared[position], key) == 0;
}

static const char *pool_share(struct pool *p, const char *str)
{
	uint64_t hash = index_hash(0, str, strlen(str));
	uint32_t at = index_find(&p->index, hash, same_string, p, str);

	if (at != INDEX_NONE)
		return p->shared[at];
	p->shared = xgrow(p->shared, &p->cap_shared, p->n_shared + 1,
		sizeof *p->shared);
	p->shared[p->n_shared] = pool_copy(p, str);
	index_add(&p->index, hash, (uint32_t)p->n_shared);
	return p->shared[p->n_shared++];
}

static void pool_release(struct pool *p)
{
	while (p->chunk) {
		struct chunk *older = p->chunk->older;

		free(p->chunk);
		p->chunk = older;
	}
	free(p->shared);
	index_release(&p->index);
	*p = (struct pool) {0};
}

/* ---- Lists of tools, each once; a probe names its tools only when their hash is new. */

/* All zero has no lists. */
struct tool_lists {
	struct tool_list **lists;
	size_t n, cap;
	uint32_t last; /* the one that was shared last */
	struct index by_hash;
};

static bool same_list(const void *ctx, uint32_t i, const void *key)
{
	const struct tool_lists *t = ctx;
	const struct probe_record *r = key;
	const char *full = t->lists[i]->full_hash;

	if (strcmp(t->lists[i]->hash, r->tool_hash) != 0)
		return false;
	return full && r->full_hash ? strcmp(full, r->full_hash) == 0
				    : !full && !r->full_hash;
}

static void copy_tools(struct pool *pool, struct tool_list *l,
	const struct probe_record *r)
{
	struct tool_digest *tools = xcalloc(r->n_tools, sizeof *tools);

	for (size_t i = 0; i < r->n_tools; i++) {
		tools[i] = r->tools[i];
		tools[i].name = pool_share(pool, r->tools[i].name);
	}
	if (r->n_tools)
		qsort(tools, r->n_tools, sizeof *tools, strings_order);
	l->tools = tools;
	l->n_tools = r->n_tools;
}

static uint32_t find_list(struct tool_lists *t, struct pool *pool,
	const struct probe_record *r)
{
	const char *full = r->full_hash ? r->full_hash : "";
	uint64_t hash = index_hash(index_hash(0, full, strlen(full)),
		r->tool_hash, strlen(r->tool_hash));
	uint32_t i = index_find(&t->by_hash, hash, same_list, t, r);
	struct tool_list *l;

	if (i != INDEX_NONE)
		return i;
	l = xcalloc(1, sizeof *l);
	l->hash = pool_share(pool, r->tool_hash);
	if (r->full_hash)
		l->full_hash = pool_share(pool, r->full_hash);
	i = (uint32_t)t->n;
	t->lists = xgrow(t->lists, &t->cap, t->n + 1, sizeof *t->lists);
	t->lists[t->n++] = l;
	index_add(&t->by_hash, hash, i);
	return i;
}

/*
 * The list for the hashes of a probe record, whose tool_hash is not NULL. It is valid
 * until tool_lists_release, and gets its tools as soon as a record names them.
 */
static const struct tool_list *tool_lists_share(struct tool_lists *t,
	struct pool *pool, const struct probe_record *r)
{
	uint32_t i = t->last;

	/* Most probes of a server have the list of the one before. */
	if (i >= t->n || !same_list(t, i, r))
		i = t->last = find_list(t, pool, r);
	if (r->tools && !t->lists[i]->tools)
		copy_tools(pool, t->lists[i], r);
	return t->lists[i];
}

static void tool_lists_release(struct tool_lists *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free((void *)t->lists[i]->tools);
		free(t->lists[i]);
	}
	free(t->lists);
	index_release(&t->by_hash);
	*t = (struct tool_lists) {0};
}

/* ---- Histories. */

/* The most characters that are kept of a code. */
#define ERROR_MAX 100

#define ALL_STEPS 0xffu

/* The probes of a server from a region. */
struct series {
	uint32_t server;
	const char *region; /* shared */
	size_t n;	    /* how many probes; counted in the end */
	struct probe *probes;
};

struct entry {
	struct probe probe;
	uint32_t series;
	uint8_t steps; /* a bit for each step that has a record */
	bool summed;   /* it has its probe record */
	bool walled;   /* its tools-list was skipped */
	bool unfinished; /* it was not made to its end, and is not whole */
	uint32_t bytes; /* of its records when written */
};

/* A region's machine, by runner records: shared strings, or NULL. */
struct runner {
	const char *region;
	const char *host_key, *egress, *pop;
	size_t machine; /* the first runner on the same machine */
	const char *by; /* what shows that; NULL: no other is on it */
};

struct collect {
	struct pool pool;
	struct server *servers;
	size_t n_servers, cap_servers;
	struct index by_slug;
	struct series *series;
	size_t n_series, cap_series;
	uint32_t last_series; /* the one that was found last */
	struct index by_region;
	struct entry *entries;
	size_t n_entries, cap_entries;
	struct index by_id;
	struct tool_lists lists;
	struct cache_check **checks;
	size_t n_checks, cap_checks;
	struct runner *runners;
	const char **runner_names; /* of those, by name, in the end */
	size_t n_runners, cap_runners;
	struct canary_report *canaries;
	size_t n_canaries, cap_canaries;
	struct probe *probes; /* of all series, one after the other */
	double newest;	      /* probe_started_at; NAN while there is none */
	double newest_runner; /* of runner records; NAN likewise */
	bool trusted; /* see collect_trust */
};

struct collect *collect_new(void)
{
	struct collect *c = xcalloc(1, sizeof *c);

	c->newest = c->newest_runner = NAN;
	return c;
}

void collect_free(struct collect *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_servers; i++) {
		free(c->servers[i].regions);
		free(c->servers[i].message);
	}
	free(c->servers);
	free(c->series);
	free(c->entries);
	for (size_t i = 0; i < c->n_checks; i++)
		free(c->checks[i]);
	free(c->checks);
	free(c->runners);
	free(c->canaries);
	free(c->runner_names);
	free(c->probes);
	index_release(&c->by_slug);
	index_release(&c->by_region);
	index_release(&c->by_id);
	tool_lists_release(&c->lists);
	pool_release(&c->pool);
	free(c);
}

static int refuse_record(char *why, const char *what)
{
	snprintf(why, RECORD_WHY, "%s", what);
	return -1;
}

static bool same_slug(const void *ctx, uint32_t i, const void *key)
{
	const struct collect *c = ctx;

	return strcmp(c->servers[i].slug, key) == 0;
}

static uint32_t find_server(struct collect *c, const char *slug)
{
	uint64_t hash = index_hash(0, slug, strlen(slug));
	uint32_t i = index_find(&c->by_slug, hash, same_slug, c, slug);

	if (i != INDEX_NONE)
		return i;
	i = (uint32_t)c->n_servers;
	c->servers = xgrow(c->servers, &c->cap_servers, c->n_servers + 1,
		sizeof *c->servers);
	c->servers[c->n_servers++] =
		(struct server) {.slug = pool_copy(&c->pool, slug)};
	index_add(&c->by_slug, hash, i);
	return i;
}

static bool same_region(const void *ctx, uint32_t i, const void *key)
{
	const struct collect *c = ctx;
	const struct series *k = key;

	return c->series[i].server == k->server &&
		c->series[i].region == k->region;
}

/* INDEX_NONE where the server has as many regions as one may have. */
static uint32_t find_series(struct collect *c, const struct probe_key *k)
{
	uint32_t i = c->last_series;
	struct series s;
	uint64_t hash;

	/* The records of a region mostly come together. */
	if (i < c->n_series && strcmp(c->series[i].region, k->region) == 0 &&
		strcmp(c->servers[c->series[i].server].slug, k->slug) == 0)
		return i;
	s = (struct series) {.server = find_server(c, k->slug),
		.region = pool_share(&c->pool, k->region)};
	hash = index_hash(s.server, s.region, strlen(s.region));
	i = index_find(&c->by_region, hash, same_region, c, &s);
	if (i != INDEX_NONE)
		return c->last_series = i;
	if (c->servers[s.server].n_regions == COLLECT_REGIONS_MAX)
		return INDEX_NONE;
	i = (uint32_t)c->n_series;
	c->series = xgrow(c->series, &c->cap_series, c->n_series + 1,
		sizeof *c->series);
	c->series[c->n_series++] = s;
	c->servers[s.server].n_regions++;
	index_add(&c->by_region, hash, i);
	return c->last_series = i;
}

struct entry_key {
	uint32_t series;
	const char *id;
};

static bool same_id(const void *ctx, uint32_t i, const void *key)
{
	const struct collect *c = ctx;
	const struct entry_key *k = key;

	return c->entries[i].series == k->series &&
		strcmp(c->entries[i].probe.id, k->id) == 0;
}

/* The entry of a probe, or NULL and why. */
static struct entry *find_entry(struct collect *c, const struct probe_key *k,
	char *why)
{
	struct entry_key key = {find_series(c, k), k->probe_id};
	uint64_t hash = index_hash(key.series, key.id, strlen(key.id));
	uint32_t i;

	if (key.series == INDEX_NONE) {
		refuse_record(why, "region: the server has too many regions");
		return NULL;
	}
	i = index_find(&c->by_id, hash, same_id, c, &key);
	if (i == INDEX_NONE) {
		i = (uint32_t)c->n_entries;
		c->entries = xgrow(c->entries, &c->cap_entries,
			c->n_entries + 1, sizeof *c->entries);
		c->entries[c->n_entries++] = (struct entry) {
			.probe = {.started_at = k->started_at,
				.id = pool_copy(&c->pool, key.id),
				.total_ms = NAN},
			.series = key.series};
		index_add(&c->by_id, hash, i);
	}
	if (c->entries[i].probe.started_at == k->started_at)
		return &c->entries[i];
	snprintf(why, RECORD_WHY,
		"probe_started_at: %.6f, but probe %s started at %.6f",
		k->started_at, key.id, c->entries[i].probe.started_at);
	return NULL;
}

/* A failure of a probe. The first step that failed is the one that counts. */
static void failed(struct collect *c, struct probe *p, enum step step,
	const char *error)
{
	char code[4 * ERROR_MAX + 1];

	if (p->failed_step && p->failed_step <= step)
		return;
	p->failed_step = step;
	p->error = NULL;
	if (!error)
		return;
	text_clean(error, strlen(error), code, sizeof code, ERROR_MAX);
	p->error = pool_share(&c->pool, code);
}

/* Take a record into its probe, if it has room for it. */
static bool fits_probe(const struct collect *c, struct entry *e,
	const struct record *r, char *why)
{
	size_t bytes = e->bytes + (c->trusted ? 0 : record_size(r));

	if (bytes <= RECORD_PROBE_MAX)
		e->bytes = (uint32_t)bytes;
	else
		refuse_record(why, "the probe is larger than 64 KiB");
	return bytes <= RECORD_PROBE_MAX;
}

static void keep_message(struct server *s, const struct step_record *r)
{
	if (!r->message || (s->message && r->key.started_at < s->message_at))
		return;
	free(s->message);
	s->message = xstrdup(r->message);
	s->message_at = r->key.started_at;
}

static int add_step(struct collect *c, const struct record *rec, char *why)
{
	const struct step_record *r = &rec->u.step;
	struct entry *e = find_entry(c, &r->key, why);
	uint8_t bit = (uint8_t)(1u << (r->step - STEP_DNS));

	if (!e || e->steps & bit || !fits_probe(c, e, rec, why))
		return e && e->steps & bit ? 0 : -1;
	e->steps |= bit;
	if (r->status == STATUS_FAIL) {
		failed(c, &e->probe, r->step, r->error);
		keep_message(&c->servers[c->series[e->series].server], r);
	}
	if (r->step == STEP_TOOLS_LIST && r->status == STATUS_SKIP)
		e->walled = true;
	return 0;
}

/* Keep what a probe found out about caches. */
static const struct cache_check *keep_check(struct collect *c,
	const struct cache_check *from)
{
	struct cache_check *to = xcalloc(1, sizeof *to);

	*to = *from;
	for (int k = 0; k < CACHE_CHANGES; k++)
		for (size_t i = 0; i < to->n[k]; i++)
			to->names[k][i] =
				pool_share(&c->pool, from->names[k][i]);
	c->checks = xgrow(c->checks, &c->cap_checks, c->n_checks + 1,
		sizeof *c->checks);
	c->checks[c->n_checks++] = to;
	return to;
}

static int add_probe(struct collect *c, const struct record *rec, char *why)
{
	const struct probe_record *r = &rec->u.probe;
	struct entry *e = find_entry(c, &r->key, why);
	struct server *s;

	if (!e || e->summed || !fits_probe(c, e, rec, why))
		return e && e->summed ? 0 : -1;
	e->summed = true;
	e->unfinished = r->state == STATE_UNFINISHED;
	e->probe.state = r->state;
	e->probe.era = r->era;
	e->probe.total_ms = r->total_ms;
	e->probe.found = r->found;
	if (r->protocol)
		e->probe.protocol = pool_share(&c->pool, r->protocol);
	if (r->failed_step)
		failed(c, &e->probe, r->failed_step, r->error);
	if (r->found.said)
		e->probe.found.said = pool_share(&c->pool, r->found.said);
	if (r->tool_hash)
		e->probe.tools = tool_lists_share(&c->lists, &c->pool, r);
	if (r->cache)
		e->probe.cache = keep_check(c, r->cache);
	s = &c->servers[c->series[e->series].server];
	if (r->url && (!s->url || r->key.started_at > s->url_at ||
		(r->key.started_at == s->url_at &&
			strcmp(r->url, s->url) > 0))) {
		s->url = pool_share(&c->pool, r->url);
		s->url_at = r->key.started_at;
	}
	return 0;
}

const struct tool_list *collect_learn(struct collect *c,
	const struct probe_record *r)
{
	return tool_lists_share(&c->lists, &c->pool, r);
}

/* NULL where there are as many runners as there may be. */
static struct runner *find_runner(struct collect *c, const char *region)
{
	for (size_t i = 0; i < c->n_runners; i++)
		if (strcmp(c->runners[i].region, region) == 0)
			return &c->runners[i];
	if (c->n_runners == COLLECT_REGIONS_MAX)
		return NULL;
	c->runners = xgrow(c->runners, &c->cap_runners, c->n_runners + 1,
		sizeof *c->runners);
	c->runners[c->n_runners] =
		(struct runner) {.region = pool_share(&c->pool, region)};
	return &c->runners[c->n_runners++];
}

static int add_runner(struct collect *c, const struct runner_record *r,
	char *why)
{
	struct runner *runner = find_runner(c, r->region);

	c->newest_runner = fmax(c->newest_runner, r->at);
	if (!runner)
		return refuse_record(why, "region: there are too many regions");
	if (r->host_key)
		runner->host_key = pool_share(&c->pool, r->host_key);
	if (r->egress)
		runner->egress = pool_share(&c->pool, r->egress);
	if (r->pop)
		runner->pop = pool_share(&c->pool, r->pop);
	if (r->canaries_answered || r->canaries_failed) {
		c->canaries = xgrow(c->canaries, &c->cap_canaries,
			c->n_canaries + 1, sizeof *c->canaries);
		c->canaries[c->n_canaries++] = (struct canary_report) {
			runner->region, r->at, r->canaries_answered,
			r->canaries_failed};
	}
	return 0;
}

void collect_trust(struct collect *c)
{
	c->trusted = true;
}

int collect_add(struct collect *c, const struct record *r, char *why)
{
	switch (r->type) {
	case RECORD_STEP:
		if (add_step(c, r, why))
			return -1;
		c->newest = fmax(c->newest, r->u.step.key.started_at);
		return 0;
	case RECORD_PROBE:
		if (add_probe(c, r, why))
			return -1;
		c->newest = fmax(c->newest, r->u.probe.key.started_at);
		return 0;
	case RECORD_RUNNER:
		return add_runner(c, &r->u.runner, why);
	case RECORD_SPOOL:
	case RECORD_DOCTOR:
	case RECORD_TOOL:
		return 0;
	case RECORD_EXPIRY:
		break;
	}
	return refuse_record(why, "type: not a type of probe or runner "
				  "records");
}

static bool whole(const struct entry *e)
{
	return !e->unfinished && (e->summed || e->probe.failed_step ||
					 e->steps == ALL_STEPS);
}

/* The state that the probe record, which may be missing, tells. */
static enum region_state state(const struct entry *e)
{
	if (e->probe.failed_step)
		return STATE_BROKEN;
	if (e->summed)
		return e->probe.state;
	return e->walled ? STATE_AUTH_WALLED : STATE_HEALTHY;
}

/* Lay the probes out, the whole ones of each series together and in order. */
static void lay_out_probes(struct collect *c)
{
	struct probe *next;

	index_release(&c->by_id);
	next = c->probes = xcalloc(c->n_entries, sizeof *c->probes);
	for (size_t i = 0; i < c->n_entries; i++)
		c->series[c->entries[i].series].n++;
	for (size_t i = 0; i < c->n_series; i++) {
		c->series[i].probes = next;
		next += c->series[i].n;
		c->series[i].n = 0;
	}
	for (size_t i = 0; i < c->n_entries; i++) {
		const struct entry *e = &c->entries[i];
		struct series *s = &c->series[e->series];

		s->probes[s->n] = e->probe;
		s->probes[s->n].counts = whole(e);
		s->probes[s->n++].state = state(e);
	}
	for (size_t i = 0; i < c->n_series; i++)
		c->series[i].n = history_settle(
			c->series[i].probes, c->series[i].n);
	free(c->entries);
	c->entries = NULL;
	c->n_entries = c->cap_entries = 0;
}

/* Why two runners are on one machine, or NULL. */
static const char *shared(const struct runner *a, const struct runner *b)
{
	if (a->host_key && a->host_key == b->host_key)
		return "host key";
	/* Where a platform says where it is, its addresses say nothing. */
	if (a->pop || b->pop)
		return a->pop == b->pop ? "POP" : NULL;
	return a->egress && a->egress == b->egress ? "egress address" : NULL;
}

/* Join the machines a and b, among the first n runners. */
static void join_machines(struct collect *c, size_t n, size_t a, size_t b)
{
	size_t to = a < b ? a : b, from = a < b ? b : a;

	for (size_t i = 0; i <= n; i++)
		if (c->runners[i].machine == from)
			c->runners[i].machine = to;
}

/*
 * Find the runners that share a machine. Each has one key, and one POP or address,
 * so a runner that lies about these can pass for one other at the most.
 */
static void find_machines(struct collect *c)
{
	for (size_t i = 0; i < c->n_runners; i++) {
		struct runner *a = &c->runners[i];

		a->machine = i;
		for (size_t k = 0; k < i; k++) {
			struct runner *b = &c->runners[k];
			const char *by = shared(a, b);

			if (!by)
				continue;
			a->by = a->by ? a->by : by;
			b->by = b->by ? b->by : by;
			join_machines(c, i, a->machine, b->machine);
		}
	}
}

const char *collect_machine(
	const struct collect *c, const char *region, const char **by)
{
	for (size_t i = 0; i < c->n_runners; i++) {
		*by = c->runners[i].by;
		if (*by && strcmp(c->runners[i].region, region) == 0)
			return c->runners[c->runners[i].machine].region;
	}
	return NULL;
}

const char *collect_pop(const struct collect *c, const char *region)
{
	for (size_t i = 0; i < c->n_runners; i++)
		if (strcmp(c->runners[i].region, region) == 0)
			return c->runners[i].pop;
	return NULL;
}

/* When the first probe started that has tools; INFINITY: none has. */
static double first_tools(const struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->probes[i].tools)
			return s->probes[i].started_at;
	return INFINITY;
}

/* Sort the names of the runners, and tell histories their machines. */
static void lay_out_runners(struct collect *c)
{
	if (c->n_runners)
		qsort(c->runners, c->n_runners, sizeof *c->runners,
			strings_order);
	c->runner_names = xcalloc(c->n_runners, sizeof *c->runner_names);
	for (size_t i = 0; i < c->n_runners; i++)
		c->runner_names[i] = c->runners[i].region;
	find_machines(c);
	for (size_t i = 0; i < c->n_servers; i++) {
		for (size_t k = 0; k < c->servers[i].n_regions; k++) {
			struct region_history *h = &c->servers[i].regions[k];

			h->machine =
				collect_machine(c, h->name, &h->machine_by);
			h->pop = collect_pop(c, h->name);
		}
	}
}

void collect_finish(struct collect *c)
{
	lay_out_probes(c);
	for (size_t i = 0; i < c->n_servers; i++) {
		struct server *s = &c->servers[i];

		s->regions = xcalloc(s->n_regions, sizeof *s->regions);
		s->n_regions = 0;
	}
	for (size_t i = 0; i < c->n_series; i++) {
		const struct series *from = &c->series[i];
		struct server *s = &c->servers[from->server];

		s->regions[s->n_regions++] = (struct region_history) {
			.name = from->region,
			.probes = from->probes,
			.n = from->n,
			.tools_from = first_tools(from)};
	}
	for (size_t i = 0; i < c->n_servers; i++)
		qsort(c->servers[i].regions, c->servers[i].n_regions,
			sizeof *c->servers[i].regions, strings_order);
	if (c->n_servers)
		qsort(c->servers, c->n_servers, sizeof *c->servers,
			strings_order);
	lay_out_runners(c);
}

struct server *collect_servers(struct collect *c, size_t *n)
{
	*n = c->n_servers;
	return c->servers;
}

const char *const *collect_runners(const struct collect *c, size_t *n)
{
	*n = c->n_runners;
	return c->runner_names;
}

const struct canary_report *collect_canaries(const struct collect *c,
	size_t *n)
{
	*n = c->n_canaries;
	return c->canaries;
}

bool collect_newest(const struct collect *c, double *out)
{
	*out = isnan(c->newest) ? c->newest_runner : c->newest;
	return !isnan(*out);
}
