/*
 * incident_rows.h: incidents of many servers as one list, in the words for
 * visitors. Pure.
 */
#ifndef DATA_INCIDENT_ROWS_H
#define DATA_INCIDENT_ROWS_H

#include "terms/names.h"
#include "records/incident.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct incidents;
struct places;
struct server;

/* Of a fleet at most this many are kept: those that go on, and the newest. */
#define INCIDENT_ROWS_MAX 1000

struct incident_row {
	char slug[SLUG_MAX + 1];
	char *server;	 /* its title, or NULL */
	bool is_private; /* the server */
	int trouble; /* enum trouble */
	char id[INCIDENT_ID]; /* of its page */
	const char *title, *impact, *update; /* see incident_words.h */
	char *where; /* "everywhere", or names of places; "" not known */
	/* What its operators said last, and the address of why it happened; or
	   NULL. */
	char *note, *postmortem;
	bool unseen; /* as in struct incident */
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
