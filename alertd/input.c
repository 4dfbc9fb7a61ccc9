/* SPDX-License-Identifier: MIT */
#include "input.h"

#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "records/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How many refused lines are named; the others are counted. */
#define REFUSED_NAMED 20

void input_refuse(struct input *in, unsigned long line, const char *why)
{
	stats_add(COUNT_REFUSED, 1);
	if (++in->refused <= REFUSED_NAMED)
		log_error("line %lu: %s", line, why);
}

/* Whether a line, or the end, comes within ms milliseconds. */
static bool comes(const struct input *in, struct lines *l, int fd, int ms,
	void *arg)
{
	if (!in->wait)
		return ms < 0 || lines_soon(l, ms);
	while (!lines_soon(l, 0))
		if (!in->wait(arg, fd, ms))
			return false;
	return true;
}

int input_read(struct input *in, int fd, const char *name,
	int (*use)(void *arg, const char *p, size_t n, char *why), void *arg)
{
	struct lines *l = lines_new(fd);
	enum lines_result got;
	char why[RECORD_WHY];
	const char *s;
	size_t n;

	for (;;) {
		if (in->idle && !lines_soon(l, 0))
			in->idle(arg);
		if (in->quiet && !comes(in, l, fd, INPUT_QUIET_MS, arg))
			in->quiet(arg);
		comes(in, l, fd, -1, arg);
		got = lines_next(l, &s, &n);
		if (got == LINES_END || got == LINES_ERROR)
			break;
		in->line = lines_number(l);
		stats_add(COUNT_RECORDS, got == LINES_TOO_LONG ||
				strspn(s, " \t\r") < n);
		if (got == LINES_LINE && (strspn(s, " \t\r") == n ||
						 use(arg, s, n, why) == 0))
			continue;
		if (got == LINES_TOO_LONG)
			snprintf(why, sizeof why, "longer than %d bytes",
				LINE_MAX_BYTES);
		input_refuse(in, in->line, why);
	}
	if (got == LINES_ERROR)
		log_error("%s: %s", name, strerror(errno));
	if (in->refused > REFUSED_NAMED)
		log_error("%lu more lines refused",
			in->refused - REFUSED_NAMED);
	lines_free(l);
	if (got == LINES_ERROR)
		return EXIT_ENV;
	return in->refused ? EXIT_USAGE : EXIT_GOOD;
}
