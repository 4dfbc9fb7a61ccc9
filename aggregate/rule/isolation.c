/* SPDX-License-Identifier: MIT */
/*
 * isolation.c: see isolation.h. Of all probes there are only counts, by region
 * and second, so that the memory depends on the time that is looked at and not
 * on the number of servers; those that failed at DNS or TCP are kept, in a few
 * bytes each. The seconds of a region are parted into rounds. A round in which
 * nobody answered is isolated where enough hosts failed that no region with a
 * working network saw fail too.
 */
#include "rule/isolation.h"

#include "base/index.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "rule/verdict.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The evidence of a probe on the network of its region. */
enum reach {
	REACH_NOTHING,	/* it failed before it came to the network */
	REACH_ANSWERED, /* the server, or its host, answered */
	REACH_CUT	/* it failed at DNS or TCP */
};

/* Copies of names; equal ones have one number. */
struct names {
	struct strings list;
	struct index index;
};

/* The probes of a region that started within one second. */
struct second {
	uint32_t region, probes;
	double first, last; /* when they started */
	bool answered;	    /* a server did */
};

/* A probe that failed at DNS or TCP; regions, servers, hosts, errors by number. */
struct failure {
	double at;
	uint32_t region, server, host, error;
};

/* The probes of one region that started together. */
struct round {
	uint32_t region;
	bool answered; /* a server or a canary answered */
	bool isolated;
	double from, to;   /* when its first and its last probe started */
	size_t probes;
	size_t first, n;   /* its failures */
	size_t canaries;   /* how many failed; 0 where one answered */
	size_t spell;	   /* where it is isolated: its index in `found` */
};

struct canaries {
	uint32_t region;
	double at;
	size_t answered, failed;
};

/* A history that isolation_add was given. */
struct added {
	struct region_history *history;
	void *changed; /* see isolation_apply */
};

struct isolation {
	struct names regions, hosts, errors;
	uint32_t n_servers;
	struct second *seconds; /* sorted in the end */
	size_t n_seconds, cap_seconds;
	struct index by_second;
	struct failure *failures; /* likewise, by region and time */
	size_t n_failures, cap_failures;
	struct canaries *canaries;
	size_t n_canaries, cap_canaries;
	struct round *rounds; /* by region and time */
	size_t n_rounds, cap_rounds;
	struct isolated *found;
	size_t n_found, cap_found;
	struct added *added;
	size_t n_added, cap_added;
};

struct isolation *isolation_new(void)
{
	return xcalloc(1, sizeof(struct isolation));
}

static void names_release(struct names *t)
{
	strings_release(&t->list);
	index_release(&t->index);
}

void isolation_free(struct isolation *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_added; i++)
		free(s->added[i].changed);
	free(s->added);
	names_release(&s->regions);
	names_release(&s->hosts);
	names_release(&s->errors);
	free(s->seconds);
	index_release(&s->by_second);
	free(s->failures);
	free(s->canaries);
	free(s->rounds);
	free(s->found);
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

static bool same_name(const void *ctx, uint32_t i, const void *key)
{
	const struct names *t = ctx;

	return strcmp(t->list.v[i], key) == 0;
}

/* The number of a name, or INDEX_NONE. */
static uint32_t find_name(const struct names *t, const char *name)
{
	return index_find(&t->index, index_hash(0, name, strlen(name)),
		same_name, t, name);
}

