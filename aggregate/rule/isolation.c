/*
 * isolation.c: see isolation.h. The probes of all servers are sorted by region
 * and time, and parted into rounds. A round in which nobody answered is
 * isolated where enough hosts failed that no region with a working network saw
 * fail too.
 */
#include "rule/isolation.h"

#include "base/xalloc.h"
#include "rule/verdict.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a probe tells of the network of its region. */
enum reach {
	REACH_NOTHING,	/* it failed before it came to the network */
	REACH_ANSWERED, /* the server, or its host, answered */
	REACH_CUT	/* it failed at DNS or TCP */
};

/* A probe; regions, servers and hosts are numbered. */
struct item {
	uint32_t region, server, host;
	enum reach reach;
	double at;
	const char *error;
	size_t round; /* its index in `rounds` */
};

/* The probes of one region that started together. */
struct round {
	size_t first, n; /* its items */
	bool answered;	 /* a server or a canary answered */
	size_t canaries; /* how many failed; 0 where one answered */
	bool isolated;
	size_t spell; /* where it is isolated: its index in `found` */
};

struct canaries {
	uint32_t region;
	double at;
	size_t answered, failed;
};

struct names {
	const char **v;
	size_t n, cap;
};

struct isolation {
	struct region_history **histories; /* all that were added */
	uint32_t *servers;		   /* the server of each history */
	size_t n_histories, cap_histories, cap_servers;
	uint32_t n_servers;
	struct names regions, hosts; /* hosts: the URL of each server */
	uint32_t *host_of;	     /* the number of each server's host */
	size_t cap_host_of;
	struct canaries *canaries;
	size_t n_canaries, cap_canaries;
	struct item *items; /* by region and time */
	size_t n_items;
	struct round *rounds;
	size_t n_rounds, cap_rounds;
	struct isolated *found;
	size_t n_found, cap_found;
	struct probe *kept; /* the probes that stay in the histories */
	double *cut;	    /* when those started that were taken out */
};

struct isolation *isolation_new(void)
{
	return xcalloc(1, sizeof(struct isolation));
}

void isolation_free(struct isolation *s)
{
	if (!s)
		return;
	free(s->histories);
	free(s->servers);
	free(s->regions.v);
	free(s->hosts.v);
	free(s->host_of);
	free(s->canaries);
	free(s->items);
	free(s->rounds);
	free(s->found);
	free(s->kept);
	free(s->cut);
	free(s);
}

/*
 * How many of n sorted elements of so many bytes come before the key; with
 * `through`, those that are equal to it too.
 */
static size_t count_before(const void *sorted, size_t n, size_t size,
	const void *key, int (*order)(const void *, const void *), bool through)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (order((const char *)sorted + mid * size, key) < through)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint32_t find_region(struct isolation *s, const char *region)
{
	for (size_t i = 0; i < s->regions.n; i++)
		if (strcmp(s->regions.v[i], region) == 0)
			return (uint32_t)i;
	s->regions.v = xgrow(s->regions.v, &s->regions.cap, s->regions.n + 1,
		sizeof *s->regions.v);
	s->regions.v[s->regions.n] = region;
	return (uint32_t)s->regions.n++;
}

/* The host of a URL, of *n bytes: without scheme, user and port. */
static const char *host_of(const char *url, size_t *n)
{
	const char *p = url ? strstr(url, "://") : NULL, *at;

	*n = 0;
	if (!p)
		return "";
	p += 3;
	*n = strcspn(p, "/?#");
	for (at = p; at < p + *n; at++)
		if (*at == '@') {
			*n -= (size_t)(at + 1 - p);
			p = at + 1;
		}
	if (*p == '[')
		*n = strcspn(p, "]/?#");
	else
		*n = strcspn(p, ":/?#");
	return p;
}

