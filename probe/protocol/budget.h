/* SPDX-License-Identifier: MIT */
/*
 * budget.h: what one probe may cost, whatever its server sends. All limits
 * together keep it to half a second of CPU and 32 MiB of memory. Pure.
 */
#ifndef PROTOCOL_BUDGET_H
#define PROTOCOL_BUDGET_H

#include "http/failure.h"
#include "json/json.h"

#define MIB ((size_t)1024 * 1024)

/* The most bytes of one answer, or of one event or line of a stream. */
#define BUDGET_ANSWER (4 * MIB)
/* The most bytes of all answers of a probe, decompressed, and the most pieces
   that they come in. */
#define BUDGET_BODIES (16 * MIB)
#define BUDGET_PIECES 250000
/* The most bytes of header fields of all answers. */
#define BUDGET_FIELDS (1 * MIB)
/* The most bytes that come over the network, compressed or not. */
#define BUDGET_NETWORK (32 * MIB)
/* JSON: see json/json.h. */
#define BUDGET_VALUES 1000000
#define BUDGET_MEMBERS 10000
/* The most bytes of memory for answers that are kept or being read. */
#define BUDGET_MEMORY (28 * MIB)

/* The rest of each limit. */
struct budget {
	size_t bodies, pieces, fields, network;
	size_t held; /* bytes of memory that are kept from answer to answer */
	struct json_budget json;
	/*
	 * known(arg, p, n): whether a text is an answer whose meaning is known
	 * without reading it. NULL: none is.
	 */
	bool (*known)(void *arg, const char *p, size_t n);
	void *known_arg;
};

/*
 * budget_begin(): call it once in the process: large pieces of memory then go
 * back to the system when they are freed, so that one answer's are there for
 * the next.
 */
void budget_begin(void);

/*
 * budget_init(b, late, arg): nothing is spent. late(arg): whether the deadline
 * of the probe is over; NULL: it never is.
 */
void budget_init(struct budget *b, bool (*late)(void *arg), void *arg);

/* budget_late(b): whether the deadline of the probe is over. */
bool budget_late(const struct budget *b);

/*
 * budget_body(b, n): n bytes of a body came. NULL; or why that is too much, as
 * a static sentence.
 */
const char *budget_body(struct budget *b, size_t n);

/*
 * budget_head(b, fields, network): an answer ended: the bytes of its header
 * fields, and what it took on the network. False where its header fields are
 * more than was left.
 */
bool budget_head(struct budget *b, size_t fields, size_t network);

/* budget_parse(b, p, n, why): json_parse_within, with what is left. */
cJSON *budget_parse(struct budget *b, const char *p, size_t n, char *why);

/* budget_tree_size(v): the most bytes of memory that the tree v takes. */
size_t budget_tree_size(const cJSON *v);

/*
 * budget_failure(refusal, where, why, f): set *f for a text that budget_parse
 * refused for `why`; `where` it came: "response" or "event stream". Returns
 * false.
 */
bool budget_failure(enum json_refusal refusal, const char *where,
	const char *why, struct failure *f);

#endif
