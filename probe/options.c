/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/options.h"
#include "http/address.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

/* The longest command that is taken apart: a name of a region is 40 bytes. */
#define SSH_COMMAND_MAX 200
/* The most probes at a time that a client may ask for. */
#define SSH_CONCURRENCY_MAX 1000

static int misused(const char *option, const char *why)
{
	log_error("%s: %s", option, why);
	return -1;
}

static int set_steps(void *out, char *s)
{
	struct options *o = out;
	char a[2] = {s[0], '\0'};
	long long first, last;

	if (s[0] && s[1] == '-' && num_parse(a, 1, 8, &first) &&
		num_parse(s + 2, first, 8, &last)) {
		o->first = (enum step)first;
		o->last = (enum step)last;
		return 0;
	}
	return misused("--steps", "not a range like 1-3");
}

static bool port_valid(const char *s, size_t n)
{
	char text[8];
	long long port;

	if (n >= sizeof text)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return num_parse(text, 1, 65535, &port);
}

/* The length of a name, or of an address in brackets, up to a colon. */
static size_t host_length(const char *s)
{
	size_t n = *s == '[' ? strcspn(s, "]") : 0;

	return n + strcspn(s + n, ":");
}

static bool host_valid(const char *s, size_t n)
{
	if (n > 255)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] > 0x7e ||
			strchr("*+,/?#@\\", s[i]))
			return false;
	return true;
}

/* host:port:addr, and more addresses behind commas. */
static bool resolve_valid(const char *s)
{
	size_t host = host_length(s), port, n;
	char addr[64];

	if (!host || *s == '[' || *s == '-' || !s[host] || !host_valid(s, host))
		return false;
	s += host + 1;
	port = strcspn(s, ":");
	if (!s[port] || !port_valid(s, port))
		return false;
	for (s += port; *s; s += n) {
		s++;
		n = strcspn(s, ",");
		if (n >= sizeof addr)
			return false;
		memcpy(addr, s, n);
		addr[n] = '\0';
		if (!address_literal(addr))
			return false;
	}
	return true;
}

/* host:port:host:port, each of which may be empty. */
static bool connect_to_valid(const char *s)
{
	for (int i = 0; i < 4; i++) {
		size_t n = i % 2 ? strcspn(s, ":") : host_length(s);

		if (i % 2 ? n && !port_valid(s, n) : !host_valid(s, n))
			return false;
		if (s[n] != (i < 3 ? ':' : '\0'))
			return false;
		s += n + 1;
	}
	return true;
}

#define AT(member) offsetof(struct options, member)

static const char *const cache_checks[] = {"always", "never", NULL};
static const char *const formats[] = {"text", "jsonl", "tap", "nagios", NULL};

