/*
 * options.c: one table of the commands, with the options and operands that each
 * has, and one of the options. What a command has no use for is refused.
 */
#include "options.h"

#include "base/log.h"
#include "base/num.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

const char options_usage[] =
	"usage: mcp-alert [-n] [-c file] [-f format] [-N epoch] [--store url]\n"
	"       mcp-alert tick [-c file] [-f format] [-N epoch] [--store url]\n"
	"       mcp-alert list [-c file] [-f format] [--store url]\n"
	"       mcp-alert ack [-c file] [-f format] [-N epoch] [--store url]\n"
	"                 [--by name] [--for duration] [--reason text]\n"
	"                 slug | dedup_key\n"
	"       mcp-alert explain [-c file] [-f format] [-N epoch] [--store url] slug\n"
	"       mcp-alert history [-c file] [-f format] [--store url] [slug]\n"
	"       mcp-alert replay [-c file] [-f format] [--policy key=value,...]\n"
	"                        file | -\n"
	"       mcp-alert test [-c file] [-f format] [-N epoch] [--by name]\n"
	"                 [--store url] [slug]\n"
	"       mcp-alert check [-c file] [-N epoch] [key=value,...]\n"
	"       mcp-alert maintenance add [-c file] [-f format] [-N epoch]\n"
	"                 [--account name] [--by name] [--every days]\n"
	"                 [--reason text] [--start time] [--store url]\n"
	"                 [--zone zone] --end time | --for duration\n"
	"                 [pattern ...]\n"
	"       mcp-alert maintenance list [-c file] [-f format] [-N epoch]\n"
	"                 [--store url]\n"
	"       mcp-alert maintenance end [-c file] [-f format] [-N epoch]\n"
	"                 [--store url] id\n"
	"       mcp-alert -h | -V\n";

/* What getopt_long returns; those without a letter have a number. */
enum {
	OPT_ACCOUNT = 256,
	OPT_BY,
	OPT_END,
	OPT_EVERY,
	OPT_FOR,
	OPT_POLICY,
	OPT_REASON,
	OPT_START,
	OPT_STORE,
	OPT_ZONE
};

static const struct option options[] = {
	{"account", required_argument, NULL, OPT_ACCOUNT},
	{"by", required_argument, NULL, OPT_BY},
	{"config", required_argument, NULL, 'c'},
	{"dry-run", no_argument, NULL, 'n'},
	{"end", required_argument, NULL, OPT_END},
	{"every", required_argument, NULL, OPT_EVERY},
	{"for", required_argument, NULL, OPT_FOR},
	{"format", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"now", required_argument, NULL, 'N'},
	{"policy", required_argument, NULL, OPT_POLICY},
	{"reason", required_argument, NULL, OPT_REASON},
	{"start", required_argument, NULL, OPT_START},
	{"store", required_argument, NULL, OPT_STORE},
	{"version", no_argument, NULL, 'V'},
	{"zone", required_argument, NULL, OPT_ZONE},
	{NULL, 0, NULL, 0},
};

/* Operands may stand anywhere; a missing argument comes as ':'. */
static const char letters[] = ":c:f:hN:nV";

struct command {
	const char *words; /* "" of the one without a name */
	enum options_action action;
	const int *options; /* that it has; 0 ends them */
	size_t least, most; /* operands */
	const char *what;   /* these are */
};

#define COMMAND(words, action, least, most, what, ...)                         \
	{                                                                      \
		words, action, (const int[]) {__VA_ARGS__, 0}, least, most,    \
			what                                                   \
	}

static const struct command commands[] = {
	COMMAND("", OPTIONS_VERDICTS, 0, 0, "", 'c', 'f', 'N', 'n', OPT_STORE),
	COMMAND("tick", OPTIONS_TICK, 0, 0, "", 'c', 'f', 'N', OPT_STORE),
	COMMAND("list", OPTIONS_LIST, 0, 0, "", 'c', 'f', OPT_STORE),
	COMMAND("ack", OPTIONS_ACK, 1, 1, "a slug or a dedup_key", 'c', 'f',
		'N', OPT_BY, OPT_FOR, OPT_REASON, OPT_STORE),
	COMMAND("explain", OPTIONS_EXPLAIN, 1, 1, "a slug", 'c', 'f', 'N',
		OPT_STORE),
	COMMAND("history", OPTIONS_HISTORY, 0, 1, "a slug", 'c', 'f', OPT_STORE),
	COMMAND("replay", OPTIONS_REPLAY, 1, 1, "a file of verdicts, or -,",
		'c', 'f', OPT_POLICY),
	COMMAND("test", OPTIONS_TEST, 0, 1, "", 'c', 'f', 'N', OPT_BY,
		OPT_STORE),
	COMMAND("check", OPTIONS_CHECK, 0, 1, "", 'c', 'N'),
	COMMAND("maintenance add", OPTIONS_MAINTENANCE_ADD, 0, 100, "", 'c',
		'f', 'N', OPT_ACCOUNT, OPT_BY, OPT_END, OPT_EVERY, OPT_FOR,
		OPT_REASON, OPT_START, OPT_STORE, OPT_ZONE),
	COMMAND("maintenance list", OPTIONS_MAINTENANCE_LIST, 0, 0, "", 'c',
		'f', 'N', OPT_STORE),
	COMMAND("maintenance end", OPTIONS_MAINTENANCE_END, 1, 1,
		"the id of a maintenance", 'c', 'f', 'N', OPT_STORE),
	{NULL, OPTIONS_HELP, NULL, 0, 0, NULL},
};

