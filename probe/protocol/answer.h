/* SPDX-License-Identifier: MIT */
/*
 * answer.h: finds the message that answers a request among all that a server
 * sends; and answers the requests that a server sends on an event stream, as a
 * client without capabilities does (each revision before 2026-07-28, "Ping" and
 * "Lifecycle"). Pure: texts and trees in, a message, a text or a failure out.
 */
#ifndef PROTOCOL_ANSWER_H
#define PROTOCOL_ANSWER_H

#include "http/failure.h"
#include "protocol/budget.h"
#include "protocol/rpc.h"

/* Called with the answer to a request, a JSON text that lives until this
   returns. */
typedef void server_request_fn(void *arg, const char *answer);

/*
 * server_requests(m, p, n, fn, arg): call fn for each request in m, a message
 * or a batch, which was parsed from the n bytes at p. The id of a request is answered
 * byte for byte. A request is not answered if its id is longer than 16 KiB, or
 * neither a string nor a number.
 */
void server_requests(const cJSON *m, const char *p, size_t n,
	server_request_fn *fn, void *arg);

struct answer {
	char *id; /* of the request; NULL: no answer is expected */
	struct budget *budget;
	bool over;	/* the answer came, or a faulty one */
	bool known;	/* the answer came, and need not be read: a result */
	cJSON *message; /* the answer, or NULL */
	enum rpc_match match;
	bool batch;	/* the answer came in an array */
	bool malformed; /* what came was refused: see refusal and why */
	bool foreign;	/* another request's answer came */
	enum json_refusal refusal;
	char why[JSON_WHY];
	/* Requests of the server came: see server_requests. NULL: none is
	   answered. To be set after answer_init. */
	server_request_fn *asked;
	void *asked_arg;
};

/*
 * answer_init(a, id, budget): wait for the answer to the request `id`, which is
 * copied and may be NULL. What is read is taken from the budget.
 */
void answer_init(struct answer *a, const char *id, struct budget *budget);
void answer_release(struct answer *a);

/*
 * answer_take(a, m, errors): take over the tree m: keep it in a->message if it
 * is the answer, or a batch with the answer in it; else free it.
 */
void answer_take(struct answer *a, cJSON *m, enum rpc_errors errors);

/*
 * answer_known(a, data, n): whether the text is the answer, and budget->known;
 * then the answer is over.
 *
 * answer_parse(a, data, n): parse a text; NULL where it is refused: see
 * a->refusal and a->why. The caller owns the tree.
 *
 * answer_event(a, type, data, n): an event of a stream came: parse it and
 * answer_take it, unless it is answer_known. An event that costs too much ends
 * the search.
 */
bool answer_known(struct answer *a, const char *data, size_t n);
cJSON *answer_parse(struct answer *a, const char *data, size_t n);
void answer_event(struct answer *a, const char *type, const char *data,
	size_t n);

/*
 * answer_failure(a, where, f): why there is no answer. False and *f where what
 * came was malformed, or answered another request; `where` it came: "response"
 * or "event stream". True where nothing like an answer came.
 */
bool answer_failure(const struct answer *a, const char *where,
	struct failure *f);

#endif
