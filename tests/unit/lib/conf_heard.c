/* SPDX-License-Identifier: MIT */
#include "conf_heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void hear(void *arg, bool fatal, const char *message)
{
	buf_fmt(arg, "%s%s\n", fatal ? "" : "warning: ", message);
}

/*
 * Parses a copy without a NUL at its end: the sanitizer sees each byte read too
 * many.
 */
struct conf *conf_hear(const char *p, size_t n, struct buf *heard)
{
	char *copy = malloc(n ? n : 1);
	struct conf *c;

	if (!copy)
		abort();
	memcpy(copy, p, n);
	buf_init(heard, 1024 * 1024);
	c = conf_parse("f", copy, n, hear, heard);
	free(copy);
	return c;
}

struct conf *conf_must(const char *head, const char *rest)
{
	struct buf text, heard;
	struct conf *c;

	buf_init(&text, 10000);
	buf_fmt(&text, "%s%s", head, rest);
	c = conf_hear(text.p, text.len, &heard);
	if (!c)
		fail_msg("%s\n%s", text.p, heard.p);
	buf_release(&text);
	buf_release(&heard);
	return c;
}

void conf_check_cases(const struct conf_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf heard;
		struct conf *c =
			conf_hear(cases[i].yaml, strlen(cases[i].yaml), &heard);

		if (strcmp(heard.p, cases[i].heard) != 0)
			fail_msg("%s\nexpected:\n%s\ngot:\n%s", cases[i].yaml,
				cases[i].heard, heard.p);
		conf_free(c);
		buf_release(&heard);
	}
}

static void need(const void *p, const char *what)
{
	if (p)
		return;
	fprintf(stderr, "missing, from the top folder: %s\n", what);
	abort();
}

static char *read_whole(const char *path)
{
	static char piece[4096];
	FILE *f = fopen(path, "r");
	struct buf b;
	size_t n;

	need(f, path);
	buf_init(&b, 1024 * 1024);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b);
}

char *conf_page(void)
{
	return read_whole("man/fleet.yaml.5");
}

char *conf_full(void)
{
	return read_whole("scripts/deploy/fleet.yaml");
}

char *conf_smallest(void)
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	char *text = conf_page(), *end, *block;
	char *p = strstr(text, "\n.Sh EXAMPLES");

	need(p, "EXAMPLES");
	p = strstr(p, begin);
	need(p, "an example");
	p += sizeof begin - 1;
	end = strstr(p, "\n.Ed\n");
	need(end, "the end of an example");
	end[1] = '\0';
	block = strdup(p);
	free(text);
	return block;
}
