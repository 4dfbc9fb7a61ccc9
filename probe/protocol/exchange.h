/* SPDX-License-Identifier: MIT */
/*
 * exchange.h: one HTTP request of a probe and its answer, JSON or an event
 * stream, which is read as it arrives, within limits, and only up to the
 * answer; and what is wrong with a server whose reply is no good answer
 * (diagnosis.c, which is pure).
 */
#ifndef PROTOCOL_EXCHANGE_H
#define PROTOCOL_EXCHANGE_H

#include "base/buf.h"
#include "http/client.h"
#include "http/failure.h"
#include "protocol/budget.h"

#include <cjson/cJSON.h>

enum reply_kind {
	REPLY_FAILED, /* no answer: see failure; http->status may be set */
	REPLY_RESULT, /* message is the answer, with a result; or it is known */
	REPLY_ERROR,  /* message is the answer, with an error */
	REPLY_STATUS  /* a response without an answer: see http */
};

struct reply {
	enum reply_kind kind;
	const struct http_response *http;
	/* The JSON-RPC message; with WANT_DOCUMENT the document. Or NULL. */
	const cJSON *message;
	struct failure failure;
	bool ours;    /* with REPLY_FAILED: this machine's failure */
	bool known;   /* budget->known knows the result; message is NULL */
	bool batch;   /* the message came in a batch */
	/*
	 * If an event stream ended or broke before the answer, and nothing else
	 * is wrong with it: its last event id, "" for none, and after how many
	 * milliseconds to reconnect, or -1. last_id is NULL otherwise.
	 */
	const char *last_id;
	long retry_ms;
	double at_ms; /* monotonic: when the answer was there */
	char body[240]; /* the beginning of a body that is no JSON */
	char said[SERVER_MESSAGE_SIZE]; /* its own words */
};

/* All functions but done may be NULL. */
struct exchange_handler {
	/* Called before exchange_start returns; t lives until done. */
	void (*started)(void *arg, struct http_transfer *t);
	/*
	 * With WANT_MESSAGE: the server asks, on the stream, and `answer` is
	 * what it is to be answered. No request may be started from here.
	 */
	void (*asked)(void *arg, const struct http_response *r,
		const char *answer);
	/*
	 * With WANT_EVENTS: an event of a stream, data with a NUL behind it. No
	 * request may be started from here.
	 */
	void (*event)(void *arg, const struct http_response *r,
		const char *type, const char *data, size_t n);
	/* *r lives until this returns. */
	void (*done)(void *arg, const struct reply *r);
};

/* The part of an answer that is wanted. */
enum exchange_want {
	WANT_MESSAGE,  /* the JSON-RPC message that carries the id */
	WANT_DOCUMENT, /* all of it, as one JSON document */
	WANT_EVENTS,   /* of an event stream: each event, to the end */
	WANT_STATUS    /* its status says it all */
};

/*
 * exchange_start(h, rq, budget, want, id, handler, arg): send rq. id: the
 * request's, with WANT_MESSAGE; else NULL. What comes is taken from the budget,
 * which must live until done. With rq->last_unless, which is static, the
 * connection is closed behind a good answer that holds no such text, if no
 * cache had a hand in it, for which a probe would ask again. 0, and
 * handler->done is called exactly once, from http_turn; or -1 where libcurl
 * refuses the request.
 */
int exchange_start(struct http *h, const struct http_request *rq,
	struct budget *budget, enum exchange_want want, const char *id,
	const struct exchange_handler *handler, void *arg);

/* ---- diagnosis.c: what is wrong. */

/*
 * diagnose(r, f): set *f for a reply that is no result: a failure of the
 * network, of HTTP or of JSON-RPC. Returns false.
 */
bool diagnose(const struct reply *r, struct failure *f);

/*
 * diagnose_detail(h, b): append what an operator may want to know about a
 * response, as JSON members without braces: address, HTTP, timings, caches.
 */
void diagnose_detail(const struct http_response *h, struct buf *b);

/*
 * diagnose_error_data(m, b): append the data of the JSON-RPC error m, if it has
 * some and there is room, as a further JSON member.
 */
void diagnose_error_data(const cJSON *m, struct buf *b);

/*
 * diagnose_timings(h, b): append how long DNS, TCP and TLS took, each where it
 * is known, as further JSON members.
 */
void diagnose_timings(const struct http_response *h, struct buf *b);

#endif
