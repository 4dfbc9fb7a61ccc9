/* SPDX-License-Identifier: MIT */
/*
 * drift.c: changes of tools. The store keeps 16 probes of a region, but an hour has
 * more: so each verdict keeps how many changes each minute had. For the minutes
 * that its probes cover, they replace what the verdict before kept: a change
 * counts once, however often it is looked at, and however late its probes come.
 */
#include "rule/drift.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "rule/agreement.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Drift and divergence. */

/*
 * A region that saw other tools for longer than this, and then the first ones
 * again, sees them anew, as after a deploy that was rolled back. If for less,
 * it sees both: its answers come from several caches. As long as a divergence
 * (article 1).
 */
#define AGAIN_S 300

/* The last HISTORY_MAX probes as of `until`; returns how many there are. */
static size_t looked_at(const struct region_history *h, double until,
	const struct probe **out)
{
	size_t end = history_until(h, until);
	size_t start = end > HISTORY_MAX ? end - HISTORY_MAX : 0;

	*out = end ? &h->probes[start] : NULL;
	return end - start;
}

const struct probe *drift_newest(const struct region_history *h, double until)
{
	const struct probe *p;

	for (size_t n = looked_at(h, until, &p); n > 0; n--)
		if (p[n - 1].tools)
			return &p[n - 1];
	return NULL;
}

/* The probe whose tools those of `newest` are compared to, or NULL. */
static const struct probe *seen_before(const struct region_history *h,
	const struct probe *newest)
{
	if (h->tools_seen)
		return h->tools_seen;
	for (const struct probe *p = newest; p > h->probes; p--)
		if (p[-1].tools)
			return &p[-1];
	return NULL;
}

/* Whether both hashes are known and differ. */
static bool differ(const char *a, const char *b)
{
	return a && b && a != b && strcmp(a, b) != 0;
}

static void add(const char **list, size_t *n, const struct tool_digest *t)
{
	list[(*n)++] = t->name;
}

static void compare_tool(const struct tool_digest *a,
	const struct tool_digest *b, struct verdict_drift *out)
{
	if (strcmp(a->contract, b->contract) != 0)
		add(out->changed, &out->n_changed, b);
	else if (strcmp(a->full, b->full) != 0)
		add(out->redescribed, &out->n_redescribed, b);
}

/* Walk both lists, which are sorted by name, side by side. */
static void compare_lists(const struct tool_list *a, const struct tool_list *b,
	struct verdict_drift *out)
{
	size_t i = 0, j = 0;

	out->removed = xcalloc(a->n_tools, sizeof *out->removed);
	out->added = xcalloc(b->n_tools, sizeof *out->added);
	out->changed = xcalloc(b->n_tools, sizeof *out->changed);
	out->redescribed = xcalloc(b->n_tools, sizeof *out->redescribed);
	while (i < a->n_tools || j < b->n_tools) {
		int order = i == a->n_tools ? 1 : -1;

		if (i < a->n_tools && j < b->n_tools)
			order = strcmp(a->tools[i].name, b->tools[j].name);
		if (order < 0)
			add(out->removed, &out->n_removed, &a->tools[i++]);
		else if (order > 0)
			add(out->added, &out->n_added, &b->tools[j++]);
		else
			compare_tool(&a->tools[i++], &b->tools[j++], out);
	}
}

/* Whether drift_find would find a difference between the tools of two probes. */
static bool drift_between(const struct probe *from, const struct probe *to)
{
	if (from->era != to->era)
		return era_name(from->era) && era_name(to->era);
	return differ(from->tools->hash, to->tools->hash) ||
		differ(from->tools->full_hash, to->tools->full_hash);
}

bool drift_find(const struct region_history *h, double until,
	struct verdict_drift *out)
{
	const struct probe *to = drift_newest(h, until);
	const struct probe *from = to ? seen_before(h, to) : NULL;
	bool contract;

	if (!from || from == to || !drift_between(from, to))
		return false;
	*out = (struct verdict_drift) {.region = h->name};
	if (from->era != to->era) {
		out->from = era_name(from->era);
		out->to = era_name(to->era);
		return true;
	}
	contract = differ(from->tools->hash, to->tools->hash);
	out->from = contract ? from->tools->hash : from->tools->full_hash;
	out->to = contract ? to->tools->hash : to->tools->full_hash;
	out->lists[0] = from->tools->full_hash;
	out->lists[1] = to->tools->full_hash;
	if (from->tools->tools && to->tools->tools)
		compare_lists(from->tools, to->tools, out);
	return true;
}

