#include "options.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/options.h"
#include "base/xalloc.h"
#include "terms/names.h"
#include "histories/collect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400.0
#define AT(member) offsetof(struct command, member)

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
static int parse_regions(void *out, char *list)
{
	struct command *cmd = out;
	size_t cap = 0;

	for (char *next; list; list = next) {
		next = strchr(list, ',');
		if (next)
			*next++ = '\0';
		if (add_region(cmd, list, &cap))
			return -1;
	}
	return 0;
}

/* An instant; of a minute of the clock, which is UTC, its end. */
static int parse_at(void *out, char *arg)
{
	struct command *cmd = out;
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

#define A_TIME "a time in its range, like 60s or 5m"

static const struct option_row options[] = {
	{.name = "at", .arg = "time", .type = OPTION_OWN, .set = parse_at,
		.help = "the minute: 14:03 (UTC), RFC 3339, or epoch seconds"},
	OPTION_CONFIG(AT(config)),
	{.name = "diff", .type = OPTION_FLAG, .at = AT(diff),
		.help = "compare: with the store, or two files"},
	{.name = "format", .letter = 'f', .arg = "format", .at = AT(format),
		.type = OPTION_CHOICE, .wanted = "text, jsonl or sarif",
		.choices = (const char *const[]) {"text", "jsonl", "sarif",
			NULL},
		.help = "default on a terminal: text; sarif: changes and signs"},
	{.name = "interval", .arg = "time", .type = OPTION_SECONDS,
		.at = AT(interval), .wanted = A_TIME, .min = 1, .max = DAY,
		.help = "how often each server is probed, 1s to 24h; "
			"default 60s"},
	{.name = "lock", .arg = "file", .at = AT(lock),
		.help = "the approved tools; default tools.lock"},
	{.name = "lookback", .arg = "time", .type = OPTION_SECONDS,
		.at = AT(lookback), .wanted = A_TIME, .min = 1, .max = 7 * DAY,
		.help = "ignore older probes, 1s to 7d"},
	{.name = "month", .arg = "month", .at = AT(month), .valid = month_valid,
		.wanted = "a month like 2026-11",
		.help = "the month: 2026-11; default: this month"},
	OPTION_NOW(AT(now)),
	{.name = "policy", .arg = "policy", .at = AT(policy),
		.help = "try other thresholds: quorum=3,confirm=2"},
	{.name = "regions", .letter = 'r', .arg = "regions", .type = OPTION_OWN,
		.set = parse_regions,
		.help = "the regions that should report: eu,us,ap"},
	{.name = "replace", .type = OPTION_FLAG, .at = AT(replace),
		.help = "delete the fleet that the store holds"},
	{.name = "review", .type = OPTION_FLAG, .at = AT(review),
		.help = "show each change and ask before pinning it"},
	{.name = "servers", .type = OPTION_FLAG, .at = AT(servers),
		.help = "print only the servers, as a list for servers_from"},
	{.name = "short", .type = OPTION_FLAG, .at = AT(brief),
		.help = "count the servers instead of printing them"},
	{.name = "since", .arg = "file", .at = AT(since),
		.help = "show the change since this earlier result"},
	{.name = "slug", .letter = 's', .arg = "slug", .at = AT(slug),
		.valid = slug_valid, .wanted = "a slug",
		.help = "only this server"},
	OPTION_STORE(AT(store)),
	{.name = "tolerance", .arg = "time", .type = OPTION_SECONDS,
		.at = AT(tolerance), .wanted = A_TIME, .max = DAY,
		.help = "count failures this far apart as one, 0s to 24h"},
	{.name = "wait", .arg = "time", .type = OPTION_SECONDS, .at = AT(wait),
		.wanted = A_TIME, .max = 600,
		.help = "wait for records, 0s to 10m"},
	OPTIONS_END
};

#define C "[-c file] "
#define STORE "[--store url]"
#define TIMES "[--interval time] [--lookback time] "
#define NONE 0, 0, "takes no argument"

static const struct command_row commands[] = {
	{"verdict -", ACTION_VERDICT, "[-f format] [-N epoch] [-r regions] "
		"[-s slug] " TIMES "[--tolerance time]", 0, 0, NULL,
		"judge the records on standard input"},
	{"verdict", ACTION_VERDICT, C "[-f format] [-N epoch] [-s slug] " STORE,
		0, 0, "'-' or nothing expected",
		"judge the records in the store and publish the result"},
	{"replay", ACTION_REPLAY, "file|- [-f format] [-r regions] [-s slug] "
		TIMES "[--policy policy] [--tolerance time]", 1, 1,
		"a file or '-' expected", "judge every minute of recorded records"},
	{"targets", ACTION_TARGETS, C "[--at time] [-r region] [-s slug] " STORE,
		NONE, "print the targets of a region"},
	{"config", ACTION_CONFIG, C "[--servers] [--short]", NONE,
		"print the configuration with its defaults"},
	{"pin -", ACTION_PIN, "[--lock file] [-s slug]", 0, 0, NULL,
		"pin the tools in the records on standard input"},
	{"pin", ACTION_PIN, C "[--review] [-s slug] " STORE, 0, 0,
		"'-' or nothing expected",
		"print the current tools, ready to be pinned"},
	{"diff -", ACTION_DIFF, "[-f format] [--lock file] [-s slug]", 0, 0, NULL, "compare the tools in records with the pinned ones"},
	{"diff", ACTION_DIFF, C "[-f format] [-s slug] " STORE, 0, 0,
		"'-' or nothing expected",
		"compare the current tools with the pinned ones"},
	{"explain", ACTION_EXPLAIN, "slug " C "[--at time] " STORE, 1, 1,
		"a slug expected", "explain the verdict of a server"},
	{"buckets -", ACTION_BUCKETS, "[-f format] [-r regions] [--since file]", 0, 0, NULL,
		"count servers by how they work, from records"},
	{"buckets", ACTION_BUCKETS, C "[-f format] [--since file] " STORE, 0, 0,
		"'-' or nothing expected", "count servers by how they work, from the store"},
	{"report", ACTION_REPORT, C "[-f format] [--month month] [-N epoch] "
		STORE, NONE, "make the report of a month for mcp-serve"},
	{"snapshot", ACTION_SNAPSHOT, C STORE, NONE,
		"print all data of the fleet, as a backup"},
	{"restore", ACTION_RESTORE, "[file|-] " C "[-N epoch] [--replace] "
		STORE, 0, 1, NULL, "fill an empty store from a snapshot"},
	{"status", ACTION_STATUS, "[store] " C "[-f format] [-s slug] " STORE,
		0, 1, NULL, "print the state of every server, or of the store"},
	{"tools signs", ACTION_TOOLS_SIGNS, "file ... [-f format]", 1,
		10000, "a file of tools expected",
		"print signs of poisoning in tool definitions"},
	{"tools", ACTION_TOOLS, "slug|old new " C "[--at time] [--diff] "
		"[-f format] [-r regions] " STORE, 1, 2,
		"a slug, or two files expected",
		"print the tools of a server, or their changes"},
	{"targets published", ACTION_TARGETS_PUBLISHED,
		"-r region [--at time] " STORE, NONE,
		"print the targets of a region that probes by itself"},
	{"ingest", ACTION_INGEST, C STORE, NONE,
		"store the records on standard input"},
	{"backfill", ACTION_BACKFILL, "file|- " C STORE, 1, 1,
		"a file or '-' expected", "fill the history from recorded records"},
	{"sift", ACTION_SIFT, "targets -r region", 1, 1,
		"a file of target records expected",
		"extract the records from a runner's output"},
	{"deposit", ACTION_DEPOSIT, "-r region " STORE, NONE,
		"put records into the inbox of a region"},
	{"inbox clear", ACTION_INBOX_CLEAR, "folder -r region " C STORE, 1, 1,
		"a folder expected", "delete from the inbox what was copied"},
	{"inbox", ACTION_INBOX, "folder [targets] -r region " C STORE
		" [--wait time]", 1, 2, "a folder expected",
		"copy the inbox of a region into a folder"},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

static const struct option_tables tables = {
	.program = "mcp-aggregate",
	.page = "mcp-aggregate(1)",
	.about = "Decides from the reports of all regions whether each server works.",
	.exits = "  0  done\n"
		 "  1  the only verdict is red, or the only region found the server\n"
		 "     broken; pin, diff or tools --diff found a difference; tools\n"
		 "     signs found a sign\n"
		 "  2  wrong usage, configuration or input\n"
		 "  3  the store, a file or standard output failed\n",
	.options = options,
	.commands = commands,
	.for_scripts = "targets published",
	.echo = true,
};

/* Two files, or a slug. */
static bool tools_operands(struct command *cmd, const struct command_line *line)
{
	if (line->n_operands > 1) {
		cmd->other = line->operands[1];
		if (!cmd->diff)
			log_error("tools: two files, but no --diff");
		return cmd->diff;
	}
	cmd->slug = cmd->input;
	if (!slug_valid(cmd->slug))
		refuse("tools", cmd->slug, "a slug");
	return slug_valid(cmd->slug);
}

int command_parse(int argc, char **argv, struct command *cmd)
{
	struct command_line line;
	const char *file = getenv("MCP_CONFIG");
	size_t n;
	int status;

	*cmd = (struct command) {.now = NAN,
		.interval = NAN,
		.lookback = NAN,
		.tolerance = NAN,
		.wait = NAN};
	/* status takes --store without a URL. */
	for (int i = 2; i < argc && strcmp(argv[1], "status") == 0; i++)
		if (strcmp(argv[i], "--store") == 0 &&
			(i == argc - 1 || argv[i + 1][0] == '-'))
			argv[i] += 2;
	/* tools takes --signs as a word. */
	if (argc > 2 && strcmp(argv[1], "tools") == 0 &&
		strcmp(argv[2], "--signs") == 0)
		argv[2] += 2;
	status = options_read(&tables, argc, argv, cmd, &line);
	if (status >= 0)
		return status;
	n = strlen(line.command->words);
	cmd->action = (enum action)line.command->action;
	if (line.n_operands)
		cmd->input = line.operands[0];
	else if (line.command->words[n - 1] == '-')
		cmd->input = "-";
	if (!cmd->config && file && *file)
		cmd->config = file;
	if (cmd->action == ACTION_EXPLAIN) {
		cmd->slug = cmd->input;
		if (!slug_valid(cmd->slug)) {
			refuse("explain", cmd->slug, "a slug");
			return EXIT_USAGE;
		}
	}
	if (cmd->action == ACTION_STATUS && cmd->input) {
		if (strcmp(cmd->input, "store") != 0) {
			log_error("status: '%s' is not 'store'", cmd->input);
			return EXIT_USAGE;
		}
		cmd->action = ACTION_STORE;
	}
	if (cmd->action == ACTION_TOOLS && !tools_operands(cmd, &line))
		return EXIT_USAGE;
	cmd->files = line.operands;
	cmd->n_files = line.n_operands;
	if (cmd->format == FORMAT_SARIF && cmd->action != ACTION_TOOLS_SIGNS &&
		cmd->action != ACTION_DIFF) {
		log_error("--format: sarif is for diff and tools signs alone");
		return EXIT_USAGE;
	}
	if (cmd->servers && cmd->brief) {
		log_error("config: either --servers or --short");
		return EXIT_USAGE;
	}
	if (cmd->action == ACTION_TARGETS && cmd->n_regions > 1) {
		log_error("targets: one region at most");
		return EXIT_USAGE;
	}
	return -1;
}

struct output output_choose(enum format format)
{
	const char *no = getenv("NO_COLOR");
	bool terminal = isatty(STDOUT_FILENO);

	return (struct output) {.text = format == FORMAT_TEXT ||
			(format == FORMAT_BY_OUTPUT && terminal),
		.colour = terminal && !(no && *no)};
}

void command_release(struct command *cmd)
{
	free(cmd->regions);
	*cmd = (struct command) {0};
}
