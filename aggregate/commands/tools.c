#include "commands/tools.h"

#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "options.h"
#include "tools/definition_diff.h"
#include "tools/definitions.h"
#include "verdict_line.h"
#include "words/change_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* As many refused tools of a file are named. */
#define REFUSED_NAMED 20
/* Lines are written together, about as many bytes. */
#define PIECE 65536

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

int tool_source_read(struct tool_source *s)
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
	struct tool_source after = {.path = cmd->other};
	struct output output = output_choose(cmd->format);
	int status;

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
