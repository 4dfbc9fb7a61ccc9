/*
 * prefetch.h: texts of the store that were read before it was their turn, many
 * together. Pure.
 */
#ifndef STATE_PREFETCH_H
#define STATE_PREFETCH_H

#include <stdbool.h>
#include <stddef.h>

/* So many are read together. */
#define PREFETCH_MAX 128
/* A longer text is read when it is its turn; nobody's text fills the memory. */
#define PREFETCH_TEXT 65536

struct prefetch_text {
	char *slug;
	char *text; /* NULL: taken */
};

struct prefetch {
	struct prefetch_text v[PREFETCH_MAX];
	size_t n;
	size_t next; /* whose turn it probably is */
};

void prefetch_release(struct prefetch *a);

/* prefetch_add(a, slug, text): one more, where there is room. */
void prefetch_add(struct prefetch *a, const char *slug, const char *text);

/* prefetch_take(a, slug): its text, to be freed; NULL where it is not here. */
char *prefetch_take(struct prefetch *a, const char *slug);

#endif
