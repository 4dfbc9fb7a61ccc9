/* SPDX-License-Identifier: MIT */
/*
 * conf.c: from a file to a configuration: read it, derive what follows from
 * other values, check it; all of it or nothing.
 */
#include "conf/conf.h"

#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/check.h"
#include "conf/lists.h"
#include "conf/match.h"
#include "conf/schema.h"
#include "conf/servers.h"
#include "conf/yaml.h"
#include "terms/regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_servers; i++)
		if (c->servers[i].regions == c->all_regions)
			c->servers[i].regions = NULL;
	conf_clear(conf_keys, c);
	for (size_t i = 0; c->lists && c->lists[i]; i++)
		free(c->lists[i]);
	free(c->lists);
	for (size_t i = 0; c->all_regions && c->all_regions[i]; i++)
		free(c->all_regions[i]);
	free(c->all_regions);
	free(c->by_slug);
	conf_left_out_free(c->left_out, c->n_left_out);
	free(c);
}

/* Each verdict asks for its server. */
static void index_servers(struct conf *c)
{
	size_t n = conf_count(c);

	c->by_slug = xcalloc(n, sizeof *c->by_slug);
	for (size_t i = 0; i < n; i++)
		c->by_slug[i] = (struct conf_slug) {conf_server_slug(c, i), i};
	if (n)
		qsort(c->by_slug, n, sizeof *c->by_slug, strings_order);
}

static void derive_region(struct conf_region *g, const struct conf_errors *r)
{
	const char *city;

	g->runner_given = conf_line(r, &g->runner) > 0;
	if (!g->runner_given)
		g->runner = g->host ? CONF_RUNNER_SSH
			: g->function ? CONF_RUNNER_LAMBDA
			: conf_line(r, &g->url) ? CONF_RUNNER_WORKER
			: conf_line(r, &g->inbox) ? CONF_RUNNER_INBOX
						  : CONF_RUNNER_LOCAL;
	if (g->city || !g->name)
		return;
	city = region_city(g->name);
	g->city = xstrdup(city ? city : g->name);
}

static void identify(struct conf_notify *p)
{
	const struct conf_match *m = &p->match;
	const struct {
		char *const *v;
		size_t n;
	} lists[] = {{m->severities, m->n_severities}, {m->kinds, m->n_kinds},
		{m->servers, m->n_servers}, {m->accounts, m->n_accounts}};
	struct sha256 *s = sha256_new();
	char hex[SHA256_HEX];

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		/* A faulty value is NULL. */
		for (size_t k = 0; k < lists[i].n; k++)
			if (lists[i].v[k])
				sha256_add(s, lists[i].v[k],
					strlen(lists[i].v[k]) + 1);
		sha256_add(s, "", 1);
	}
	/* Without labels it is that of older versions. */
	for (size_t i = 0; i < m->n_labels; i++) {
		sha256_add(s, m->labels[i].name, strlen(m->labels[i].name) + 1);
		sha256_add(s, m->labels[i].value,
			strlen(m->labels[i].value) + 1);
	}
	if (conf_by_hours(p))
		sha256_add(s, p->hours, strlen(p->hours));
	sha256_end(s, hex);
	sha256_free(s);
	snprintf(p->match_id, sizeof p->match_id, "%.16s", hex);
}

/* "policy-2", the second of the file. */
static void derive_policy(struct conf *c, size_t i)
{
	char name[32];

	snprintf(name, sizeof name, "policy-%zu", i + 1);
	if (c->policies[i].name)
		return;
	c->policies[i].name = xstrdup(name);
	identify(&c->policies[i]);
}

static void derive(struct conf *c, struct conf_errors *r)
{
	size_t named = 0;

	c->all_regions = xcalloc(c->n_regions + 1, sizeof *c->all_regions);
	for (size_t i = 0; i < c->n_regions; i++) {
		derive_region(&c->regions[i], r);
		if (c->regions[i].name)
			c->all_regions[named++] = xstrdup(c->regions[i].name);
	}
	conf_note_defaults(c, r);
	for (size_t i = 0; i < c->n_servers; i++) {
		c->servers[i].line = conf_line(r, &c->servers[i].slug);
		conf_complete_server(c, &c->servers[i], r);
	}
	for (size_t i = 0; i < c->n_policies; i++)
		derive_policy(c, i);
	/* The paths of the public pages are appended to it. */
	for (size_t n = c->site_url ? strlen(c->site_url) : 0;
		n && c->site_url[n - 1] == '/'; n--)
		c->site_url[n - 1] = '\0';
}

/* All that could be read; folder is that of the lists, or NULL where they are
 * not to be read. */
static struct conf *parse(
	const char *p, size_t n, const char *folder, struct conf_errors *r)
{
	struct conf *c;
	struct conf_tree tree;

	if (n > CONF_BYTES_MAX) {
		conf_fault(r, (struct conf_spot) {1, 1},
			"the file is larger than 1 MiB");
		return NULL;
	}
	if (!conf_yaml_load(p, n, &tree, r))
		return NULL;
	c = xcalloc(1, sizeof *c);
	conf_read(&tree, c, r);
	conf_tree_release(&tree);
	derive(c, r);
	conf_check(c, r);
	if (folder && conf_sound(r))
		conf_read_lists(c, folder, r);
	return c;
}

/* Tell what is wrong, which names the lists of c; then c, or NULL. */
static struct conf *finish(struct conf *c, const char *file,
	struct conf_errors *r,
	void (*say)(void *arg, bool fatal, const char *message), void *arg)
{
	conf_tell(r, file, say, arg);
	if (c && !conf_sound(r)) {
		conf_free(c);
		c = NULL;
	}
	if (c) {
		index_servers(c);
		c->left_out = conf_left_out(r, &c->n_left_out);
	}
	conf_errors_free(r);
	return c;
}

struct conf *conf_parse(const char *file, const char *p, size_t n,
	void (*say)(void *arg, bool fatal, const char *message), void *arg)
{
	struct conf_errors *r = conf_errors_new();

	return finish(parse(p, n, NULL, r), file, r, say, arg);
}

static void say_to_log(void *arg, bool fatal, const char *message)
{
	(void)arg;
	if (fatal)
		log_error("%s", message);
	else
		log_warn("%s", message);
}

static void say_faults(void *arg, bool fatal, const char *message)
{
	if (fatal)
		say_to_log(arg, fatal, message);
}

/* With the lists in that folder; NULL: without lists and warnings. */
static struct conf *load(const char *path, const char *folder)
{
	struct conf_errors *r = conf_errors_new();
	struct conf *c = NULL;
	struct buf b;

	buf_init(&b, CONF_BYTES_MAX + 65536);
	if (file_whole(&b, path) != 0)
		log_error("%s: %s", path, strerror(errno));
	else
		c = parse(b.p, b.len, folder, r);
	buf_release(&b);
	return finish(c, path, r, folder ? say_to_log : say_faults, NULL);
}

struct conf *conf_load(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	struct conf *c = load(path, folder);

	free(folder);
	return c;
}

struct conf *conf_load_file(const char *path)
{
	return load(path, NULL);
}
