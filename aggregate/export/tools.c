/* SPDX-License-Identifier: MIT */
/*
 * tools.c: the lists of tools that regions saw, and the definitions in them. A list
 * comes again for a day, because a definition may come later than its list.
 */
#include "export/export.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "store/definitions.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const export_tool_columns[] = {"slug", "kind", "region", "since",
	"month", "digest", "body", NULL};

static void put_head(struct rows *r, const char *slug, const char *kind,
	const char *region, double since)
{
	rows_text(r, slug);
	rows_text(r, kind);
	rows_text(r, region);
	rows_number(r, since);
	if (isfinite(since))
		rows_month(r, since);
	else
		rows_text(r, NULL);
}

/* The tools of a list: [digest, name] of each. */
static void put_tool_list(struct rows *r, const struct listed_tools *l)
{
	struct buf b;

	buf_init(&b, ROWS_LINE_MAX);
	buf_char(&b, '[');
	for (size_t i = 0; i < l->n; i++)
		json_fmt(&b, i ? ",[%s,%s]" : "[%s,%s]",
			l->v[i].digest, l->v[i].name);
	buf_char(&b, ']');
	rows_json(r, b.p, b.len);
	buf_release(&b);
}

/* A definition that is written already is not written again. */
static void put_definitions(struct rows *r, const char *slug,
	const struct listed_tools *l, struct strings *done)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct listed_tool *t = &l->v[i];

		if (!t->text || strings_has(done, t->digest))
			continue;
		strings_add(done, t->digest);
		put_head(r, slug, "definition", NULL, NAN);
		rows_text(r, t->digest);
		rows_json(r, t->text, strlen(t->text));
	}
}

static void put_row(struct rows *r, const char *slug, const char *region,
	const struct list_row *row, struct strings *done)
{
	put_head(r, slug, "list", region, row->since);
	rows_text(r, row->list ? row->list->id : NULL);
	if (row->list)
		put_tool_list(r, row->list);
	else
		rows_json(r, "", 0);
	if (row->list)
		put_definitions(r, slug, row->list, done);
}

int export_tools(struct export *e, const char *slug)
{
	struct definition_history h = {.n_regions = 0};
	struct strings done = {.n = 0};
	int rc = definition_history_read(e->store, slug, &h);

	for (size_t i = 0; i < h.n_regions && !rc; i++) {
		const struct region_lists *l = &h.regions[i];

		for (size_t k = 0; k < l->n && region_valid(l->region); k++)
			if (l->v[k].since > e->cursor.since - CURSOR_DAY)
				put_row(&e->rows, slug, l->region, &l->v[k],
					&done);
		if (e->rows.out.len >= ROWS_WRITE_BYTES)
			rc = export_flush(e);
	}
	strings_release(&done);
	definition_history_release(&h);
	return rc;
}
