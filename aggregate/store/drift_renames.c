#include "store/drift_renames.h"

#include "base/xalloc.h"
#include "store/definition_history.h"
#include "store/store.h"
#include "tools/definition_diff.h"

/* Whether tools of a drift may have been renamed. */
static bool may_have(const struct verdict_drift *d)
{
	return d->n_added && d->n_removed && d->lists[0] && d->lists[1];
}

static void add_renames(struct verdict_drift *d, const struct tool_changes *t)
{
	d->renamed = xcalloc(VERDICT_RENAMES, sizeof *d->renamed);
	for (size_t i = 0; i < t->n && d->n_renamed < VERDICT_RENAMES; i++)
		if (t->v[i].kind == TOOL_RENAMED)
			d->renamed[d->n_renamed++] = (struct verdict_rename) {
				xstrdup(t->v[i].before->name),
				xstrdup(t->v[i].after->name)};
}

static void find_renames(
	struct verdict_drift *d, const struct definition_history *h)
{
	const struct listed_tools *from = definition_history_list(h, d->lists[0]);
	const struct listed_tools *to = definition_history_list(h, d->lists[1]);
	struct definitions before = {.n = 0}, after = {.n = 0};
	struct tool_changes t;

	if (!from || !to)
		return;
	listed_tools_compare(from, to, &before, NULL, NULL);
	listed_tools_compare(to, from, &after, NULL, NULL);
	tool_changes_of(&t, &before, &after);
	add_renames(d, &t);
	tool_changes_release(&t);
	definitions_release(&before);
	definitions_release(&after);
}

int drift_renames_read(struct store *s, const char *slug, struct verdict *v)
{
	struct definition_history h = {0};
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < v->n_drift; i++)
		any = any || may_have(&v->drift[i]);
	if (!any || !s)
		return any;
	if (definition_history_read(s, slug, &h))
		rc = store_failed(s);
	for (size_t i = 0; i < v->n_drift && !rc; i++)
		if (may_have(&v->drift[i]))
			find_renames(&v->drift[i], &h);
	definition_history_release(&h);
	return rc;
}
