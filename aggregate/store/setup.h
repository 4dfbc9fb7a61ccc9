/* SPDX-License-Identifier: MIT */
/*
 * setup.h: what a command works on: the configuration and the store that its
 * command line names; and how far the clock of this machine is from the store's, which
 * two machines that never meet have in common.
 */
#ifndef STORE_SETUP_H
#define STORE_SETUP_H

#include <stddef.h>

struct command;
struct conf;
struct store;

struct setup {
	struct conf *conf; /* NULL where none is named */
	struct store *store;
};

/*
 * setup_open(s, cmd): load the configuration, and connect to the store that
 * cmd names, or else the configuration, or else MCP_STORE; one that beat.h
 * says is not for this program is refused. EXIT_GOOD; or EXIT_USAGE or
 * EXIT_ENV, and the operator has been told why. setup_close in all cases.
 */
int setup_open(struct setup *s, const struct command *cmd);
void setup_close(struct setup *s);

/*
 * setup_settings(s, policy, aof): the eviction policy of the store and whether
 * it has an append-only file, yes or no, each of 40 bytes; "" where INFO is
 * forbidden. Of CONFIG, which would tell the password of the replicas, too, a role
 * of mcp-fleet(7) has no use.
 * setup_faults(policy, aof, out): what is wrong with these, one sentence each;
 * returns how many.
 */
#define SETUP_FAULTS 2
#define SETUP_FAULT 160
void setup_settings(struct store *s, char policy[40], char aof[40]);
size_t setup_faults(const char *policy, const char *aof,
	char out[SETUP_FAULTS][SETUP_FAULT]);

#endif
