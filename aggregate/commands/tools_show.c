/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "judge/fleet.h"
#include "options.h"
#include "store/definitions.h"
#include "store/store.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* A tool as one region saw it. */
struct sight {
	const struct listed_tool *tool;
	size_t region; /* of `seen` */
};

/* The page on the tools of a server. */
struct view {
	const struct command *cmd;
	struct output output;
	struct definition_history history;
	const struct region_lists **regions; /* those asked for */
	size_t n_regions;
	double at;
	struct sight *sights; /* by name, then digest, then region */
	size_t n;
	struct buf out;
};

/* ---- What was seen. */

static int by_tool(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;
	int order = strcmp(x->tool->name, y->tool->name);

	if (!order)
		order = strcmp(x->tool->digest, y->tool->digest);
	return order ? order : (x->region > y->region) - (x->region < y->region);
}

/* Take in what each region saw. */
static void collect_sights(struct view *w)
{
	size_t cap = 0;

	for (size_t i = 0; i < w->n_regions; i++) {
		const struct list_row *row =
			definition_history_at(w->regions[i], w->at);

		for (size_t k = 0; row && row->list && k < row->list->n; k++) {
			w->sights = xgrow(
				w->sights, &cap, w->n + 1, sizeof *w->sights);
			w->sights[w->n++] = (struct sight) {
				&row->list->v[k], i};
		}
	}
	if (w->n)
		qsort(w->sights, w->n, sizeof *w->sights, by_tool);
}

/* How many sights from i on are of one name, and digest. */
static size_t run_of(const struct view *w, size_t i, bool digest)
{
	const struct listed_tool *t = w->sights[i].tool, *u;
	size_t n = 1;

	for (; i + n < w->n; n++) {
		u = w->sights[i + n].tool;
		if (strcmp(t->name, u->name) != 0 ||
			(digest && strcmp(t->digest, u->digest) != 0))
			break;
	}
	return n;
}

static bool lists(const struct listed_tools *l, const struct listed_tool *t)
{
	for (size_t i = 0; l && i < l->n; i++)
		if (strcmp(l->v[i].digest, t->digest) == 0 &&
			strcmp(l->v[i].name, t->name) == 0)
			return true;
	return false;
}

/* Since when a region sees a tool as it is. */
static double sight_since(const struct view *w, const struct sight *s)
{
	const struct region_lists *r = w->regions[s->region];
	const struct list_row *row = definition_history_at(r, w->at);

	while (row > r->v && lists(row[-1].list, s->tool))
		row--;
	return row->since;
}

/* ---- As lines of JSON. */

static void put_json(struct view *w, const struct sight *s, size_t n)
{
	const struct listed_tool *t = s->tool;
	struct buf *b = &w->out;
	double first = INFINITY;

	json_fmt(b, "{'v':%d,'type':'definition','slug':%s,'regions':[",
		RECORD_VERSION, w->cmd->slug);
	for (size_t i = 0; i < n; i++) {
		json_fmt(b, ",%s", w->regions[s[i].region]->region);
		first = fmin(first, sight_since(w, &s[i]));
	}
	json_fmt(b, "],'since':%g,'name':%s,'digest':%s,'definition':", first,
		t->name, t->digest);
	if (t->text)
		json_put_seen(b, t->text, strlen(t->text));
	else
		buf_str(b, "null");
	buf_str(b, "}\n");
}

/* ---- As a page. */

static void indent(struct buf *b, int columns)
{
	for (int i = 0; i < columns; i++)
		buf_char(b, ' ');
}

/* Append a text of a stranger; its lines begin in that column. */
static void put_foreign(struct buf *b, const char *s, int column)
{
	char shown[TEXT_SHOWN];
	size_t n = strlen(s), len;

	for (; n; s += len, n -= len) {
		len = text_shown(s, n, shown);
		buf_str(b, *s == '\n' ? "\n" : shown);
		if (*s == '\n')
			indent(b, column);
	}
}

static void put_value(struct buf *b, const cJSON *v)
{
	struct buf text;

	buf_init(&text, SIZE_MAX / 2);
	json_put(&text, v);
	json_put_seen(b, text.p, text.len);
	buf_release(&text);
}