static int refuse_option(const char *name, const char *arg, const char *what)
{
	log_error("--%s: '%s' is not %s", name, arg, what);
	return -1;
}

static int parse_format(struct options *o, const char *arg)
{
	if (strcmp(arg, "text") == 0)
		o->format = OPTIONS_TEXT;
	else if (strcmp(arg, "jsonl") == 0)
		o->format = OPTIONS_JSONL;
	else
		return refuse_option("format", arg, "text or jsonl");
	return 0;
}

/* Where the argument of an option is kept as it stands. */
static const char **place_of_option(struct options *o, int code)
{
	switch (code) {
	case 'c':
		return &o->config;
	case OPT_ACCOUNT:
		return &o->account;
	case OPT_BY:
		return &o->by;
	case OPT_END:
		return &o->end;
	case OPT_EVERY:
		return &o->every;
	case OPT_FOR:
		return &o->span;
	case OPT_POLICY:
		return &o->policy;
	case OPT_REASON:
		return &o->reason;
	case OPT_START:
		return &o->start;
	case OPT_STORE:
		return &o->store;
	default:
		return &o->zone;
	}
}

static int parse_option(struct options *o, int code, const char *arg)
{
	switch (code) {
	case 'f':
		return parse_format(o, arg);
	case 'N':
		return num_epoch(arg, &o->now)
			? 0
			: refuse_option("now", arg, "an epoch second");
	case 'n':
		o->dry_run = true;
		return 0;
	default:
		*place_of_option(o, code) = arg;
		return 0;
	}
}

static int complain(int code, const char *arg)
{
	if (code == ':')
		log_error("%s: an argument is missing", arg);
	else if (optopt && !strchr(letters, optopt))
		log_error("-%c: no such option", optopt);
	else
		log_error("%s: no such option, or not in this form", arg);
	return -1;
}

/* How many of the operands are the words of a command; 0: they are not. */
static size_t spelt(const char *words, char **operands, size_t n)
{
	size_t used = 0;

	while (*words) {
		size_t len = strcspn(words, " ");

		if (used == n || strlen(operands[used]) != len ||
			strncmp(operands[used], words, len) != 0)
			return 0;
		used++;
		words += len + strspn(words + len, " ");
	}
	return used;
}

/* The command that the operands begin with, and takes its words off. */
static const struct command *find_command(struct options *o)
{
	if (!o->n_operands)
		return &commands[0];
	for (const struct command *c = commands + 1; c->words; c++) {
		size_t n = spelt(c->words, o->operands, o->n_operands);

		if (!n)
			continue;
		o->operands += n;
		o->n_operands -= n;
		return c;
	}
	log_error("'%s': not a command; see mcp-alert --help", o->operands[0]);
	return NULL;
}

static const char *name_of(int code)
{
	const struct option *opt = options;

	while (opt->val != code)
		opt++;
	return opt->name;
}

static bool has(const struct command *c, int code)
{
	for (const int *o = c->options; *o; o++)
		if (*o == code)
			return true;
	return false;
}

/* Whether a command has all the options that were given, and its operands. */
static int check(const struct command *c, const struct options *o,
	const bool *seen)
{
	for (const struct option *opt = options; opt->name; opt++) {
		if (!seen[opt->val] || has(c, opt->val))
			continue;
		if (*c->words)
			log_error("%s: has no use for --%s", c->words,
				name_of(opt->val));
		else
			log_error("--%s: not for verdicts", name_of(opt->val));
		return -1;
	}
	if (o->n_operands > c->most)
		log_error("'%s': one argument too many",
			o->operands[c->most]);
	else if (o->n_operands < c->least)
		log_error("%s: %s is missing", c->words, c->what);
	else
		return 0;
	return -1;
}

static int conclude(struct options *o, const bool *seen)
{
	const struct command *c = find_command(o);

	if (!c || check(c, o, seen))
		return -1;
	o->action = c->action;
	return 0;
}

int options_parse(int argc, char **argv, struct options *o)
{
	bool seen[OPT_ZONE + 1] = {false};
	int code, failed = 0;

	*o = (struct options) {.now = NAN};
	opterr = 0;
	optind = 1;
	while (!failed) {
		code = getopt_long(argc, argv, letters, options, NULL);
		if (code == -1)
			break;
		if (code == 'h' || code == 'V') {
			o->action = code == 'h' ? OPTIONS_HELP
						: OPTIONS_VERSION;
			return 0;
		}
		if (code == ':' || code == '?') {
			failed = complain(code, argv[optind - 1]);
		} else if (seen[code]) {
			log_error("--%s: given twice", name_of(code));
			failed = -1;
		} else {
			seen[code] = true;
			failed = parse_option(o, code, optarg);
		}
	}
	o->operands = argv + optind;
	o->n_operands = (size_t)(argc - optind);
	return failed ? -1 : conclude(o, seen);
}
