/*
 * sse_transport.h: the event stream of the HTTP+SSE transport of 2024-11-05: it names
 * the endpoint that messages are posted to, and carries their answers.
 */
#ifndef MCP_SSE_TRANSPORT_H
#define MCP_SSE_TRANSPORT_H

#include "mcp/wire.h"

struct stream; /* opaque */

/* Called from http_turn; requests may be started from ready and gone. */
struct stream_handler {
	void (*resolved)(void *arg, const struct http_response *r);
	void (*connected)(void *arg, const struct http_response *r);
	/*
	 * What was waited for is here, or cannot come any more: the endpoint
	 * after stream_open, the answer after stream_expect. See stream_take.
	 */
	void (*ready)(void *arg);
	/* The transfer is over and the stream freed, some time after close. */
	void (*gone)(void *arg);
};

/*
 * stream_open(w, timeout_ms, open_ms, fresh, handler, arg): GET the target's
 * URL for an event stream that lives at most timeout_ms and names its endpoint
 * within open_ms. NULL where libcurl refuses the request, and then nothing is
 * called.
 */
struct stream *stream_open(const struct wire *w, double timeout_ms,
	double open_ms, bool fresh, const struct stream_handler *handler,
	void *arg);

/* stream_close(s): no more of it is wanted; of handler only gone is called. */
void stream_close(struct stream *s);

/*
 * stream_expect(s, id): wait for the answer to the request id, which is to be
 * posted after this. stream_forget(s): wait no more.
 */
void stream_expect(struct stream *s, const char *id);
void stream_forget(struct stream *s);

/* stream_ready(s): whether there is something to take. */
bool stream_ready(const struct stream *s);

/*
 * stream_take(s): what was waited for, which lives until the next expect,
 * forget or close. Of the endpoint it is REPLY_STATUS with *s's endpoint set,
 * see below; or why there is none.
 */
const struct reply *stream_take(struct stream *s);

/* stream_endpoint(s): the URL to post to; "" while there is none. */
const char *stream_endpoint(const struct stream *s);

#endif
