/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/ca.h"
#include "conf/conf.h"
#include "json/json.h"
#include "options.h"
#include "pinned/tools_lock.h"
#include "records/probe.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than a million servers have. */
#define CONFIG_MAX ((size_t)1024 * 1024 * 1024)
/* Servers whose answers of the store are in memory at a time. */
#define GROUP 500

/* The newest result of a region on a server; "": not known. */
struct last_seen {
	char hash[HASH_HEX + 1];
	char full[HASH_HEX + 1];
	char era[16];
	/* The newest list whose definitions the store has; "": none. */
	char list[DIGEST_HEAD + 1];
	/* The definitions that need not be sent, as a JSON array, which is owned;
	   NULL: none is wanted. */
	char *known;
};

static struct conf *load_conf(const struct command *cmd)
{
	if (cmd->config)
		return conf_load(cmd->config);
	log_error("neither --config nor MCP_CONFIG names a configuration");
	return NULL;
}

/* A line for each server, so many are in memory at a time. */
static int show_servers(const struct conf *c)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, CONFIG_MAX);
	for (size_t i = 0; i < conf_count(c) && !rc; i++) {
		const struct conf_server s = conf_server_at(c, i);

		conf_server_line(&s, &b);
		if ((i + 1) % GROUP == 0 || i + 1 == conf_count(c)) {
			rc = line_print(b.p, b.len) ? EXIT_ENV : EXIT_GOOD;
			buf_clear(&b);
		}
	}
	buf_release(&b);
	return rc;
}

int config_show(const struct command *cmd)
{
	struct conf *c;
	struct buf b;
	int rc;

	if (cmd->servers && cmd->brief) {
		log_error("config: either --servers or --short");
		return EXIT_USAGE;
	}
	c = load_conf(cmd);
	if (!c)
		return EXIT_USAGE;
	if (cmd->servers) {
		rc = show_servers(c);
		conf_free(c);
		return rc;
	}
	buf_init(&b, CONFIG_MAX);
	if (cmd->brief)
		conf_short_json(c, &b);
	else
		conf_json(c, &b);
	buf_char(&b, '\n');
	rc = line_print(b.p, b.len) ? EXIT_ENV : EXIT_GOOD;
	buf_release(&b);
	conf_free(c);
	return rc;
}

static const char *region_of(const struct command *cmd)
{
	return cmd->n_regions ? cmd->regions[0] : NULL;
}

static bool in_region(const struct conf_server *s, const char *region)
{
	return !region || strings_among((const char *const *)s->regions,
				  s->n_regions, region);
}

bool target_is_due(const char *slug, double interval_s, double at)
{
	long minutes = lround(ceil(interval_s / 60)), turn;

	if (isnan(at))
		return true;
	if (fmod(at, 60) >= 30)
		return interval_s < 60;
	turn = lround(floor(at / 60)) % minutes;
	for (const char *c = slug; *c; c++)
		turn += *c;
	return turn % minutes == 0;
}

/* Take note of the newest probe of a region that has a tool hash. */
static void note_last_seen(void *arg, const struct record *r)
{
	struct last_seen *m = arg;

	if (*m->hash || r->type != RECORD_PROBE || !r->u.probe.tool_hash)
		return;
	snprintf(m->hash, sizeof m->hash, "%s", r->u.probe.tool_hash);
	if (r->u.probe.full_hash)
		snprintf(m->full, sizeof m->full, "%s", r->u.probe.full_hash);
	if (r->u.probe.era)
		snprintf(m->era, sizeof m->era, "%s", era_name(r->u.probe.era));
}

/*
 * Forget a hash whose tools the store has lost (they are not among these fields of
 * key_tools), so that the probe tells the tools again; unless they change too often
 * to be kept.
 */
static void drop_unknown_list(
	struct last_seen *m, const struct store_reply *fields)
{
	char list[2 * HASH_HEX + 2];

	snprintf(list, sizeof list, "%s.%s", m->hash, m->full);
	for (size_t i = 0; i < store_count(fields); i++) {
		const char *field = store_text(store_item(fields, i));

		if (field && (strcmp(field, list) == 0 ||
				     strcmp(field, "churn:since") == 0))
			return;
	}
	*m->hash = '\0';
}

/* Whether the tools change too often to be kept: see key_tools. */
static bool churns(const struct store_reply *fields)
{
	for (size_t i = 0; i < store_count(fields); i++) {
		const char *field = store_text(store_item(fields, i));

		if (field && strcmp(field, "churn:since") == 0)
			return true;
	}
	return false;
}

/*
 * Note which definitions the probe need not tell: the last of these rows of
 * key_definitions says which list is known. If the region saw another since, the
 * probe tells all of it again.
 */
