/*
 * pin.h: the commands pin and diff: tools.lock has the tools that people have
 * agreed to.
 */
#ifndef COMMANDS_PIN_H
#define COMMANDS_PIN_H

struct command;

/*
 * pin_tools(cmd): pin the tools that all regions see, of one server or of all,
 * in tools.lock beside the configuration; with cmd->review those that the
 * person at the terminal approves, each server at once. pin_diff(cmd): report
 * how the tools that regions see differ from the pinned ones. With cmd->input
 * the tools are those of the records of standard input, and the file is
 * cmd->lock: neither a store nor a configuration is needed. Each writes to
 * standard output and returns the exit status.
 */
int pin_tools(const struct command *cmd);
int pin_diff(const struct command *cmd);

#endif
