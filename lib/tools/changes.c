#include "tools/changes.h"

#include "base/xalloc.h"

#include <stdlib.h>

void changes_init(struct changes *c)
{
	*c = (struct changes) {.class = CHANGE_ORDER};
}

/*
 * What breaks must not hide behind many changes that do not: drop the last of
 * those, so that a path of n bytes fits.
 */
static bool drop_harmless(struct changes *c, size_t n)
{
	for (size_t i = c->n; i-- > 0;) {
		size_t len = strlen(c->v[i].path);

		if (c->v[i].class == CHANGE_BREAKING ||
			n > CHANGES_PATHS - c->paths + len)
			continue;
		free(c->v[i].path);
		c->paths -= len;
		memmove(&c->v[i], &c->v[i + 1],
			(--c->n - i) * sizeof *c->v);
		return true;
	}
	return false;
}

void changes_add(struct changes *c, const char *path,
	const struct change *change)
{
	size_t n = strlen(path);

	if (change->class < c->class)
		c->class = change->class;
	if (c->n == CHANGES_MAX || n > CHANGES_PATHS - c->paths) {
		c->more++;
		if (change->class != CHANGE_BREAKING || !drop_harmless(c, n))
			return;
	}
	c->paths += n;
	c->v = xgrow(c->v, &c->cap, c->n + 1, sizeof *c->v);
	c->v[c->n] = *change;
	c->v[c->n++].path = xstrdup(path);
}

void changes_release(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].path);
	free(c->v);
	changes_init(c);
}
