#include "state/prefetch.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void ahead_release(struct ahead *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].slug);
		free(a->v[i].text);
	}
	a->n = a->next = 0;
}

void ahead_add(struct ahead *a, const char *slug, const char *text)
{
	if (a->n == AHEAD_MAX)
		return;
	a->v[a->n++] = (struct ahead_text) {xstrdup(slug), xstrdup(text)};
}

char *ahead_take(struct ahead *a, const char *slug)
{
	for (size_t i = 0; i < a->n; i++) {
		struct ahead_text *t = &a->v[(a->next + i) % a->n];
		char *text = t->text;

		if (!text || strcmp(t->slug, slug) != 0)
			continue;
		a->next = (a->next + i + 1) % a->n;
		t->text = NULL;
		return text;
	}
	return NULL;
}
