/* SPDX-License-Identifier: MIT */
/*
 * options.h: the command line of mcp-aggregate as a struct.
 */
#ifndef AGGREGATE_OPTIONS_H
#define AGGREGATE_OPTIONS_H

#include "base/options.h"

#include <stdbool.h>
#include <stddef.h>

enum format { FORMAT_BY_OUTPUT, FORMAT_TEXT, FORMAT_JSONL, FORMAT_SARIF,
	FORMAT_CSV };

struct command;

/* A command, or one of its forms; main.c has them all. */
struct command_form {
	struct command_row row; /* its `action` is not used */
	int (*run)(const struct command *cmd); /* the exit status */
	bool of_slug; /* its only operand is a slug */
	bool sarif; /* its output may be SARIF */
	bool csv; /* its output is CSV or JSON lines */
	/* Whether it writes the version into the store, or may meet one half restored. */
	enum { STORE_READ, STORE_FILL, STORE_RESTORE } use;
};

struct command {
	const struct command_form *form;
	const char *input;  /* a file, or "-"; NULL for the store */
	const char *config; /* a file; NULL where none is named */
	const char *store;  /* an address; NULL where none is given */
	const char *slug;  /* the only server to judge; NULL for all */
	const char **regions; /* the expected ones; NULL for those seen */
	size_t n_regions;
	double now;	  /* NAN where not given, like the numbers below */
	double interval;  /* seconds */
	double lookback;  /* seconds */
	double tolerance; /* seconds */
	bool brief;	  /* --short */
	bool servers;	  /* --servers */
	bool diff;	  /* --diff */
	double wait;	  /* seconds; NAN where not given */
	char **files;	  /* the operands; within argv */
	size_t n_files;
	bool replace;	  /* --replace */
	bool review;	  /* --review */
	const char *month; /* "2026-11"; NULL where none is given */
	const char *lock; /* --lock, a file; NULL where none is named */
	const char *since; /* a file or a time; NULL where none is given */
	const char *policy; /* of rule/thresholds.c; NULL where none is given */
	enum format format;
};

/*
 * command_parse(argc, argv, forms, n, cmd): fill *cmd, one of the n forms, whose
 * strings are those of argv, which it reorders. -1 to go on; or the exit status to end with, after --help,
 * --version, or an error that has been logged. command_release in both cases.
 */
int command_parse(int argc, char **argv, const struct command_form *forms,
	size_t n, struct command *cmd);
void command_release(struct command *cmd);

/* In what form verdicts go to standard output. */
struct output {
	bool text, colour;
};

/*
 * output_choose(format): what was asked for; else text on a terminal, and in
 * colour unless NO_COLOR is set, and JSON lines elsewhere.
 */
struct output output_choose(enum format format);

#endif
