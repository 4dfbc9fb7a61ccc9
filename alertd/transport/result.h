/*
 * result.h: what came of one attempt to bring an event to a route, and how long
 * an attempt may take.
 */
#ifndef TRANSPORT_RESULT_H
#define TRANSPORT_RESULT_H

#include <stdbool.h>

/* No request of an attempt takes longer. */
#define DELIVER_LIMIT_MS 10000
#define DELIVER_WHY 200
/* Room for what a route calls the message of an incident. */
#define DELIVER_HANDLE 160

struct delivered {
	bool ok;
	/*
	 * The route took nothing at all, so that others need not be tried now;
	 * false where it refused this one event.
	 */
	bool down;
	bool refused; /* and it never will: to try again is of no use */
	bool mend;    /* nor will anything until somebody mends what we have:
			 the configuration, or a credential */
	double retry_after_s; /* how long it wants to be left alone; or 0 */
	int done; /* see struct delivery_request, for the next attempt */
	char handle[DELIVER_HANDLE]; /* the same, to be kept; "": nothing new */
	char why[DELIVER_WHY]; /* where not ok; names no URL and no secret */
	/* Nothing was tried, and the rest says nothing: it was skipped, or it
	   is for the next deliver_all. */
	bool skipped, postponed;
};

#endif
