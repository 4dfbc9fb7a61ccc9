#include "words/incident_words.h"

#include "base/text.h"
#include "data/incidents.h"
#include "data/places.h"

struct words {
	const char *title, *impact;
};

static const struct words words[TROUBLES] = {
	[TROUBLE_DOWN] = {"Outage", "Programs could not use the server."},
	[TROUBLE_REGIONAL] = {"Outage in some places",
		"Programs could not use the server from some places."},
	[TROUBLE_REFUSED] = {"Our checks were refused",
		"The server refused our credential. Clients with their own "
		"access may have been fine."},
	[TROUBLE_LIMITED] = {"Our checks were rate-limited",
		"The server limited the rate of our checks. Clients may not "
		"have noticed."},
	[TROUBLE_OVERRUN] = {"Outage after maintenance",
		"The server was still down after the planned end of the "
		"maintenance."},
	[TROUBLE_ERRORS] = {"More failures than usual",
		"More requests than usual failed."},
	[TROUBLE_SLOW] = {"Slow answers",
		"Answers took much longer than usual."},
	[TROUBLE_TOOLS] = {"Different tools in different places",
		"Not every place got the same tools."},
};

/* An outage of some places is not one of all, however many agree on it. */
static const struct words *words_of(const struct incident *in,
	const struct places *places)
{
	bool all = !in->n_regions ||
		places_all(places, (const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);

	if (in->trouble == TROUBLE_DOWN && places->n > 1 && !all)
		return &words[TROUBLE_REGIONAL];
	return &words[in->trouble];
}

const char *incident_words_title(const struct incident *in,
	const struct places *places)
{
	return words_of(in, places)->title;
}

const char *incident_words_impact(const struct incident *in,
	const struct places *places)
{
	return words_of(in, places)->impact;
}

const char *incident_words_update(const struct incident *in)
{
	if (in->unseen)
		return "We get no report from there any more. It works from "
		       "elsewhere.";
	if (in->ended_at)
		return "Resolved.";
	if (in->passing)
		return "Recovered. We are monitoring it.";
	if (in->acknowledged)
		return "The operator is looking into it.";
	return in->told ? "The operator was notified."
			: "Recorded; the operator has not responded yet.";
}

void incident_words_latest(struct buf *b, const struct incident *in)
{
	const struct incident_news *said = incident_latest_said(in);

	if (said && said->what == UPDATE_NOTE)
		text_put(b, said->text);
	else if (said)
		buf_str(b, "The operator has said why it happened.");
	else
		buf_str(b, incident_words_update(in));
}
