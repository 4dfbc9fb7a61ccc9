/*
 * sse_transport.h: the event stream of the HTTP+SSE transport of 2024-11-05: it
 * names the endpoint that messages are posted to, and carries their answers.
 */
#ifndef PROTOCOL_SSE_TRANSPORT_H
#define PROTOCOL_SSE_TRANSPORT_H

#include "protocol/wire.h"

struct stream; /* opaque */

/* Called from http_turn; requests may be started from ready and gone. */
struct stream_handler {
	void (*resolved)(void *arg, const struct http_response *r);
	void (*connected)(void *arg, const struct http_response *r);
	/*
	 * What was awaited is here, or cannot come any more: the endpoint after
	 * stream_open, the answer after stream_expect. See stream_take.
	 */
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
