/* SPDX-License-Identifier: MIT */
/*
 * exits.h: the exit statuses of every program of mcp-fleet.
 */
#ifndef BASE_EXITS_H
#define BASE_EXITS_H

enum {
	EXIT_GOOD = 0,	/* done, and the news is good */
	EXIT_NEWS = 1,	/* done, and the news is bad */
	EXIT_USAGE = 2, /* usage, configuration or refused input */
	EXIT_ENV = 3	/* our own store, network, memory or stdout failed */
};

#endif
