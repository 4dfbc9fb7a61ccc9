/* SPDX-License-Identifier: MIT */
/*
 * transport.h: sends the messages of a probe, one at a time, and brings each
 * reply, whichever way that comes: in the response to the POST; in a GET that
 * resumes a stream which the server closed (2025-11-25, "Resumability and
 * Redelivery"); or on the event stream of HTTP+SSE. Meanwhile it answers what
 * the server asks on a stream.
 */
#ifndef PROTOCOL_TRANSPORT_H
#define PROTOCOL_TRANSPORT_H

#include "protocol/wire.h"

/* Called from http_turn; a message may be sent from reply. */
struct transport_handler {
	/* The reply, or why there is none; r lives until this returns. */
	void (*reply)(void *arg, const struct reply *r);
	/* A transfer that is counted in streams has ended. */
	void (*gone)(void *arg);
};

/* Opaque. */
struct pending;
struct stream;

struct transport {
	struct wire *wire;
	struct http_watch watch; /* of messages and of the stream */
	struct transport_handler handler;
	void *arg;
	int requests; /* sent so far, resuming ones too */
	int resumes;  /* how many of them resumed a stream */
	struct pending *pending; /* the message whose reply is awaited */
	struct stream *stream;	 /* of HTTP+SSE, while it is open */
	/* Transfers besides the message's: such streams, also while they are
	   being closed, and answers to the server. */
	int streams;
	struct client_reply *client_replies; /* those that are being sent */
	int asked; /* how often the server asked */
};

/*
 * transport_send(t, m): send a message; m->timeout_ms is for its reply, and
 * m->fresh and m->watch are set here. 0, and the reply is handled from
 * http_turn; -1 where libcurl refuses the request.
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

/* ---- sse_transport.c: the event stream of HTTP+SSE. */

/* Called from http_turn; requests may be started from ready and gone. */
struct stream_handler {
	const struct http_watch *watch; /* see struct http_request */
	/* The endpoint after stream_open, or the answer after stream_expect,
	   has come or cannot come any more. See stream_take. */
	void (*ready)(void *arg);
	/* The server asks, and is to be answered this. No request may be
	   started from here. */
	void (*asked)(void *arg, const char *answer);
	/* After stream_close: the transfer has ended, s is freed. */
	void (*gone)(void *arg);
};

/*
 * stream_open(w, timeout_ms, open_ms, fresh, handler, arg): GET the target's
 * URL for an event stream that lives at most timeout_ms and has to name its
 * endpoint within open_ms. fresh: over a new connection. NULL where libcurl
 * refuses the request, and then nothing of handler is called.
 */
struct stream *stream_open(const struct wire *w, double timeout_ms,
	double open_ms, bool fresh, const struct stream_handler *handler,
	void *arg);

/* stream_close(s): end the stream; of handler only gone is still called. */
void stream_close(struct stream *s);

/*
 * stream_expect(s, id): wait for the answer to the request `id`, which is
 * posted after this call. stream_forget(s): stop waiting.
 */
void stream_expect(struct stream *s, const char *id);
void stream_forget(struct stream *s);

/* stream_ready(s): whether the answer can be taken. */
bool stream_ready(const struct stream *s);

/*
 * stream_take(s): what was awaited; it lives until the next call of
 * stream_expect, stream_forget or stream_close. After stream_open it is
 * REPLY_STATUS, and stream_endpoint is set; or it says why there is no
 * endpoint.
 */
const struct reply *stream_take(struct stream *s);

/* stream_endpoint(s): the URL to post to; "" while there is none. */
const char *stream_endpoint(const struct stream *s);

#endif
