/* SPDX-License-Identifier: MIT */
/*
 * known_answers.h: answers of the very same bytes as one that was read before,
 * in this process, and what they mean: so they need not be read again. Those
 * that were of no use for longest make room for others.
 */
#ifndef PROTOCOL_KNOWN_ANSWERS_H
#define PROTOCOL_KNOWN_ANSWERS_H

#include "protocol/rpc.h"
#include "protocol/tools.h"

#include <stddef.h>
#include <stdint.h>

/* How many answers are kept, and how many bytes each may have, and the hashes
   of its tools. */
#define KNOWN_ANSWERS 64
#define KNOWN_ANSWER_MAX ((size_t)64 * 1024)

/* The kinds of answers. */
enum known_kind {
	KNOWN_HELLO, /* the result of initialize or server/discover, and good */
	KNOWN_LIST   /* a list of tools on one page */
};

/* An answer, and the request that it belongs to. */
struct known_answer {
	enum known_kind kind;
	bool stateless;
	char id[32]; /* as JSON text; one that was cut is longer */
	char *text; /* owned, n bytes; NULL: none */
	size_t n;
};

/* The meaning of an answer. */
struct known_meaning {
	size_t values; /* that reading it takes of a budget */
	struct rpc_hello hello; /* KNOWN_HELLO */
	struct tools_hash hash; /* KNOWN_LIST */
};

struct known_answers {
	uint64_t clock;
	struct known_entry {
		struct known_answer answer; /* text NULL: not in use */
		struct known_meaning meaning;
		uint64_t used;
	} list[KNOWN_ANSWERS];
};

/* Zeroed, it holds no answers. known_answers_release(k): free all of them. */
void known_answers_release(struct known_answers *k);

/*
 * known_answers_find(k, a, p, n): what the n bytes at p mean as the answer to
 * the request of a, or NULL. It lives until known_answers_add.
 */
const struct known_meaning *known_answers_find(struct known_answers *k,
	const struct known_answer *a, const char *p, size_t n);

/*
 * known_answer_keep(a, p, n): make the text of a a copy of the n bytes at p; no
 * text where these are more than KNOWN_ANSWER_MAX, or the id was cut.
 * known_answer_drop(a): free the text.
 */
void known_answer_keep(struct known_answer *a, const char *p, size_t n);
void known_answer_drop(struct known_answer *a);

/*
 * known_answers_add(k, a, m): keep an answer that is not known yet, and a copy
 * of what it means, unless that is too large. The text of a is taken over.
 */
void known_answers_add(struct known_answers *k, struct known_answer *a,
	const struct known_meaning *m);

#endif
