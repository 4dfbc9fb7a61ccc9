#include "incident/external_id.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static struct handle *find_external_id(
	const struct external_ids *l, const char *key, const char *route)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].key, key) == 0 &&
			strcmp(l->v[i].route, route) == 0)
			return &l->v[i];
	return NULL;
}

static void drop(struct external_ids *l, struct handle *h)
{
	size_t at = (size_t)(h - l->v);

	free(h->key);
	free(h->route);
	free(h->text);
	l->n--;
	memmove(h, h + 1, (l->n - at) * sizeof *h);
}

const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route)
{
	const struct handle *h = find_external_id(l, key, route);

	return h ? h->text : NULL;
}

void external_ids_set(struct external_ids *l, const char *key,
	const char *route, const char *text)
{
	struct handle *h = find_external_id(l, key, route);

	if (h)
		drop(l, h);
	if (!text || !*text)
		return;
	if (l->n == EXTERNAL_IDS_MAX)
		drop(l, l->v);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct handle) {
		xstrdup(key), xstrdup(route), xstrdup(text)};
}

void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok)
{
	const char *phase = strrchr(event, '_');

	if (*handle)
		external_ids_set(h, key, route, handle);
	if (ok && phase && strcmp(phase, "_resolved") == 0)
		external_ids_set(h, key, route, NULL);
}