static const struct option_row options[] = {
	{.name = "ipv4", .letter = '4', .type = OPTION_FLAG, .at = AT(ipv4),
		.help = "use IPv4 addresses only"},
	{.name = "ipv6", .letter = '6', .type = OPTION_FLAG, .at = AT(ipv6),
		.help = "use IPv6 addresses only"},
	{.name = "allow-bare-401", .type = OPTION_FLAG, .at = AT(bare_401_ok),
		.help = "accept a 401 without a WWW-Authenticate header"},
	{.name = "cacert", .arg = "file", .at = AT(cacert),
		.help = "trust this PEM file instead of the system's"},
	{.name = "cache-check", .arg = "when", .type = OPTION_CHOICE,
		.at = AT(cache_check), .choices = cache_checks,
		.wanted = "always or never",
		.help = "look for a stale cache; default: only if there "
			"are signs of one"},
	{.name = "check-expiry", .type = OPTION_FLAG, .at = AT(check_expiry),
		.help = "only print when certificate and credential expire"},
	{.name = "concurrency", .arg = "n", .type = OPTION_NUMBER,
		.at = AT(concurrency), .wanted = "a number from 1 to 1000",
		.min = 1, .max = 1000,
		.help = "probes at once, 1 to 1000; default 50"},
	{.name = "connect-to", .arg = "host:port:host:port", .type = OPTION_LIST,
		.at = AT(connect_to), .max = OPTIONS_MANY,
		.valid = connect_to_valid,
		.wanted = "host:port:host:port, where each part may be empty",
		.help = "connect to the second host:port instead"},
	{.name = "credential", .arg = "file", .at = AT(credential),
		.help = "read the credential from this file"},
	{.name = "deny-private", .type = OPTION_FLAG, .at = AT(deny_private),
		.help = "connect to public addresses only"},
	{.name = "format", .letter = 'f', .arg = "format", .type = OPTION_CHOICE,
		.at = AT(has_format), .choices = formats,
		.wanted = "text, jsonl, tap or nagios",
		.help = "default on a terminal: text"},
	{.name = "health-args", .arg = "json", .at = AT(health_args),
		.help = "arguments of the health tool, a JSON object"},
	{.name = "health-tool", .arg = "name", .at = AT(health_tool),
		.help = "call this read-only tool in step 7"},
	{.name = "http2", .type = OPTION_FLAG, .at = AT(http2),
		.help = "use HTTP/2 with servers that offer it"},
	{.name = "per-host", .arg = "n", .type = OPTION_NUMBER,
		.at = AT(per_host), .wanted = "a number from 1 to 1000",
		.min = 1, .max = 1000,
		.help = "probes at once at one host"},
	{.name = "region", .letter = 'r', .arg = "region", .at = AT(region),
		.help = "name of this region; default MCP_REGION, else local"},
	{.name = "resolve", .arg = "host:port:addr", .type = OPTION_LIST,
		.at = AT(resolve), .max = OPTIONS_MANY, .valid = resolve_valid,
		.wanted = "host:port:addr with an IP address",
		.help = "use this address instead of asking DNS"},
	{.name = "resume", .arg = "file", .at = AT(resume),
		.help = "continue the probe whose first steps are in this file"},
	{.name = "serve-ssh", .type = OPTION_FLAG, .at = AT(serve_ssh),
		.help = "the forced command of an ssh key that can only probe"},
	{.name = "slug", .letter = 's', .arg = "slug", .at = AT(slug),
		.valid = slug_valid, .wanted = "a valid name",
		.help = "name of the server; default: the host of the URL"},
	{.name = "spread", .arg = "time", .type = OPTION_SECONDS,
		.at = AT(spread_s), .wanted = "a time up to 1h", .max = 3600,
		.help = "start the probes evenly over this time, up to 1h"},
	{.name = "steps", .arg = "a-b", .type = OPTION_OWN, .set = set_steps,
		.help = "report only these steps, such as 1-3, then stop"},
	{.name = "targets", .arg = "file", .at = AT(targets),
		.help = "probe the targets in this file"},
	{.name = "timeout", .letter = 't', .arg = "timeout",
		.type = OPTION_SECONDS, .at = AT(timeout_s),
		.wanted = "a time up to 300s", .min = 0.001,
		.max = TIMEOUT_MAX_S,
		.help = "for the whole probe, up to 300s; default 30s"},
	{.name = "token-file", .arg = "file", .at = AT(token_file),
		.help = "send the bearer token in this file"},
	{.name = "verbose", .letter = 'v', .type = OPTION_FLAG,
		.at = AT(verbose), .help = "print the HTTP exchange without secrets"},
	OPTIONS_END
};

#define NETWORK "[--cacert file] [--deny-private] [--resolve host:port:addr] " \
	"[--connect-to host:port:host:port] [--http2] " \
	"[--check-expiry]"

