#include "options.h"

#include "log.h"
#include "num.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

const char options_usage[] =
	"usage: mcp-alert [-n] [-c file] [-f format] [-N epoch] [--store url]\n"
	"       mcp-alert tick [-c file] [-f format] [-N epoch] [--store url]\n"
	"       mcp-alert list [-c file] [-f format] [--store url]\n"
	"       mcp-alert -h | -V\n";

/* What getopt_long returns for the option without a letter. */
enum { OPT_STORE = 256 };

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"dry-run", no_argument, NULL, 'n'},
	{"format", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"now", required_argument, NULL, 'N'},
	{"store", required_argument, NULL, OPT_STORE},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* An operand comes as 1, a missing argument as ':'. */
static const char letters[] = "-:c:f:hN:nV";

static int refuse(const char *name, const char *arg, const char *what)
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
		return refuse("format", arg, "text or jsonl");
	return 0;
}

static int parse_action(struct options *o, const char *arg)
{
	if (o->action != OPTIONS_VERDICTS) {
		log_error("'%s': one argument too many", arg);
		return -1;
	}
	if (strcmp(arg, "tick") == 0)
		o->action = OPTIONS_TICK;
	else if (strcmp(arg, "list") == 0)
		o->action = OPTIONS_LIST;
	else {
		log_error("'%s': not a command; tick or list", arg);
		return -1;
	}
	return 0;
}

static int parse_option(struct options *o, int code, const char *arg)
{
	switch (code) {
	case 'c':
		o->config = arg;
		return 0;
	case 'f':
		return parse_format(o, arg);
	case 'N':
		return num_epoch(arg, &o->now)
			? 0
			: refuse("now", arg, "an epoch second");
	case 'n':
		o->dry_run = true;
		return 0;
	case OPT_STORE:
		o->store = arg;
		return 0;
	default:
		return -1;
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

static int check(const struct options *o)
{
	if (o->dry_run && o->action != OPTIONS_VERDICTS)
		log_error("--dry-run: only for verdicts");
	else if (o->action == OPTIONS_LIST && !isnan(o->now))
		log_error("list: has no use for --now");
	else
		return 0;
	return -1;
}

int options_parse(int argc, char **argv, struct options *o)
{
	bool seen[OPT_STORE + 1] = {false};
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
		if (code == 1) {
			failed = parse_action(o, optarg);
		} else if (code == ':' || code == '?') {
			failed = complain(code, argv[optind - 1]);
		} else if (seen[code]) {
			log_error("%s: given twice", argv[optind - 1]);
			failed = -1;
		} else {
			seen[code] = true;
			failed = parse_option(o, code, optarg);
		}
	}
	for (; optind < argc && !failed; optind++)
		failed = parse_action(o, argv[optind]);
	return failed ? -1 : check(o);
}
