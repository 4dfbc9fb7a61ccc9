/*
 * pin.h: the commands pin and diff: the tools that people have agreed to,
 * and those that the regions see.
 */
#ifndef COMMANDS_PIN_H
#define COMMANDS_PIN_H

struct command;

/*
 * pinned_pin(cmd): pin the tools that all regions see, of one server or of all,
 * in tools.lock beside the configuration. pinned_diff(cmd): say how the tools
 * differ from those. Each says what it does on standard output and returns the
 * exit status.
 */
int pinned_pin(const struct command *cmd);
int pinned_diff(const struct command *cmd);

#endif
