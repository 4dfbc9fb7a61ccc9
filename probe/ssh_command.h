/*
 * ssh_command.h: what a client of sshd(8) asked for where its key has a forced
 * command, mcp-probe --serve-ssh. Pure.
 */
#ifndef PROBE_SSH_COMMAND_H
#define PROBE_SSH_COMMAND_H

#include <stdbool.h>

/* Room for the reason why a command was refused; it never quotes the command. */
#define SSH_COMMAND_WHY 100

/*
 * ssh_command_read(s, region, concurrency, why): read the command of a client,
 * which may be nothing but
 *
 *	mcp-probe --targets - -r REGION -f jsonl --concurrency N
 *
 * without some of these, in any order, each once; there is no quoting. REGION
 * has to be `region`. *concurrency is how many probes the owner allows at once,
 * 0: as many as there may be; it becomes N if that is less. false and why, of
 * SSH_COMMAND_WHY bytes, for any other command.
 */
bool ssh_command_read(const char *s, const char *region, int *concurrency,
	char *why);

#endif
