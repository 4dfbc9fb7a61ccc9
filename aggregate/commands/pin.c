#include "commands/pin.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "commands/tools_lock.h"
#include "conf/conf.h"
#include "offline/collect.h"
#include "options.h"
#include "rule/drift.h"
#include "store/format.h"
#include "store/load.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROUP 100
#define SAID_MAX (16 * 1024 * 1024)

struct work {
	const struct conf *conf;
	struct store *store;
	struct tools_lock *lock;
	bool pin;	/* else only report */
	struct buf out;
	bool differs;	/* some tools differ */
	bool refused;	/* a server could not be pinned */
};

/* One server, and what its regions saw last. */
struct view {
	const char *slug;
	const struct region_history *regions;
	size_t n_regions;
};

static bool expected(const struct work *w, const char *slug, const char *region)
{
	const struct conf_server *s = conf_server(w->conf, slug);

	for (size_t i = 0; i < s->n_regions; i++)
		if (strcmp(s->regions[i], region) == 0)
			return true;
	return false;
}

static void put_names(struct buf *b, char sign, const char **names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char clean[4 * 128 + 1];

		text_clean(names[i], strlen(names[i]), clean, sizeof clean,
			128);
		buf_fmt(b, "  %c %s\n", sign, clean);
	}
}

static void put_change(struct work *w, const char *slug, const char *where,
	const struct verdict_drift *d)
{
	w->differs = true;
	buf_fmt(&w->out, "%s%s%s: %.12s to %.12s\n", slug, *where ? ", " : "",
		where, d->from, d->to);
	put_names(&w->out, '-', d->removed, d->n_removed);
	put_names(&w->out, '+', d->added, d->n_added);
	put_names(&w->out, '~', d->changed, d->n_changed);
}

/* Report how the tools that a probe read differ from the pinned ones. */
static void compare(struct work *w, const char *slug, const char *where,
	const struct probe *seen)
{
	struct tool_list pinned;
	struct probe before, pair;
	struct region_history h = {.name = where,
		.probes = &pair,
		.n = 1,
		.tools_seen = &before};
	struct verdict_drift d;

	if (!lock_tools(w->lock, slug, &pinned))
		return;
	pair = *seen;
	before = *seen;
	before.tools = &pinned;
	if (drift_find(&h, INFINITY, &d)) {
		if (strcmp(pinned.hash, seen->tools->hash) != 0)
			put_change(w, slug, where, &d);
		drift_release(&d);
	}
	free((void *)pinned.tools);
}

static void refuse(struct work *w, const char *slug, const char *why)
{
	log_error("%s: not pinned: %s", slug, why);
	w->refused = true;
}

static void pin(struct work *w, const struct view *v)
{
	const struct probe *one = NULL;
	const char *before;

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct probe *p = drift_newest(&v->regions[i], INFINITY);

		if (!p || !expected(w, v->slug, v->regions[i].name))
			continue;
		if (one && strcmp(one->tools->hash, p->tools->hash) != 0) {
			refuse(w, v->slug, "the regions see different tools");
			return;
		}
		one = one && one->tools->tools ? one : p;
	}
	if (!one) {
		refuse(w, v->slug, "no region has read its tools");
		return;
	}
	if (!one->tools->tools) {
		refuse(w, v->slug, "its tools are not known by name");
		return;
	}
	before = lock_hash(w->lock, v->slug);
	if (before)
		compare(w, v->slug, "", one);
	else
		buf_fmt(&w->out, "%s: pinned, %zu tools, %.12s\n", v->slug,
			one->tools->n_tools, one->tools->hash);
	if (!before || strcmp(before, one->tools->hash) != 0)
		lock_pin(w->lock, v->slug, one->tools);
}

static void diff(struct work *w, const struct view *v)
{
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct probe *p = drift_newest(&v->regions[i], INFINITY);

		if (p && expected(w, v->slug, v->regions[i].name))
			compare(w, v->slug, v->regions[i].name, p);
	}
}

