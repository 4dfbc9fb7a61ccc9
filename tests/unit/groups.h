/* SPDX-License-Identifier: MIT */
/*
 * groups.h: what a program of many groups of tests (groups.c) and its groups share.
 */
#ifndef GROUPS_H
#define GROUPS_H

/*
 * group_args: what follows the name of the program where that is the name of a group,
 * up to a NULL; NULL where the program runs more than one group.
 */
extern char **group_args;

#endif
