/* SPDX-License-Identifier: MIT */
#include "base/strings.h"

#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strings_add(struct strings *l, const char *s)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = xstrdup(s);
}

void strings_fmt(struct strings *l, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < (int)sizeof text) {
		strings_add(l, text);
		return;
	}
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n] = xcalloc((size_t)n + 1, 1);
	va_start(ap, fmt);
	vsnprintf(l->v[l->n++], (size_t)n + 1, fmt, ap);
	va_end(ap);
}

bool strings_among(const char *const *v, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], s) == 0)
			return true;
	return false;
}

bool strings_has(const struct strings *l, const char *s)
{
	return strings_among((const char *const *)l->v, l->n, s);
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

/* One by one, each of many would be compared with all. */
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

int strings_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void strings_sort(struct strings *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, strings_order);
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

/* Whether s is at that place of a list. */
static bool stands_at(const struct strings *l, size_t at, const char *s)
{
	return at < l->n && strcmp(l->v[at], s) == 0;
}

bool strings_has_sorted(const struct strings *l, const char *s)
{
	return stands_at(l, strings_place(l->v, l->n, sizeof *l->v, s), s);
}

void strings_insert(struct strings *l, const char *s)
{
	size_t at = strings_place(l->v, l->n, sizeof *l->v, s);

	if (stands_at(l, at, s))
		return;
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	memmove(l->v + at + 1, l->v + at, (l->n++ - at) * sizeof *l->v);
	l->v[at] = xstrdup(s);
}

/* Longer words are not compared; a row of them is a number of 64 bits. */
#define LETTERS 48

void spelling_of(struct spelling *s, const char *word)
{
	*s = (struct spelling) {.n = strnlen(word, LETTERS + 1)};
	for (size_t i = 0; i < s->n && s->n <= LETTERS; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		s->at[c] |= UINT64_C(1) << i;
		if (c >= 'a' && c <= 'z')
			s->at[c - 'a' + 'A'] |= UINT64_C(1) << i;
	}
}

/*
 * Whether the Damerau-Levenshtein distance (optimal string alignment) is within
 * the limit. A column of its table is one number, whose bits say where it rises
 * and falls, and the next follows from it by a few operations: H. Hyyrö, "A
 * bit-vector algorithm for computing Levenshtein and Damerau edit distances",
 * 2003. Of each column only the last cell is known as such. It falls by at most
 * one for a letter: once too few are left, so is the result too large.
 */
static bool within(size_t limit, const struct spelling *s, const char *b,
	size_t n)
{
	const uint64_t last = UINT64_C(1) << (s->n - 1);
	uint64_t rises = ~UINT64_C(0), falls = 0, even = 0, before = 0;
	size_t distance = s->n;

	for (size_t i = 0; i < n && distance <= limit + n - i; i++) {
		uint64_t here = s->at[(unsigned char)b[i]];
		uint64_t swapped = ((~even & here) << 1) & before;
		uint64_t right_rises, right_falls;

		even = ((here & rises) + rises) ^ rises;
		even |= here | falls | swapped;
		right_rises = falls | ~(even | rises);
		right_falls = even & rises;
		if (right_rises & last)
			distance++;
		else if (right_falls & last)
			distance--;
		right_rises = right_rises << 1 | 1;
		rises = right_falls << 1 | ~(even | right_rises);
		falls = right_rises & even;
		before = here;
	}
	return distance <= limit;
}

bool spelling_fits(const struct spelling *s, const char *other)
{
	size_t n = strnlen(other, LETTERS + 1);
	size_t longer = s->n > n ? s->n : n, shorter = s->n + n - longer;
	size_t limit = longer < 6 ? 1 : longer < 9 ? 2 : SPELLING_SLIPS;

	if (!shorter || longer > LETTERS || longer - shorter > limit)
		return false;
	return within(limit, s, other, n);
}

bool spelling_enough(const char *a, const char *b)
{
	struct spelling s;

	spelling_of(&s, a);
	return spelling_fits(&s, b);
}
