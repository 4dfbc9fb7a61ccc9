/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LINE_LONG 4096
#define BELOW_LONG 16384

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && strchr(" \t\n", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static char *none_of(char *s)
{
	return strcmp(s, "-") == 0 ? NULL : s;
}

static void split(struct row *r, char *line)
{
	int n = 0;

	memset(r->field, 0, sizeof r->field);
	for (char *next; line; line = next) {
		next = strstr(line, " | ");
		if (next) {
			*next = '\0';
			next += 3;
		}
		if (n == ROW_FIELDS)
			fail_msg("%s:%d: too many fields", r->file, r->line);
		r->field[n++] = none_of(trim(line));
	}
}

/* The rows of one table, from the line behind its name on. */
static int read_rows(FILE *f, struct row *r, void (*test)(const struct row *r))
{
	char line[LINE_LONG], head[LINE_LONG], below[BELOW_LONG] = "";
	bool open = false, more = true;
	int n = 0;

	for (int at = r->line + 1; more; at++) {
		more = fgets(line, sizeof line, f) && *line != '[';
		if (more && !strchr(line, '\n'))
			fail_msg("%s:%d: too long", r->file, at);
		if (more && *line == '\t') {
			size_t len = strlen(below);

			if (!open || len + strlen(line) >= sizeof below)
				fail_msg("%s:%d: below no row, or too much",
					r->file, at);
			snprintf(below + len, sizeof below - len, "%s%s",
				len ? "\n" : "", trim(line));
			continue;
		}
		if (more && (*line == '#' || *line == '\n'))
			continue;
		if (open)
			test(r);
		n += open;
		open = more;
		*below = '\0';
		r->line = at;
		r->below = below;
		snprintf(head, sizeof head, "%s", line);
		split(r, head);
	}
	return n;
}

void rows_each(const char *file, const char *table,
	void (*test)(const struct row *r))
{
	char path[200], name[200], line[LINE_LONG];
	struct row r = {.file = path};
	FILE *f;
	int n = 0;

	snprintf(path, sizeof path, "tests/unit/%s", file);
	snprintf(name, sizeof name, "[%s]\n", table);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: cannot be read", path);
	while (!n && fgets(line, sizeof line, f)) {
		r.line++;
		if (strcmp(line, name) == 0)
			n = read_rows(f, &r, test);
	}
	fclose(f);
	if (!n)
		fail_msg("%s: no row of %s", path, name);
}

static void fail_row(const struct row *r, const char *got, const char *want)
{
	fail_msg("%s:%d: '%s', not '%s'", r->file, r->line,
		got ? got : "nothing", want ? want : "nothing");
}

void row_expect(const struct row *r, const char *got, const char *want)
{
	if (got && want ? strcmp(got, want) != 0 : got != want)
		fail_row(r, got, want);
}

void row_begins(const struct row *r, const char *got, const char *want)
{
	if (want && !*want)
		fail_msg("%s:%d: an empty field", r->file, r->line);
	if (got && want ? strncmp(got, want, strlen(want)) != 0 : got != want)
		fail_row(r, got, want);
}

void row_words(const struct row *r, int i, char **out, size_t n)
{
	char *s = r->field[i];

	for (size_t k = 0; k < n; k++) {
		out[k] = NULL;
		if (!s)
			continue;
		s += strspn(s, " ");
		if (!*s)
			continue;
		out[k] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = '\0';
		out[k] = none_of(out[k]);
	}
	if (s && s[strspn(s, " ")])
		fail_msg("%s:%d: more than %zu words", r->file, r->line, n);
}