void drift_release(struct verdict_drift *d)
{
	free(d->added);
	free(d->removed);
	free(d->changed);
	free(d->redescribed);
	for (size_t i = 0; i < d->n_renamed; i++) {
		free((char *)d->renamed[i].from);
		free((char *)d->renamed[i].to);
	}
	free(d->renamed);
	*d = (struct verdict_drift) {0};
}

/* By what tools are told apart: their contracts, or all that they say. */
enum by { BY_CONTRACT, BY_WORDS };

/* The hash of the tools that a probe saw; NULL where that is not known. */
static const char *hash_of(const struct probe *p, enum by by)
{
	return by == BY_WORDS ? p->tools->full_hash : p->tools->hash;
}

/* Whether a probe saw the tools of this hash, as far as it knows. */
static bool saw(
	const struct probe *p, enum era era, enum by by, const char *hash)
{
	const char *own = p->tools && p->era == era ? hash_of(p, by) : NULL;

	return own && hash && !differ(own, hash);
}

/* Since when a region sees the tools of `newest`; known: as of the verdict
   before, or 0. */
static double since_of(const struct region_history *h, double until,
	const struct probe *newest, enum by by, double known)
{
	const char *hash = hash_of(newest, by);
	const struct probe *p;
	double since, other = INFINITY; /* oldest of others in between */

	if (h->tools_seen && known > 0 && known <= newest->started_at &&
		saw(h->tools_seen, newest->era, by, hash))
		return known;
	since = newest->started_at;
	for (size_t n = looked_at(h, until, &p); n > 0; n--) {
		const struct probe *q = &p[n - 1];

		if (!q->tools)
			continue;
		if (!saw(q, newest->era, by, hash)) {
			other = q->started_at;
			continue;
		}
		if (since - other > AGAIN_S)
			break;
		since = q->started_at;
		other = INFINITY;
	}
	return since;
}

double drift_since(const struct region_history *h, double until)
{
	const struct probe *newest = drift_newest(h, until);

	return newest ? since_of(h, until, newest, BY_CONTRACT, h->tools_since)
		      : 0;
}

double drift_words_since(const struct region_history *h, double until)
{
	const struct probe *newest = drift_newest(h, until);

	return newest ? since_of(h, until, newest, BY_WORDS, h->words_since)
		      : 0;
}

void drift_saw(struct region_history *h, double until)
{
	const struct probe *newest = drift_newest(h, until);
	double words;

	if (!newest)
		return;
	words = drift_words_since(h, until);
	h->tools_since = drift_since(h, until);
	h->words_since = words;
	h->tools_seen = newest;
	h->changes = churn_changes(h, until);
}

/*
 * The newest probe that read tools, if it started at `from` or later; or NULL.
 */
static const struct probe *newest_tools(
	const struct region_history *h, double from, double until)
{
	const struct probe *p = drift_newest(h, until);

	return p && p->started_at >= from ? p : NULL;
}

/* The histories of all regions, and the hashes compared in them. */
struct divergence {
	const struct region_history *h;
	size_t n;
	double from, until;
	enum era era; /* the first in which they differ */
	enum by by;
};

/* Whether regions differ by their hashes. */
static bool diverging(struct divergence *d, enum by by)
{
	enum era *out = &d->era;
	/* The first hash of each era; the others are compared to it. */
	const char *first[ERA_SSE + 1] = {NULL};
	bool found = false;

	for (size_t i = 0; i < d->n; i++) {
		const struct probe *p =
			newest_tools(&d->h[i], d->from, d->until);

		if (!p || (found && p->era >= *out))
			continue;
		if (!first[p->era])
			first[p->era] = hash_of(p, by);
		if (!differ(first[p->era], hash_of(p, by)))
			continue;
		*out = p->era;
		found = true;
	}
	d->by = by;
	return found;
}

