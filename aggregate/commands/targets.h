/*
 * targets.h: what the configuration says, for other programs.
 */
#ifndef COMMANDS_TARGETS_H
#define COMMANDS_TARGETS_H

struct command;

/*
 * Each writes to standard output and returns the exit status.
 *
 * configured_show(cmd): the whole configuration, defaults included, as JSON.
 *
 * configured_targets(cmd): a target record for each server, or for those that
 * one region probes. Where a store is named, they carry what was seen last: the
 * hash of the tools, and the era.
 */
int configured_show(const struct command *cmd);
int configured_targets(const struct command *cmd);

#endif