static void note_rows(struct last_seen *m, const struct store_reply *fields,
	const struct store_reply *rows)
{
	const char *text = store_text(rows);
	const char *end = text ? strrchr(text, ' ') : NULL;

	if (store_error(rows) || churns(fields))
		return;
	m->known = xstrdup("[]");
	if (!end)
		return;
	text_copy(m->list, sizeof m->list, end + 1);
	if (strncmp(m->list, m->full, DIGEST_HEAD) == 0)
		return;
	*m->list = *m->hash = '\0';
}

/* Take from a list of key_definitions what need not be sent. */
static void note_list(struct last_seen *m, const struct store_reply *list)
{
	const char *line = store_text(list), *end;
	struct buf b;

	free(m->known);
	m->known = NULL;
	/* It is too long to be kept. */
	if (!line)
		return;
	buf_init(&b, KEYS_TOOLS_MAX);
	buf_char(&b, '[');
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (end - line < DIGEST_HEAD + 3 ||
			line[DIGEST_HEAD + 1] == '?')
			continue;
		buf_str(&b, b.len > 1 ? ",\"" : "\"");
		buf_add(&b, line, DIGEST_HEAD);
		buf_char(&b, '"');
	}
	buf_char(&b, ']');
	if (buf_ok(&b))
		m->known = buf_take(&b);
	buf_release(&b);
}

/* Ask of each of n servers what its newest list has. -1: the store failed. */
static int read_lists(struct store *s, const struct conf_server *servers,
	struct last_seen *m, size_t n)
{
	char key[KEY_MAX], field[DIGEST_HEAD + 3];
	const char *const args[] = {"HGET", key, field};
	size_t asked = 0;

	for (size_t k = 0; k < n; k++) {
		if (!*m[k].list)
			continue;
		key_definitions(key, servers[k].slug);
		snprintf(field, sizeof field, "l:%s", m[k].list);
		store_ask_argv(s, 3, args);
	}
	if (store_run(s))
		return -1;
	for (size_t k = 0; k < n; k++)
		if (*m[k].list)
			note_list(&m[k], store_reply(s, asked++));
	return 0;
}

/* Ask what a region saw of a server: three replies. */
static void ask_server(struct store *s, const char *slug, const char *region)
{
	char keys[3][KEY_MAX], field[REGION_MAX + 3];
	const char *const args[] = {
		"HGET", key_definitions(keys[2], slug), field};

	store_add(s, "HGET", key_latest(keys[0], slug), region, NULL);
	store_add(s, "HKEYS", key_tools(keys[1], slug), NULL);
	snprintf(field, sizeof field, "r:%s", region);
	store_ask_argv(s, 3, args);
}

/* Read what a region saw last of n servers. -1: the store failed. */
static int read_group(struct store *s, const char *region,
	const struct conf_server *servers, struct last_seen *m, size_t n)
{
	for (size_t k = 0; k < n; k++)
		ask_server(s, servers[k].slug, region);
	if (store_run(s))
		return -1;
	for (size_t k = 0; k < n; k++) {
		const char *rows = store_text(store_reply(s, 3 * k));
		const struct store_reply *fields = store_reply(s, 3 * k + 1);

		if (rows)
			load_latest(servers[k].slug, region, rows,
				note_last_seen, &m[k]);
		drop_unknown_list(&m[k], fields);
		note_rows(&m[k], fields, store_reply(s, 3 * k + 2));
	}
	return read_lists(s, servers, m, n);
}

/*
 * The store that tells what the region saw last. NULL without one, or where it
 * fails: no reason not to probe.
 */
static struct store *open_store(const struct command *cmd, const struct conf *c)
{
	const char *url = cmd->store ? cmd->store : c->store;
	char why[STORE_WHY];
	struct store *s;

	if (!region_of(cmd) || (!url && !getenv("MCP_STORE")))
		return NULL;
	s = store_open(url, c->store_ca, why);
	s = format_guard(s, false, why);
	if (!s)
		log_warn("%s", why);
	return s;
}

/* The digests of tools.lock beside the configuration. */
static struct lock_digests *pinned(const char *config)
{
	char why[LOCK_WHY], *path = lock_path(config);
	struct lock_digests *lock = lock_digests_read(path, why);

	if (!lock)
		log_error("%s: %s", path, why);
	free(path);
	return lock;
}

/* The canaries of a region, which tell whether the region itself is cut off. */
static int print_canaries(const struct conf_region *g)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < g->n_canary && !rc; i++) {
		buf_clear(&b);
		json_fmt(&b,
			"{'v':1,'type':'target','canary':%s,'region':%s}\n",
			g->canary[i], g->name);
		rc = line_print(b.p, b.len);
	}
	buf_release(&b);
	return rc;
}