static int by_host(const void *a, const void *b)
{
	size_t n, m;
	const char *x = host_of(*(const char *const *)a, &n);
	const char *y = host_of(*(const char *const *)b, &m);
	int order = strncasecmp(x, y, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

/* Number the hosts; equal ones have one number. */
static void number_hosts(struct isolation *s)
{
	const char **sorted = xcalloc(s->hosts.n, sizeof *sorted);
	size_t n = 0;

	s->host_of = xcalloc(s->hosts.n, sizeof *s->host_of);
	for (size_t i = 0; i < s->hosts.n; i++)
		sorted[i] = s->hosts.v[i];
	if (s->hosts.n)
		qsort(sorted, s->hosts.n, sizeof *sorted, by_host);
	for (size_t i = 0; i < s->hosts.n; i++)
		if (!n || by_host(&sorted[n - 1], &sorted[i]) != 0)
			sorted[n++] = sorted[i];
	for (size_t i = 0; i < s->hosts.n; i++) {
		const char **found = bsearch(&s->hosts.v[i], sorted, n,
			sizeof *sorted, by_host);

		s->host_of[i] = (uint32_t)(found - sorted);
	}
	free(sorted);
}

void isolation_add(struct isolation *s, const char *url,
	struct region_history *h, size_t n)
{
	s->hosts.v = xgrow(s->hosts.v, &s->hosts.cap, s->hosts.n + 1,
		sizeof *s->hosts.v);
	s->hosts.v[s->hosts.n++] = url;
	for (size_t i = 0; i < n; i++) {
		s->histories = xgrow(s->histories, &s->cap_histories,
			s->n_histories + 1, sizeof(struct region_history *));
		s->servers = xgrow(s->servers, &s->cap_servers,
			s->n_histories + 1, sizeof *s->servers);
		find_region(s, h[i].name);
		s->histories[s->n_histories] = &h[i];
		s->servers[s->n_histories++] = s->n_servers;
		s->n_items += h[i].n;
	}
	s->n_servers++;
}

void isolation_canaries(struct isolation *s, const char *region, double at,
	size_t answered, size_t failed)
{
	for (size_t i = 0; i < s->regions.n; i++) {
		if (strcmp(s->regions.v[i], region) != 0)
			continue;
		s->canaries = xgrow(s->canaries, &s->cap_canaries,
			s->n_canaries + 1, sizeof *s->canaries);
		s->canaries[s->n_canaries++] = (struct canaries) {
			(uint32_t)i, at, answered, failed};
	}
}

static enum reach reach_of(const struct probe *p)
{
	const char *code = p->error ? p->error : "";

	/* The address was refused by what this runner was told to do. */
	if (strcmp(code, "tcp.denied") == 0)
		return REACH_NOTHING;
	if (p->failed_step == STEP_DNS ||
		(p->failed_step == STEP_TLS && strncmp(code, "tcp.", 4) == 0))
		return REACH_CUT;
	return REACH_ANSWERED;
}

bool isolation_fits(const struct probe *p)
{
	return reach_of(p) == REACH_CUT;
}

static int by_region(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static void list_items(struct isolation *s)
{
	size_t n = 0;

	s->items = xcalloc(s->n_items, sizeof *s->items);
	for (size_t i = 0; i < s->n_histories; i++) {
		const struct region_history *h = s->histories[i];
		uint32_t region = find_region(s, h->name);
		uint32_t server = s->servers[i];

		for (size_t k = 0; k < h->n; k++)
			s->items[n++] = (struct item) {.region = region,
				.server = server,
				.host = s->host_of[server],
				.reach = reach_of(&h->probes[k]),
				.at = h->probes[k].started_at,
				.error = h->probes[k].error};
	}
	if (n)
		qsort(s->items, n, sizeof *s->items, by_region);
}

static int by_canaries(const void *a, const void *b)
{
	const struct canaries *x = a, *y = b;

	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Take into account what the canaries of a round's region say. */
static void note_canaries(const struct isolation *s, struct round *r)
{
	const struct item *first = &s->items[r->first];
	const struct canaries least = {.region = first->region,
		.at = first->at - ISOLATION_ROUND_S};
	const struct canaries *c = s->canaries;
	size_t i = count_before(c, s->n_canaries, sizeof *c, &least,
		by_canaries, true);

	/* The batch began just before its first probe. */
	for (; i < s->n_canaries && c[i].region == first->region &&
		c[i].at <= first->at + 1;
		i++) {
		if (c[i].answered)
			r->answered = true;
		else
			r->canaries += c[i].failed;
	}
}

static void list_rounds(struct isolation *s)
{
	for (size_t i = 0; i < s->n_items; i++) {
		struct item *item = &s->items[i];
		struct round *r = s->n_rounds ? &s->rounds[s->n_rounds - 1]
					      : NULL;

		if (!r || s->items[r->first].region != item->region ||
			item->at - s->items[r->first].at > ISOLATION_ROUND_S) {
			s->rounds = xgrow(s->rounds, &s->cap_rounds,
				s->n_rounds + 1, sizeof *s->rounds);
			r = &s->rounds[s->n_rounds++];
			*r = (struct round) {.first = i};
		}
		item->round = s->n_rounds - 1;
		r->n++;
		if (item->reach == REACH_ANSWERED)
			r->answered = true;
	}
	if (s->n_canaries)
		qsort(s->canaries, s->n_canaries, sizeof *s->canaries,
			by_canaries);
	for (size_t i = 0; i < s->n_rounds; i++)
		note_canaries(s, &s->rounds[i]);
}

static int by_server(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->server != y->server)
		return x->server < y->server ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Failures at DNS or TCP in rounds in which other servers answered. */
struct witnesses {
	struct item *v; /* by server and time */
	size_t n;
};

static struct witnesses list_witnesses(const struct isolation *s)
{
	struct witnesses w = {xcalloc(s->n_items, sizeof *w.v), 0};

	for (size_t i = 0; i < s->n_items; i++)
		if (s->items[i].reach == REACH_CUT &&
			s->rounds[s->items[i].round].answered)
			w.v[w.n++] = s->items[i];
	if (w.n)
		qsort(w.v, w.n, sizeof *w.v, by_server);
	return w;
}

/* Whether a region whose network works has seen this failure, too. */
static bool seen_elsewhere(const struct witnesses *w, const struct item *item,
	double tolerance)
{
	struct item least = {.server = item->server,
		.at = item->at - tolerance};
	size_t i = count_before(w->v, w->n, sizeof *w->v, &least, by_server,
		false);

	for (; i < w->n && w->v[i].server == item->server &&
		w->v[i].at <= item->at + tolerance;
		i++)
		if (w->v[i].region != item->region)
			return true;
	return false;
}

/*
 * How many hosts failed in this region alone: in a round that nobody answered,
 * and in those just before it that nobody did, as far as the lookback, for
 * servers that are probed rarely take turns. `marks` has a byte for each host.
 */
static size_t count_hosts(const struct isolation *s, const struct round *r,
	const struct witnesses *w, const struct rule *rule, char *marks)
{
	enum { NEW, OURS, THEIRS };
	const struct item *end = &s->items[r->first + r->n - 1], *p;
	size_t hosts = 0;

	memset(marks, NEW, s->n_servers);
	for (p = end + 1; p-- > s->items;) {
		if (p->region != end->region ||
			p->at <= end->at - rule->lookback_s ||
			s->rounds[p->round].answered)
			break;
		if (p->reach != REACH_CUT || marks[p->host] == THEIRS)
			continue;
		if (marks[p->host] == NEW)
			hosts++;
		marks[p->host] = OURS;
		if (!seen_elsewhere(w, p, rule->tolerance_s))
			continue;
		marks[p->host] = THEIRS;
		hosts--;
	}
	return hosts;
}

static bool any_cut(const struct isolation *s, const struct round *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (s->items[r->first + i].reach == REACH_CUT)
			return true;
	return false;
}

/* Whether r goes on where an isolated round of its region ended. */
static bool goes_on(const struct isolation *s, const struct round *r,
	const struct rule *rule)
{
	const struct round *before = r - 1;
	const struct item *first = &s->items[r->first];

	return r > s->rounds && before->isolated && first[-1].region ==
		first->region &&
		first->at - first[-1].at < rule->lookback_s;
}

/* The code that most of a round failed with, of equals the earlier one. */
static const char *common_error(const struct isolation *s,
	const struct round *r)
{
	const struct item *v = &s->items[r->first];
	const char *out = NULL;
	size_t most = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t n = 0;

		if (v[i].reach != REACH_CUT || !v[i].error)
			continue;
		for (size_t k = 0; k < r->n; k++)
			n += v[k].reach == REACH_CUT && v[k].error &&
				strcmp(v[k].error, v[i].error) == 0;
		if (n > most) {
			most = n;
			out = v[i].error;
		}
	}
	return out;
}

/* A round is isolated: the spell before it goes on, or a new one begins. */
static void note_isolated(struct isolation *s, struct round *r, bool lasts)
{
	const struct item *first = &s->items[r->first];

	r->isolated = true;
	if (!lasts) {
		s->found = xgrow(s->found, &s->cap_found, s->n_found + 1,
			sizeof *s->found);
		s->found[s->n_found++] = (struct isolated) {
			.region = s->regions.v[first->region],
			.from = first->at,
			.servers = r->n,
			.error = common_error(s, r),
			.canaries = r->canaries};
	}
	r->spell = s->n_found - 1;
	s->found[r->spell].to = first[r->n - 1].at;
}

static void judge_rounds(struct isolation *s, const struct rule *rule)
{
	struct witnesses w = list_witnesses(s);
	char *marks = xcalloc(s->n_servers, 1);

	for (size_t i = 0; i < s->n_rounds; i++) {
		struct round *r = &s->rounds[i];
		bool lasts;

		if (r->answered || !any_cut(s, r))
			continue;
		lasts = goes_on(s, r, rule);
		if (lasts || r->canaries ||
			count_hosts(s, r, &w, rule, marks) >= ISOLATION_HOSTS)
			note_isolated(s, r, lasts);
	}
	free(marks);
	free(w.v);
}

/* The round of a region's newest probe up to `until`, or NULL. */
static const struct round *round_at(const struct isolation *s, uint32_t region,
	double until)
{
	struct item most = {.region = region, .at = until};
	size_t n = count_before(s->items, s->n_items, sizeof *s->items, &most,
		by_region, true);

	if (!n || s->items[n - 1].region != region)
		return NULL;
	return &s->rounds[s->items[n - 1].round];
}

/* Take the failures of isolated rounds out of one history. */
static void cut_history(struct isolation *s, struct region_history *h,
	struct probe **kept, double **cut)
{
	uint32_t region = find_region(s, h->name);
	struct probe *to = *kept;
	double *gone = *cut;

	for (size_t i = 0; i < h->n; i++) {
		const struct probe *p = &h->probes[i];
		const struct round *r = round_at(s, region, p->started_at);

		if (r && r->isolated && isolation_fits(p))
			*(*cut)++ = p->started_at;
		else
			*(*kept)++ = *p;
	}
	if (*cut == gone) {
		*kept = to;
		return;
	}
	h->probes = to;
	h->n = (size_t)(*kept - to);
	h->cut = gone;
	h->n_cut = (size_t)(*cut - gone);
}

void isolation_cut(struct isolation *s, const struct rule *rule)
{
	struct probe *kept;
	double *cut;

	number_hosts(s);
	list_items(s);
	list_rounds(s);
	judge_rounds(s, rule);
	if (!s->n_found)
		return;
	kept = s->kept = xcalloc(s->n_items, sizeof *s->kept);
	cut = s->cut = xcalloc(s->n_items, sizeof *s->cut);
	for (size_t i = 0; i < s->n_histories; i++)
		cut_history(s, s->histories[i], &kept, &cut);
}

const struct isolated *isolation_all(const struct isolation *s, size_t *n)
{
	*n = s->n_found;
	return s->found;
}

const struct isolated *isolation_at(const struct isolation *s,
	const char *region, double since, double until)
{
	for (size_t i = 0; i < s->regions.n; i++) {
		const struct round *r;

		if (strcmp(s->regions.v[i], region) != 0)
			continue;
		r = round_at(s, (uint32_t)i, until);
		if (r && r->isolated &&
			s->items[r->first + r->n - 1].at > since)
			return &s->found[r->spell];
	}
	return NULL;
}

const char *isolation_text(const struct isolated *i, char *out)
{
	int n = snprintf(out, ISOLATION_TEXT,
		"its own network is cut off: none of %zu server%s could be "
		"reached from there",
		i->servers, i->servers == 1 ? "" : "s");

	if (i->error)
		n += snprintf(out + n, ISOLATION_TEXT - (size_t)n,
			"; mostly %.100s", i->error);
	if (i->canaries)
		snprintf(out + n, ISOLATION_TEXT - (size_t)n,
			"; %zu canar%s not answer", i->canaries,
			i->canaries == 1 ? "y does" : "ies do");
	return out;
}
