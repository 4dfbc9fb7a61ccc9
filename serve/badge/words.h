/*
 * words.h: what a badge says, whatever its form: of a server, of one figure of
 * it, of how one place sees it, or of all servers. Pure.
 */
#ifndef BADGE_WORDS_H
#define BADGE_WORDS_H

#include "badge/badge.h"
#include "data/condition.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct occurrence;
struct request;
struct seen_place;
struct view;

/* What is said where there never was a verdict, or is no recent one. */
#define BADGE_NEVER "awaiting first probe"
#define BADGE_STALE "no recent data"
/* In place of a name that cannot be one. */
#define BADGE_NOBODY "MCP server"

enum badge_metric {
	METRIC_STATE,
	METRIC_UPTIME,
	METRIC_P95,
	METRIC_TOOLS,
	METRIC_MAINTENANCE,
	METRIC_UNKNOWN /* none that there is was asked for */
};

/*
 * The thresholds of mcp-serve(8): an uptime of at least this many percent is
 * green, or amber, and else red; so is a response time of at most this many
 * milliseconds.
 */
#define BADGE_UPTIME_GREEN 99.9
#define BADGE_UPTIME_AMBER 99.0
#define BADGE_P95_GREEN 1000
#define BADGE_P95_AMBER 3000

/* A number of tools that is not known, or that nobody is told. */
#define BADGE_TOOLS_UNKNOWN (-1)
#define BADGE_TOOLS_HIDDEN (-2)

/* Room for the name of a place, as a query has it. */
#define BADGE_PLACE_SIZE 128

/* What a badge is about. */
struct badge_subject {
	enum badge_metric metric;
	const char *slug; /* or NULL */
	const struct view *view;
	const char *note; /* what qualifies the state, or NULL */
	/* The one that goes on, said in place of the state; the next one. */
	const struct occurrence *maintenance_now, *maintenance_next;
	double now;
	int tools; /* for METRIC_TOOLS */
	bool asked_place; /* one place was asked for: */
	const struct seen_place *place; /* or NULL: there is none like that */
};

/* What it says. Any of it may be hostile. */
struct badge_words {
	char label[BADGE_LABEL_SIZE];
	char message[64];
	char title[SLUG_MAX + BADGE_LABEL_SIZE + 160];
	const char *note; /* of the subject, as part of the title; or NULL */
	const char *colour;
	bool known; /* false: the message says why there is nothing to say */
};

/*
 * badge_metric_read(request): what the parameter metric asks for. An empty one
 * is none. badge_place_read(request, out): whether there is the parameter region,
 * and which place it names; "" where that is longer than BADGE_PLACE_SIZE bytes
 * hold, which is the name of no place, as is an empty one.
 */
enum badge_metric badge_metric_read(const struct request *request);
bool badge_place_read(const struct request *request, char *out);

/*
 * badge_words_of(s, w): the words of a server: without a fresh view never an old
 * state or figure. badge_words_fleet(counts, w): those of all servers, of which
 * so many are in each state; NULL where that is not known.
 */
void badge_words_of(const struct badge_subject *s, struct badge_words *w);
void badge_words_fleet(const size_t *counts, struct badge_words *w);

#endif
