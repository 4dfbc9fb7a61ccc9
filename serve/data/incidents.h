/*
 * incidents.h: what the public may know of the incidents of a server, out of
 * what mcp-alert keeps of it in alert:<slug>. Pure. Steps, codes, summaries and
 * the names of people stay behind.
 */
#ifndef DATA_INCIDENTS_H
#define DATA_INCIDENTS_H

#include "mcp/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a visitor notices; the first ones say that it cannot be used. */
enum trouble {
	TROUBLE_DOWN,
	TROUBLE_REGIONAL,
	TROUBLE_LIMITED,
	TROUBLE_OVERRUN,
	TROUBLE_ERRORS,
	TROUBLE_SLOW,
	TROUBLE_TOOLS
};
#define TROUBLES 7
#define TROUBLE_UNUSABLE (TROUBLE_OVERRUN + 1)

#define INCIDENT_REGIONS 100

/*
 * What a state of mcp-alert with an open incident has in it, and no other one:
 * in JSON no string has a quote that is not escaped. Trees are costly.
 */
#define INCIDENTS_OPEN "\"incidents\":[{"

struct incident {
	enum trouble trouble;
	int64_t started_at; /* epoch seconds */
	int64_t ended_at;   /* 0: it goes on */
	int64_t updated_at; /* when there was last something new */
	bool told;	    /* somebody was told */
	bool acknowledged;  /* somebody looks after it */
	bool passing;	    /* it works again, but not for long yet */
	char (*regions)[REGION_MAX + 1];
	size_t n_regions;
};

struct incidents {
	struct incident *v; /* the newest first */
	size_t n, cap;
};

/*
 * incidents_read(json, l): those that a state, which may be NULL, tells of;
 * what cannot be read of it is passed over. incidents_release frees them.
 */
void incidents_read(const char *json, struct incidents *l);
void incidents_release(struct incidents *l);

/* incidents_open(l): the worst of those that go on, or NULL. */
const struct incident *incidents_open(const struct incidents *l);

#endif
