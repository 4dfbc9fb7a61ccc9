#include "options.h"

#include "base/log.h"
#include "base/num.h"
#include "http/address.h"
#include "target.h"

#include <getopt.h>

static const char usage[] =
	"usage: mcp-probe [-46v] [-r region] [-s slug] [-t timeout] [-f "
	"format]\n"
	"                 [--token-file file | --credential file]\n"
	"                 [--allow-bare-401]\n"
	"                 [--health-tool name [--health-args json]]\n"
	"                 [--steps a-b] [--cache-check when]\n"
	"                 [--cacert file] [--deny-private]\n"
	"                 [--resolve host:port:addr]\n"
	"                 [--connect-to host:port:host:port] [--http1.1]\n"
	"                 [--check-expiry] url\n"
	"       mcp-probe --targets file [-46v] [-r region] [-t timeout]\n"
	"                 [-f format] [--concurrency n] [--spread time]\n"
	"                 [--cacert file] [--deny-private]\n"
	"                 [--resolve host:port:addr]\n"
	"                 [--connect-to host:port:host:port] [--http1.1]\n"
	"                 [--check-expiry]\n"
	"       mcp-probe -h | -V\n";

enum {
	OPT_ALLOW_BARE_401 = 256,
	OPT_CACERT,
	OPT_CACHE_CHECK,
	OPT_CHECK_EXPIRY,
	OPT_CONCURRENCY,
	OPT_CONNECT_TO,
	OPT_CREDENTIAL,
	OPT_DENY_PRIVATE,
	OPT_HEALTH_ARGS,
	OPT_HEALTH_TOOL,
	OPT_HTTP1,
	OPT_RESOLVE,
	OPT_SPREAD,
	OPT_STEPS,
	OPT_TARGETS,
	OPT_TOKEN_FILE,
	OPT_END
};

static const struct option options[] = {
	{"allow-bare-401", no_argument, NULL, OPT_ALLOW_BARE_401},
	{"cacert", required_argument, NULL, OPT_CACERT},
	{"cache-check", required_argument, NULL, OPT_CACHE_CHECK},
	{"check-expiry", no_argument, NULL, OPT_CHECK_EXPIRY},
	{"concurrency", required_argument, NULL, OPT_CONCURRENCY},
	{"connect-to", required_argument, NULL, OPT_CONNECT_TO},
	{"credential", required_argument, NULL, OPT_CREDENTIAL},
	{"deny-private", no_argument, NULL, OPT_DENY_PRIVATE},
	{"format", required_argument, NULL, 'f'},
	{"health-args", required_argument, NULL, OPT_HEALTH_ARGS},
	{"health-tool", required_argument, NULL, OPT_HEALTH_TOOL},
	{"help", no_argument, NULL, 'h'},
	{"http1.1", no_argument, NULL, OPT_HTTP1},
	{"ipv4", no_argument, NULL, '4'},
	{"ipv6", no_argument, NULL, '6'},
	{"region", required_argument, NULL, 'r'},
	{"resolve", required_argument, NULL, OPT_RESOLVE},
	{"slug", required_argument, NULL, 's'},
	{"spread", required_argument, NULL, OPT_SPREAD},
	{"steps", required_argument, NULL, OPT_STEPS},
	{"targets", required_argument, NULL, OPT_TARGETS},
	{"timeout", required_argument, NULL, 't'},
	{"token-file", required_argument, NULL, OPT_TOKEN_FILE},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0}};

static bool bad(const char *option, const char *why)
{
	log_error("%s: %s", option, why);
	return false;
}

static bool set_steps(struct options *o, const char *s)
{
	char a[2] = {s[0], '\0'};
	long long first, last;

	if (s[0] && s[1] == '-' && num_parse(a, 1, 8, &first) &&
		num_parse(s + 2, first, 8, &last)) {
		o->first = (enum step)first;
		o->last = (enum step)last;
		return true;
	}
	return bad("--steps", "not a range like 1-3");
}

static bool set_cache_check(struct options *o, const char *s)
{
	bool always = strcmp(s, "always") == 0;

	o->cache_check = always ? CACHE_CHECK_ALWAYS : CACHE_CHECK_NEVER;
	return always || strcmp(s, "never") == 0 ||
		bad("--cache-check", "neither always nor never");
}

