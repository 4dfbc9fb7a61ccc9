/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/options.h"
#include "base/xalloc.h"
#include "histories/collect.h"
#include "terms/names.h"

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

/* One name of the list of --region. */
static int add_region(struct command *cmd, const char *name, size_t *cap)
{
	if (!region_valid(name))
		return refuse("region", name, "the name of a region");
	for (size_t i = 0; i < cmd->n_regions; i++) {
		if (strcmp(cmd->regions[i], name) == 0) {
			log_error("--region: '%s' is given twice", name);
			return -1;
		}
	}
	if (cmd->n_regions == COLLECT_REGIONS_MAX) {
		log_error("--region: more than %d", COLLECT_REGIONS_MAX);
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

	if (num_decimal(arg, &cmd->now))
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
		.type = OPTION_CHOICE, .wanted = "text, jsonl, sarif or csv",
		.choices = (const char *const[]) {"text", "jsonl", "sarif",
			"csv", NULL},
		.help = "default on a terminal: text; sarif: changes and signs; "
			"csv: export"},
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
		.help = "the month: 2026-11; default: this and the last"},
	OPTION_NOW(AT(now)),
	{.name = "policy", .arg = "policy", .at = AT(policy),
		.help = "try other thresholds: quorum=3,lookback=5m"},
	{.name = "region", .letter = 'r', .arg = "regions", .type = OPTION_OWN,
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
	{.name = "since", .arg = "file|time", .at = AT(since),
		.help = "show the change since this earlier result; "
			"export: from this time, or ./file, on"},
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

static const struct option_tables tables_but_commands = {
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
	.gone = (const struct option_gone[]) {
		{"--cursor", "write --since, and the file with a slash"},
		{"--regions", "write --region"},
		{"--signs", "write 'tools signs'"}, {NULL, NULL}},
	.for_scripts = "targets published",
	.echo = true,
};

int command_parse(int argc, char **argv, const struct command_form *forms,
	size_t n_forms, struct command *cmd)
{
	struct command_row *rows = xcalloc(n_forms + 1, sizeof *rows);
	struct option_tables tables = tables_but_commands;
	struct command_line line;
	const char *file = getenv("MCP_CONFIG");
	size_t n;
	int status;

	for (size_t i = 0; i < n_forms; i++)
		rows[i] = forms[i].row;
	tables.commands = rows;

	*cmd = (struct command) {.now = NAN,
		.interval = NAN,
		.lookback = NAN,
		.tolerance = NAN,
		.wait = NAN};
	status = options_read(&tables, argc, argv, cmd, &line);
	if (status < 0)
		cmd->form = &forms[line.command - rows];
	free(rows);
	if (status >= 0)
		return status;
	n = strlen(cmd->form->row.words);
	if (line.n_operands)
		cmd->input = line.operands[0];
	else if (cmd->form->row.words[n - 1] == '-')
		cmd->input = "-";
	if (!cmd->config && file && *file)
		cmd->config = file;
	cmd->files = line.operands;
	cmd->n_files = line.n_operands;
	if (cmd->form->of_slug && cmd->n_files == 1) {
		cmd->slug = cmd->input;
		if (!slug_valid(cmd->slug)) {
			log_error("%s: '%s' is not a slug",
				cmd->form->row.words, cmd->slug);
			return EXIT_USAGE;
		}
	}
	if (cmd->format == FORMAT_SARIF && !cmd->form->sarif) {
		log_error("--format: sarif is for diff and tools signs alone");
		return EXIT_USAGE;
	}
	if ((cmd->format == FORMAT_CSV && !cmd->form->csv) ||
		(cmd->format == FORMAT_TEXT && cmd->form->csv)) {
		log_error("--format: %s", cmd->form->csv
				? "export prints csv or jsonl"
				: "csv is for export alone");
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