/* Append a tree, a member a line; lists of plain values on one. */
static void put_tree(struct buf *b, const cJSON *v, int column)
{
	bool plain = !cJSON_IsObject(v);
	struct buf key;

	for (const cJSON *c = v->child; c && plain; c = c->next)
		plain = !cJSON_IsObject(c) && !cJSON_IsArray(c);
	if (plain || !v->child) {
		buf_char(b, ' ');
		put_value(b, v);
		return;
	}
	for (const cJSON *c = v->child; c; c = c->next) {
		buf_char(b, '\n');
		indent(b, column);
		if (c->string) {
			buf_init(&key, SIZE_MAX / 2);
			json_put_str(&key, c->string);
			json_put_seen(b, key.p + 1, key.len - 2);
			buf_release(&key);
			buf_char(b, ':');
		} else {
			buf_char(b, '-');
		}
		put_tree(b, c, column + 2);
	}
}

/* Append a definition, below its name. */
static void put_definition(struct buf *b, const char *text)
{
	static const char *const members[] = {"title", "description",
		"inputSchema", "outputSchema", "annotations"};
	char why[JSON_WHY];
	cJSON *tree = json_parse(text, strlen(text), &json_record, why);

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *v = json_get(tree, members[i]);
		const char *s = cJSON_GetStringValue(v);

		if (!v)
			continue;
		indent(b, 4);
		if (!s)
			buf_fmt(b, "%s:", members[i]);
		if (s)
			put_foreign(b, s, 4);
		else
			put_tree(b, v, 6);
		buf_char(b, '\n');
	}
	cJSON_Delete(tree);
}

static void put_regions(struct view *w, const struct sight *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_fmt(&w->out, "%s%s", text_comma(i, n),
			w->regions[s[i].region]->region);
}

static void put_page(struct view *w, const struct sight *s, size_t n)
{
	const struct listed_tool *t = s->tool;
	struct buf *b = &w->out;

	buf_char(b, '\n');
	buf_str(b, w->output.colour ? BOLD : "");
	put_foreign(b, t->name, 0);
	buf_str(b, w->output.colour ? PLAIN : "");
	if (n < w->n_regions) {
		buf_str(b, "  only in ");
		put_regions(w, s, n);
	}
	buf_char(b, '\n');
	if (t->text)
		put_definition(b, t->text);
	else
		buf_str(b, "    (its definition is not stored)\n");
}

static void put_head(struct view *w)
{
	char at[CLOCK_RFC3339];
	size_t names = 0, odd = 0;

	for (size_t i = 0, n; i < w->n; i += n, names++) {
		n = run_of(w, i, false);
		odd += n < w->n_regions || run_of(w, i, true) < n;
	}
	clock_rfc3339((int64_t)w->at, at);
	buf_fmt(&w->out, "%s: %zu tool%s as of %s", w->cmd->slug, names,
		names == 1 ? "" : "s", at);
	if (odd)
		buf_fmt(&w->out, "; %zu %s not the same in all regions",
			odd, odd == 1 ? "is" : "are");
	buf_char(&w->out, '\n');
}

/* Print the sides of n sights of one name: that of most regions first. */
static void put_sides(struct view *w, size_t i, size_t n)
{
	for (size_t most = n; most; most--)
		for (size_t k = i, each; k < i + n; k += each) {
			each = run_of(w, k, true);
			if (each != most)
				continue;
			if (w->output.text)
				put_page(w, w->sights + k, each);
			else
				put_json(w, w->sights + k, each);
		}
}

/* 0, or an exit status. */
static int show(struct view *w)
{
	int failed;

	collect_sights(w);
	if (!w->n) {
		log_error("%s: the store has no tool list of that time",
			w->cmd->slug);
		return EXIT_USAGE;
	}
	if (w->output.text)
		put_head(w);
	for (size_t i = 0, n; i < w->n; i += n) {
		n = run_of(w, i, false);
		put_sides(w, i, n);
	}
	failed = line_print(w->out.p, w->out.len);
	return failed ? EXIT_ENV : EXIT_GOOD;
}

/* ---- How it changed. */

/* The two lists of a region that are compared; false: there are no two. */
static bool pair(const struct view *w, const struct region_lists *r,
	const struct list_row *rows[2])
{
	if (!r->n)
		return false;
	rows[1] = &r->v[r->n - 1];
	rows[0] = isnan(w->cmd->now) ? (r->n > 1 ? rows[1] - 1 : NULL)
				     : definition_history_at(r, w->at);
	return rows[0] && rows[0]->list && rows[1]->list;
}

static void refuse_definition(void *arg, const char *reason)
{
	const struct view *w = arg;

	log_error("%s: %s", w->cmd->slug, reason);
}