/* Add a region to the side that sees its hash. */
static void join(const struct divergence *d, struct verdict_side *sides,
	size_t *n_sides, const struct region_history *h)
{
	const struct probe *p = drift_newest(h, d->until);
	bool words = d->by == BY_WORDS;
	struct verdict_side *s = sides;

	while (s < sides + *n_sides &&
		differ(verdict_side_hash(s), hash_of(p, d->by)))
		s++;
	if (s == sides + *n_sides) {
		s->tool_hash = p->tools->hash;
		s->full_hash = words ? p->tools->full_hash : NULL;
		s->regions = xcalloc(d->n, sizeof *s->regions);
		s->first_seen = INFINITY;
		(*n_sides)++;
	}
	s->regions[s->n_regions++] = h->name;
	s->first_seen = fmin(s->first_seen,
		words ? drift_words_since(h, d->until)
		      : drift_since(h, d->until));
}

/* When any of the regions saw the tools of a side last. */
static double last_seen(const struct divergence *d, const char *hash)
{
	double at = -INFINITY;
	const struct probe *p;

	for (size_t i = 0; i < d->n; i++)
		for (size_t n = looked_at(&d->h[i], d->until, &p); n > 0;
			n--, p++)
			if (saw(p, d->era, d->by, hash))
				at = fmax(at, p->started_at);
	return at;
}

/*
 * The tools behind a hash, as the newest probe of any region that is looked at
 * read them; NULL where they are not known.
 */
static const struct tool_list *find_list(
	const struct divergence *d, const char *hash)
{
	const struct tool_list *list = NULL;
	double at = -INFINITY;

	for (size_t i = 0; i < d->n; i++) {
		const struct probe *seen = d->h[i].tools_seen, *p;

		for (size_t n = looked_at(&d->h[i], d->until, &p); n > 0;
			n--, p++) {
			if (p->started_at <= at ||
				!saw(p, d->era, d->by, hash) ||
				!p->tools->tools)
				continue;
			list = p->tools;
			at = p->started_at;
		}
		if (!list && seen && saw(seen, d->era, d->by, hash) &&
			seen->tools->tools)
			list = seen->tools;
	}
	return list;
}

static int by_sight(const void *a, const void *b)
{
	const struct verdict_side *x = a, *y = b;

	if (x->first_seen != y->first_seen)
		return x->first_seen < y->first_seen ? -1 : 1;
	if (x->last_seen != y->last_seen)
		return x->last_seen < y->last_seen ? -1 : 1;
	return strcmp(verdict_side_hash(x), verdict_side_hash(y));
}

/* How the sides differ from the first. */
static void compare_sides(
	const struct divergence *d, struct verdict_side *sides, size_t n)
{
	const char *from = verdict_side_hash(&sides[0]);
	const struct tool_list *first = find_list(d, from), *list;

	for (size_t k = 1; k < n; k++) {
		sides[k].changes.from = from;
		sides[k].changes.to = verdict_side_hash(&sides[k]);
		list = find_list(d, sides[k].changes.to);
		if (first && list)
			compare_lists(first, list, &sides[k].changes);
	}
}

size_t drift_sides(const struct region_history *h, size_t n, double from,
	double until, struct verdict_side **out)
{
	struct divergence d = {
		.h = h, .n = n, .from = from, .until = until};
	struct verdict_side *sides;
	size_t n_sides = 0;

	*out = NULL;
	if (!diverging(&d, BY_CONTRACT) && !diverging(&d, BY_WORDS))
		return 0;
	sides = *out = xcalloc(n, sizeof *sides);
	for (size_t i = 0; i < n; i++) {
		const struct probe *p = newest_tools(&h[i], from, until);

		if (p && p->era == d.era && hash_of(p, d.by))
			join(&d, sides, &n_sides, &h[i]);
	}
	for (size_t k = 0; k < n_sides; k++)
		sides[k].last_seen =
			last_seen(&d, verdict_side_hash(&sides[k]));
	qsort(sides, n_sides, sizeof *sides, by_sight);
	compare_sides(&d, sides, n_sides);
	return n_sides;
}

void drift_sides_free(struct verdict_side *sides, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(sides[i].regions);
		free(sides[i].words);
		drift_release(&sides[i].changes);
	}
	free(sides);
}

/* ---- How often tools change. */

#define HOUR (60 * CHANGES_MINUTES)

/* The digits of counts in a text; the last one is for 35 and more. */
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
#define COUNT_MAX (sizeof digits - 2)

/*
 * The index of the minute of an instant; below 0 where it is before the first.
 */
