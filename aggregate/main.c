/* SPDX-License-Identifier: MIT */
/*
 * mcp-aggregate: what the regions saw of each server, and what that means.
 * Reads records, applies the rule, writes verdicts; see mcp-aggregate(1). All its
 * commands are here.
 */
#include "base/exits.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/stats.h"
#include "commands/commands.h"
#include "histories/collect.h"
#include "histories/input.h"
#include "judge/evaluation.h"
#include "options.h"
#include "store/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int collect_record(void *arg, const struct record *r, char *why)
{
	return collect_add(arg, r, why);
}

/* Open the file that cmd names, or standard input; -1: an error was logged. */
static int open_input(const struct command *cmd)
{
	int fd = STDIN_FILENO;

	if (judge_policy(cmd))
		return -1;
	if (strcmp(cmd->input, "-") != 0) {
		fd = open(cmd->input, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			log_error("%s: %s", cmd->input, strerror(errno));
	}
	return fd;
}

/* Read all records, then judge. The exit status shows refused lines. */
static int use_records(const struct command *cmd,
	int (*use)(const struct command *cmd, struct collect *c))
{
	int fd = open_input(cmd), status;
	struct input in = {0};
	struct collect *c;

	if (fd < 0)
		return EXIT_USAGE;
	c = collect_new();
	if (input_read(&in, fd, collect_record, c)) {
		log_error("%s: %s", cmd->input, strerror(errno));
		status = EXIT_ENV;
	} else {
		input_told(&in);
		collect_finish(c);
		status = use(cmd, c);
		if (in.refused && status != EXIT_ENV)
			status = EXIT_USAGE;
	}
	collect_free(c);
	close(fd);
	return status;
}

static int verdict_of_records(const struct command *cmd)
{
	return use_records(cmd, judge_now);
}

static int replay_records(const struct command *cmd)
{
	return use_records(cmd, judge_replay);
}

static int buckets_of_records(const struct command *cmd)
{
	return use_records(cmd, buckets_collected);
}

static int ingest_records(const struct command *cmd)
{
	return ingest(cmd, STDIN_FILENO, NULL, NULL);
}

static int backfill_records(const struct command *cmd)
{
	int fd = open_input(cmd), status;

	if (fd < 0)
		return EXIT_USAGE;
	status = backfill(cmd, fd);
	close(fd);
	return status;
}

/* The manual calls these common. */
#define COMMON "[-c file] [--store url]"
#define TIMES "[--interval time] [--lookback time] "
#define NONE 0, 0, "takes no argument"

/* In the order of --help; from `targets published` on they are for scripts. */
static const struct command_form forms[] = {
	{.row = {"verdict -", 0, "[-f format] [-N epoch] [-r regions] "
		"[-s slug] " TIMES "[--tolerance time]", 0, 0, NULL,
		"judge the records on standard input"},
		.run = verdict_of_records},
	{.row = {"verdict", 0, COMMON " [-f format] [-N epoch] [-s slug]",
		0, 0, "'-' or nothing expected",
		"judge the records in the store and publish the result"},
		.run = evaluation_run, .use = STORE_FILL},
	{.row = {"replay", 0, "file|- [-f format] [-r regions] [-s slug] "
		TIMES "[--policy policy] [--tolerance time]", 1, 1,
		"a file or '-' expected", "judge every minute of recorded records"},
		.run = replay_records},
	{.row = {"config", 0, "[-c file] [--servers] [--short]", NONE,
		"print the configuration with its defaults"},
		.run = config_show},
	{.row = {"pin -", 0, "[--lock file] [-s slug]", 0, 0, NULL,
		"pin the tools in the records on standard input"},
		.run = pin_tools},
	{.row = {"pin", 0, COMMON " [--review] [-s slug]", 0, 0,
		"'-' or nothing expected",
		"pin the tools that all regions see now"},
		.run = pin_tools},
	{.row = {"diff -", 0, "[-f format] [--lock file] [-s slug]", 0, 0,
		NULL, "compare the tools in records with the pinned ones"},
		.run = pin_diff, .sarif = true},
	{.row = {"diff", 0, COMMON " [-f format] [-s slug]", 0, 0,
		"'-' or nothing expected",
		"compare the current tools with the pinned ones"},
		.run = pin_diff, .sarif = true},
	{.row = {"explain", 0, "slug " COMMON " [--at time]", 1, 1,
		"a slug expected", "explain the verdict of a server"},
		.run = explain_show, .of_slug = true},
	{.row = {"buckets -", 0, "[-f format] [-r regions] [--since file]", 0,
		0, NULL, "count servers by how they work, from records"},
		.run = buckets_of_records},
	{.row = {"buckets", 0, COMMON " [-f format] [--since file]", 0, 0,
		"'-' or nothing expected", "count servers by how they work, from the store"},
		.run = buckets_stored},
	{.row = {"snapshot", 0, COMMON, NONE,
		"print all data of the fleet, as a backup"},
		.run = snapshot},
	{.row = {"restore", 0, "[file|-] " COMMON " [-N epoch] [--replace]",
		0, 1, NULL, "fill an empty store from a snapshot"},
		.run = restore, .use = STORE_RESTORE},
	{.row = {"status", 0, "[store] " COMMON " [-f format] [-s slug]",
		0, 1, NULL, "print the state of every server, or of the store"},
		.run = status_show},
	{.row = {"tools signs", 0, "file ... [-f format]", 1,
		10000, "a file of tools expected",
		"print signs of poisoning in tool definitions"},
		.run = tools_signs, .sarif = true},
	{.row = {"tools", 0, "slug|old new " COMMON " [--at time] [--diff] "
		"[-f format] [-r regions]", 1, 2,
		"a slug, or two files expected",
		"print the tools of a server, or their changes"},
		.run = tools_show, .of_slug = true},
	{.row = {"targets published", 0,
		"-r region [--at time] [--store url]", NONE,
		"print the targets of a region that probes by itself"},
		.run = targets_published},
	{.row = {"targets", 0, COMMON " [--at time] [-r region] [-s slug]",
		NONE, "print the targets of a region"},
		.run = targets_print},
	{.row = {"export", 0,
		"verdicts|incidents|probes|latency|tools " COMMON
		" [-f format] [-N epoch] [-s slug] [--since file|time]",
		1, 1, "verdicts, incidents, probes, latency or tools expected",
		"print the history as rows, for spreadsheets and databases"},
		.run = export_rows, .csv = true},
	{.row = {"report", 0, COMMON " [-f format] [--month month] [-N epoch]",
		NONE, "make the report of a month for mcp-serve"},
		.run = report_make},
	{.row = {"ingest", 0, COMMON, NONE,
		"store the records on standard input"},
		.run = ingest_records, .use = STORE_FILL},
	{.row = {"backfill", 0, "file|- " COMMON, 1, 1,
		"a file or '-' expected", "fill the history from recorded records"},
		.run = backfill_records, .use = STORE_FILL},
	{.row = {"sift", 0, "targets -r region", 1, 1,
		"a file of target records expected",
		"extract the records from a runner's output"},
		.run = sift},
	{.row = {"deposit", 0, "-r region [--store url]", NONE,
		"put records into the inbox of a region"},
		.run = deposit},
	{.row = {"inbox clear", 0, "folder -r region " COMMON, 1, 1,
		"a folder expected", "delete from the inbox what was copied"},
		.run = inbox_clear},
	{.row = {"inbox", 0, "folder [targets] -r region " COMMON
		" [--wait time]", 1, 2, "a folder expected",
		"copy the inbox of a region into a folder"},
		.run = inbox_take},
};

int main(int argc, char **argv)
{
	struct command cmd;
	int status;

	stats_begin();
	log_init("mcp-aggregate");
	secret_seal();
	status = command_parse(
		argc, argv, forms, sizeof forms / sizeof *forms, &cmd);
	if (status < 0)
		status = cmd.form->run(&cmd);
	command_release(&cmd);
	return stats_end(STATS_AGGREGATE, status);
}