/* Add to a target line which definitions need not be sent. */
static void put_known(struct buf *line, const char *known)
{
	if (!known)
		return;
	buf_cut(line, line->len - strlen("}\n"));
	buf_fmt(line, ",\"known_definitions\":%s}\n", known);
}

/* The file that `ca` of a server named last: many servers have the same. */
struct authority {
	char *file; /* as the server names it; NULL: none so far */
	char *text; /* its certificates; or where the file is */
};

/* The sources of the lines of targets. */
struct sources {
	const char *region;
	const struct lock_digests *lock;
	struct store *store; /* NULL: nothing is known of the last probe */
	const char *config;
	struct authority ca;
};

/* The `ca` of a target: the certificates; or, if they cannot be read here, the
   path of the file, which a region may have. */
static char *authority_of(struct sources *from, const struct conf_server *s)
{
	struct authority *a = &from->ca;
	char why[CONF_CA_WHY];

	if (!s->ca || (a->file && strcmp(a->file, s->ca) == 0))
		return s->ca ? a->text : NULL;
	free(a->file);
	free(a->text);
	a->file = xstrdup(s->ca);
	a->text = conf_ca_read(from->config, s->ca, why);
	if (a->text)
		return a->text;
	a->text = conf_ca_path(from->config, s->ca);
	log_warn("%s: ca: %s: %s", s->slug, a->text, why);
	return a->text;
}

static int print_target(struct sources *from,
	const struct conf_server *s, const struct last_seen *m, struct buf *b)
{
	struct conf_server server = *s;
	struct pinned_digests pin;
	bool pinned = lock_digests_find(from->lock, s->slug, &pin);

	server.ca = authority_of(from, s);
	buf_clear(b);
	conf_target(&server, from->region, *m->hash ? m->hash : NULL,
		pinned ? pin.contract : NULL, *m->era ? m->era : NULL, b);
	put_known(b, m->known);
	return line_print(b->p, b->len);
}

/* The targets of up to GROUP servers, as lines. -1: they cannot be printed. */
static int print_group(
	struct sources *from, const struct conf_server *servers, size_t n)
{
	struct last_seen *m = xcalloc(n, sizeof *m);
	struct buf b;
	int rc = 0;

	if (from->store &&
		read_group(from->store, from->region, servers, m, n)) {
		log_warn("%s", store_why(from->store));
		store_close(from->store);
		from->store = NULL;
	}
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < n && !rc; i++)
		rc = print_target(from, &servers[i], &m[i], &b);
	buf_release(&b);
	for (size_t i = 0; i < n; i++)
		free(m[i].known);
	free(m);
	return rc;
}

static bool is_wanted(const struct command *cmd, const struct conf_server *s)
{
	return in_region(s, region_of(cmd)) &&
	       (!cmd->slug || strcmp(cmd->slug, s->slug) == 0) &&
	       target_is_due(s->slug, s->interval_s, cmd->now);
}

/* As targets_print, of a configuration and its tools.lock. */
static int print_all(const struct command *cmd, const struct conf *c,
	const struct lock_digests *lock)
{
	struct conf_server *group = xcalloc(GROUP, sizeof *group);
	struct sources from = {.region = region_of(cmd),
		.lock = lock,
		.store = open_store(cmd, c),
		.config = cmd->config};
	size_t n = 0, all = 0;
	int rc = 0;

	for (size_t i = 0; i < conf_count(c) && !rc; i++) {
		group[n] = conf_server_at(c, i);
		if (!is_wanted(cmd, &group[n]))
			continue;
		all++;
		if (++n < GROUP)
			continue;
		rc = print_group(&from, group, n);
		n = 0;
	}
	if (n && !rc)
		rc = print_group(&from, group, n);
	/* Canaries tell nothing of servers that are not probed. */
	if (from.region && !cmd->slug && all && !rc)
		rc = print_canaries(conf_region(c, from.region));
	store_close(from.store);
	free(from.ca.file);
	free(from.ca.text);
	free(group);
	return rc ? EXIT_ENV : EXIT_GOOD;
}

int targets_print(const struct command *cmd)
{
	const char *region = region_of(cmd);
	struct lock_digests *lock;
	struct conf *c;
	int rc = EXIT_USAGE;

	if (cmd->n_regions > 1) {
		log_error("targets: one region at most");
		return rc;
	}
	c = load_conf(cmd);
	if (!c)
		return rc;
	lock = pinned(cmd->config);
	if (lock && region && !conf_region(c, region))
		log_error("region %s is not configured", region);
	else if (lock)
		rc = print_all(cmd, c, lock);
	lock_digests_free(lock);
	conf_free(c);
	return rc;
}