static int64_t place(const struct change_counts *c, double at)
{
	return CHANGES_MINUTES - 1 - (c->upto - clock_window(at)) / 60;
}

/* Copy what the verdict before knew, each minute to its index as of now. */
static void recall(struct change_counts *out, const struct change_counts *known)
{
	for (int64_t i = 0; i < CHANGES_MINUTES; i++) {
		int64_t k = i + (out->upto - known->upto) / 60;

		if (k >= 0 && k < CHANGES_MINUTES)
			out->count[i] = known->count[k];
	}
}

/* The first probe to look at. */
static size_t first(const struct region_history *h, size_t end, double until)
{
	size_t start = end;

	if (h->changes.upto)
		return end > HISTORY_MAX ? end - HISTORY_MAX : 0;
	while (start > 0 && h->probes[start - 1].started_at > until - HOUR)
		start--;
	/* And one before: the first probe of the hour may bring the change. */
	while (start > 0 && h->probes[start - 1].started_at >= h->tools_from &&
		!h->probes[--start].tools)
		;
	return start;
}

struct change_counts churn_changes(const struct region_history *h, double until)
{
	struct change_counts out = {.upto = clock_window(until)};
	uint8_t seen[CHANGES_MINUTES] = {0};
	size_t end = history_until(h, until);
	const struct probe *before = NULL;
	int64_t covered = CHANGES_MINUTES; /* from this minute on */

	if (h->changes.upto)
		recall(&out, &h->changes);
	for (size_t i = first(h, end, until); i < end; i++) {
		const struct probe *p = &h->probes[i];
		int64_t at = place(&out, p->started_at);

		if (!p->tools)
			continue;
		if (!before)
			covered = at;
		else if (at >= 0 && drift_between(before, p) &&
			seen[at] < COUNT_MAX)
			seen[at]++;
		before = p;
	}
	for (int64_t i = covered < 0 ? 0 : covered; i < CHANGES_MINUTES; i++)
		/*
		 * In the minute of the first probe, changes may have come
		 * before it.
		 */
		if (i > covered || seen[i] > out.count[i])
			out.count[i] = seen[i];
	return out;
}

static int changes_in_hour(const struct region_history *h, double until)
{
	struct change_counts c = churn_changes(h, until);
	int sum = 0;

	for (size_t i = 0; i < CHANGES_MINUTES; i++)
		sum += c.count[i];
	return sum;
}

int churn_judge(const struct expected_regions *f, double until, int limit)
{
	int machines = 0, agree = 0, most = 0;
	bool any = false;

	for (size_t i = 0; i < f->n; i++)
		any = any || f->runs[i].reports;
	for (size_t m = 0; m < f->n; m++) {
		int changes = -1; /* of machine m; -1: it has no say */

		for (size_t i = m; i < f->n; i++) {
			int n;

			if (f->machines[i] != m ||
				(any && !f->runs[i].reports))
				continue;
			n = changes_in_hour(&f->regions[i], until);
			if (n > changes)
				changes = n;
		}
		machines += changes >= 0;
		agree += changes > limit;
		if (changes > most)
			most = changes;
	}
	return agree >= (machines > 1 ? 2 : 1) ? most : 0;
}

void churn_put(struct buf *b, const struct change_counts *c)
{
	static const uint8_t none[CHANGES_MINUTES];

	if (memcmp(c->count, none, sizeof none) == 0)
		return;
	buf_fmt(b, "%" PRId64 " ", c->upto);
	for (size_t i = 0; i < CHANGES_MINUTES; i++)
		buf_char(b, digits[c->count[i]]);
}

bool churn_read(const char *text, struct change_counts *c)
{
	size_t n = strcspn(text, " ");
	char upto[24];
	long long v;

	*c = (struct change_counts) {0};
	snprintf(upto, sizeof upto, "%.*s", (int)(n < 23 ? n : 23), text);
	if (!text[n] || strlen(text + n + 1) != CHANGES_MINUTES ||
		!num_parse(upto, 60, (long long)NUM_EPOCH_MAX, &v) || v % 60)
		return false;
	for (size_t i = 0; i < CHANGES_MINUTES; i++) {
		const char *d = strchr(digits, text[n + 1 + i]);

		if (!d)
			return false;
		c->count[i] = (uint8_t)(d - digits);
	}
	c->upto = v;
	return true;
}
