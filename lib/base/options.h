/* SPDX-License-Identifier: MIT */
/*
 * options.h: command lines by two tables, one of the options of a program and
 * one of its commands. The same tables say what is accepted and what --help
 * prints.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/buf.h"
#include "base/stats.h"

#include <stdbool.h>
#include <stddef.h>

enum option_type {
	OPTION_TEXT,	/* const char *, as in argv */
	OPTION_LIST,	/* array of such, up to max, one more for the NULL */
	OPTION_FLAG,	/* bool; the option has no argument */
	OPTION_CHOICE,	/* an enum: 1 for the first of the words, 2 ... */
	OPTION_NUMBER,	/* int, from min to max */
	OPTION_SECONDS, /* double, from min to max; see num_duration */
	OPTION_EPOCH,	/* double; see num_decimal */
	OPTION_OWN	/* what `set` makes of it */
};

struct option_row {
	const char *name; /* the long one, without "--" */
	char letter;	  /* or 0 */
	enum option_type type;
	size_t at;	 /* offset of the value in what options_read fills */
	const char *arg; /* how its argument is called; NULL for a flag */
	const char *help;	    /* --help has it, behind the choices */
	const char *wanted;	    /* what an argument must be */
	const char *const *choices; /* the words, NULL at the end */
	double min, max;
	bool (*valid)(const char *arg); /* text; NULL: anything is */
	/* set(out, arg): 0; or -1, and it has logged why. */
	int (*set)(void *out, char *arg);
};

/* Options that several programs share; at: of the member it goes to. */
#define OPTION_CONFIG(at_)                                                     \
	{.name = "config", .letter = 'c', .arg = "file", .at = at_,            \
		.help = "the configuration; default MCP_CONFIG"}
#define OPTION_FORMAT(at_)                                                     \
	{.name = "format", .letter = 'f', .arg = "format", .at = at_,          \
		.type = OPTION_CHOICE, .wanted = "text or jsonl",              \
		.choices = (const char *const[]) {"text", "jsonl", NULL},      \
		.help = "default on a terminal: text"}
#define OPTION_NOW(at_)                                                        \
	{.name = "now", .letter = 'N', .arg = "epoch", .at = at_,              \
		.type = OPTION_EPOCH, .wanted = "an epoch second",             \
		.help = "pretend that this is the time: epoch seconds"}
#define OPTION_STORE(at_)                                                      \
	{.name = "store", .arg = "url", .at = at_,                             \
		.help = "the store; default: the configuration's, or MCP_STORE"}
/* Options of every program, and the end of its table. */
#define OPTIONS_END                                                            \
	{.name = "help", .letter = 'h', .help = "print this help"},            \
	{.name = "version", .letter = 'V',                                     \
		.help = "print the version; with -v, those of the libraries, " \
			"too"},                                                \
	{.name = NULL}

/* A command, or one of its forms. */
struct command_row {
	const char *words; /* "" for what the program does without a command */
	int action;
	const char *synopsis; /* its options, which are those it has; operands */
	size_t least, most;   /* operands */
	/* The error for too few operands, or for one where none may be; for
	   the latter NULL: one too many. */
	const char *wanted;
	const char *help;
};

struct option_gone {
	const char *name, *instead; /* "--signs", "write 'tools signs'" */
};

struct option_tables {
	const char *program;
	const char *page;  /* of the manual: "mcp-probe(1)" */
	const char *about; /* what the program does, on one line */
	const char *exits; /* the exit statuses, a line each */
	const struct option_row *options; /* OPTIONS_END at the end */
	/* A row without words at the end. */
	const struct command_row *commands;
	/* Options of earlier versions, and what does the same; NULL at the end. */
	const struct option_gone *gone;
	/* The first command of those that --help lists apart, or NULL. */
	const char *for_scripts;
	bool options_first; /* the command, options, operands: in this order */
	bool echo;	    /* messages may repeat an argument that is wrong */
};

/* The text beside the options. */
struct command_line {
	const struct command_row *command;
	char **operands; /* within argv */
	size_t n_operands;
};

/*
 * options_read(t, argc, argv, out, line): the options into *out, the rest into
 * *line; argv is reordered. -1 to go on; or the exit status to end with, after
 * --help, --version, or an error that has been logged.
 */
int options_read(const struct option_tables *t, int argc, char **argv,
	void *out, struct command_line *line);

/* options_usage(t): tell the operator how the program is called. EXIT_USAGE. */
int options_usage(const struct option_tables *t);

#endif
