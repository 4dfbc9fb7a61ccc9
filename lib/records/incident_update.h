/*
 * incident_update.h: what became of an incident, step by step: a field of the
 * hash key_incidents, which outlives the state of the server. mcp-alert writes
 * it and mcp-serve shows it: it holds nothing that is for operators alone.
 */
#ifndef RECORDS_INCIDENT_UPDATE_H
#define RECORDS_INCIDENT_UPDATE_H

#include "records/incident.h"

/* The first ones are those of enum alert_phase. */
enum update_what {
	UPDATE_STARTED,
	UPDATE_ESCALATED,
	UPDATE_REMINDER,
	UPDATE_ACKNOWLEDGED,
	UPDATE_RESOLVED,
	UPDATE_FOUND,
	UPDATE_NOTE,	   /* text: what the operators say to the public */
	UPDATE_POSTMORTEM, /* text: an address, http or https */
	UPDATES,
	UPDATE_PASSING = UPDATES /* of an open one, out of its state: not kept */
};

/* The most bytes of a text, of one line; the most notes of an incident. */
#define UPDATE_TEXT_MAX 500
#define UPDATE_NOTES_MAX 20

/* The most updates of a server that are kept; the oldest incidents go. */
#define UPDATES_MAX 1000

struct incident_update {
	double at; /* epoch seconds */
	enum alert_kind kind;
	int64_t first; /* the window in which the incident began */
	enum update_what what;
	struct incident_names regions; /* that no earlier update of it names */
	int64_t resolved_at; /* 0: it was not over */
	bool checks_refused; /* see incident_record */
	const char *text;    /* of a note or a postmortem, else NULL */
};

/* update_name(what): its word, which is the end of the name of a field. */
const char *update_name(enum update_what what);

/*
 * incident_update_field(u, out): the name of its field, which says when, what and
 * of which incident: the same whenever the same is written; out has UPDATE_FIELD
 * bytes. It returns out.
 * incident_update_first(field): the window in which the incident of a field
 * began. incident_update_of(field, kind, first): whether the field is one of that
 * incident. incident_update_said(field): whether it is what operators said, and
 * not what mcp-alert saw.
 */
#define UPDATE_FIELD 128
const char *incident_update_field(const struct incident_update *u, char *out);
int64_t incident_update_first(const char *field);
bool incident_update_of(const char *field, enum alert_kind kind, int64_t first);
bool incident_update_said(const char *field);

/*
 * incident_update_write(b, u): append its value, a JSON object of the rest.
 * incident_update_take(field, o, u): read both; false where they cannot be read.
 * Its strings belong to o; in both cases incident_update_release frees what else
 * *u holds.
 */
void incident_update_write(struct buf *b, const struct incident_update *u);
bool incident_update_take(const char *field, const cJSON *o,
	struct incident_update *u);
void incident_update_release(struct incident_update *u);

/* update_url_valid(s): whether s is an address that a page may link to. */
bool update_url_valid(const char *s);

#endif
