/*
 * exchange.h: one request of a probe and its answer, read as it arrives: JSON
 * or an event stream, bounded, and no further than to the answer itself.
 */
#ifndef MCP_EXCHANGE_H
#define MCP_EXCHANGE_H

#include "http/client.h"
#include "http/failure.h"
#include "mcp/budget.h"

#include <cjson/cJSON.h>

enum reply_kind {
	REPLY_FAILED, /* no answer: failure says why; http->status may be set */
	REPLY_RESULT, /* message holds our id and a result */
	REPLY_ERROR,  /* message holds an error that is for us */
	REPLY_STATUS  /* a response without a message of ours: see http */
};

struct reply {
	enum reply_kind kind;
	const struct http_response *http;
	/* A JSON-RPC message; or the document, where no id was asked for. */
	const cJSON *message;
	struct failure failure;
	bool ours;    /* with REPLY_FAILED: our own failure, not the server's */
	bool batch;   /* the message came in a batch */
	/*
	 * Of an event stream that ended or broke without the answer, where
	 * nothing else is wrong with it: its last event id, "" for none, and
	 * the time after which to come back, or -1. Of all else NULL.
	 */
	const char *last_id;
	long retry_ms;
	double at_ms; /* monotonic: when the answer was there */
	char body[240]; /* the beginning of a body that is no JSON */
};

/* Functions but done may be NULL. */
struct exchange_handler {
	/* At once; t lives until done. */
	void (*started)(void *arg, struct http_transfer *t);
	void (*resolved)(void *arg, const struct http_response *r);
	void (*connected)(void *arg, const struct http_response *r);
	/*
	 * With WANT_EVENTS: an event of a stream, data with a NUL behind it. No
	 * request may be started from here.
	 */
	void (*event)(void *arg, const struct http_response *r,
		const char *type, const char *data, size_t n);
	/* What r points to lives until this returns. */
	void (*done)(void *arg, const struct reply *r);
};

/* What is wanted of an answer. */
enum exchange_want {
	WANT_MESSAGE,  /* the JSON-RPC message that carries the id */
	WANT_DOCUMENT, /* all of it, as one JSON document */
	WANT_EVENTS,   /* of an event stream: each event, to the end */
	WANT_STATUS    /* its status says it all */
};

/*
 * exchange_start(h, rq, budget, want, id, handler, arg): send rq. id: of the
 * message that is wanted, else NULL. What comes takes from the budget, which
 * lives until the end. 0, and handler->done is called exactly once, from
 * http_turn; or -1 where libcurl refuses the request.
 */
int exchange_start(struct http *h, const struct http_request *rq,
	struct budget *budget, enum exchange_want want, const char *id,
	const struct exchange_handler *handler, void *arg);

#endif
