/* SPDX-License-Identifier: MIT */
#include "records/maintenance.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

void maintenance_list_add(struct maintenance_list *w, const char *json)
{
	char why[RECORD_WHY];
	struct maintenance m;
	const char *type;
	cJSON *doc;

	if (!json || w->n == MAINTENANCE_MAX)
		return;
	doc = json_parse(json, strlen(json), &json_record, why);
	type = doc ? record_type(doc, why) : NULL;
	if (!type || strcmp(type, "maintenance") != 0) {
		cJSON_Delete(doc);
		return;
	}
	if (!maintenance_take(doc, &m, why))
		return;
	w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof *w->v);
	w->v[w->n++] = (struct planned) {.m = m};
}

void maintenance_list_ask(struct store *s)
{
	store_add(s, "HVALS", KEY_MAINTENANCE, NULL);
}

void maintenance_list_read(
	const struct store_reply *r, struct maintenance_list *w)
{
	for (size_t i = 0; i < store_count(r); i++)
		maintenance_list_add(w, store_text(store_item(r, i)));
}

void maintenance_list_release(struct maintenance_list *w)
{
	for (size_t i = 0; i < w->n; i++)
		maintenance_release(&w->v[i].m);
	free(w->v);
	*w = (struct maintenance_list) {0};
}

struct occurrence maintenance_list_now(struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s)
{
	struct occurrence o =
		maintenance_at(w->v, w->n, slug, account, now, cap_s);

	o.found = o.found && occurrence_covers(&o, now);
	return o;
}
