#include "options.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/options.h"
#include "base/zone.h"

#include <math.h>

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
	{.name = "account", .arg = "name", .at = AT(account),
		.help = "the servers of that account, too"},
	{.name = "all", .type = OPTION_FLAG, .at = AT(all),
		.help = "every route, also those that are told later"},
	{.name = "by", .arg = "name", .at = AT(by),
		.help = "who does this; else LOGNAME or USER"},
	OPTION_CONFIG(AT(config)),
	{.name = "dry-run", .letter = 'n', .type = OPTION_FLAG, .at = AT(dry_run),
		.help = "print events, deliver nothing, touch no store"},
	{.name = "end", .arg = "time", .at = AT(end),
		.help = "when it ends: 2:00, +10m, 2026-11-23 02:00"},
	{.name = "every", .arg = "days", .at = AT(every),
		.help = "repeat it on these days: mon,thu or daily"},
	{.name = "for", .arg = "duration", .at = AT(span),
		.help = "how long it lasts, 60s to 7d"},
	{.name = "format", .letter = 'f', .arg = "format", .at = AT(format),
		.type = OPTION_CHOICE, .wanted = "text, jsonl or csv",
		.choices = (const char *const[]) {"text", "jsonl", "csv", NULL},
		.help = "text on a terminal; csv is for a report"},
	{.name = "from", .arg = "time", .at = AT(from),
		.help = "from when on; a week before the end, if not given"},
	{.name = "kind", .arg = "kind,...", .at = AT(kind),
		.help = "only incidents of these kinds"},
	OPTION_NOW(AT(now)),
	{.name = "policy", .arg = "key=value,...", .at = AT(policy),
		.help = "compare with these numbers of alerts.policy"},
	{.name = "postmortem", .arg = "url", .at = AT(postmortem),
		.help = "where its page sends those who ask why it happened"},
	{.name = "public", .arg = "text", .at = AT(public),
		.help = "what its page and feed say to everybody"},
	{.name = "reason", .arg = "text", .at = AT(reason),
		.help = "why; people who are told read it"},
	{.name = "refused", .arg = "place", .at = AT(refused),
		.help = "page that the configuration is refused there"},
	{.name = "region", .arg = "region,...", .at = AT(region),
		.help = "only what is seen from these regions alone"},
	{.name = "route", .arg = "name", .at = AT(route),
		.help = "only that route"},
	{.name = "start", .arg = "time", .at = AT(start),
		.help = "when it begins; now, if not given"},
	{.name = "step", .arg = "step,...", .at = AT(step),
		.help = "only incidents at these steps"},
	OPTION_STORE(AT(store)),
	{.name = "to", .arg = "name", .at = AT(to),
		.help = "who has it from now on, whoever had it before; or, for "
			"a report, until when"},
	{.name = "zone", .arg = "zone", .at = AT(zone), .valid = zone_exists,
		.wanted = "a time zone that is known here",
		.help = "the time zone of times and days: Europe/Berlin"},
	OPTIONS_END
};

#define CN "[-c file] [-f format] [-N epoch] "
#define STORE "[--store url]"

static const struct command_row commands[] = {
	{"", OPTIONS_VERDICTS, "[-n] " CN "[--refused place] " STORE, 0, 0,
		NULL, ""},
	{"tick", OPTIONS_TICK, CN "[--refused place] " STORE, 0, 0, NULL,
		"send reminders, promotions, escalations and digests that are due"},
	{"list", OPTIONS_LIST, "[-c file] [-f format] " STORE " [--zone zone]",
		0, 0, NULL, "list the open incidents"},
	{"ack", OPTIONS_ACK, CN STORE " [--by name] [--for duration] "
		"[--reason text] [--to name] slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"acknowledge incidents: somebody looks after them"},
	{"unack", OPTIONS_UNACK, CN STORE " [--by name] slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"hand incidents back: nobody looks after them"},
	{"close", OPTIONS_CLOSE, CN STORE " [--by name] --reason text "
		"slug | dedup_key", 1, 1, "a slug or a dedup_key is missing",
		"end incidents of what nobody will probe again"},
	{"note", OPTIONS_NOTE, "[-c file] [-N epoch] [--postmortem url] "
		"[--public text] " STORE " slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"say something on the public page of an incident"},
	{"explain", OPTIONS_EXPLAIN, CN STORE " slug", 1, 1, "a slug is missing",
		"say why a server paged, or why not"},
	{"history", OPTIONS_HISTORY, CN STORE " [--zone zone] [slug]", 0, 1,
		NULL,
		"list what was told of a server, or of all"},
	{"report", OPTIONS_REPORT, CN "[--from time] " STORE
		" [--to time] [--zone zone]", 0, 0, NULL,
		"say how the nights were: incidents, how long, how many pages"},
	{"replay", OPTIONS_REPLAY, "[-c file] [-f format] "
		"[--policy key=value,...] file | -", 1, 1,
		"a file of verdicts, or -, is missing",
		"say what recorded verdicts would have told, to whom"},
	{"test", OPTIONS_TEST, "[-n] " CN "[--all] [--by name] [--route name] " STORE
		" [slug]", 0, 1, NULL,
		"send a test page through the routes of a server"},
	{"check", OPTIONS_CHECK, "[-c file] [-N epoch] [key=value,...]", 0, 1,
		NULL, "check the configuration, or say who would be told"},
	{"maintenance add", OPTIONS_MAINTENANCE_ADD, CN "[--account name] "
		"[--by name] [--every days] [--reason text] [--start time] "
		STORE " [--zone zone] --end time | --for duration [pattern ...]",
		0, 100, NULL, "add a maintenance of servers"},
	{"maintenance list", OPTIONS_MAINTENANCE_LIST, CN STORE
		" [--zone zone]", 0, 0, NULL, "list the maintenances and silences"},
	{"maintenance end", OPTIONS_MAINTENANCE_END, CN STORE " id", 1, 1,
		"the id of a maintenance is missing", "end a maintenance"},
	{"silence add", OPTIONS_SILENCE_ADD, CN "[--by name] "
		"[--kind kind,...] --reason text [--region region,...] "
		"[--start time] [--step step,...] " STORE " [--zone zone] "
		"--end time | --for duration [pattern ...]", 0, 100, NULL,
		"tell nobody of some incidents for a while"},
	{"silence list", OPTIONS_SILENCE_LIST, CN STORE " [--zone zone]", 0, 0,
		NULL, "list the maintenances and silences"},
	{"silence end", OPTIONS_SILENCE_END, CN STORE " id", 1, 1,
		"the id of a silence is missing", "end a silence"},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

static const struct option_tables tables = {
	.program = "mcp-alert",
	.page = "mcp-alert(1)",
	.about = "Reads verdicts from standard input, and tells people of "
		 "incidents.",
	.exits = "  0  done\n"
		 "  1  nothing to acknowledge, or somebody else has it\n"
		 "  2  usage, configuration, or input that was refused\n"
		 "  3  the store, standard output or a delivery failed\n",
	.options = options,
	.commands = commands,
	.echo = true,
};

int options_parse(int argc, char **argv, struct options *o)
{
	struct command_line line;
	int status;

	*o = (struct options) {.now = NAN};
	status = options_read(&tables, argc, argv, o, &line);
	if (status >= 0)
		return status;
	o->action = (enum options_action)line.command->action;
	o->operands = line.operands;
	o->n_operands = line.n_operands;
	if (o->format != OPTIONS_CSV || o->action == OPTIONS_REPORT)
		return -1;
	log_error("--format: csv is only for 'report'");
	return EXIT_USAGE;
}
