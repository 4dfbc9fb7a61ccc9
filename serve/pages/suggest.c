#include "pages/suggest.h"

#include "base/strings.h"
#include "data/names.h"
#include "data/search.h"
#include "terms/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t suggest(const char *name, const struct names *slugs, const char **out)
{
	size_t slips = 0, n = slugs->list.n, found;
	char lower[SLUG_MAX + 1];
	struct wanted wanted = {.name = lower};

	snprintf(lower, sizeof lower, "%s", name);
	search_lower(lower);
	wanted.print = name_print(lower);
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
		qsort(out, slips, sizeof *out, by_name);
	if (found > slips)
		qsort(out + slips, found - slips, sizeof *out, by_name);
	return found;
}
