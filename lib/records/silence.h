/* SPDX-License-Identifier: MIT */
/*
 * silence.h: the silence record of mcp-records(5): of which incidents nobody is
 * told for a while, as they are known.
 */
#ifndef RECORDS_SILENCE_H
#define RECORDS_SILENCE_H

#include "base/strings.h"
#include "records/alert.h"
#include "records/maintenance.h"

/* No silence is longer, seconds. */
#define SILENCE_MAX_S (35 * 86400)

/* An empty list matches all; at least one list is not empty. */
struct silence {
	char id[MAINTENANCE_ID_MAX + 1]; /* "" where it has none */
	const char *const *slugs; /* patterns of fnmatch(3) */
	size_t n_slugs;
	const char *const *kinds;
	size_t n_kinds;
	const char *const *regions;
	size_t n_regions;
	const char *const *steps;
	size_t n_steps;
	int64_t starts_at, ends_at; /* epoch seconds; the end is later */
	const char *reason; /* one line for people */
	const char *by;	    /* or NULL */
	int64_t ended_at; /* 0, or when somebody ended it */
	cJSON *doc; /* owns the strings of one that was read; else NULL */
};

struct silences {
	const struct silence *v;
	size_t n;
};

/* The members of the record, but for v and type. */
extern const struct field silence_fields[];

/*
 * silence_write(b, s): append the record without a newline. silence_take(doc,
 * s, why), silence_release(s): as of a maintenance, see maintenance.h.
 */
void silence_write(struct buf *b, const struct silence *s);
bool silence_take(cJSON *doc, struct silence *s, char *why);
void silence_release(struct silence *s);

/* silence_end(s): when it is or was over. */
int64_t silence_end(const struct silence *s);

/* silence_covers(s, t): whether it is on at t. */
bool silence_covers(const struct silence *s, double t);

/* silence_for(s, slug): whether it is about incidents of that server. */
bool silence_for(const struct silence *s, const char *slug);

/* An incident, or an event that is none, as a silence looks at it. */
struct silence_subject {
	const char *slug;
	const struct strings *servers; /* that share it; NULL: only slug */
	const struct strings *regions;
	enum alert_kind kind;
	enum severity severity;
	enum step step; /* or STEP_NONE */
};

/*
 * silence_hides(s, about): whether it is about that: each of its lists that is
 * not empty names it, and all of its servers and regions. A pipeline_stalled
 * that is P1 and a test are hidden only by a silence that names their kind.
 */
bool silence_hides(const struct silence *s,
	const struct silence_subject *about);

/* silence_put_what(b, s): append "shop-*, regional, from ap, at tls". */
void silence_put_what(struct buf *b, const struct silence *s);

#endif
