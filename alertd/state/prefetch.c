#include "state/prefetch.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void prefetch_release(struct prefetch *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].slug);
		free(a->v[i].text);
	}
	a->n = a->next = 0;
}

void prefetch_add(struct prefetch *a, const char *slug, const char *text)
{
	if (a->n == PREFETCH_MAX)
		return;
	a->v[a->n++] = (struct prefetch_text) {xstrdup(slug), xstrdup(text)};
}

char *prefetch_take(struct prefetch *a, const char *slug)
{
	for (size_t i = 0; i < a->n; i++) {
		struct prefetch_text *t = &a->v[(a->next + i) % a->n];
		char *text = t->text;

		if (!text || strcmp(t->slug, slug) != 0)
			continue;
		a->next = (a->next + i + 1) % a->n;
		t->text = NULL;
		return text;
	}
	return NULL;
}
