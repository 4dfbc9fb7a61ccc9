/*
 * fetch_events.h: the newest incidents of all servers of a list, from the store.
 * Those of all public servers are kept in memory, as the list of servers is.
 */
#ifndef DATA_FETCH_EVENTS_H
#define DATA_FETCH_EVENTS_H

#include "data/incidents.h"
#include "data/server.h"

/* The most incidents that are told of. */
#define EVENTS_MAX 100

struct listing;
struct source;

struct event {
	char slug[SLUG_MAX + 1];
	struct server server;
	struct incident incident;
};

struct events {
	struct event *v; /* the one with the newest news first */
	size_t n, cap;
};

/*
 * fetch_events(s, l, events): the newest incidents of the servers of l, which is
 * from fetch_listing; valid until the next call. fetch_own_events(s, l, token,
 * events): of those of l that are public or shown by this digest of a token;
 * events_release frees them. 0, or -1 as in fetch.h.
 */
int fetch_events(struct source *s, const struct listing *l,
	const struct events **events);
int fetch_own_events(struct source *s, const struct listing *l,
	const char *token, struct events *events);
void events_release(struct events *e);

/*
 * fetch_ask_told(s, slug): queue the question for what mcp-alert keeps of a server:
 * one reply, which is nil where there never was an incident, so that little is sent
 * of a fleet that is well.
 */
void fetch_ask_told(struct source *s, const char *slug);

/* fetch_forget_events(s): free what is kept. */
void fetch_forget_events(struct source *s);

#endif
