/*
 * external_id.h: what routes call the messages of incidents that they were told
 * of, so that what follows goes to the same place, whoever sends it. Pure.
 */
#ifndef INCIDENT_EXTERNAL_ID_H
#define INCIDENT_EXTERNAL_ID_H

#include <stdbool.h>
#include <stddef.h>

/* The oldest goes when there are more of a server. */
#define EXTERNAL_IDS_MAX 64
/* Of a key, a route, or what it calls it. */
#define HANDLE_TEXT_MAX 200

struct handle {
	char *key; /* dedup_key */
	char *route;
	char *text;
};

struct external_ids {
	struct handle *v; /* oldest first */
	size_t n, cap;
};

/* external_ids_find(l, key, route): what it calls it, or NULL. */
const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route);

/* external_ids_set(l, key, route, text): remember it; NULL or "": forget it. */
void external_ids_set(struct external_ids *l, const char *key,
	const char *route, const char *text);
void external_ids_release(struct external_ids *l);

/*
 * external_ids_sent(h, key, route, event, handle, ok): what a route calls an
 * incident from now on, "" where it said nothing, once an event of that name
 * was sent; nothing any more behind its end.
 */
void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok);

#endif
