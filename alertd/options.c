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
		.help = "when it ends: 2:00, +10m, tomorrow 02:00"},
	{.name = "every", .arg = "days", .at = AT(every),
		.help = "repeat it on these days: mon,thu or daily"},
	{.name = "for", .arg = "duration", .at = AT(span),
		.help = "how long it lasts, up to 7d; silence: 35d, link: 1h"},
	{.name = "format", .letter = 'f', .arg = "format", .at = AT(format),
		.type = OPTION_CHOICE, .wanted = "text, jsonl or csv",
		.choices = (const char *const[]) {"text", "jsonl", "csv", NULL},
		.help = "default on a terminal: text; csv: reports"},
	{.name = "kind", .arg = "kind,...", .at = AT(kind),
		.help = "only incidents of these kinds"},
	OPTION_NOW(AT(now)),
	{.name = "policy", .arg = "key=value,...", .at = AT(policy),
		.help = "compare with other thresholds: confirm=2"},
	{.name = "postmortem", .arg = "url", .at = AT(postmortem),
		.help = "link to the postmortem on the incident's page"},
	{.name = "public", .arg = "text", .at = AT(public),
		.help = "the text that visitors read"},
	{.name = "reason", .arg = "text", .at = AT(reason),
		.help = "why, for messages; pages show the reason of a "
			"maintenance"},
	{.name = "refused", .arg = "place", .at = AT(refused),
		.help = "alert: the configuration is refused at this place"},
	{.name = "region", .arg = "region,...", .at = AT(region),
		.help = "only what these regions alone see"},
	{.name = "route", .arg = "name", .at = AT(route),
		.help = "only that route"},
	{.name = "severity", .arg = "P1|P2|P3", .at = AT(severity),
		.help = "of an incident that you open; default: P2"},
	{.name = "start", .arg = "time", .at = AT(start),
		.help = "when it begins; default: now, for a report a week "
			"before"},
	{.name = "state", .arg = "state", .at = AT(state),
		.help = "investigating, identified or monitoring"},
	{.name = "step", .arg = "step,...", .at = AT(step),
		.help = "only incidents at these steps"},
	OPTION_STORE(AT(store)),
	{.name = "text", .arg = "text", .at = AT(text),
		.help = "what visitors and routes read of the incident"},
	{.name = "title", .arg = "text", .at = AT(title),
		.help = "the title of the incident"},
	{.name = "to", .arg = "name", .at = AT(to),
		.help = "who takes over"},
	{.name = "zone", .arg = "zone", .at = AT(zone), .valid = zone_exists,
		.wanted = "a known time zone",
		.help = "time zone: Europe/Berlin"},
	OPTIONS_END
};

/* The manual calls these common. */
#define COMMON "[-c file] [-f format] [-N epoch] [--store url]"

static const struct command_row commands[] = {
#define COMMAND(id, needs, run, words, ...) {words, OPTIONS_##id, __VA_ARGS__},
#include "options.rows"
#undef COMMAND
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
	.gone = (const struct option_gone[]) {
		{"--from", "write --start"},
		{"--private", "write --reason, which visitors do not see, "
			      "instead of --text"},
		{NULL, NULL},
	},
	.for_scripts = "subscribers",
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
