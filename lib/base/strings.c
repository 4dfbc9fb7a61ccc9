#include "base/strings.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void strings_add(struct strings *l, const char *s)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = xstrdup(s);
}

bool strings_has(const struct strings *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

void strings_note(struct strings *l, const char *s)
{
	if (!strings_has(l, s))
		strings_add(l, s);
}

struct noted {
	const char *s;
	size_t at; /* among those that were there and those that are noted */
};

static int by_text(const void *a, const void *b)
{
	const struct noted *x = a, *y = b;
	int d = strcmp(x->s, y->s);

	return d ? d : (x->at > y->at) - (x->at < y->at);
}

/* Of many, one by one would compare each with all. */
void strings_note_all(struct strings *l, const char *const *v, size_t n)
{
	size_t had = l->n, all = had + n;
	struct noted *sorted = xcalloc(all, sizeof *sorted);
	bool *again = xcalloc(all, sizeof *again);

	for (size_t i = 0; i < all; i++)
		sorted[i] = (struct noted) {i < had ? l->v[i] : v[i - had], i};
	if (all)
		qsort(sorted, all, sizeof *sorted, by_text);
	for (size_t i = 1; i < all; i++)
		again[sorted[i].at] = strcmp(sorted[i - 1].s, sorted[i].s) == 0;
	for (size_t i = 0; i < n; i++)
		if (!again[had + i])
			strings_add(l, v[i]);
	free(sorted);
	free(again);
}

void strings_drop(struct strings *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i], s) != 0)
			continue;
		free(l->v[i]);
		memmove(&l->v[i], &l->v[i + 1],
			(--l->n - i) * sizeof *l->v);
		return;
	}
}

bool strings_gained(const struct strings *before, const struct strings *now)
{
	for (size_t i = 0; i < now->n; i++)
		if (!strings_has(before, now->v[i]))
			return true;
	return false;
}

void strings_copy(struct strings *to, const struct strings *from)
{
	strings_clear(to);
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, from->v[i]);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(struct strings *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_name);
}

void strings_unique(struct strings *l)
{
	size_t n = 0;

	strings_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		if (n && strcmp(l->v[n - 1], l->v[i]) == 0)
			free(l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

void strings_clear(struct strings *l)
{
	while (l->n)
		free(l->v[--l->n]);
}

void strings_release(struct strings *l)
{
	strings_clear(l);
	free(l->v);
	*l = (struct strings) {0};
}

void string_set(char **out, const char *s)
{
	char *copy = s ? xstrdup(s) : NULL;

	free(*out);
	*out = copy;
}

size_t strings_place(const void *v, size_t n, size_t size, const char *s)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const char *name;

		memcpy(&name, (const char *)v + mid * size, sizeof name);
		if (strcmp(name, s) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
