/*
 * prefetch.h: texts of the store that were read before it was their turn, many
 * together. Pure.
 */
#ifndef STATE_PREFETCH_H
#define STATE_PREFETCH_H

#include <stdbool.h>
#include <stddef.h>

/* So many are read together. */
#define AHEAD_MAX 128
/* A longer text is read when it is its turn; nobody's text fills the memory. */
#define AHEAD_TEXT 65536

struct ahead_text {
	char *slug;
	char *text; /* NULL: taken */
};

struct ahead {
	struct ahead_text v[AHEAD_MAX];
	size_t n;
	size_t next; /* whose turn it probably is */
};

void ahead_release(struct ahead *a);

/* ahead_add(a, slug, text): one more, where there is room. */
void ahead_add(struct ahead *a, const char *slug, const char *text);

/* ahead_take(a, slug): its text, to be freed; NULL where it is not here. */
char *ahead_take(struct ahead *a, const char *slug);

#endif