static bool set_concurrency(struct options *o, const char *s)
{
	long long n;

	if (!num_parse(s, 1, 1000, &n))
		return bad("--concurrency", "not a number from 1 to 1000");
	o->concurrency = (int)n;
	return true;
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

static bool add(const char **list, const char *option, const char *arg,
	bool valid, const char *why)
{
	size_t n = 0;

	if (!valid)
		return bad(option, why);
	while (list[n])
		n++;
	if (n == OPTIONS_MANY)
		return bad(option, "given more than 100 times");
	list[n] = arg;
	return true;
}

static bool set(struct options *o, int c, const char *arg)
{
	switch (c) {
	case '4':
	case '6':
		if (o->ip_version)
			return bad("-4, -6", "not together");
		o->ip_version = c - '0';
		return true;
	case 'f':
		o->has_format = true;
		return format_parse(arg, &o->format) ||
			bad("--format", "not text, jsonl, tap or nagios");
	case 'r':
		o->region = arg;
		return true;
	case 's':
		o->slug = arg;
		return slug_valid(arg) || bad("--slug", "not a valid name");
	case 't':
		return num_seconds(arg, 0.001, TIMEOUT_MAX_S, &o->timeout_s) ||
			bad("--timeout", "not a time up to 300s");
	case 'v':
		o->verbose = true;
		return true;
	case OPT_ALLOW_BARE_401:
		o->bare_401_ok = true;
		return true;
	case OPT_CACERT:
		o->cacert = arg;
		return true;
	case OPT_CACHE_CHECK:
		return set_cache_check(o, arg);
	case OPT_CHECK_EXPIRY:
		o->check_expiry = true;
		return true;
	case OPT_CONCURRENCY:
		return set_concurrency(o, arg);
	case OPT_CONNECT_TO:
		return add(o->connect_to, "--connect-to", arg,
			connect_to_valid(arg),
			"not host:port:host:port, each of which may be empty");
	case OPT_CREDENTIAL:
		o->credential = arg;
		return true;
	case OPT_DENY_PRIVATE:
		o->deny_private = true;
		return true;
	case OPT_HEALTH_ARGS:
		o->health_args = arg;
		return true;
	case OPT_HEALTH_TOOL:
		o->health_tool = arg;
		return *arg || bad("--health-tool", "empty");
	case OPT_HTTP1:
		o->http1 = true;
		return true;
	case OPT_RESOLVE:
		return add(o->resolve, "--resolve", arg, resolve_valid(arg),
			"not host:port:addr with an IP address");
	case OPT_SPREAD:
		return num_seconds(arg, 0, 3600, &o->spread_s) ||
			bad("--spread", "not a time up to 1h");
	case OPT_STEPS:
		return set_steps(o, arg);
	case OPT_TARGETS:
		o->targets = arg;
		return true;
	case OPT_TOKEN_FILE:
		o->token_file = arg;
		return true;
	default:
		return false;
	}
}

/* What each option alone cannot tell. */
static bool check(const struct options *o)
{
	if (!o->url && !o->targets) {
		fputs(usage, stderr);
		return false;
	}
	if (o->url && o->targets)
		return bad("--targets", "not together with a URL");
	if (!region_valid(o->region))
		return bad("--region", "not a valid name");
	if (o->targets &&
		(o->slug || o->token_file || o->credential || o->health_tool ||
			o->bare_401_ok || o->cache_check ||
			o->first != STEP_DNS || o->last != STEP_TOOL_HASH))
		return bad("--targets", "this is said in each target, and not "
					"by an option");
	if (o->targets && o->format == FORMAT_NAGIOS && o->has_format)
		return bad("--format", "nagios is for one URL");
	if (o->has_format && o->format == FORMAT_NAGIOS &&
		o->last != STEP_TOOL_HASH)
		return bad("--steps", "nagios wants step 8 among them");
	if (o->check_expiry &&
		(o->health_tool || o->bare_401_ok || o->cache_check ||
			o->first != STEP_DNS || o->last != STEP_TOOL_HASH))
		return bad("--check-expiry", "makes no steps, and has no use "
					     "for what is said of them");
	if (o->url && (o->concurrency || o->spread_s > 0))
		return bad("--concurrency, --spread", "only with --targets");
	if (o->token_file && o->credential)
		return bad("--token-file", "not together with --credential");
	if (o->health_args && !o->health_tool)
		return bad("--health-args", "only with --health-tool");
	return true;
}

/* An option that there is not, that lacks its argument, or stands twice. */
static enum options_result refuse(int c, char **argv)
{
	if (c == ':')
		log_error("%s: an argument is missing", argv[optind - 1]);
	else if (c == '?' && optopt && optopt < OPT_ALLOW_BARE_401)
		log_error("-%c: no such option", optopt);
	else if (c == '?')
		log_error("%s: no such option, or not in this form",
			argv[optind - 1]);
	else
		for (const struct option *o = options; o->name; o++)
			if (o->val == c)
				log_error("--%s: given twice", o->name);
	return OPTIONS_BAD;
}

enum options_result options_parse(int argc, char **argv, struct options *o)
{
	const char *region = getenv("MCP_REGION");
	bool seen[OPT_END] = {false};
	int c;

	if (region && !*region)
		region = NULL;
	*o = (struct options) {.region = region ? region : "local",
		.own_region = region,
		.first = STEP_DNS,
		.last = STEP_TOOL_HASH,
		.timeout_s = TIMEOUT_DEFAULT_S};
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":46f:hr:s:t:vV", options, NULL)) !=
		-1) {
		if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? usage : "mcp-probe " VERSION "\n",
				stdout);
			return OPTIONS_DONE;
		}
		if (c == '?' || c == ':' || seen[c])
			return refuse(c, argv);
		seen[c] = c != OPT_RESOLVE && c != OPT_CONNECT_TO;
		if (!set(o, c, optarg))
			return OPTIONS_BAD;
	}
	if (optind < argc)
		o->url = argv[optind++];
	if (optind < argc) {
		log_error("%s: one URL is enough; see --targets", argv[optind]);
		return OPTIONS_BAD;
	}
	return check(o) ? OPTIONS_RUN : OPTIONS_BAD;
}
