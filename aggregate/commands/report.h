/*
 * report.h: the report on a month, which mcp-serve shows to anybody.
 */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

struct command;

/*
 * report_make(cmd): write the report on cmd->month to the store; or without
 * one, those on the current month and on the one before, unless that is final;
 * and what was written to standard output. Returns the exit status.
 */
int report_make(const struct command *cmd);

#endif
