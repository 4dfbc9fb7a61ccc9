#include "pinned/tool_texts.h"

#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void tool_texts_add(struct tool_texts *t, const char *digest, const char *text)
{
	struct tool_text *one;

	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	one = &t->v[t->n++];
	text_copy(one->digest, sizeof one->digest, digest);
	one->text = xstrdup(text);
}

static int by_digest(const void *a, const void *b)
{
	const struct tool_text *x = a, *y = b;

	return strcmp(x->digest, y->digest);
}

void tool_texts_sort(struct tool_texts *t)
{
	size_t n = 0;

	if (t->n)
		qsort(t->v, t->n, sizeof *t->v, by_digest);
	for (size_t i = 0; i < t->n; i++) {
		if (n && strcmp(t->v[n - 1].text, t->v[i].text) == 0)
			free(t->v[i].text);
		else
			t->v[n++] = t->v[i];
	}
	t->n = n;
}

const char *tool_texts_find(const struct tool_texts *t, const char *full)
{
	char own[SHA256_HEX];
	size_t first = 0, end = t->n;

	while (first < end) {
		size_t mid = first + (end - first) / 2;

		if (strncmp(t->v[mid].digest, full, DIGEST_HEAD) < 0)
			first = mid + 1;
		else
			end = mid;
	}
	for (size_t i = first; i < t->n; i++) {
		if (strncmp(t->v[i].digest, full, DIGEST_HEAD) != 0)
			break;
		/* Of 16 digits that agree, all must. */
		sha256_hex(t->v[i].text, strlen(t->v[i].text), own);
		if (strcmp(own, full) == 0)
			return t->v[i].text;
	}
	return NULL;
}

void tool_texts_release(struct tool_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].text);
	free(t->v);
	*t = (struct tool_texts) {.n = 0};
}
