#include "data/incident_words.h"

#include "data/incidents.h"
#include "http/escape.h"

static const struct {
	const char *title, *impact;
} words[TROUBLES] = {
	[TROUBLE_DOWN] = {"Outage", "Programs could not use the server."},
	[TROUBLE_REGIONAL] = {"Outage in some places",
		"From some places the server could not be used."},
	[TROUBLE_LIMITED] = {"Requests turned away",
		"The server refused requests because there were too many."},
	[TROUBLE_OVERRUN] = {"Outage after maintenance",
		"The server was still down after the planned end of the "
		"maintenance."},
	[TROUBLE_ERRORS] = {"More failures than usual",
		"More requests than usual failed."},
	[TROUBLE_SLOW] = {"Slow answers",
		"Answers took much longer than usual."},
	[TROUBLE_TOOLS] = {"Different tools in different places",
		"Not everybody saw the same tools."},
};

const char *incident_words_title(const struct incident *in)
{
	return words[in->trouble].title;
}

const char *incident_words_impact(const struct incident *in)
{
	return words[in->trouble].impact;
}

const char *incident_words_update(const struct incident *in)
{
	if (in->ended_at)
		return "It is over.";
	if (in->passing)
		return "It works again, and is being watched.";
	if (in->acknowledged)
		return "Somebody is looking into it.";
	return in->told ? "Its operators have been told."
			: "It was recorded.";
}

void incident_words_latest(struct buf *b, const struct incident *in)
{
	const struct incident_news *said = incident_latest_said(in);

	if (said && said->what == UPDATE_NOTE)
		escape_put(b, said->text);
	else if (said)
		buf_str(b, "Its operators have said why it happened.");
	else
		buf_str(b, incident_words_update(in));
}
