/* SPDX-License-Identifier: MIT */
/*
 * badge.h: what a badge says, of a server, of one figure of it, of how one
 * place sees it, or of all servers; and how it is drawn: as a pill or a card in
 * SVG, or by shields.io. Pure.
 */
#ifndef BADGE_BADGE_H
#define BADGE_BADGE_H

#include "base/buf.h"
#include "data/condition.h"
#include "http/escape.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct badge_subject;
struct badge_words;
struct occurrence;
struct request;
struct seen_place;
struct view;

/* The most characters of a label that somebody chose, and room for it. */
#define BADGE_LABEL 40
#define BADGE_LABEL_SIZE (4 * BADGE_LABEL + 1)

/* White on each of these has a contrast above 4.5 to 1 (WCAG 2.2, 1.4.3). */
#define BADGE_GREEN "#1a7f37"
#define BADGE_AMBER "#9a6700"
#define BADGE_RED "#cf222e"
#define BADGE_MAINTENANCE "#0757b5"
#define BADGE_FIGURE BADGE_MAINTENANCE /* one that is neither good nor bad */
#define BADGE_PENDING "#6a737d"

enum badge_theme {
	BADGE_DARK,
	BADGE_LIGHT,
	BADGE_AUTO /* follows prefers-color-scheme; dark where that is not known */
};

/* How a badge looks. All zero is the dark pill. */
struct badge_look {
	bool card, square; /* square: the corners of a pill */
	enum badge_theme theme;
	char label[BADGE_LABEL_SIZE]; /* "" for the usual one */
};

/*
 * The Content-Security-Policy of an image with the look BADGE_AUTO, which has a
 * style element.
 */
#define BADGE_POLICY "default-src 'none'; style-src 'unsafe-inline'"

/*
 * badge_look_read(request, look): what the parameters style, theme and label
 * ask for. An unknown value is ignored: an image must not break. The label is
 * cleaned by text_clean.
 */
void badge_look_read(const struct request *request, struct badge_look *look);

/*
 * badge_put(b, s, look): append the badge of a server. A card is of its state as
 * a whole: a badge of anything else is a pill. The note is part of its title.
 * badge_put_words(b, w, look): append a pill that says these words.
 */
void badge_put(struct html *b, const struct badge_subject *s,
	const struct badge_look *look);
void badge_put_words(struct html *b, const struct badge_words *w,
	const struct badge_look *look);

/* The words where there never was a verdict, or is no recent one. */
#define BADGE_NEVER "awaiting first probe"
#define BADGE_STALE "no recent data"
/* The words where there is no such server, or a private one. */
#define BADGE_UNKNOWN "unknown server"
/* In place of a name that cannot be one. */
#define BADGE_NOBODY "MCP server"

enum badge_metric {
	METRIC_STATE,
	METRIC_UPTIME,
	METRIC_P95,
	METRIC_TOOLS,
	METRIC_APPROVED,
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

/* The subject of a badge. */
struct badge_subject {
	enum badge_metric metric;
	const char *slug; /* or NULL */
	const struct view *view;
	const char *note; /* what qualifies the state, or NULL */
	/* The one that goes on, said in place of the state; the next one. */
	const struct occurrence *maintenance_now, *maintenance_next;
	double now;
	int tools; /* for METRIC_TOOLS; METRIC_APPROVED: whether hidden */
	bool unknown; /* there is no such server, or nobody may know of it */
	bool asked_place; /* one place was asked for: */
	const struct seen_place *place; /* or NULL: there is none like that */
};

/* The words of a badge. Any of them may be hostile. */
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

/*
 * shields_put(b, w, label, max_age): append the JSON that an endpoint badge of
 * shields.io reads (https://shields.io/badges/endpoint-badge), as a line, with
 * only those members that shields.io knows, as it refuses all others; `label`
 * in place of the usual one unless it is ""; it may be kept for max_age
 * seconds. Where the words say that nothing is known, isError keeps readers
 * from painting it green.
 */
void shields_put(struct buf *b, const struct badge_words *w, const char *label,
	int max_age);

/*
 * glyphs_width(s, size): how wide a text is, in whole pixels, at a font size in
 * pixels.
 */
unsigned glyphs_width(const char *s, unsigned size);

/*
 * glyphs_fit(s, size, most): how many bytes of s, whole characters, are at most
 * `most` pixels wide.
 */
size_t glyphs_fit(const char *s, unsigned size, unsigned most);

#endif
