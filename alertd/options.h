/* SPDX-License-Identifier: MIT */
/*
 * options.h: the command line of mcp-alert as a struct.
 */
#ifndef ALERTD_OPTIONS_H
#define ALERTD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* The first reads verdicts from standard input. */
enum options_action {
#define COMMAND(id, ...) OPTIONS_##id,
#include "options.rows"
#undef COMMAND
};
enum options_format {
	OPTIONS_BY_OUTPUT,
	OPTIONS_TEXT,
	OPTIONS_JSONL,
	OPTIONS_CSV /* of a report */
};

struct options {
	enum options_action action;
	enum options_format format;
	const char *config; /* a file; NULL where none is named */
	const char *store;  /* an address; NULL where none is given */
	double now;	    /* NAN where not given */
	bool dry_run, all;
	/* As given, or NULL; the commands that have them say what they are. */
	const char *account, *by, *end, *every, *kind, *policy, *postmortem, *public,
		*reason, *refused, *region, *route, *severity, *span, *start,
		*state, *step, *text, *title, *to, *zone;
	const char *group; /* whose incident the operand is, by its name; or NULL */
	char **operands; /* within argv */
	size_t n_operands;
};

/*
 * options_parse(argc, argv, o): fill *o, whose strings are those of argv, which
 * it reorders. -1 to go on; or the exit status to end with, after --help,
 * --version, or an error that has been logged.
 */
int options_parse(int argc, char **argv, struct options *o);

#endif