/* Say which regions saw one list, then another. */
static void put_pair(struct view *w, const struct list_row *rows[2],
	char *const *names, size_t n)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];
	struct buf *b = &w->out;

	clock_rfc3339((int64_t)rows[0]->since, from);
	clock_rfc3339((int64_t)rows[1]->since, to);
	if (w->output.text) {
		buf_fmt(b, "%s, in ", w->cmd->slug);
		for (size_t i = 0; i < n; i++)
			buf_fmt(b, "%s%s", text_comma(i, n), names[i]);
		buf_fmt(b, ": tools since %s and since %s\n", from, to);
		return;
	}
	json_fmt(b, "{'v':%d,'type':'lists','slug':%s", RECORD_VERSION,
		w->cmd->slug);
	json_put_list(b, "regions", names, n);
	json_fmt(b, ",'from':%s,'to':%s}\n", from, to);
}

/* Compare the two lists of region i, for all that have these two. */
static int compare_lists(struct view *w, size_t i, bool *done)
{
	const struct list_row *rows[2], *others[2];
	char **names = xcalloc(w->n_regions, sizeof *names);
	struct definitions before = {0}, after = {0};
	size_t n = 0;
	int status = EXIT_GOOD;

	if (!done[i] && pair(w, w->regions[i], rows) &&
		rows[0]->list != rows[1]->list) {
		for (size_t k = i; k < w->n_regions; k++) {
			if (!pair(w, w->regions[k], others) ||
				others[0]->list != rows[0]->list ||
				others[1]->list != rows[1]->list)
				continue;
			done[k] = true;
			names[n++] = (char *)w->regions[k]->region;
		}
		buf_clear(&w->out);
		put_pair(w, rows, names, n);
		listed_tools_compare(rows[0]->list, rows[1]->list, &before,
			refuse_definition, w);
		listed_tools_compare(rows[1]->list, rows[0]->list, &after,
			refuse_definition, w);
		status = line_print(w->out.p, w->out.len)
			? EXIT_ENV
			: tools_compare(&before, &after, &w->output);
		definitions_release(&before);
		definitions_release(&after);
	}
	free(names);
	return status;
}

static int diff_lists(struct view *w)
{
	bool *done = xcalloc(w->n_regions + 1, sizeof *done);
	int status = EXIT_GOOD, each;

	for (size_t i = 0; i < w->n_regions; i++) {
		each = compare_lists(w, i, done);
		status = each > status ? each : status;
	}
	free(done);
	return status;
}

/* ---- The command. */

/* Whether the configuration has the region; all, if it names none. */
static bool configured(const struct fleet *f, const char *region)
{
	struct fleet_server server = {0};

	if (f->n)
		server = fleet_at(f, 0);
	return !server.n_regions ||
		strings_among(server.regions, server.n_regions, region);
}

/* Whether a region is asked for; without -r, those of the configuration are. */
static bool is_asked_for(const struct command *cmd, const struct fleet *f,
	const char *region)
{
	return cmd->n_regions
		? strings_among((const char *const *)cmd->regions,
			  cmd->n_regions, region)
		: configured(f, region);
}

/* The regions that are shown; an exit status where there are none. */
static int choose_regions(struct view *w, const struct fleet *f)
{
	const struct definition_history *h = &w->history;

	w->regions = xcalloc(h->n_regions + 1, sizeof *w->regions);
	for (size_t i = 0; i < h->n_regions; i++)
		if (is_asked_for(w->cmd, f, h->regions[i].region))
			w->regions[w->n_regions++] = &h->regions[i];
	if (w->n_regions)
		return 0;
	log_error("%s: the store has no definitions of its tools%s",
		w->cmd->slug, h->n_regions ? " in that region" : "");
	return EXIT_USAGE;
}

int tools_show(const struct command *cmd)
{
	struct view w = {.cmd = cmd,
		.output = output_choose(cmd->format),
		.at = isnan(cmd->now) ? clock_wall() : cmd->now};
	struct setup s;
	struct fleet f = {0};
	int rc;

	if (cmd->n_files > 1)
		return tools_diff(cmd);
	rc = setup_open(&s, cmd);
	buf_init(&w.out, SIZE_MAX / 2);
	if (!rc && definition_history_read(s.store, cmd->slug, &w.history))
		rc = EXIT_ENV;
	if (!rc && s.conf && setup_fleet(&s, cmd->slug, &f))
		rc = EXIT_ENV;
	if (!rc)
		rc = choose_regions(&w, &f);
	if (!rc)
		rc = cmd->diff ? diff_lists(&w) : show(&w);
	free(w.sights);
	free(w.regions);
	buf_release(&w.out);
	definition_history_release(&w.history);
	fleet_release(&f);
	setup_close(&s);
	return rc;
}