static void see(struct work *w, const char *slug, const struct server *servers,
	size_t n)
{
	struct view v = {.slug = slug};

	for (size_t i = 0; i < n; i++) {
		if (strcmp(servers[i].slug, slug) != 0)
			continue;
		v.regions = servers[i].regions;
		v.n_regions = servers[i].n_regions;
	}
	if (w->pin)
		pin(w, &v);
	else
		diff(w, &v);
}

static int see_group(struct work *w, const char **slugs, size_t n)
{
	struct loaded *loaded = xcalloc(n, sizeof *loaded);
	struct collect *c = collect_new();
	int rc = load_servers(w->store, c, slugs, n, NAN, loaded);

	if (!rc) {
		size_t n_servers;
		const struct server *servers;

		collect_finish(c);
		servers = collect_servers(c, &n_servers);
		for (size_t i = 0; i < n; i++)
			see(w, slugs[i], servers, n_servers);
		load_release(loaded, n);
	}
	collect_free(c);
	free(loaded);
	return rc;
}

/* Pin or compare the servers that are asked for, group by group. */
static int see_all(struct work *w, const char *slug)
{
	const char **slugs = xcalloc(w->conf->n_servers, sizeof *slugs);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < w->conf->n_servers; i++) {
		const char *s = w->conf->servers[i].slug;

		if ((!slug || strcmp(slug, s) == 0) &&
			(w->pin || lock_hash(w->lock, s)))
			slugs[n++] = s;
	}
	for (size_t i = 0; i < n && !rc; i += GROUP)
		rc = see_group(w, slugs + i, n - i < GROUP ? n - i : GROUP);
	free(slugs);
	return rc;
}

static int work(struct work *w, const struct command *cmd, const char *path)
{
	if (see_all(w, cmd->slug))
		return EXIT_ENV;
	if (w->pin && lock_save(w->lock, path)) {
		log_error("%s: %s", path, strerror(errno));
		return EXIT_ENV;
	}
	if (line_print(w->out.p, w->out.len))
		return EXIT_ENV;
	if (w->refused)
		return EXIT_NEWS;
	return !w->pin && w->differs ? EXIT_NEWS : EXIT_GOOD;
}

static int with_store(struct work *w, const struct command *cmd,
	const char *path)
{
	char why[STORE_WHY];
	int rc = EXIT_ENV;

	w->store = store_open(cmd->store ? cmd->store : w->conf->store,
		w->conf->store_ca, why);
	w->store = format_guard(w->store, false, why);
	if (!w->store) {
		log_error("%s", why);
		return rc;
	}
	buf_init(&w->out, SAID_MAX);
	rc = work(w, cmd, path);
	buf_release(&w->out);
	store_close(w->store);
	return rc;
}

static int start(const struct command *cmd, bool pin)
{
	struct work w = {.pin = pin};
	struct conf *conf;
	char why[LOCK_WHY], *path;
	int rc = EXIT_USAGE;

	if (!cmd->config) {
		log_error("neither --config nor MCP_CONFIG names a "
			  "configuration");
		return EXIT_USAGE;
	}
	conf = conf_load(cmd->config);
	if (!conf)
		return EXIT_USAGE;
	w.conf = conf;
	path = lock_path(cmd->config);
	if (cmd->slug && !conf_server(conf, cmd->slug)) {
		log_error("no server %s is configured", cmd->slug);
	} else {
		w.lock = lock_load(path, why);
		if (w.lock)
			rc = with_store(&w, cmd, path);
		else
			log_error("%s: %s", path, why);
		lock_free(w.lock);
	}
	free(path);
	conf_free(conf);
	return rc;
}

int pin_tools(const struct command *cmd)
{
	return start(cmd, true);
}

int pin_diff(const struct command *cmd)
{
	return start(cmd, false);
}
