#include "options.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "mcp/names.h"
#include "offline/collect.h"

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
	"           [--policy policy] [--tolerance time]\n"
	"       mcp-aggregate verdict [-c file] [-f format] [-N epoch] [-s slug]\n"
	"           [--store url]\n"
	"       mcp-aggregate ingest [-c file] [--store url]\n"
	"       mcp-aggregate backfill file|- [-c file] [--store url]\n"
	"       mcp-aggregate targets [-c file] [-r region] [-s slug]\n"
	"           [--store url]\n"
	"       mcp-aggregate config [-c file]\n"
	"       mcp-aggregate pin|diff [-c file] [-s slug] [--store url]\n"
	"       mcp-aggregate explain slug [-c file] [--at time] [--store url]\n"
	"       mcp-aggregate buckets - [-f format] [-r regions]\n"
	"       mcp-aggregate buckets [-c file] [-f format] [--store url]\n"
	"       mcp-aggregate status [-c file] [-f format] [-s slug] [--store url]\n"
	"       mcp-aggregate -h | -V\n";

/* What getopt_long returns for the options without a letter. */
enum {
	OPT_AT = 256,
	OPT_INTERVAL,
	OPT_LOOKBACK,
	OPT_POLICY,
	OPT_STORE,
	OPT_TOLERANCE
};

