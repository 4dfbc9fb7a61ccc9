/*
 * external_id.h: what routes call the messages of incidents that they were told of,
 * so that what follows goes to the same place, whoever sends it. Pure.
 */
#ifndef INCIDENT_EXTERNAL_ID_H
#define INCIDENT_EXTERNAL_ID_H

#include "base/buf.h"
#include "json/json.h"

#include <stdbool.h>
#include <stddef.h>

/* The oldest goes when there are more of a server. */
#define HANDLES_MAX 64
/* Of a key, a route, or what it calls it. */
#define HANDLE_TEXT_MAX 200

struct handle {
	char *key; /* dedup_key */
	char *route;
	char *text;
};

struct handles {
	struct handle *v; /* oldest first */
	size_t n, cap;
};

/* handles_find(l, key, route): what it calls it, or NULL. */
const char *handles_find(const struct handles *l, const char *key,
	const char *route);

/* handles_set(l, key, route, text): remember it; NULL or "": forget it. */
void handles_set(struct handles *l, const char *key, const char *route,
	const char *text);
void handles_release(struct handles *l);

/*
 * handles_write(b, l): append an array. handles_read(a, l): read one into an
 * empty list; nothing where a is NULL. False where it is anything else.
 */
void handles_write(struct buf *b, const struct handles *l);
bool handles_read(const cJSON *a, struct handles *l);

/*
 * handles_sent(h, key, route, event, handle, ok): what a route calls an incident
 * from now on, "" where it said nothing, once an event of that name was sent;
 * nothing any more behind its end.
 */
void handles_sent(struct handles *h, const char *key, const char *route,
	const char *event, const char *handle, bool ok);

#endif
