/*
 * answer.h: the message that answers a request, among all that a server sends.
 * Pure: texts and trees in, a message or a failure out.
 */
#ifndef MCP_ANSWER_H
#define MCP_ANSWER_H

#include "http/failure.h"
#include "mcp/budget.h"
#include "mcp/rpc.h"

struct answer {
	char *id; /* of the request; NULL: no message is wanted */
	struct budget *budget;
	bool over;	/* it came, or what was meant to be it */
	cJSON *message; /* the answer, once it is here */
	enum rpc_match match;
	bool batch;	/* it came in an array */
	bool malformed; /* what came was refused: see refusal and why */
	bool foreign;	/* another request's answer came */
	enum json_refusal refusal;
	char why[JSON_WHY];
};

/*
 * answer_init(a, id, budget): none yet; id is copied and may be NULL. What is
 * read takes from the budget.
 */
void answer_init(struct answer *a, const char *id, struct budget *budget);
void answer_release(struct answer *a);

/*
 * answer_take(a, m, errors): keep the tree m if it is, or a batch has in it,
 * the answer; else free it.
 */
void answer_take(struct answer *a, cJSON *m, enum rpc_errors errors);

/*
 * answer_parse(a, data, n): the tree of a text, or NULL, and a says why.
 * answer_event(a, type, data, n): the same of an event of a stream, then
 * answer_take. No answer comes after an event that costs too much.
 */
cJSON *answer_parse(struct answer *a, const char *data, size_t n);
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
