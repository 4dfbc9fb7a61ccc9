#include "commands/pin_changes.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/text.h"
#include "commands/sarif.h"
#include "json/json.h"
#include "records/probe.h"
#include "records/verdict.h"
#include "tools/change_text.h"
#include "tools/definition_diff.h"
#include "tools/definitions.h"

#include <stdint.h>
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
		"A tool changed, and who used it goes on as before."},
	[CHANGE_WORDS] = {"words",
		"A tool says other words than those approved."},
	[CHANGE_ORDER] = {"order", "A tool says the same in another order."},
	[RULE_DIGEST] = {"digest",
		"A tool changed, and what it said or says is not known."},
};
static const char *const levels[] = {
	[CHANGE_BREAKING] = "error",
	[CHANGE_COMPATIBLE] = "warning",
	[CHANGE_WORDS] = "warning",
	[CHANGE_ORDER] = "note",
	[RULE_DIGEST] = "error",
};

/* One change of a server while it is written. */
struct writing {
	struct pin_writer *w;
	const struct pin_change *c;
	struct definitions before, after;
	bool refused; /* text of tools.lock */
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
	const struct verdict_drift *d = c->drift;

	buf_fmt(b, "%s%s%s: ", c->slug, region ? ", " : "",
		region ? region : "");
	if (d->from)
		buf_fmt(b, "%.12s to %.12s%s\n", d->from, d->to,
			c->words ? ", only words" : "");
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
	const struct verdict_drift *d = c->drift;
	struct buf line;

	buf_init(&line, SIZE_MAX / 2);
	buf_fmt(&line, "{\"v\":%d,\"type\":\"pin-change\"", RECORD_VERSION);
	json_put_member(&line, "slug", c->slug);
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

/* A result, whose message is what is told of the tool. */
static void put_result(struct writing *x, const char *name, int rule,
	const char *told)
{
	struct sarif_result r = {.rule = rules[rule].name,
		.rule_index = rule,
		.level = levels[rule],
		.path = x->w->path};
	struct buf message, tool, full;

	buf_init(&message, SIZE_MAX / 2);
	buf_init(&tool, SIZE_MAX / 2);
	buf_init(&full, SIZE_MAX / 2);
	buf_fmt(&message, "%s", x->c->slug);
	for (size_t i = 0; i < x->c->n_regions; i++)
		buf_fmt(&message, "%s%s", i ? text_comma(i, x->c->n_regions)
					    : ", in ", x->c->regions[i]);
	buf_fmt(&message, ": %s", told);
	if (message.len > MESSAGE_MAX) {
		buf_cut(&message, MESSAGE_MAX);
		buf_str(&message, "…");
	}
	put_name(&tool, name);
	buf_fmt(&full, "%s/%s", x->c->slug, tool.p);
	r.message = message.p;
	r.tool = tool.p;
	r.full_name = full.p;
	sarif_result(&x->w->out, &r, !x->w->results++);
	buf_release(&message);
	buf_release(&tool);
	buf_release(&full);
}

/* ---- What changed. */

static void put_tool(struct writing *x, const struct tool_change *t)
{
	struct buf *b = &x->w->out, told;
	struct changes c;

	changes_init(&c);
	definition_diff(&c, t);
	if (x->w->format == FORMAT_JSONL) {
		change_json(b, x->c->slug, t, &c);
	} else if (x->w->format == FORMAT_SARIF) {
		buf_init(&told, SIZE_MAX / 2);
		change_text(&told, t, &c, false);
		put_result(x, t->after ? t->after->name : t->before->name,
			(int)c.class, told.p);
		buf_release(&told);
	} else {
		change_text(b, t, &c, x->w->colour);
	}
	changes_release(&c);
}

static bool read_in(const struct definitions *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i].name, name) == 0)
			return !d->v[i].refused;
	return false;
}

/* How many of these tools changed in a way that nobody can read. */
static size_t put_unread(struct writing *x, const char **names, size_t n)
{
	size_t unread = 0;

	for (size_t i = 0; i < n; i++) {
		if (read_in(&x->before, names[i]) ||
			read_in(&x->after, names[i]))
			continue;
		unread++;
		if (x->w->format == FORMAT_SARIF)
			put_result(x, names[i], RULE_DIGEST,
				rules[RULE_DIGEST].about);
	}
	return unread;
}

static void refuse_definition(void *arg, const char *reason)
{
	struct writing *x = arg;
	const char *rest = strstr(reason, ": ");

	/* The line is one that we made, and none of the file. */
	if (rest && strncmp(reason, "line ", 5) == 0)
		reason = rest + 2;
	log_error("%s: %s: %s", x->w->path, x->c->slug, reason);
	x->refused = true;
}

static void put_tools(struct writing *x)
{
	const struct verdict_drift *d = x->c->drift;
	struct tool_changes t;
	size_t unread;

	tool_changes_of(&t, &x->before, &x->after);
	for (size_t i = 0; i < t.n; i++)
		put_tool(x, &t.v[i]);
	tool_changes_release(&t);
	unread = put_unread(x, d->removed, d->n_removed) +
		put_unread(x, d->added, d->n_added) +
		put_unread(x, d->changed, d->n_changed) +
		put_unread(x, d->redescribed, d->n_redescribed);
	if (unread && x->w->format != FORMAT_JSONL &&
		x->w->format != FORMAT_SARIF)
		buf_fmt(&x->w->out,
			"%zu of these tools cannot be read: what they said or "
			"say is not kept\n",
			unread);
}

int pin_changes_put(struct pin_writer *w, const struct pin_change *c)
{
	struct writing x = {.w = w, .c = c};
	char why[DEFINITIONS_WHY];

	if (!definitions_read(&x.before, c->before, strlen(c->before),
		    refuse_definition, &x, why) ||
		!definitions_read(&x.after, c->after, strlen(c->after),
			refuse_definition, &x, why))
		refuse_definition(&x, why);
	if (w->format == FORMAT_JSONL)
		put_line(&w->out, c);
	else if (w->format != FORMAT_SARIF && !c->n_regions)
		put_head(&w->out, c, NULL);
	for (size_t i = 0; i < c->n_regions && w->format != FORMAT_JSONL &&
		w->format != FORMAT_SARIF;
		i++)
		put_head(&w->out, c, c->regions[i]);
	put_tools(&x);
	definitions_release(&x.before);
	definitions_release(&x.after);
	return x.refused ? EXIT_USAGE : EXIT_GOOD;
}

void pin_changes_start(struct pin_writer *w)
{
	if (w->format == FORMAT_SARIF)
		sarif_start(&w->out, rules, RULE_DIGEST + 1);
}

void pin_changes_end(struct pin_writer *w)
{
	if (w->format == FORMAT_SARIF)
		sarif_end(&w->out);
}
