/*
 * targets.h: the commands targets and config: the configuration, for other
 * programs.
 */
#ifndef COMMANDS_TARGETS_H
#define COMMANDS_TARGETS_H

#include <stdbool.h>

struct command;

/*
 * Each writes to standard output and returns the exit status.
 *
 * config_show(cmd): the whole configuration, defaults included, as JSON.
 *
 * targets_print(cmd): a target record for each server, or for those that
 * one region probes. Where a store is named, they carry what was seen last: the
 * hash of the tools, and the era.
 */
int config_show(const struct command *cmd);
int targets_print(const struct command *cmd);

/*
 * target_is_due(slug, interval_s, at): whether a round at that time, NAN for any,
 * probes a server: in the first half of a minute one whose turn it is, and which
 * minutes these are depends on its slug, so that servers of a long interval take
 * turns and all regions probe one in the same minute; in the second half one that is
 * probed more often than once a minute.
 */
bool target_is_due(const char *slug, double interval_s, double at);

#endif
