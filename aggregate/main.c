/*
 * mcp-aggregate: what the regions saw of each server, and what that means.
 * Reads records, applies the rule, writes verdicts; see mcp-aggregate(1).
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

/* Read all records, then judge. The exit status shows refused lines. */
static int run(const struct command *cmd, int fd)
{
	struct collect *c = collect_new();
	struct input in = {0};
	int status;

	if (input_read(&in, fd, collect_record, c)) {
		log_error("%s: %s", cmd->input, strerror(errno));
		status = EXIT_ENV;
	} else {
		input_told(&in);
		collect_finish(c);
		status = cmd->action == ACTION_REPLAY ? judge_replay(cmd, c)
			: cmd->action == ACTION_BUCKETS
			? buckets_collected(cmd, c)
			: judge_now(cmd, c);
		if (in.refused && status != EXIT_ENV)
			status = EXIT_USAGE;
	}
	collect_free(c);
	return status;
}

static int run_input(const struct command *cmd)
{
	int (*use)(const struct command *, int) =
		cmd->action == ACTION_BACKFILL ? backfill : run;
	int fd, status;

	if (judge_policy(cmd))
		return EXIT_USAGE;
	if (strcmp(cmd->input, "-") == 0)
		return use(cmd, STDIN_FILENO);
	fd = open(cmd->input, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_error("%s: %s", cmd->input, strerror(errno));
		return EXIT_USAGE;
	}
	status = use(cmd, fd);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	struct command cmd;
	int status;

	stats_begin();
	log_init("mcp-aggregate");
	secret_seal();
	status = command_parse(argc, argv, &cmd);
	if (status < 0) {
		switch (cmd.action) {
		case ACTION_VERDICT:
		case ACTION_REPLAY:
		case ACTION_BACKFILL:
			status = cmd.input ? run_input(&cmd)
					   : evaluation_run(&cmd);
			break;
		case ACTION_INGEST:
			status = ingest(&cmd, STDIN_FILENO, NULL, NULL);
			break;
		case ACTION_TARGETS:
			status = targets_print(&cmd);
			break;
		case ACTION_EXPLAIN:
			status = explain_show(&cmd);
			break;
		case ACTION_SIFT:
			status = sift(&cmd);
			break;
		case ACTION_PIN:
			status = pin_tools(&cmd);
			break;
		case ACTION_DIFF:
			status = pin_diff(&cmd);
			break;
		case ACTION_BUCKETS:
			status = cmd.input ? run_input(&cmd)
					   : buckets_stored(&cmd);
			break;
		case ACTION_REPORT:
			status = report_make(&cmd);
			break;
		case ACTION_DEPOSIT:
			status = deposit(&cmd);
			break;
		case ACTION_INBOX:
			status = inbox_take(&cmd);
			break;
		case ACTION_INBOX_CLEAR:
			status = inbox_clear(&cmd);
			break;
		case ACTION_TARGETS_PUBLISHED:
			status = targets_published(&cmd);
			break;
		case ACTION_SNAPSHOT:
			status = snapshot(&cmd);
			break;
		case ACTION_RESTORE:
			status = restore(&cmd);
			break;
		case ACTION_STATUS:
			status = status_show(&cmd);
			break;
		case ACTION_STORE:
			status = status_store(&cmd);
			break;
		case ACTION_TOOLS_SIGNS:
			status = tools_signs(&cmd);
			break;
		case ACTION_TOOLS:
			status = cmd.other ? tools_diff(&cmd)
					   : tools_show(&cmd);
			break;
		case ACTION_CONFIG:
			status = config_show(&cmd);
			break;
		}
	}
	command_release(&cmd);
	return stats_end(STATS_AGGREGATE, status);
}
