/*
 * transport.h: sends the messages of a probe, one at a time, and brings each
 * reply, whichever way that comes: in the response to the POST; in a GET that
 * resumes a stream which the server closed (2025-11-25, "Resumability and
 * Redelivery"); or on the event stream of HTTP+SSE. Meanwhile it answers what
 * the server asks on a stream.
 */
#ifndef PROTOCOL_TRANSPORT_H
#define PROTOCOL_TRANSPORT_H

#include "protocol/sse_transport.h"

/* Called from http_turn; a message may be sent from reply. */
struct transport_handler {
	/* As in struct exchange_handler, for every connection. */
	void (*resolved)(void *arg, const struct http_response *h);
	void (*connected)(void *arg, const struct http_response *h);
	/* The reply, or why there is none; r lives until this returns. */
	void (*reply)(void *arg, const struct reply *r);
	/* A transfer that is counted in streams has ended. */
	void (*gone)(void *arg);
};

struct pending; /* opaque */

struct transport {
	struct wire *wire;
	struct transport_handler handler;
	void *arg;
	int requests; /* sent so far, resuming ones too */
	int resumes;  /* how many of them resumed a stream */
	struct pending *pending; /* the message whose reply is awaited */
	struct stream *stream;	 /* of HTTP+SSE, while it is open */
	/* Transfers besides that of a message: such streams, those that are
	   being closed, too, and answers to the server. */
	int streams;
	struct client_reply *client_replies; /* those that are being sent */
	int asked; /* how often the server asked */
};

/*
 * transport_send(t, m): send a message; m->timeout_ms is for its reply, and
 * m->fresh is set here. 0, and the reply is handled from http_turn; -1 where
 * libcurl refuses the request.
 */
int transport_send(struct transport *t, struct wire_message *m);

/*
 * transport_listen(t, left_ms): open the event stream of HTTP+SSE for at most
 * left_ms. The reply comes when t->stream has an endpoint, or says why it has
 * none. -1 where libcurl refuses the request.
 */
int transport_listen(struct transport *t, double left_ms);

/* transport_hang_up(t): close that stream, if one is open, and answer nothing
   more. */
void transport_hang_up(struct transport *t);

#endif
