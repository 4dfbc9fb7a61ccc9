/* SPDX-License-Identifier: MIT */
/*
 * tools.c: definitions of tools in files: how those of two files differ, and signs of
 * poisoning in those of several servers.
 */
#include "commands/commands.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "commands/sarif.h"
#include "json/json.h"
#include "options.h"
#include "poisoning/poisoning.h"
#include "poisoning/text.h"
#include "tools/definition_diff.h"
#include "tools/definitions.h"
#include "words/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Messages name at most so many refused tools of a file. */
#define REFUSED_NAMED 20
/* Lines are written together, about as many bytes. */
#define PIECE 65536

/* A file of definitions. */
struct tool_source {
	const char *path; /* set by the caller; "-" is standard input */
	const char *name; /* for messages */
	struct definitions tools;
	size_t refused; /* tools that cannot be used */
};

static void refuse_definition(void *arg, const char *reason)
{
	struct tool_source *s = arg;

	if (s->refused++ < REFUSED_NAMED)
		log_error("%s: %s", s->name, reason);
}

/* Read a file, which is one byte too long where it is longer; 0, or errno. */
static int read_bytes(int fd, struct buf *b)
{
	ssize_t n;

	do {
		char *p = buf_more(b, PIECE);

		n = p ? read(fd, p, PIECE) : 0;
		if (p)
			buf_cut(b, b->len - PIECE + (n > 0 ? (size_t)n : 0));
	} while (n > 0 && b->len <= DEFINITIONS_BYTES);
	return n < 0 ? errno : 0;
}

/* Read a file, and say what is wrong with it. 0, or the exit status. */
static int tool_source_read(struct tool_source *s)
{
	bool standard = strcmp(s->path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(s->path, O_RDONLY | O_CLOEXEC);
	char why[DEFINITIONS_WHY];
	int failed, status = 0;
	struct buf b;

	s->name = standard ? "standard input" : s->path;
	if (fd < 0) {
		log_error("%s: %s", s->name, strerror(errno));
		return EXIT_USAGE;
	}
	buf_init(&b, DEFINITIONS_BYTES + 2 * PIECE);
	failed = read_bytes(fd, &b);
	if (!standard)
		close(fd);
	if (failed) {
		log_error("%s: %s", s->name, strerror(failed));
		status = failed == EISDIR ? EXIT_USAGE : EXIT_ENV;
	} else if (!definitions_read(&s->tools, b.p, b.len, refuse_definition,
			   s, why)) {
		log_error("%s: %s", s->name, why);
		status = EXIT_USAGE;
	}
	if (s->refused > REFUSED_NAMED)
		log_error("%s: %zu more tools refused", s->name,
			s->refused - REFUSED_NAMED);
	buf_release(&b);
	return status;
}

/* 0, or an exit status. */
static int print_changes(
	const struct tool_changes *t, const struct output *output)
{
	struct changes c;
	struct buf b;
	int failed = 0;

	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; i < t->n && !failed; i++) {
		changes_init(&c);
		definition_diff(&c, &t->v[i]);
		if (output->text)
			change_text(&b, &t->v[i], &c, output->colour);
		else
			change_json(&b, NULL, &t->v[i], &c);
		changes_release(&c);
		if (b.len >= PIECE || i + 1 == t->n) {
			failed = line_print(b.p, b.len);
			buf_clear(&b);
		}
	}
	buf_release(&b);
	return failed ? EXIT_ENV : 0;
}

int tools_compare(const struct definitions *before,
	const struct definitions *after, const struct output *output)
{
	struct tool_changes t;
	int status;

	tool_changes_of(&t, before, after);
	status = print_changes(&t, output);
	if (!status && t.n)
		status = EXIT_NEWS;
	tool_changes_release(&t);
	return status;
}

int tools_diff(const struct command *cmd)
{
	struct tool_source before = {.path = cmd->input};
	struct tool_source after = {.path = cmd->files[1]};
	struct output output = output_choose(cmd->format);
	int status;

	if (!cmd->diff) {
		log_error("tools: two files, but no --diff");
		return EXIT_USAGE;
	}
	if (strcmp(before.path, "-") == 0 && strcmp(after.path, "-") == 0) {
		log_error("tools: only one of the files may be '-'");
		return EXIT_USAGE;
	}
	status = tool_source_read(&before);
	if (!status)
		status = tool_source_read(&after);
	if (!status)
		status = tools_compare(&before.tools, &after.tools, &output);
	definitions_release(&before.tools);
	definitions_release(&after.tools);
	return status < EXIT_USAGE && (before.refused || after.refused)
		? EXIT_USAGE
		: status;
}

/* ---- Signs of poisoning. */

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
static void learn_names(struct work *w, struct listing *l)
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
	json_fmt(&w->out,
		"{'v':1,'type':'sign','server':%s,'tool':%s,'rule':%s,"
		"'path':%s,'excerpt':%s,'why':%s}\n",
		w->listing->label, s->tool, poisoning_rules[s->rule].name,
		s->path, s->excerpt, s->why);
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
static void flush_signs(struct work *w, size_t piece)
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
	flush_signs(w, PIECE);
}

/* Print the signs of all tools; how many there were looked at. */
static size_t look_for_signs(struct work *w)
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
			"%zu %s in %zu of %zu tools. A sign is not a verdict: "
			"read the text.\n",
			w->signs, w->signs == 1 ? "sign" : "signs", w->tools,
			all);
	flush_signs(w, 0);
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
		learn_names(&w, &w.listings[i]);
	}
	if (w.format == FORMAT_SARIF)
		put_sarif_start(&w.out);
	put_end(&w, look_for_signs(&w));
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
