/* SPDX-License-Identifier: MIT */
/*
 * words.h: servers, incidents and times in words for visitors. Nothing here
 * decides: data/condition.h says how a server is. Pure.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/buf.h"
#include "data/condition.h"
#include "records/incident.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct incident;
struct incidents;
struct places;
struct server;

/*
 * condition_put(b, c, f, places): append the sentence that is the headline of a
 * server, without its full stop: "Working, but not from London".
 * condition_put_note(b, c, f, places): append what stands behind "but" there,
 * for a condition with a note.
 */
void condition_put(struct buf *b, struct condition c,
	const struct condition_facts *f, const struct places *places);
void condition_put_note(struct buf *b, struct condition c,
	const struct condition_facts *f, const struct places *places);

/*
 * Instants, days and durations, in UTC; pages have them as markup
 * (pages/html.h). None of these has a character that markup would need to
 * escape.
 *
 * times_instant(b, t, now): append "20:31 UTC"; on another day than now, "29
 * Apr, 20:31 UTC". times_clock(b, t): "20:31". times_day(b, day): the date of
 * an epoch day, "29 Apr". times_span(b, s): a duration, "12 min", "3 h 20 min",
 * "2 days 4 h".
 */
void times_instant(struct buf *b, int64_t t, double now);
void times_clock(struct buf *b, int64_t t);
void times_day(struct buf *b, int64_t day);
void times_span(struct buf *b, double s);

/*
 * The title of an incident, and its impact on users of the server, which are
 * other words where not all of the places were hit.
 */
const char *incident_words_title(const struct incident *in,
	const struct places *places);
const char *incident_words_impact(const struct incident *in,
	const struct places *places);

/* incident_words_state(p): "Investigating". */
const char *incident_words_state(enum progress p);

/* incident_words_latest(b, in): append its latest news, which may be what its
   operators said, escaped. */
void incident_words_latest(struct buf *b, const struct incident *in);

/* ---- Incidents of many servers as one list. */

/* The most incidents of a fleet: those that go on, and the newest. */
#define INCIDENT_ROWS_MAX 1000

struct incident_row {
	char slug[SLUG_MAX + 1];
	char *server;	 /* its title, or NULL */
	bool is_private; /* the server */
	int trouble; /* enum trouble */
	char id[INCIDENT_ID]; /* of its page */
	char *title, *impact; /* see incident_words_title */
	const char *update; /* how it is */
	enum progress progress;
	char *where; /* "everywhere", or names of places; "" not known */
	/*
	 * The last note of its operators, and the address of their postmortem;
	 * or NULL.
	 */
	char *note, *postmortem;
	char *latest; /* see incident_words_latest */
	bool unseen, passing; /* as in struct incident */
	int64_t started_at, ended_at, updated_at; /* as in struct incident */
};

struct incident_rows {
	struct incident_row *v;
	size_t n, cap;
};

/*
 * incident_rows_add(rows, slug, server, l, places): add the incidents of a server.
 * incident_rows_sort(rows): the newest first, and no more than
 * INCIDENT_ROWS_MAX, for which the oldest of those that are over are left out.
 */
void incident_rows_add(struct incident_rows *rows, const char *slug,
	const struct server *server, const struct incidents *l,
	const struct places *places);
void incident_rows_sort(struct incident_rows *rows);
void incident_rows_release(struct incident_rows *rows);

#endif