static const struct option options[] = {
	{"at", required_argument, NULL, OPT_AT},
	{"config", required_argument, NULL, 'c'},
	{"format", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"lookback", required_argument, NULL, OPT_LOOKBACK},
	{"now", required_argument, NULL, 'N'},
	{"policy", required_argument, NULL, OPT_POLICY},
	{"regions", required_argument, NULL, 'r'},
	{"slug", required_argument, NULL, 's'},
	{"store", required_argument, NULL, OPT_STORE},
	{"tolerance", required_argument, NULL, OPT_TOLERANCE},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* An operand comes as 1 (the '-'), a missing argument as ':'. */
static const char letters[] = "-:c:f:hN:r:s:V";

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

/* An instant; of a minute of the clock, which is UTC, its end. */
static int parse_at(struct command *cmd, const char *arg)
{
	long long h, m;
	int64_t t;

	if (num_epoch(arg, &cmd->now))
		return 0;
	if (clock_rfc3339_parse(arg, &t)) {
		cmd->now = (double)t;
		return 0;
	}
	if (strlen(arg) == 5 && arg[2] == ':') {
		char hour[3] = {arg[0], arg[1], '\0'};

		if (num_parse(hour, 0, 23, &h) &&
			num_parse(arg + 3, 0, 59, &m)) {
			t = (int64_t)(clock_wall() / DAY) * (int64_t)DAY +
				(int64_t)(h * 3600 + m * 60 + 59);
			if ((double)t - 59 > clock_wall())
				t -= (int64_t)DAY;
			cmd->now = (double)t;
			return 0;
		}
	}
	return refuse("at", arg,
		"a time like 14:03, 2026-04-29T14:03:59Z, or epoch seconds");
}

static int parse_option(struct command *cmd, int code, char *arg)
{
	switch (code) {
	case 'c':
		cmd->config = arg;
		return 0;
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
	case OPT_AT:
		return parse_at(cmd, arg);
	case OPT_INTERVAL:
		return parse_time(code, arg, 1, DAY, &cmd->interval);
	case OPT_LOOKBACK:
		return parse_time(code, arg, 1, 7 * DAY, &cmd->lookback);
	case OPT_POLICY:
		cmd->policy = arg;
		return 0;
	case OPT_STORE:
		cmd->store = arg;
		return 0;
	case OPT_TOLERANCE:
		return parse_time(code, arg, 0, DAY, &cmd->tolerance);
	default:
		return -1;
	}
}

/* What each command takes: an operand, and options by their codes. */
static const struct {
	const char *name;
	enum action action;
	bool operand; /* needed */
	int options[10];
} commands[] = {
	{"verdict", ACTION_VERDICT, false,
		{'c', 'f', 'N', 'r', 's', OPT_INTERVAL, OPT_LOOKBACK, OPT_STORE,
			OPT_TOLERANCE}},
	{"replay", ACTION_REPLAY, true,
		{'f', 'r', 's', OPT_INTERVAL, OPT_LOOKBACK, OPT_POLICY,
			OPT_TOLERANCE}},
	{"backfill", ACTION_BACKFILL, true, {'c', OPT_STORE}},
	{"ingest", ACTION_INGEST, false, {'c', OPT_STORE}},
	{"targets", ACTION_TARGETS, false, {'c', 'r', 's', OPT_STORE}},
	{"config", ACTION_CONFIG, false, {'c'}},
	{"pin", ACTION_PIN, false, {'c', 's', OPT_STORE}},
	{"diff", ACTION_DIFF, false, {'c', 's', OPT_STORE}},
	{"explain", ACTION_EXPLAIN, true, {'c', OPT_AT, OPT_STORE}},
	{"buckets", ACTION_BUCKETS, false, {'c', 'f', 'r', OPT_STORE}},
	{"status", ACTION_STATUS, false, {'c', 'f', 's', OPT_STORE}},
};
#define COMMANDS (sizeof commands / sizeof *commands)

/* The command, then what it reads. */
static int parse_operand(struct command *cmd, const char *arg, int n)
{
	if (n == 0) {
		for (size_t i = 0; i < COMMANDS; i++) {
			if (strcmp(commands[i].name, arg) != 0)
				continue;
			cmd->action = commands[i].action;
			return 0;
		}
		log_error("'%s': not a command", arg);
		return -1;
	}
	if (n > 1) {
		log_error("'%s': one argument too many", arg);
		return -1;
	}
	cmd->input = arg;
	return 0;
}

static bool takes(size_t command, int code)
{
	for (const int *o = commands[command].options; *o; o++)
		if (*o == code)
			return true;
	return false;
}

/* Records from a pipe are judged, or what the store holds. */
static int check_source(const char *name, const struct command *cmd,
	const bool *seen)
{
	static const int piped[] = {
		'r', OPT_INTERVAL, OPT_LOOKBACK, OPT_TOLERANCE};
	static const int stored[] = {'c', OPT_STORE};
	const int *wrong = cmd->input ? stored : piped;
	size_t n = cmd->input ? sizeof stored / sizeof *stored
			      : sizeof piped / sizeof *piped;

	if (cmd->input && strcmp(cmd->input, "-") != 0) {
		log_error("%s: '-' or nothing expected", name);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		if (!seen[wrong[i]])
			continue;
		log_error("%s: --%s is %s '-'", name, option_name(wrong[i]),
			cmd->input ? "not for" : "only for");
		return -1;
	}
	return 0;
}

static int check(struct command *cmd, const bool *seen, int operands)
{
	size_t i = 0;

	if (operands == 0) {
		log_error("a command is missing; see --help");
		return -1;
	}
	while (commands[i].action != cmd->action)
		i++;
	for (const struct option *o = options; o->name; o++) {
		if (!seen[o->val] || takes(i, o->val))
			continue;
		log_error("%s: --%s is not for it", commands[i].name, o->name);
		return -1;
	}
	if (cmd->action == ACTION_VERDICT || cmd->action == ACTION_BUCKETS)
		return check_source(commands[i].name, cmd, seen);
	if (commands[i].operand != (cmd->input != NULL)) {
		log_error("%s: %s", commands[i].name,
			cmd->input ? "takes no argument"
			: cmd->action == ACTION_EXPLAIN
				? "a slug expected"
				: "a file or '-' expected");
		return -1;
	}
	if (cmd->action == ACTION_EXPLAIN) {
		cmd->slug = cmd->input;
		return slug_valid(cmd->slug)
			? 0
			: refuse("explain", cmd->slug, "a slug");
	}
	if (cmd->action == ACTION_TARGETS && cmd->n_regions > 1) {
		log_error("targets: one region at most");
		return -1;
	}
	return 0;
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
	if (!cmd->config && getenv("MCP_CONFIG") && *getenv("MCP_CONFIG"))
		cmd->config = getenv("MCP_CONFIG");
	return check(cmd, seen, operands);
}

void command_release(struct command *cmd)
{
	free(cmd->regions);
	*cmd = (struct command) {0};
}