static const struct command_row forms[] = {
	{"", 0, "[-46v] [-r region] [-s slug] [-t timeout] [-f format] "
		"[--token-file file | --credential file] [--allow-bare-401] "
		"[--health-tool name [--health-args json]] [--steps a-b] "
		"[--resume file] [--cache-check when] " NETWORK " url", 0, 2, NULL, ""},
	{"", 0, "--targets file [-46v] [-r region] [-t timeout] [-f format] "
		"[--concurrency n] [--per-host n] [--spread time] " NETWORK, 0, 0, NULL, ""},
	{"", 0, "--serve-ssh -r region [-46] [-t timeout] [--concurrency n] "
		"[--per-host n] [--cacert file] [--deny-private] "
		"[--resolve host:port:addr] "
		"[--connect-to host:port:host:port] [--http2]", 0, 0, NULL, ""},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

/* An argument in the wrong place may be a secret, and is not repeated. */
static const struct option_tables tables = {
	.program = "mcp-probe",
	.page = "mcp-probe(1)",
	.about = "Probes an MCP server as a client would, and reports whether "
		 "it works.",
	.exits = "  0  healthy or auth-walled; of many targets: all probed\n"
		 "  1  broken; or something expires\n"
		 "  2  usage, or input that was refused\n"
		 "  3  this machine failed: network, memory, standard output\n",
	.options = options,
	.commands = forms,
	.gone = (const struct option_gone[]) {
		{"--http1.1", "HTTP/1.1 is the default"}, {NULL, NULL}},
};

/* Check the options that depend on each other. */
static int check_together(const struct options *o)
{
	if (o->ipv4 && o->ipv6)
		return misused("-4, -6", "cannot be used together");
	if (o->url && o->targets)
		return misused("--targets", "cannot be used with a URL");
	if (!region_valid(o->region))
		return misused("--region", "not a valid name");
	if (o->targets &&
		(o->slug || o->token_file || o->credential || o->health_tool ||
			o->bare_401_ok || o->cache_check ||
			o->first != STEP_DNS || o->last != STEP_TOOL_HASH))
		return misused("--targets", "set this in each target, not with "
					    "an option");
	if (o->targets && o->format == FORMAT_NAGIOS)
		return misused("--format", "nagios is for one URL");
	if (o->format == FORMAT_NAGIOS && o->last != STEP_TOOL_HASH)
		return misused("--steps", "nagios needs step 8");
	if (o->check_expiry &&
		(o->health_tool || o->bare_401_ok || o->cache_check ||
			o->first != STEP_DNS || o->last != STEP_TOOL_HASH))
		return misused("--check-expiry", "runs no steps, so options "
						 "about steps cannot be used "
						 "with it");
	if (o->url && (o->concurrency || o->spread_s > 0))
		return misused("--concurrency, --spread", "only with --targets");
	if (o->resume && (o->targets || o->first == STEP_DNS || o->check_expiry))
		return misused("--resume", "only with --steps that begin after "
					   "step 1");
	if (o->url && o->per_host)
		return misused("--per-host", "only with --targets");
	if (o->token_file && o->credential)
		return misused("--token-file", "cannot be used with "
					       "--credential");
	if (o->health_tool && !*o->health_tool)
		return misused("--health-tool", "empty");
	if (o->health_args && !o->health_tool)
		return misused("--health-args", "only with --health-tool");
	return 0;
}

/*
 * A forced command reads targets from standard input and prints records. Its
 * options are those of the owner of the region; only ssh_command_read looks at
 * the client's.
 */
static int serve_ssh(struct options *o, bool region_given)
{
	const char *asked = getenv("SSH_ORIGINAL_COMMAND");
	char why[SSH_COMMAND_WHY];

	if (o->url || o->targets || o->has_format || o->verbose ||
		o->check_expiry || o->spread_s > 0)
		return misused("--serve-ssh", "targets come from standard "
			"input, and records go to standard output");
	if (!region_given)
		return misused("--serve-ssh", "needs the name of the region");
	if (!region_valid(o->region))
		return misused("--region", "not a valid name");
	if (asked && !ssh_command_read(asked, o->region, &o->concurrency, why))
		return misused("SSH_ORIGINAL_COMMAND", why);
	o->targets = "-";
	o->has_format = FORMAT_JSONL + 1;
	/* A client that asks for another region gets the name of this one. */
	if (!o->own_region)
		o->own_region = o->region;
	return 0;
}

int options_parse(int argc, char **argv, struct options *o)
{
	const char *region = getenv("MCP_REGION");
	static const char none[] = "local";
	struct command_line line;
	int status;

	if (region && !*region)
		region = NULL;
	*o = (struct options) {.region = region ? region : none,
		.own_region = region,
		.first = STEP_DNS,
		.last = STEP_TOOL_HASH,
		.timeout_s = TIMEOUT_DEFAULT_S};
	status = options_read(&tables, argc, argv, o, &line);
	if (status >= 0)
		return status;
	if (line.n_operands)
		o->url = line.operands[0];
	if (line.n_operands > 1) {
		log_error("%s: only one URL is allowed; use --targets for "
			  "several",
			line.operands[1]);
		return EXIT_USAGE;
	}
	if (o->serve_ssh && serve_ssh(o, o->region != none))
		return EXIT_USAGE;
	if (!o->url && !o->targets)
		return options_usage(&tables);
	o->format = o->has_format ? (enum format)(o->has_format - 1) : FORMAT_TEXT;
	o->ip_version = o->ipv4 ? 4 : o->ipv6 ? 6 : 0;
	return check_together(o) ? EXIT_USAGE : -1;
}

/* ---- The command of a client of ssh. */

enum ssh_word {
	SSH_TARGETS,
	SSH_REGION,
	SSH_FORMAT,
	SSH_CONCURRENCY,
	SSH_WORDS
};

static const char *const ssh_words[SSH_WORDS] = {
	"--targets", "-r", "-f", "--concurrency"};

static bool refuse_command(char *why, const char *what)
{
	snprintf(why, SSH_COMMAND_WHY, "%s", what);
	return false;
}

static enum ssh_word ssh_word_of(const char *s)
{
	enum ssh_word w = 0;

	while (w < SSH_WORDS && strcmp(s, ssh_words[w]) != 0)
		w++;
	return w;
}

/* Whether the client may give this value; *n becomes the number that it
   gave. */
static bool ssh_allowed(enum ssh_word w, const char *value, const char *region,
	long long *n, char *why)
{
	switch (w) {
	case SSH_TARGETS:
		return strcmp(value, "-") == 0 ||
			refuse_command(why, "targets are read from standard "
					    "input only");
	case SSH_REGION:
		return strcmp(value, region) == 0 ||
			refuse_command(why, "this key is for another region");
	case SSH_FORMAT:
		return strcmp(value, "jsonl") == 0 ||
			refuse_command(why, "only the format jsonl is allowed");
	case SSH_CONCURRENCY:
		return num_parse(value, 1, SSH_CONCURRENCY_MAX, n) ||
			refuse_command(why, "concurrency is a number from 1 "
					    "to 1000");
	case SSH_WORDS:
		break;
	}
	return refuse_command(why, "this key is for probes only");
}

bool ssh_command_read(const char *s, const char *region, int *concurrency,
	char *why)
{
	char copy[SSH_COMMAND_MAX + 1], *rest = copy, *name, *value;
	long long n = *concurrency ? *concurrency : SSH_CONCURRENCY_MAX,
		  asked = n;
	bool seen[SSH_WORDS + 1] = {false};

	if (strlen(s) > SSH_COMMAND_MAX)
		return refuse_command(why, "this key is for probes only");
	memcpy(copy, s, strlen(s) + 1);
	name = strsep(&rest, " ");
	if (strcmp(name, "mcp-probe") != 0)
		return refuse_command(why, "this key is for probes only");
	while ((name = strsep(&rest, " "))) {
		enum ssh_word w = ssh_word_of(name);

		value = strsep(&rest, " ");
		if (w == SSH_WORDS || !value || seen[w])
			return refuse_command(
				why, "this key is for probes only");
		seen[w] = true;
		if (!ssh_allowed(w, value, region, &asked, why))
			return false;
	}
	*concurrency = (int)(asked < n ? asked : n);
	return true;
}
