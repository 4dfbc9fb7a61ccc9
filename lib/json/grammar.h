/*
 * grammar.h: the pass over a JSON text that comes before cJSON. It holds
 * the text to RFC 8259 and its limits, and rewrites what cJSON would refuse,
 * cut short or lose into forms that json.h describes.
 */
#ifndef JSON_GRAMMAR_H
#define JSON_GRAMMAR_H

#include "base/buf.h"

#include "json/json.h"

/* Where a text is at fault, its first byte being 1, and what the fault is. */
struct json_fault {
	size_t at;
	const char *what;
	enum json_refusal kind;
};

/*
 * json_grammar(p, n, limits, budget, out, fault): append to `out`, which needs
 * room for n bytes at the most, what cJSON is to read in place of the n bytes
 * at p. False where they are refused, and then *fault says why; out is then of
 * no use. budget may be NULL.
 *
 * Beyond the grammar: a number whose text is longer than cJSON reads is written
 * anew, one too large for a double stays so, and a repeated key passes.
 */
bool json_grammar(const char *p, size_t n, const struct json_limits *limits,
	struct json_budget *budget, struct buf *out, struct json_fault *fault);

#endif
