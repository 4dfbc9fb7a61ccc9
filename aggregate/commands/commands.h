/* SPDX-License-Identifier: MIT */
/*
 * commands.h: the commands of mcp-aggregate, see mcp-aggregate(1), and what several
 * of them share. Each command writes to standard output and returns the exit status.
 */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct collect;
struct command;
struct definitions;
struct isolation;
struct output;
struct rule;
struct server;

/* ---- Verdicts. */

/*
 * judge_now(cmd, c): one verdict on each server. judge_replay(cmd, c): the same
 * for every minute of the records, as of its end; where cmd has a policy, by
 * that, and then follows what it changes. Each returns EXIT_NEWS where there is one
 * server and its (last) verdict is red; EXIT_USAGE where there is nothing to judge;
 * EXIT_ENV where standard output failed.
 */
int judge_now(const struct command *cmd, struct collect *c);
int judge_replay(const struct command *cmd, struct collect *c);

/*
 * judge_expected(cmd, c, s, n): the regions that should report on a server, *n
 * of them: those of --region; else those that have a record of it, and those
 * of which a runner record says that they should. The caller frees the array.
 */
const char **judge_expected(const struct command *cmd, const struct collect *c,
	const struct server *s, size_t *n);

/*
 * judge_isolate(c, rule): find the regions that were cut off in all that was
 * collected, and take what they saw then out of it, see rule/isolation.h. The
 * caller frees it, after c was used last.
 */
struct isolation *judge_isolate(struct collect *c, const struct rule *rule);

/*
 * judge_policy(cmd): check the policy of a command line. -1 where it is
 * refused, and the operator has been told why.
 */
int judge_policy(const struct command *cmd);

/*
 * backfill(cmd, fd): ingest the records of fd, judge every minute of them as of
 * its end, and count the minutes that are not counted yet. The newest verdict
 * is published, unless a later one is.
 *
 * explain_show(cmd): judge one server again by what the store keeps of that time,
 * and say in words why.
 */
int backfill(const struct command *cmd, int fd);
int explain_show(const struct command *cmd);

/* ---- The audit of a list of servers. */

/*
 * Each writes how many servers are in which bucket, and which they are. With
 * cmd->since, which names an earlier result, it writes what changed since that, too.
 *
 * buckets_collected(cmd, c): of the servers that records speak of, by all of
 * these records, however old.
 *
 * buckets_stored(cmd): of the servers of the configuration, or all that were
 * ever ingested, by what the store holds and the rule looks at now.
 */
int buckets_collected(const struct command *cmd, struct collect *c);
int buckets_stored(const struct command *cmd);

/*
 * report_make(cmd): write the report on cmd->month to the store, which mcp-serve
 * shows to anybody; or without one, those on the current month and on the one
 * before, unless that is final.
 */
int report_make(const struct command *cmd);

/* ---- What is known of the fleet. */

/*
 * status_show(cmd): the state of the servers of the configuration, or without one
 * of the store. Nothing is judged again or published. EXIT_NEWS where there is one
 * server and it is red.
 *
 * status_store(cmd), where the operand is "store": how many servers the store has, the bytes by kind of key,
 * what a server costs, how many clients are connected, who has most of the
 * connections if more than half are taken, and what is set up wrong.
 */
int status_show(const struct command *cmd);
int status_store(const struct command *cmd);

/*
 * config_show(cmd): the whole configuration, defaults included, as JSON.
 *
 * targets_print(cmd): a target record for each server, or for those that
 * one region probes. Where a store is named, they carry what was seen last: the
 * hash of the tools, and the era.
 *
 * target_is_due(slug, interval_s, at): whether a round at that time, NAN for any,
 * probes a server: in the first half of a minute one whose turn it is, and which
 * minutes these are depends on its slug, so that servers of a long interval take
 * turns and all regions probe one in the same minute; in the second half one that is
 * probed more often than once a minute.
 */
int config_show(const struct command *cmd);
int targets_print(const struct command *cmd);
bool target_is_due(const char *slug, double interval_s, double at);

/*
 * snapshot(cmd): all keys of the fleet as lines. Those of one server are as of one
 * instant. restore(cmd): fill the store from a snapshot, once all of it has been
 * checked.
 */
int snapshot(const struct command *cmd);
int restore(const struct command *cmd);

/*
 * export_rows(cmd): print the table cmd->input as rows, those that settled since the
 * cursor; then replace the cursor in the file cmd->cursor, where that is given.
 */
int export_rows(const struct command *cmd);

/* ---- Regions, for mcp-fleet(1). */

/*
 * sift(cmd): sort the lines of standard input, which the runner of a region
 * printed, into records and what they are.
 *
 * deposit(cmd): leave the records of standard input in the inbox of a region that
 * probes by itself, as a user of the store that can write there and nowhere else.
 *
 * inbox_take(cmd): copy what is in the inbox of a region into a folder, a file for
 * each piece, and print a line for each, oldest first: the name of the file, and
 * between which two seconds the region's clock is ahead of this one, or "- -".
 * If cmd has targets, the region can read them from now on. inbox_clear(cmd):
 * remove from the inbox what is in that folder. targets_published(cmd): print what
 * inbox_take left for a region.
 */
int sift(const struct command *cmd);
int deposit(const struct command *cmd);
int inbox_take(const struct command *cmd);
int inbox_clear(const struct command *cmd);
int targets_published(const struct command *cmd);

/* ---- Tools. */

/*
 * pin_tools(cmd): pin the tools that all regions see, of one server or of all,
 * in tools.lock beside the configuration; with cmd->review those that the
 * person at the terminal approves, each server at once. pin_diff(cmd): report
 * how the tools that regions see differ from the pinned ones. With cmd->input
 * the tools are those of the records of standard input, and the file is
 * cmd->lock: neither a store nor a configuration is needed.
 */
int pin_tools(const struct command *cmd);
int pin_diff(const struct command *cmd);

/*
 * tools_show(cmd): what each tool of the server cmd->slug says, as of
 * cmd->now, to those of cmd->regions, or to all: as a page for a person or a line
 * of JSON each; where regions differ, each side with its regions. With cmd->diff,
 * how that differs from what they say now; or where no time is given, how the
 * newest list of a region differs from the one before, and EXIT_NEWS where
 * something differs. If the operands are two files, tools_diff: compare the tools in
 * them; write a record of each that changed, or lines for a person. EXIT_NEWS where
 * some changed, EXIT_USAGE where a file, or a tool of it, cannot be used.
 *
 * tools_signs(cmd): the signs of poisoning in the definitions of the files of *cmd,
 * each of which is a server.
 */
int tools_diff(const struct command *cmd);
int tools_show(const struct command *cmd);
int tools_signs(const struct command *cmd);

/*
 * tools_compare(before, after, output): write what changed between two lists of
 * definitions, as tools_diff does.
 */
int tools_compare(const struct definitions *before,
	const struct definitions *after, const struct output *output);

#endif
