/* SPDX-License-Identifier: MIT */
/* options.h: the command line of mcp-probe; and the command of a client of
   sshd(8) whose key has a forced command, mcp-probe --serve-ssh. */
#ifndef PROBE_OPTIONS_H
#define PROBE_OPTIONS_H

#include "report.h"
#include "target.h"
#include "terms/names.h"

/* How often --resolve and --connect-to may stand, each. */
#define OPTIONS_MANY 100

struct options {
	const char *url;     /* NULL with targets */
	const char *targets; /* a path, or "-"; NULL with url */
	const char *slug;    /* NULL: from the URL */
	const char *region;
	const char *own_region; /* what MCP_REGION says, or NULL */
	const char *token_file;
	const char *credential;
	const char *cacert;
	const char *health_tool;
	const char *health_args; /* JSON text */
	const char *resume;	 /* records of an earlier piece */
	enum format format;
	int has_format; /* 0, or 1 more than the format */
	enum step first, last;
	double timeout_s;
	double spread_s;
	int concurrency;
	int per_host;  /* probes of one host at once; 0: no limit */
	bool progress; /* tell it on standard error */
	bool deny_private;
	bool serve_ssh; /* the targets are of a client that may mean harm */
	bool bare_401_ok;
	enum cache_check_when cache_check;
	bool check_expiry; /* instead of the steps */
	bool ipv4, ipv6;
	int ip_version; /* 4, 6, or 0 for either */
	bool http2;
	bool verbose;
	const char *resolve[OPTIONS_MANY + 1]; /* NULL at the end */
	const char *connect_to[OPTIONS_MANY + 1];
};

/*
 * options_parse(argc, argv, o): fill *o, whose strings are those of argv, which
 * it reorders. -1 to go on; or the exit status to end with, after --help,
 * --version, or an error that has been logged.
 */
int options_parse(int argc, char **argv, struct options *o);

/* Room for the reason why a command was refused; it never quotes the
   command. */
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
