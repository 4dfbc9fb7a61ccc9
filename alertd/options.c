/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/options.h"
#include "base/zone.h"

#include <math.h>

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
	{.name = "account", .arg = "name", .at = AT(account),
		.help = "also the servers of this account"},
	{.name = "all", .type = OPTION_FLAG, .at = AT(all),
		.help = "every route, also those of later steps"},
	{.name = "by", .arg = "name", .at = AT(by),
		.help = "your name; default LOGNAME or USER"},
	OPTION_CONFIG(AT(config)),
	{.name = "dry-run", .letter = 'n', .type = OPTION_FLAG, .at = AT(dry_run),
		.help = "print events; send and store nothing"},
	{.name = "end", .arg = "time", .at = AT(end),
		.help = "when it ends: 2:00, +10m, 2026-11-23 02:00"},
	{.name = "every", .arg = "days", .at = AT(every),
		.help = "repeat it on these days: mon,thu or daily"},
	{.name = "for", .arg = "duration", .at = AT(span),
		.help = "how long it lasts, up to 7d; silence: 35d, link: 1h"},
	{.name = "format", .letter = 'f', .arg = "format", .at = AT(format),
		.type = OPTION_CHOICE, .wanted = "text, jsonl or csv",
		.choices = (const char *const[]) {"text", "jsonl", "csv", NULL},
		.help = "default on a terminal: text; csv: reports"},
	{.name = "from", .arg = "time", .at = AT(from),
		.help = "the beginning; default: a week before the end"},
	{.name = "kind", .arg = "kind,...", .at = AT(kind),
		.help = "only incidents of these kinds"},
	OPTION_NOW(AT(now)),
	{.name = "policy", .arg = "key=value,...", .at = AT(policy),
		.help = "compare with other thresholds: confirm=2"},
	{.name = "postmortem", .arg = "url", .at = AT(postmortem),
		.help = "link to the postmortem on the incident's page"},
	{.name = "public", .arg = "text", .at = AT(public),
		.help = "publish this on the incident's page and feed"},
	{.name = "reason", .arg = "text", .at = AT(reason),
		.help = "why; messages show it, and pages for a maintenance"},
	{.name = "refused", .arg = "place", .at = AT(refused),
		.help = "alert: the configuration is refused at this place"},
	{.name = "region", .arg = "region,...", .at = AT(region),
		.help = "only what these regions alone see"},
	{.name = "route", .arg = "name", .at = AT(route),
		.help = "only that route"},
	{.name = "start", .arg = "time", .at = AT(start),
		.help = "when it begins; default: now"},
	{.name = "step", .arg = "step,...", .at = AT(step),
		.help = "only incidents at these steps"},
	OPTION_STORE(AT(store)),
	{.name = "to", .arg = "name", .at = AT(to),
		.help = "who takes over; for a report, the end"},
	{.name = "zone", .arg = "zone", .at = AT(zone), .valid = zone_exists,
		.wanted = "a known time zone",
		.help = "time zone: Europe/Berlin"},
	OPTIONS_END
};

#define CN "[-c file] [-f format] [-N epoch] "
#define STORE "[--store url]"

static const struct command_row commands[] = {
	{"", OPTIONS_VERDICTS, "[-n] " CN "[--refused place] " STORE, 0, 0,
		NULL, ""},
	{"tick", OPTIONS_TICK, CN "[--refused place] " STORE, 0, 0, NULL,
		"send the reminders, escalations and digests that are due"},
	{"list", OPTIONS_LIST, "[-c file] [-f format] " STORE " [--zone zone]",
		0, 0, NULL, "list the open incidents"},
	{"ack", OPTIONS_ACK, CN STORE " [--by name] [--for duration] "
		"[--reason text] [--to name] slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"acknowledge incidents: you look after them"},
	{"unack", OPTIONS_UNACK, CN STORE " [--by name] slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"undo an acknowledgement"},
	{"close", OPTIONS_CLOSE, CN STORE " [--by name] --reason text "
		"slug | dedup_key", 1, 1, "a slug or a dedup_key is missing",
		"close incidents that no probe will end"},
	{"note", OPTIONS_NOTE, "[-c file] [-N epoch] [--postmortem url] "
		"[--public text] " STORE " slug | dedup_key", 1, 1,
		"a slug or a dedup_key is missing",
		"publish a note on the page of an incident"},
	{"explain", OPTIONS_EXPLAIN, CN STORE " slug", 1, 1, "a slug is missing",
		"explain why a server alerted, or why not"},
	{"history", OPTIONS_HISTORY, CN STORE " [--zone zone] [slug]", 0, 1,
		NULL,
		"list past notifications of one server or all"},
	{"report", OPTIONS_REPORT, CN "[--from time] " STORE
		" [--to time] [--zone zone]", 0, 0, NULL,
		"summarize the incidents and pages of some days"},
	{"replay", OPTIONS_REPLAY, "[-c file] [-f format] "
		"[--policy key=value,...] file | -", 1, 1,
		"a file of verdicts, or -, is missing",
		"show which alerts recorded verdicts would have sent"},
	{"link", OPTIONS_LINK, "[-c file] [--for duration] name", 1, 1,
		"the name of a person is missing",
		"print a link that signs a person in to the console"},
	{"test", OPTIONS_TEST, "[-n] " CN "[--all] [--by name] [--route name] " STORE
		" [slug]", 0, 1, NULL,
		"send a test alert through the routes of a server"},
	{"check", OPTIONS_CHECK, "[-c file] [-N epoch] [key=value,...]", 0, 1,
		NULL, "check the configuration, or show who would be alerted"},
	{"maintenance add", OPTIONS_MAINTENANCE_ADD, CN "[--account name] "
		"[--by name] [--every days] [--reason text] [--start time] "
		STORE " [--zone zone] --end time | --for duration [pattern ...]",
		0, 100, NULL, "add a maintenance window"},
	{"maintenance list", OPTIONS_MAINTENANCE_LIST, CN STORE
		" [--zone zone]", 0, 0, NULL, "list the maintenances and silences"},
	{"maintenance end", OPTIONS_MAINTENANCE_END, CN STORE " id", 1, 1,
		"the id of a maintenance is missing", "end a maintenance"},
	{"silence add", OPTIONS_SILENCE_ADD, CN "[--by name] "
		"[--kind kind,...] --reason text [--region region,...] "
		"[--start time] [--step step,...] " STORE " [--zone zone] "
		"--end time | --for duration [pattern ...]", 0, 100, NULL,
		"mute some incidents for a while"},
	{"silence list", OPTIONS_SILENCE_LIST, CN STORE " [--zone zone]", 0, 0,
		NULL, "list the maintenances and silences"},
	{"silence end", OPTIONS_SILENCE_END, CN STORE " id", 1, 1,
		"the id of a silence is missing", "end a silence"},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

static const struct option_tables tables = {
	.program = "mcp-alert",
	.page = "mcp-alert(1)",
	.about = "Reads verdicts from standard input and alerts people to "
		 "incidents.",
	.exits = "  0  done\n"
		 "  1  nothing to acknowledge, or somebody else has acknowledged it\n"
		 "  2  wrong usage, configuration or input\n"
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
