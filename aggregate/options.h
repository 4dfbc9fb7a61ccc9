/*
 * options.h: the command line of mcp-aggregate as a struct.
 */
#ifndef AGGREGATE_OPTIONS_H
#define AGGREGATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum action {
	ACTION_VERDICT, /* of records, or without input, of the store */
	ACTION_REPLAY,
	ACTION_INGEST,
	ACTION_BACKFILL,
	ACTION_TARGETS,
	ACTION_CONFIG,
	ACTION_DIFF,
	ACTION_EXPLAIN,
	ACTION_PIN,
	ACTION_BUCKETS, /* of records, or without input, of the store */
	ACTION_STATUS,
	ACTION_HELP,
	ACTION_VERSION
};
enum format { FORMAT_BY_OUTPUT, FORMAT_TEXT, FORMAT_JSONL };

struct command {
	enum action action;
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
	const char *policy; /* of rule/thresholds.h; NULL where none is given */
	enum format format;
};

/* The text of --help, which is the SYNOPSIS of mcp-aggregate(1). */
extern const char command_usage[];

/*
 * command_parse(argc, argv, cmd): fill *cmd, whose strings are those of argv.
 * 0; or -1, and the operator has been told why. command_release in both cases.
 */
int command_parse(int argc, char **argv, struct command *cmd);
void command_release(struct command *cmd);

#endif
