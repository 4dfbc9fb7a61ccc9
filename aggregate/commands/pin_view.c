/* SPDX-License-Identifier: MIT */
#include "commands/pin.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "histories/input.h"
#include "store/definitions.h"
#include "store/load.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct tool_texts *pin_view_texts(struct pin_view *v)
{
	struct definition_history h = {0};

	if (!v->store || v->asked)
		return &v->texts;
	v->asked = true;
	v->failed = definition_history_read(v->store, v->slug, &h) != 0;
	definition_history_texts(&h, &v->texts);
	definition_history_release(&h);
	return &v->texts;
}

/* ---- From the store. */

/* Servers of a configuration that are used one by one. */
struct stored_pins {
	const struct conf *conf;
	struct store *store;
	pin_view_use *use;
	void *arg;
};

static bool use_stored(const struct stored_pins *p, const struct loaded *l)
{
	struct pin_view v = {.slug = l->slug, .store = p->store};
	size_t n = l->found ? l->found->n_regions : 0;
	struct region_history *regions = xcalloc(n + 1, sizeof *regions);
	struct conf_server server;
	bool known = conf_server(p->conf, l->slug, &server), more;

	for (size_t i = 0; i < n && known; i++)
		if (strings_among((const char *const *)server.regions,
			    server.n_regions, l->found->regions[i].name))
			regions[v.n_regions++] = l->found->regions[i];
	v.regions = regions;
	more = p->use(p->arg, &v);
	tool_texts_release(&v.texts);
	free(regions);
	return more;
}

static int use_group(void *arg, size_t first, const struct load_group *g)
{
	(void)first;
	for (size_t i = 0; i < g->n; i++)
		if (!use_stored(arg, &g->v[i]))
			return 1;
	return 0;
}

int pin_views_stored(const struct conf *c, struct store *s, const char **slugs,
	size_t n, pin_view_use *use, void *arg)
{
	struct stored_pins p = {c, s, use, arg};

	return load_each(s, slugs, n, NAN, use_group, &p) < 0 ? -1 : 0;
}

/* ---- From records. */

struct pin_records {
	struct collect *collect;
	struct tool_texts texts;
};

static int take_record(void *arg, const struct record *r, char *why)
{
	struct pin_records *all = arg;

	if (r->type == RECORD_TOOL)
		tool_texts_add(&all->texts, r->u.tool.digest,
			r->u.tool.definition);
	return collect_add(all->collect, r, why);
}

struct pin_records *pin_records_read(int fd, int *status)
{
	struct pin_records *r = xcalloc(1, sizeof *r);
	struct input in = {0};

	r->collect = collect_new();
	*status = EXIT_GOOD;
	if (input_read(&in, fd, take_record, r)) {
		log_error("-: %s", strerror(errno));
		*status = EXIT_ENV;
	} else {
		input_told(&in);
		*status = in.refused ? EXIT_USAGE : EXIT_GOOD;
	}
	collect_finish(r->collect);
	tool_texts_sort(&r->texts);
	return r;
}

size_t pin_records_each(struct pin_records *r, const char *slug,
	pin_view_use *use, void *arg)
{
	size_t n, used = 0;
	const struct server *servers = collect_servers(r->collect, &n);
	bool more = true;

	for (size_t i = 0; i < n && more; i++) {
		struct pin_view v = {.slug = servers[i].slug,
			.regions = servers[i].regions,
			.n_regions = servers[i].n_regions,
			.texts = r->texts};

		if (slug && strcmp(slug, v.slug) != 0)
			continue;
		more = use(arg, &v);
		used++;
	}
	return used;
}

void pin_records_free(struct pin_records *r)
{
	collect_free(r->collect);
	tool_texts_release(&r->texts);
	free(r);
}
