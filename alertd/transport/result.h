/*
 * result.h: the result of one attempt to deliver an event to a route, and how
 * long an attempt may take.
 */
#ifndef TRANSPORT_RESULT_H
#define TRANSPORT_RESULT_H

#include <stdbool.h>

/* The longest that a request of an attempt takes. */
#define DELIVER_LIMIT_MS 10000
#define DELIVER_WHY 200
/* Room for the words of the other side. */
#define DELIVER_SAID 240
/* Room for a handle: a vendor's name for a message. */
#define DELIVER_HANDLE 160

struct delivered {
	bool ok;
	/*
	 * The route takes nothing at all now, so other events need not be
	 * tried; false: it refused only this one.
	 */
	bool down;
	bool refused; /* the route will never take this event */
	bool mend;    /* the route takes nothing until somebody mends the
			 configuration or a credential */
	bool own;     /* with mend: of one recipient alone, whom the others,
			 and other events, do not wait for; then not down */
	double retry_after_s; /* how long the route asks us to wait; or 0 */
	int done; /* requests that got through, or are owed; the next attempt
		     skips them */
	/* Of these, a bit for each that was for a recipient whom somebody has to
	   correct: the next attempt repeats it, behind those not yet sent. */
	unsigned long owed;
	char handle[DELIVER_HANDLE]; /* to be kept; "": nothing new */
	char why[DELIVER_WHY]; /* if not ok; names no URL and no secret */
	char said[DELIVER_SAID]; /* the words of the other side, or "" */
};

#endif
