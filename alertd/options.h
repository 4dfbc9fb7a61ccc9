/*
 * options.h: the command line of mcp-alert as a struct.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

enum options_action {
	OPTIONS_VERDICTS, /* from standard input */
	OPTIONS_TICK,
	OPTIONS_LIST,
	OPTIONS_HELP,
	OPTIONS_VERSION
};
enum options_format { OPTIONS_BY_OUTPUT, OPTIONS_TEXT, OPTIONS_JSONL };

struct options {
	enum options_action action;
	enum options_format format;
	const char *config; /* a file; NULL where none is named */
	const char *store;  /* an address; NULL where none is given */
	double now;	    /* NAN where not given */
	bool dry_run;
};

/* The text of --help, which is the SYNOPSIS of mcp-alert(1). */
extern const char options_usage[];

/*
 * options_parse(argc, argv, o): fill *o, whose strings are those of argv. 0; or
 * -1, and the operator has been told why.
 */
int options_parse(int argc, char **argv, struct options *o);

#endif
