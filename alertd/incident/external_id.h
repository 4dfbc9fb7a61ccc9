/*
 * external_id.h: the names that vendors give to our messages (Slack's "ts",
 * Discord's message id), kept with the state so that later events of an
 * incident go to the same message, whichever process sends them. Pure.
 */
#ifndef INCIDENT_EXTERNAL_ID_H
#define INCIDENT_EXTERNAL_ID_H

#include <stdbool.h>
#include <stddef.h>

/* A server has at most this many; the oldest goes. */
#define EXTERNAL_IDS_MAX 64
/* The longest key, route or handle. */
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

/* external_ids_find(l, key, route): the handle of that incident, or NULL. */
const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route);

/*
 * external_ids_set(l, key, route, text): remember a handle; where text is NULL
 * or "", forget it.
 */
void external_ids_set(struct external_ids *l, const char *key,
	const char *route, const char *text);

/*
 * external_ids_sent(h, key, route, event, handle, ok): an event of that name
 * was sent, ok or not, and the route answered with a handle ("": with none):
 * remember it. After an event that ends the incident the handle is forgotten.
 */
void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok);

#endif
