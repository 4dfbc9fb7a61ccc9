/* SPDX-License-Identifier: MIT */
#include "commands/pin.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "commands/sarif.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "histories/input.h"
#include "json/json.h"
#include "pinned/tools_lock.h"
#include "records/probe.h"
#include "records/verdict.h"
#include "store/definitions.h"
#include "store/load.h"
#include "store/store.h"
#include "tools/definition_diff.h"
#include "words/words.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN 128
/* Bytes of the message of a result. */
#define MESSAGE_MAX 8000

/* The rules of SARIF: the classes, and what has none. */
#define RULE_DIGEST (CHANGE_ORDER + 1)
static const struct sarif_rule rules[] = {
	[CHANGE_BREAKING] = {"breaking",
		"A caller that worked before may now fail."},
	[CHANGE_COMPATIBLE] = {"compatible",
		"A tool changed; its callers work as before."},
	[CHANGE_WORDS] = {"words",
		"The description of a tool differs from the approved one."},
	[CHANGE_ORDER] = {"order", "The order of a tool's definition changed, "
				   "not its content."},
	[RULE_DIGEST] = {"digest",
		"A tool changed; its old or new definition is not known."},
};
static const char *const levels[] = {
	[CHANGE_BREAKING] = "error",
	[CHANGE_COMPATIBLE] = "warning",
	[CHANGE_WORDS] = "warning",
	[CHANGE_ORDER] = "note",
	[RULE_DIGEST] = "error",
};

static void put_name(struct buf *b, const char *name)
{
	char seen[4 * NAME_SHOWN + 1];

	text_visible(name, strlen(name), seen, sizeof seen, NAME_SHOWN);
	buf_str(b, seen);
}

/* ---- For a person. */

static void put_names(struct buf *b, char sign, const char **names, size_t n,
	const char *what)
{
	for (size_t i = 0; i < n; i++) {
		buf_fmt(b, "  %c ", sign);
		put_name(b, names[i]);
		buf_fmt(b, "%s\n", what);
	}
}

static void put_head(struct buf *b, const struct pin_change *c,
	const char *region)
{
	const struct verdict_drift *d = &c->tools->drift;

	buf_fmt(b, "%s%s%s: ", c->tools->slug, region ? ", " : "",
		region ? region : "");
	if (d->from)
		buf_fmt(b, "%.12s to %.12s%s\n", d->from, d->to,
			c->tools->words ? ", only descriptions" : "");
	else
		buf_fmt(b, "not pinned yet, %.12s\n", d->to);
	put_names(b, '-', d->removed, d->n_removed, "");
	put_names(b, '+', d->added, d->n_added, "");
	put_names(b, '~', d->changed, d->n_changed, "");
	put_names(b, '~', d->redescribed, d->n_redescribed, " (words)");
}

/* ---- For programs. */

static void put_list(struct buf *b, const char *key, const char **v, size_t n)
{
	json_put_list(b, key, (char *const *)v, n);
}

static void put_line(struct buf *b, const struct pin_change *c)
{
	const struct verdict_drift *d = &c->tools->drift;
	struct buf line;

	buf_init(&line, SIZE_MAX / 2);
	buf_fmt(&line, "{\"v\":%d,\"type\":\"pin-change\"", RECORD_VERSION);
	json_put_member(&line, "slug", c->tools->slug);
	put_list(&line, "regions", c->regions, c->n_regions);
	json_put_member(&line, "from", d->from);
	json_put_member(&line, "to", d->to);
	put_list(&line, "removed", d->removed, d->n_removed);
	put_list(&line, "added", d->added, d->n_added);
	put_list(&line, "changed", d->changed, d->n_changed);
	put_list(&line, "redescribed", d->redescribed, d->n_redescribed);
	buf_char(&line, '}');
	json_put_seen(b, line.p, line.len);
	buf_char(b, '\n');
	buf_release(&line);
}

/* Cut a text to as many bytes, at a character. */
static void cut_text(struct buf *b, size_t max)
{
	if (b->len <= max)
		return;
	while (max && ((unsigned char)b->p[max] & 0xc0) == 0x80)
		max--;
	buf_cut(b, max);
	buf_str(b, "…");
}

