/* SPDX-License-Identifier: MIT */
/*
 * options.h: the command line of mcp-alert as a struct.
 */
#ifndef ALERTD_OPTIONS_H
#define ALERTD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum options_action {
	OPTIONS_VERDICTS, /* from standard input */
	OPTIONS_TICK,
	OPTIONS_LIST,
	OPTIONS_HISTORY,
	OPTIONS_REPORT,
	OPTIONS_EXPLAIN,
	OPTIONS_ACK,
	OPTIONS_UNACK,
	OPTIONS_CLOSE,
	OPTIONS_NOTE,
	OPTIONS_MAINTENANCE_ADD,
	OPTIONS_MAINTENANCE_LIST,
	OPTIONS_MAINTENANCE_END,
	OPTIONS_SILENCE_ADD,
	OPTIONS_SILENCE_LIST,
	OPTIONS_SILENCE_END,
	OPTIONS_LINK,
	OPTIONS_TEST,
	OPTIONS_CHECK,
	OPTIONS_REPLAY
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
	const char *account, *by, *end, *every, *from, *kind, *policy, *postmortem, *public,
		*reason, *refused, *region, *route,
		*span, *start, *step, *to, *zone;
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
