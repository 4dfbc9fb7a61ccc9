/* SPDX-License-Identifier: MIT */
#include "histories/input.h"

#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "records/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The most refused lines that are named; the others are counted. */
#define REFUSED_NAMED 20

/* Use a line: 0 also where it is empty; else what `use` returns, and why. */
static int read_line(const char *p, size_t n,
	int (*use)(void *arg, const struct record *r, char *why), void *arg,
	char *why)
{
	struct record r;
	int used;

	if (strspn(p, " \t\r") == n)
		return 0;
	stats_add(COUNT_RECORDS, 1);
	if (record_read(p, n, &r, why))
		return -1;
	/* Expiry records are for mcp-alert: skip them. */
	used = r.type == RECORD_EXPIRY ? 0 : use(arg, &r, why);
	record_release(&r);
	return used;
}

void input_refuse(struct input *in, unsigned long line, const char *why)
{
	stats_add(COUNT_REFUSED, 1);
	if (++in->refused <= REFUSED_NAMED)
		log_error("line %lu: %s", line, why);
}

void input_told(const struct input *in)
{
	if (in->refused > REFUSED_NAMED)
		log_error("%lu more lines refused", in->refused - REFUSED_NAMED);
}

int input_read(struct input *in, int fd,
	int (*use)(void *arg, const struct record *r, char *why), void *arg)
{
	struct lines *l = lines_new(fd);
	enum lines_result got;
	char why[RECORD_WHY];
	const char *p;
	size_t n;
	int saved, used = 0;

	for (;;) {
		got = lines_next(l, &p, &n);
		if (got == LINES_END || got == LINES_ERROR)
			break;
		in->line = lines_number(l);
		if (got == LINES_LINE)
			used = read_line(p, n, use, arg, why);
		if (used == INPUT_STOP)
			break;
		if (got == LINES_LINE && !used)
			continue;
		if (got == LINES_TOO_LONG)
			snprintf(why, sizeof why, "longer than %d bytes",
				LINE_MAX_BYTES);
		input_refuse(in, in->line, why);
	}
	saved = errno;
	lines_free(l);
	errno = saved;
	return used == INPUT_STOP ? INPUT_STOP : got == LINES_END ? 0 : -1;
}