/* A result, whose message is what is told of the tool. */
static void put_result(struct pin_writer *w, const struct pin_change *c,
	const char *name, int rule, const char *told)
{
	struct sarif_result r = {.rule = rules[rule].name,
		.rule_index = rule,
		.level = levels[rule],
		.path = w->path};
	struct buf message, tool, full;

	buf_init(&message, SIZE_MAX / 2);
	buf_init(&tool, SIZE_MAX / 2);
	buf_init(&full, SIZE_MAX / 2);
	buf_str(&message, c->tools->slug);
	for (size_t i = 0; i < c->n_regions; i++)
		buf_fmt(&message, "%s%s",
			i ? text_comma(i, c->n_regions) : ", in ",
			c->regions[i]);
	buf_fmt(&message, ": %s", told);
	cut_text(&message, MESSAGE_MAX);
	put_name(&tool, name);
	buf_fmt(&full, "%s/%s", c->tools->slug, tool.p);
	r.message = message.p;
	r.tool = tool.p;
	r.full_name = full.p;
	sarif_result(&w->out, &r, !w->results++);
	buf_release(&message);
	buf_release(&tool);
	buf_release(&full);
}

/* ---- What changed. */

static void put_tool(struct pin_writer *w, const struct pin_change *c,
	const struct tool_change *t)
{
	struct buf told;
	struct changes changes;

	changes_init(&changes);
	definition_diff(&changes, t);
	if (w->format == FORMAT_JSONL) {
		change_json(&w->out, c->tools->slug, t, &changes);
	} else if (w->format == FORMAT_SARIF) {
		buf_init(&told, SIZE_MAX / 2);
		change_text(&told, t, &changes, false);
		put_result(w, c, t->after ? t->after->name : t->before->name,
			(int)changes.class, told.p);
		buf_release(&told);
	} else {
		change_text(&w->out, t, &changes, w->colour);
	}
	changes_release(&changes);
}

/* Whether a tool of that name, in its definition, has this one in records, where
   what does harm is escaped. */
static bool is_named(const char *own, const char *name)
{
	size_t n = strlen(own);
	char shown[TEXT_SIZE];

	if (strcmp(own, name) == 0)
		return true;
	if (text_harmless(own, n))
		return false;
	text_visible(own, n, shown, sizeof shown, TEXT_MAX);
	return strcmp(shown, name) == 0;
}

static bool read_in(const struct definitions *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (is_named(d->v[i].name, name))
			return !d->v[i].refused;
	return false;
}

/* How many of these tools changed in a way that nobody can read. */
static size_t put_unread(struct pin_writer *w, const struct pin_change *c,
	const char **names, size_t n)
{
	size_t unread = 0;

	for (size_t i = 0; i < n; i++) {
		if (read_in(&c->tools->before, names[i]) ||
			read_in(&c->tools->after, names[i]))
			continue;
		unread++;
		if (w->format == FORMAT_SARIF)
			put_result(w, c, names[i], RULE_DIGEST,
				rules[RULE_DIGEST].about);
	}
	return unread;
}

static void put_tools(struct pin_writer *w, const struct pin_change *c)
{
	const struct verdict_drift *d = &c->tools->drift;
	static const char which[] = "Which of its tools changed is not known.";
	struct tool_changes t;
	size_t unread;
	bool nameless;

	tool_changes_of(&t, &c->tools->before, &c->tools->after);
	nameless = !t.n;
	for (size_t i = 0; i < t.n; i++)
		put_tool(w, c, &t.v[i]);
	tool_changes_release(&t);
	unread = put_unread(w, c, d->removed, d->n_removed) +
		put_unread(w, c, d->added, d->n_added) +
		put_unread(w, c, d->changed, d->n_changed) +
		put_unread(w, c, d->redescribed, d->n_redescribed);
	if (unread && w->format != FORMAT_JSONL && w->format != FORMAT_SARIF)
		buf_fmt(&w->out,
			"%zu of these tools cannot be read: their old or new "
			"definitions are not stored\n",
			unread);
	if (!nameless || unread)
		return;
	if (w->format == FORMAT_SARIF)
		put_result(w, c, c->tools->slug, RULE_DIGEST, which);
	else if (w->format != FORMAT_JSONL)
		buf_fmt(&w->out, "%s\n", which);
}

void pin_changes_put(struct pin_writer *w, const struct pin_change *c)
{
	bool text = w->format != FORMAT_JSONL && w->format != FORMAT_SARIF;

	if (w->format == FORMAT_JSONL)
		put_line(&w->out, c);
	else if (text && !c->n_regions)
		put_head(&w->out, c, NULL);
	for (size_t i = 0; i < c->n_regions && text; i++)
		put_head(&w->out, c, c->regions[i]);
	put_tools(w, c);
}

void pin_changes_start(struct pin_writer *w)
{
	if (w->format == FORMAT_SARIF)
		sarif_start(&w->out, rules, RULE_DIGEST + 1);
}

void pin_changes_end(struct pin_writer *w, bool whole)
{
	if (w->format == FORMAT_SARIF)
		sarif_end(&w->out, whole);
}

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
