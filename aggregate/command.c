#include "command.h"

#include "collect.h"
#include "log.h"
#include "names.h"
#include "num.h"
#include "xalloc.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600.0
#define DAY (24 * HOUR)

const char command_usage[] =
	"usage: mcp-aggregate verdict - [-f format] [-N epoch] [-r regions]\n"
	"           [-s slug] [--interval time] [--lookback time]\n"
	"           [--tolerance time]\n"
	"       mcp-aggregate replay file|- [-f format] [-r regions]\n"
	"           [-s slug] [--interval time] [--lookback time]\n"
	"           [--tolerance time]\n"
	"       mcp-aggregate -h | -V\n";

/* What getopt_long returns for the options without a letter. */
enum { OPT_INTERVAL = 256, OPT_LOOKBACK, OPT_TOLERANCE };

static const struct option options[] = {
	{"format", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"lookback", required_argument, NULL, OPT_LOOKBACK},
	{"now", required_argument, NULL, 'N'},
	{"regions", required_argument, NULL, 'r'},
	{"slug", required_argument, NULL, 's'},
	{"tolerance", required_argument, NULL, OPT_TOLERANCE},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* An operand comes as 1 (the '-'), a missing argument as ':'. */
static const char letters[] = "-:f:hN:r:s:V";

static const char *option_name(int code)
{
	for (const struct option *o = options; o->name; o++)
		if (o->val == code)
			return o->name;
	return "";
}

static int refuse(const char *name, const char *arg, const char *what)
{
	log_error("--%s: '%s' is not %s", name, arg, what);
	return -1;
}

/* One name of the list of --regions. */
static int add_region(struct command *cmd, const char *name, size_t *cap)
{
	if (!region_valid(name))
		return refuse("regions", name, "the name of a region");
	for (size_t i = 0; i < cmd->n_regions; i++) {
		if (strcmp(cmd->regions[i], name) == 0) {
			log_error("--regions: '%s' stands there twice", name);
			return -1;
		}
	}
	if (cmd->n_regions == COLLECT_REGIONS_MAX) {
		log_error("--regions: more than %d", COLLECT_REGIONS_MAX);
		return -1;
	}
	cmd->regions = xgrow(cmd->regions, cap, cmd->n_regions + 1,
		sizeof *cmd->regions);
	cmd->regions[cmd->n_regions++] = name;
	return 0;
}

/* Cuts the list, which is argv's, into its names. */
static int parse_regions(struct command *cmd, char *list)
{
	size_t cap = 0;

	for (;;) {
		char *comma = strchr(list, ',');

		if (comma)
			*comma = '\0';
		if (add_region(cmd, list, &cap))
			return -1;
		if (!comma)
			return 0;
		list = comma + 1;
	}
}

static int parse_time(int code, const char *arg, double min, double max,
	double *out)
{
	if (!num_seconds(arg, min, max, out))
		return refuse(option_name(code), arg,
			"a time in its range, like 60s or 5m");
	return 0;
}

static int parse_format(struct command *cmd, const char *arg)
{
	if (strcmp(arg, "text") == 0)
		cmd->format = FORMAT_TEXT;
	else if (strcmp(arg, "jsonl") == 0)
		cmd->format = FORMAT_JSONL;
	else
		return refuse("format", arg, "text or jsonl");
	return 0;
}

static int parse_option(struct command *cmd, int code, char *arg)
{
	switch (code) {
	case 'f':
		return parse_format(cmd, arg);
	case 'N':
		if (!num_epoch(arg, &cmd->now))
			return refuse("now", arg, "an epoch second");
		return 0;
	case 'r':
		return parse_regions(cmd, arg);
	case 's':
		cmd->slug = arg;
		return slug_valid(arg) ? 0 : refuse("slug", arg, "a slug");
	case OPT_INTERVAL:
		return parse_time(code, arg, 1, DAY, &cmd->interval);
	case OPT_LOOKBACK:
		return parse_time(code, arg, 1, 7 * DAY, &cmd->lookback);
	case OPT_TOLERANCE:
		return parse_time(code, arg, 0, DAY, &cmd->tolerance);
	default:
		return -1;
	}
}

/* The command, then what it reads. */
static int parse_operand(struct command *cmd, const char *arg, int n)
{
	if (n == 0 && strcmp(arg, "verdict") == 0) {
		cmd->action = ACTION_VERDICT;
	} else if (n == 0 && strcmp(arg, "replay") == 0) {
		cmd->action = ACTION_REPLAY;
	} else if (n == 0) {
		log_error("'%s': not a command", arg);
		return -1;
	} else if (n == 1) {
		cmd->input = arg;
	} else {
		log_error("'%s': one argument too many", arg);
		return -1;
	}
	return 0;
}

static int check(const struct command *cmd, int operands)
{
	if (operands == 0) {
		log_error("a command is missing: verdict or replay");
	} else if (cmd->action == ACTION_VERDICT &&
		(!cmd->input || strcmp(cmd->input, "-") != 0)) {
		log_error("verdict: '-' expected");
	} else if (cmd->action == ACTION_REPLAY && !cmd->input) {
		log_error("replay: a file or '-' expected");
	} else if (cmd->action == ACTION_REPLAY && !isnan(cmd->now)) {
		log_error("replay: --now is not for it: the records say when");
	} else {
		return 0;
	}
	return -1;
}

/* 0, -1, or 1 where there is nothing more to parse. */
static int parse_code(struct command *cmd, int code, char **argv, bool *seen)
{
	switch (code) {
	case 'h':
		cmd->action = ACTION_HELP;
		return 1;
	case 'V':
		cmd->action = ACTION_VERSION;
		return 1;
	case ':':
		log_error("%s: an argument is missing", argv[optind - 1]);
		return -1;
	case '?':
		if (optopt && !strchr(letters, optopt))
			log_error("-%c: no such option", optopt);
		else
			log_error("%s: no such option, or not in this form",
				argv[optind - 1]);
		return -1;
	default:
		if (*seen) {
			log_error("--%s: given twice", option_name(code));
			return -1;
		}
		*seen = true;
		return parse_option(cmd, code, optarg);
	}
}

int command_parse(int argc, char **argv, struct command *cmd)
{
	bool seen[OPT_TOLERANCE + 1] = {false};
	int code, operands = 0;

	*cmd = (struct command) {.now = NAN,
		.interval = NAN,
		.lookback = NAN,
		.tolerance = NAN};
	opterr = 0;
	optind = 1;
	for (;;) {
		int done;

		code = getopt_long(argc, argv, letters, options, NULL);
		if (code == -1)
			break;
		if (code == 1)
			done = parse_operand(cmd, optarg, operands++);
		else
			done = parse_code(cmd, code, argv, &seen[code]);
		if (done)
			return done < 0 ? -1 : 0;
	}
	for (; optind < argc; optind++)
		if (parse_operand(cmd, argv[optind], operands++))
			return -1;
	return check(cmd, operands);
}

void command_release(struct command *cmd)
{
	free(cmd->regions);
	*cmd = (struct command) {0};
}
