#include "common.h"

#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

void common_note(struct common_starts *l, const struct alert_record *r)
{
	struct common_start *s;

	if (r->phase != ALERT_STARTED)
		return;
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	s = &l->v[l->n++];
	*s = (struct common_start) {
		.slug = xstrdup(r->slug),
		.kind = r->kind,
		.step = r->step,
		.window = (int64_t)r->at,
	};
	for (size_t i = 0; i < r->n_regions; i++)
		strings_note(&s->regions, r->regions[i]);
}

void common_release(struct common_starts *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].slug);
		strings_release(&l->v[i].regions);
	}
	free(l->v);
	*l = (struct common_starts) {0};
}

/* What is shared comes first, so that those who share it stand together. */
static int compare(const void *a, const void *b)
{
	const struct common_start *x = a, *y = b;
	int order = 0;

	if (x->window != y->window)
		return x->window < y->window ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->regions.n != y->regions.n)
		return x->regions.n < y->regions.n ? -1 : 1;
	for (size_t i = 0; !order && i < x->regions.n; i++)
		order = strcmp(x->regions.v[i], y->regions.v[i]);
	return order;
}

static int compare_all(const void *a, const void *b)
{
	const struct common_start *x = a, *y = b;
	int order = compare(a, b);

	return order ? order : strcmp(x->slug, y->slug);
}

size_t common_group(struct common_starts *l, size_t least)
{
	size_t groups = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, compare_all);
	for (size_t i = 0, end; i < l->n; i = end) {
		size_t servers = 1;

		for (end = i + 1; end < l->n &&
			compare(&l->v[i], &l->v[end]) == 0; end++)
			if (strcmp(l->v[end].slug, l->v[end - 1].slug) != 0)
				servers++;
		if (servers < least)
			continue;
		groups++;
		for (size_t k = i; k < end; k++)
			l->v[k].group = groups;
	}
	return groups;
}
