/* SPDX-License-Identifier: MIT */
#include "data/index_list.h"

#include "base/xalloc.h"
#include "data/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAY_S 86400

static const char *const sorts[INDEX_SORTS] = {
	[INDEX_BY_STATE] = "",
	[INDEX_BY_NAME] = "name",
	[INDEX_BY_P95] = "p95",
	[INDEX_BY_UPTIME] = "uptime",
	[INDEX_BY_CHANGED] = "changed",
};

const char *index_sort_name(enum index_sort sort)
{
	return sorts[sort];
}

enum index_sort index_sort_read(const char *s)
{
	for (int i = 0; i < INDEX_SORTS; i++)
		if (strcmp(sorts[i], s) == 0)
			return (enum index_sort)i;
	return INDEX_BY_STATE;
}

int index_state_read(const char *s)
{
	for (int i = 0; i < CONDITION_STATES; i++)
		if (strcmp(condition_name((enum condition_state)i), s) == 0)
			return i;
	return -1;
}

enum index_section index_section(struct condition c)
{
	static const enum index_section sections[CONDITION_STATES] = {
		[CONDITION_DOWN] = SECTION_DOWN,
		[CONDITION_DEGRADED] = SECTION_DEGRADED,
		[CONDITION_MAINTENANCE] = SECTION_MAINTENANCE,
		[CONDITION_STALE] = SECTION_STALE,
		[CONDITION_PENDING] = SECTION_PENDING,
		[CONDITION_UP] = SECTION_UP,
	};

	return c.note != NOTE_NONE ? SECTION_NOTED : sections[c.state];
}

const char *index_title(const struct index_entry *e)
{
	return *e->row.title ? e->row.title : NULL;
}

const char *index_name(const struct index_entry *e)
{
	return *e->row.title ? e->row.title : e->slug;
}

const char *index_account(const struct index_entry *e)
{
	return *e->row.account ? e->row.account : NULL;
}

bool index_tag(const char **tags, char out[INDEX_TEXT])
{
	size_t n = strcspn(*tags, ",");
	size_t fits = n < INDEX_TEXT ? n : INDEX_TEXT - 1;

	memcpy(out, *tags, fits);
	out[fits] = '\0';
	*tags += n + ((*tags)[n] == ',');
	return n > 0;
}

void index_days(const struct index_entry *e, int64_t today,
	char out[LISTING_DAYS + 1])
{
	int64_t ago = today - e->row.window / DAY_S;

	memset(out, LISTING_DAY_NONE, LISTING_DAYS);
	out[LISTING_DAYS] = '\0';
	for (int64_t i = 0; i < LISTING_DAYS; i++)
		if (i + ago >= 0 && i + ago < LISTING_DAYS)
			out[i] = e->row.days[i + ago];
}

bool index_same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* The place of a group in a list in order, or where it belongs. */
static size_t place(const struct strings *l, const char *group)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcasecmp(l->v[middle], group) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void index_groups(const struct index_entry *all, size_t n, size_t max,
	struct strings *out)
{
	for (size_t i = 0; i < n; i++) {
		const char *group = all[i].row.group;
		size_t at = *group ? place(out, group) : 0;
		char *added;

		if (!*group || (at < out->n && index_same(out->v[at], group)))
			continue;
		if (out->n == max) {
			strings_clear(out);
			return;
		}
		strings_add(out, group);
		added = out->v[out->n - 1];
		memmove(out->v + at + 1, out->v + at,
			(out->n - 1 - at) * sizeof *out->v);
		out->v[at] = added;
	}
}

static bool has_tag(const char *tags, const char *tag)
{
	char one[INDEX_TEXT];

	while (index_tag(&tags, one))
		if (index_same(one, tag))
			return true;
	return false;
}

static bool matches(const struct index_entry *e, const struct index_query *q,
	const struct search *search)
{
	bool found = true;
	char *words;

	if (*q->group && !index_same(e->row.group, q->group))
		return false;
	if (*q->tag && !has_tag(e->row.tags, q->tag))
		return false;
	if (search->n) {
		words = search_words(e->slug, e->row.title);
		found = search_matches(search, words);
		free(words);
	}
	return found;
}

static const struct index_entry *entry(const void *p)
{
	return *(const struct index_entry *const *)p;
}

static int by_shown_name(const void *a, const void *b)
{
	const struct index_entry *x = entry(a), *y = entry(b);
	int by = strcasecmp(index_name(x), index_name(y));

	return by ? by : strcmp(x->slug, y->slug);
}

/* Unknown values come last, whichever way a list is sorted. */
static int by_number(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

static int by_p95(const void *a, const void *b)
{
	int by = by_number(-entry(a)->row.p95_ms, -entry(b)->row.p95_ms);

	return by ? by : by_shown_name(a, b);
}

static int by_uptime(const void *a, const void *b)
{
	int by = by_number(entry(a)->row.uptime_30d, entry(b)->row.uptime_30d);

	return by ? by : by_shown_name(a, b);
}

static int by_changed(const void *a, const void *b)
{
	int64_t x = entry(a)->since, y = entry(b)->since;

	return x != y ? (x < y) - (x > y) : by_shown_name(a, b);
}

static int by_section(const void *a, const void *b)
{
	int by = (int)index_section(entry(a)->condition) -
		 (int)index_section(entry(b)->condition);

	return by ? by : by_shown_name(a, b);
}

void index_list_make(const struct index_entry *all, size_t n,
	const struct index_query *query, struct index_list *list)
{
	static int (*const orders[INDEX_SORTS])(const void *, const void *) = {
		[INDEX_BY_STATE] = by_section,
		[INDEX_BY_NAME] = by_shown_name,
		[INDEX_BY_P95] = by_p95,
		[INDEX_BY_UPTIME] = by_uptime,
		[INDEX_BY_CHANGED] = by_changed,
	};
	struct search search;

	*list = (struct index_list) {.v = xcalloc(n + 1, sizeof *list->v)};
	search_read(&search, query->text);
	for (size_t i = 0; i < n; i++) {
		const struct index_entry *e = &all[i];

		if (!matches(e, query, &search))
			continue;
		list->matching++;
		list->counts[e->condition.state]++;
		list->noted += e->condition.note != NOTE_NONE;
		if (query->state >= 0 && (int)e->condition.state != query->state)
			continue;
		list->v[list->n++] = e;
		list->in[index_section(e->condition)]++;
	}
	if (list->n)
		qsort(list->v, list->n, sizeof *list->v, orders[query->sort]);
}

void index_list_release(struct index_list *list)
{
	free(list->v);
	*list = (struct index_list) {0};
}
