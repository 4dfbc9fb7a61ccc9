/*
 * targets.h: the commands targets and config: the configuration, for other
 * programs.
 */
#ifndef COMMANDS_TARGETS_H
#define COMMANDS_TARGETS_H

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

#endif
