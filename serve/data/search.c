/* SPDX-License-Identifier: MIT */
#include "data/search.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "terms/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void search_lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

void search_read(struct search *s, const char *query)
{
	char *p = s->text;

	snprintf(s->text, sizeof s->text, "%s", query);
	search_lower(s->text);
	for (s->n = 0; s->n < SEARCH_WORDS; s->n++) {
		p += strspn(p, " \t");
		if (!*p)
			break;
		s->words[s->n] = p;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
	}
}

/* No word of a query has a tab in it, so none matches across the two. */
char *search_words(const char *slug, const char *title)
{
	size_t n = strlen(slug) + 1 + (title ? strlen(title) : 0) + 1;
	char *words = xcalloc(1, n);

	snprintf(words, n, "%s\t%s", slug, title ? title : "");
	search_lower(words);
	return words;
}

bool search_matches(const struct search *s, const char *words)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strstr(words, s->words[i]))
			return false;
	return true;
}

/* ---- Names that may have been meant. */

/* Which letters, in either case, and which pairs of them a name has. */
struct name_print {
	uint64_t letters, pairs;
	size_t length;
};

/* The letters and digits of slugs have a bit each. */
#define PRINT_DIGITS 26
#define PRINT_OTHERS 36

static unsigned print_bit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '0' && c <= '9')
		return PRINT_DIGITS + c - '0';
	return PRINT_OTHERS + c % (64 - PRINT_OTHERS);
}

static struct name_print print_of(const char *name)
{
	struct name_print print = {.length = 0};
	unsigned before = 0;

	for (; name[print.length]; print.length++) {
		unsigned bit = print_bit((unsigned char)name[print.length]);

		print.letters |= UINT64_C(1) << bit;
		if (print.length)
			print.pairs |= UINT64_C(1) << (before * 37 + bit) % 64;
		before = bit;
	}
	return print;
}

/* A letter that is added, left out or replaced brings one, and takes one. */
static bool are_few(uint64_t letters)
{
	for (int i = 0; i < SPELLING_SLIPS; i++)
		letters &= letters - 1;
	return !letters;
}

/* False where spelling_fits is of these names; true says nothing. */
static bool prints_near(const struct name_print *a, const struct name_print *b)
{
	return a->length <= b->length + SPELLING_SLIPS &&
		b->length <= a->length + SPELLING_SLIPS &&
		are_few(a->letters & ~b->letters) &&
		are_few(b->letters & ~a->letters);
}

/* False where the one name is not part of the other; true says nothing. */
static bool prints_within(
	const struct name_print *part, const struct name_print *whole)
{
	return !(part->letters & ~whole->letters) &&
		!(part->pairs & ~whole->pairs);
}

void names_add(struct names *l, const char *name)
{
	l->prints = xgrow(
		l->prints, &l->cap, l->list.n + 1, sizeof *l->prints);
	l->prints[l->list.n] = print_of(name);
	strings_add(&l->list, name);
}

void names_clear(struct names *l)
{
	strings_clear(&l->list);
}

void names_release(struct names *l)
{
	strings_release(&l->list);
	free(l->prints);
	*l = (struct names) {.cap = 0};
}

/* Shorter parts are in too many names. */
#define PART_MIN 3

/* A name, with what others are compared with. */
struct wanted {
	const char *name;
	struct name_print print;
	struct spelling spelling;
};

static bool is_slip(const struct wanted *w, const char *slug,
	const struct name_print *print)
{
	return prints_near(&w->print, print) &&
		spelling_fits(&w->spelling, slug);
}

/* Whether one of two names is part of the other. */
static bool shares_part(const struct wanted *w, const char *slug,
	const struct name_print *print)
{
	if (w->print.length <= print->length)
		return w->print.length >= PART_MIN &&
			prints_within(&w->print, print) &&
			strstr(slug, w->name);
	return print->length >= PART_MIN && prints_within(print, &w->print) &&
		strstr(w->name, slug);
}

size_t suggest(const char *name, const struct names *slugs, const char **out)
{
	size_t slips = 0, n = slugs->list.n, found;
	char lower[SLUG_MAX + 1];
	struct wanted wanted = {.name = lower};

	snprintf(lower, sizeof lower, "%s", name);
	search_lower(lower);
	wanted.print = print_of(lower);
	spelling_of(&wanted.spelling, lower);
	/* Those that share a part are put at the end, until all slips are known. */
	found = n;
	for (size_t i = 0; i < n; i++) {
		const struct name_print *print = &slugs->prints[i];
		const char *slug = slugs->list.v[i];
		bool slip = is_slip(&wanted, slug, print);

		if ((!slip && !shares_part(&wanted, slug, print)) ||
			strcmp(name, slug) == 0)
			continue;
		if (slip)
			out[slips++] = slug;
		else
			out[--found] = slug;
	}
	memmove(out + slips, out + found, (n - found) * sizeof *out);
	found = slips + n - found;
	if (slips)
		qsort(out, slips, sizeof *out, strings_order);
	if (found > slips)
		qsort(out + slips, found - slips, sizeof *out, strings_order);
	return found;
}
