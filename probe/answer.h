/*
 * answer.h: the message that answers a request, among all that a server sends.
 * Pure: texts and trees in, a message or a failure out.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "failure.h"
#include "json.h"
#include "rpc.h"

struct answer {
	char *id; /* of the request; NULL: no message is wanted */
	bool over;	/* it came, or what was meant to be it */
	cJSON *message; /* the answer, once it is here */
	enum rpc_match match;
	bool batch;	/* it came in an array */
	bool malformed; /* what came is no JSON, or no JSON-RPC: see why */
	bool foreign;	/* another request's answer came */
	char why[JSON_WHY]; /* with malformed */
};

/* answer_init(a, id): none yet; id is copied and may be NULL. */
void answer_init(struct answer *a, const char *id);
void answer_release(struct answer *a);

/*
 * answer_take(a, m, errors): keep the tree m if it is, or a batch has in it,
 * the answer; else free it.
 */
void answer_take(struct answer *a, cJSON *m, enum rpc_errors errors);

/* answer_event(a, type, data, n): the same of an event of a stream. */
void answer_event(struct answer *a, const char *type, const char *data,
	size_t n);

/*
 * answer_failure(a, where, f): why there is none, where what came would have
 * to be it: malformed, or another's. `where` is "response" or "event stream".
 * True where that is no failure: nothing came.
 */
bool answer_failure(const struct answer *a, const char *where,
	struct failure *f);

#endif