static uint32_t number_name(struct names *t, const char *name)
{
	uint32_t i = find_name(t, name);

	if (i != INDEX_NONE)
		return i;
	i = (uint32_t)t->list.n;
	strings_add(&t->list, name);
	index_add(&t->index, index_hash(0, name, strlen(name)), i);
	return i;
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

static uint32_t number_host(struct isolation *s, const char *url)
{
	size_t n;
	const char *p = host_of(url, &n);
	char *host = xstrndup(p, n);
	uint32_t number;

	for (size_t i = 0; i < n; i++)
		host[i] = (char)tolower((unsigned char)host[i]);
	number = number_name(&s->hosts, host);
	free(host);
	return number;
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

static bool same_second(const void *ctx, uint32_t i, const void *key)
{
	const struct isolation *s = ctx;
	const struct second *a = &s->seconds[i], *b = key;

	return a->region == b->region && floor(a->first) == floor(b->first);
}

/* The second in which a probe of a region starts. */
static struct second *find_second(struct isolation *s, uint32_t region,
	double at)
{
	const struct second new = {.region = region, .first = at, .last = at};
	uint64_t hash = ((uint64_t)region << 40) ^ (uint64_t)at;
	uint32_t i;

	/* Neighbours in time are far apart. */
	hash *= 0x9e3779b97f4a7c15u;
	hash ^= hash >> 32;
	i = index_find(&s->by_second, hash, same_second, s, &new);
	if (i == INDEX_NONE) {
		i = (uint32_t)s->n_seconds;
		s->seconds = xgrow(s->seconds, &s->cap_seconds,
			s->n_seconds + 1, sizeof *s->seconds);
		s->seconds[s->n_seconds++] = new;
		index_add(&s->by_second, hash, i);
	}
	return &s->seconds[i];
}

static void note_probe(struct isolation *s, uint32_t region,
	const struct probe *p)
{
	struct second *t = find_second(s, region, p->started_at);

	t->probes++;
	t->first = fmin(t->first, p->started_at);
	t->last = fmax(t->last, p->started_at);
	t->answered = t->answered || reach_of(p) == REACH_ANSWERED;
}

static void note_failure(struct isolation *s, struct failure f)
{
	s->failures = xgrow(s->failures, &s->cap_failures, s->n_failures + 1,
		sizeof *s->failures);
	s->failures[s->n_failures++] = f;
}

void isolation_note(struct isolation *s, const char *url,
	const struct region_history *h, size_t n)
{
	uint32_t server = s->n_servers++, host = INDEX_NONE;

	for (size_t i = 0; i < n; i++) {
		uint32_t region = number_name(&s->regions, h[i].name);

		for (size_t k = 0; k < h[i].n; k++) {
			const struct probe *p = &h[i].probes[k];

			note_probe(s, region, p);
			if (!isolation_fits(p))
				continue;
			if (host == INDEX_NONE)
				host = number_host(s, url);
			note_failure(s,
				(struct failure) {p->started_at, region, server,
					host,
					number_name(&s->errors,
						p->error ? p->error : "")});
		}
	}
}

void isolation_canaries(struct isolation *s, const char *region, double at,
	size_t answered, size_t failed)
{
	uint32_t i = find_name(&s->regions, region);

	if (i == INDEX_NONE)
		return;
	s->canaries = xgrow(s->canaries, &s->cap_canaries, s->n_canaries + 1,
		sizeof *s->canaries);
	s->canaries[s->n_canaries++] =
		(struct canaries) {i, at, answered, failed};
}

/* Order by region, then by time. */
static int compare(uint32_t a, double at_a, uint32_t b, double at_b)
{
	if (a != b)
		return a < b ? -1 : 1;
	return (at_a > at_b) - (at_a < at_b);
}

static int by_second(const void *a, const void *b)
{
	const struct second *x = a, *y = b;

	return compare(x->region, x->first, y->region, y->first);
}

static int by_failure(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	return compare(x->region, x->at, y->region, y->at);
}

static int by_round(const void *a, const void *b)
{
	const struct round *x = a, *y = b;

	return compare(x->region, x->from, y->region, y->from);
}

static int by_canaries(const void *a, const void *b)
{
	const struct canaries *x = a, *y = b;

	return compare(x->region, x->at, y->region, y->at);
}

/* Take into account what the canaries of a round's region say. */
static void note_canaries(const struct isolation *s, struct round *r)
{
	const struct canaries least = {
		.region = r->region, .at = r->from - ISOLATION_ROUND_S};
	const struct canaries *c = s->canaries;
	size_t i = count_before(c, s->n_canaries, sizeof *c, &least,
		by_canaries, true);

	/* The batch began just before its first probe. */
	for (; i < s->n_canaries && c[i].region == r->region &&
		c[i].at <= r->from + 1;
		i++) {
		if (c[i].answered)
			r->answered = true;
		else
			r->canaries += c[i].failed;
	}
}

static void list_rounds(struct isolation *s)
{
	for (size_t i = 0; i < s->n_seconds; i++) {
		const struct second *t = &s->seconds[i];
		struct round *r = s->n_rounds ? &s->rounds[s->n_rounds - 1]
					      : NULL;

		if (!r || r->region != t->region ||
			t->first - r->from > ISOLATION_ROUND_S) {
			s->rounds = xgrow(s->rounds, &s->cap_rounds,
				s->n_rounds + 1, sizeof *s->rounds);
			r = &s->rounds[s->n_rounds++];
			*r = (struct round) {
				.region = t->region, .from = t->first};
		}
		r->to = t->last;
		r->probes += t->probes;
		r->answered = r->answered || t->answered;
	}
}

/* Find what belongs to the rounds: failures, and what canaries say. */
static void fill_rounds(struct isolation *s)
{
	size_t at = 0;

	for (size_t i = 0; i < s->n_rounds; i++) {
		struct round *r = &s->rounds[i];

		for (r->first = at; at < s->n_failures &&
			s->failures[at].region == r->region &&
			s->failures[at].at <= r->to;
			at++)
			r->n++;
		note_canaries(s, r);
	}
}

static int by_server(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	return compare(x->server, x->at, y->server, y->at);
}

/* Failures in rounds in which other servers answered. */
struct witnesses {
	struct failure *v; /* by server and time */
	size_t n;
};

static struct witnesses list_witnesses(const struct isolation *s)
{
	struct witnesses w = {xcalloc(s->n_failures, sizeof *w.v), 0};

	for (size_t i = 0; i < s->n_rounds; i++)
		for (size_t k = 0; s->rounds[i].answered && k < s->rounds[i].n;
			k++)
			w.v[w.n++] = s->failures[s->rounds[i].first + k];
	if (w.n)
		qsort(w.v, w.n, sizeof *w.v, by_server);
	return w;
}

/* Whether a region whose network works has seen this failure, too. */
static bool seen_elsewhere(const struct witnesses *w, const struct failure *f,
	double tolerance)
{
	struct failure least = {.server = f->server, .at = f->at - tolerance};
	size_t i = count_before(w->v, w->n, sizeof *w->v, &least, by_server,
		false);

	for (; i < w->n && w->v[i].server == f->server &&
		w->v[i].at <= f->at + tolerance;
		i++)
		if (w->v[i].region != f->region)
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
	size_t first = r->first, hosts = 0;

	memset(marks, NEW, s->hosts.list.n);
	for (const struct round *q = r; q > s->rounds && q[-1].region ==
		r->region && !q[-1].answered; q--)
		first = q[-1].first;
	for (size_t i = r->first + r->n; i-- > first;) {
		const struct failure *f = &s->failures[i];

		if (f->at <= r->to - rule->lookback_s)
			break;
		if (marks[f->host] == THEIRS)
			continue;
		if (marks[f->host] == NEW)
			hosts++;
		marks[f->host] = OURS;
		if (!seen_elsewhere(w, f, rule->tolerance_s))
			continue;
		marks[f->host] = THEIRS;
		hosts--;
	}
	return hosts;
}

/* Whether r goes on where an isolated round of its region ended. */
static bool goes_on(const struct isolation *s, const struct round *r,
	const struct rule *rule)
{
	return r > s->rounds && r[-1].isolated && r[-1].region == r->region &&
		r->from - r[-1].to < rule->lookback_s;
}

/* The code that most of a round failed with, of equals the earlier one. */
static const char *common_error(const struct isolation *s,
	const struct round *r)
{
	size_t *n = xcalloc(s->errors.list.n, sizeof *n), most = 0;
	const struct failure *v = &s->failures[r->first];
	const char *out = NULL;

	for (size_t i = 0; i < r->n; i++)
		n[v[i].error]++;
	for (size_t i = 0; i < r->n; i++) {
		const char *error = s->errors.list.v[v[i].error];

		if (!*error || n[v[i].error] <= most)
			continue;
		most = n[v[i].error];
		out = error;
	}
	free(n);
	return out;
}

/* A round is isolated: the spell before it goes on, or a new one begins. */
static void note_isolated(struct isolation *s, struct round *r, bool lasts)
{
	r->isolated = true;
	if (!lasts) {
		s->found = xgrow(s->found, &s->cap_found, s->n_found + 1,
			sizeof *s->found);
		s->found[s->n_found++] = (struct isolated) {
			.region = s->regions.list.v[r->region],
			.from = r->from,
			.servers = r->probes,
			.error = common_error(s, r),
			.canaries = r->canaries};
	}
	r->spell = s->n_found - 1;
	s->found[r->spell].to = r->to;
}

static void judge_rounds(struct isolation *s, const struct rule *rule)
{
	struct witnesses w = list_witnesses(s);
	char *marks = xcalloc(s->hosts.list.n, 1);

	for (size_t i = 0; i < s->n_rounds; i++) {
		struct round *r = &s->rounds[i];
		bool lasts;

		if (r->answered || !r->n)
			continue;
		lasts = goes_on(s, r, rule);
		if (lasts || r->canaries ||
			count_hosts(s, r, &w, rule, marks) >= ISOLATION_HOSTS)
			note_isolated(s, r, lasts);
	}
	free(marks);
	free(w.v);
}

static void sort(void *v, size_t n, size_t size,
	int (*order)(const void *, const void *))
{
	if (n)
		qsort(v, n, size, order);
}

void isolation_find(struct isolation *s, const struct rule *rule)
{
	sort(s->seconds, s->n_seconds, sizeof *s->seconds, by_second);
	sort(s->failures, s->n_failures, sizeof *s->failures, by_failure);
	sort(s->canaries, s->n_canaries, sizeof *s->canaries, by_canaries);
	list_rounds(s);
	fill_rounds(s);
	judge_rounds(s, rule);
}

/* The round of a region's newest probe up to `until`, or NULL. */
static const struct round *round_at(const struct isolation *s,
	const char *region, double until)
{
	struct round most = {
		.region = find_name(&s->regions, region), .from = until};
	size_t n = count_before(s->rounds, s->n_rounds, sizeof *s->rounds,
		&most, by_round, true);

	return n && s->rounds[n - 1].region == most.region ? &s->rounds[n - 1]
							   : NULL;
}

static bool is_cut(const struct isolation *s, const struct region_history *h,
	const struct probe *p)
{
	const struct round *r =
		isolation_fits(p) ? round_at(s, h->name, p->started_at) : NULL;

	return r && r->isolated;
}

/* Take the failures of isolated rounds out of one history. */
static void cut_history(const struct isolation *s, struct region_history *h,
	struct probe **kept, double **cut)
{
	struct probe *to = *kept;
	double *gone = *cut;

	for (size_t i = 0; i < h->n; i++) {
		const struct probe *p = &h->probes[i];

		if (is_cut(s, h, p))
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

void *isolation_apply(const struct isolation *s, struct region_history *h,
	size_t n)
{
	struct probe *kept, *room;
	size_t probes = 0;
	bool any = false;
	double *cut;

	for (size_t i = 0; s->n_found && i < n; i++) {
		for (size_t k = 0; k < h[i].n && !any; k++)
			any = is_cut(s, &h[i], &h[i].probes[k]);
		probes += h[i].n;
	}
	if (!any)
		return NULL;
	kept = room = xmalloc(probes * (sizeof *kept + sizeof *cut));
	cut = (double *)(kept + probes);
	for (size_t i = 0; i < n; i++)
		cut_history(s, &h[i], &kept, &cut);
	return room;
}

void isolation_add(struct isolation *s, const char *url,
	struct region_history *h, size_t n)
{
	isolation_note(s, url, h, n);
	for (size_t i = 0; i < n; i++) {
		s->added = xgrow(s->added, &s->cap_added, s->n_added + 1,
			sizeof *s->added);
		s->added[s->n_added++] = (struct added) {.history = &h[i]};
	}
}

void isolation_cut(struct isolation *s, const struct rule *rule)
{
	isolation_find(s, rule);
	for (size_t i = 0; i < s->n_added; i++)
		s->added[i].changed =
			isolation_apply(s, s->added[i].history, 1);
}

const struct isolated *isolation_all(const struct isolation *s, size_t *n)
{
	*n = s->n_found;
	return s->found;
}

const struct isolated *isolation_at(const struct isolation *s,
	const char *region, double since, double until)
{
	const struct round *r = round_at(s, region, until);

	return r && r->isolated && r->to > since ? &s->found[r->spell] : NULL;
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
