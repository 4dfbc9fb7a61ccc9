#include "commands/tools_signs.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "commands/sarif.h"
#include "commands/tools.h"
#include "json/json.h"
#include "options.h"
#include "poisoning/folding.h"
#include "poisoning/poisoning.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is to be printed goes out in pieces of about as many bytes. */
#define PIECE 65536
#define LABEL_SHOWN 128

/* A file: the tools of a server. */
struct listing {
	struct tool_source source;
	char *label; /* the name of the server */
	size_t signs;
};

struct work {
	enum format format;
	struct poisoning *poisoning;
	struct listing *listings;
	size_t n;
	struct buf out;
	int status;
	/* While a tool is looked at. */
	struct listing *listing;
	size_t signs, tools; /* so far; tools that have some */
};

/* The last part of a path, without .json or .jsonl. */
static char *label_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	if (strcmp(path, "-") == 0)
		base = "stdin";
	show_visible(&b, base,
		dot && dot > base &&
				(strcmp(dot, ".json") == 0 ||
					strcmp(dot, ".jsonl") == 0)
			? (size_t)(dot - base)
			: strlen(base),
		LABEL_SHOWN);
	return buf_take(&b);
}

/* Read a file, and learn the names of its tools. */
static void learn(struct work *w, struct listing *l)
{
	int status = tool_source_read(&l->source);

	if (!status && l->source.refused)
		status = EXIT_USAGE;
	if (status > w->status)
		w->status = status;
	for (size_t i = 0; i < l->source.tools.n; i++) {
		struct definition *d = &l->source.tools.v[i];

		/* The tree is enough. */
		free(d->text);
		d->text = NULL;
		if (!d->refused)
			poisoning_learn(w->poisoning,
				(uint32_t)(l - w->listings), l->label, d->tree);
	}
}

static void put_sign(struct work *w, const struct poisoning_sign *s)
{
	if (!w->listing->signs)
		buf_fmt(&w->out, "%s\n", w->listing->label);
	buf_fmt(&w->out, "  %s: %s %s\n    %s\n    %s\n",
		poisoning_rules[s->rule].name, s->tool, s->path, s->excerpt,
		s->why);
}

static void put_line(struct work *w, const struct poisoning_sign *s)
{
	buf_str(&w->out, "{\"v\":1,\"type\":\"sign\"");
	json_put_member(&w->out, "server", w->listing->label);
	json_put_member(&w->out, "tool", s->tool);
	json_put_member(&w->out, "rule", poisoning_rules[s->rule].name);
	json_put_member(&w->out, "path", s->path);
	json_put_member(&w->out, "excerpt", s->excerpt);
	json_put_member(&w->out, "why", s->why);
	buf_str(&w->out, "}\n");
}

static void put_result(struct work *w, const struct poisoning_sign *s)
{
	struct sarif_result r = {.rule = poisoning_rules[s->rule].name,
		.rule_index = (int)s->rule,
		.level = "warning",
		.path = w->listing->source.path,
		.tool = s->tool};
	struct buf message, name;

	buf_init(&message, SIZE_MAX / 2);
	buf_init(&name, SIZE_MAX / 2);
	buf_fmt(&message, "%s %s", s->why, s->excerpt);
	buf_fmt(&name, "%s/%s%s", w->listing->label, s->tool, s->path);
	r.message = message.p;
	r.full_name = name.p;
	sarif_result(&w->out, &r, !w->signs);
	buf_release(&message);
	buf_release(&name);
}

static void put_sarif_start(struct buf *b)
{
	struct sarif_rule rules[POISONING_RULES];

	for (int i = 0; i < POISONING_RULES; i++)
		rules[i] = (struct sarif_rule) {
			poisoning_rules[i].name, poisoning_rules[i].about};
	sarif_start(b, rules, POISONING_RULES);
}

/* Print what is there, once it is a piece. */
static void flush(struct work *w, size_t piece)
{
	if (w->out.len < piece || !w->out.len)
		return;
	if (w->status != EXIT_ENV && line_print(w->out.p, w->out.len))
		w->status = EXIT_ENV;
	buf_clear(&w->out);
}

static void found(void *arg, const struct poisoning_sign *sign)
{
	struct work *w = arg;

	if (w->format == FORMAT_TEXT)
		put_sign(w, sign);
	else if (w->format == FORMAT_SARIF)
		put_result(w, sign);
	else
		put_line(w, sign);
	w->listing->signs++;
	w->signs++;
	flush(w, PIECE);
}

/* Print the signs of all tools; how many there were looked at. */
static size_t look(struct work *w)
{
	size_t all = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct listing *l = &w->listings[i];

		w->listing = l;
		for (size_t k = 0; k < l->source.tools.n; k++) {
			size_t before = w->signs;

			if (l->source.tools.v[k].refused)
				continue;
			all++;
			poisoning_signs(w->poisoning, (uint32_t)i,
				l->source.tools.v[k].tree, found, w);
			w->tools += w->signs > before;
		}
	}
	return all;
}

static void put_end(struct work *w, size_t all)
{
	if (w->format == FORMAT_SARIF)
		sarif_end(&w->out, w->status == EXIT_GOOD);
	else if (w->format == FORMAT_TEXT)
		buf_fmt(&w->out,
			"%zu %s in %zu of %zu tools. A sign is no verdict: "
			"read the text.\n",
			w->signs, w->signs == 1 ? "sign" : "signs", w->tools,
			all);
	flush(w, 0);
}

int tools_signs(const struct command *cmd)
{
	struct work w = {.format = cmd->format,
		.status = EXIT_GOOD,
		.n = cmd->n_files};

	if (w.format == FORMAT_BY_OUTPUT)
		w.format = isatty(STDOUT_FILENO) ? FORMAT_TEXT : FORMAT_JSONL;
	w.poisoning = poisoning_new();
	w.listings = xcalloc(w.n, sizeof *w.listings);
	buf_init(&w.out, SIZE_MAX / 2);
	for (size_t i = 0; i < w.n; i++) {
		w.listings[i].source.path = cmd->files[i];
		w.listings[i].label = label_of(cmd->files[i]);
		learn(&w, &w.listings[i]);
	}
	if (w.format == FORMAT_SARIF)
		put_sarif_start(&w.out);
	put_end(&w, look(&w));
	for (size_t i = 0; i < w.n; i++) {
		definitions_release(&w.listings[i].source.tools);
		free(w.listings[i].label);
	}
	free(w.listings);
	buf_release(&w.out);
	poisoning_free(w.poisoning);
	return w.status != EXIT_GOOD ? w.status
		: w.signs	     ? EXIT_NEWS
				     : EXIT_GOOD;
}
