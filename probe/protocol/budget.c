/* SPDX-License-Identifier: MIT */
#include "protocol/budget.h"

#include <malloc.h>

/*
 * At worst a text is in memory this many times: as it came, in cJSON's tree and
 * in the window of a decompressor; later as it came and in its canonical form.
 */
#define COPIES 3

/* Starting to parse a text costs as much as this many of its values. */
#define TEXT_VALUES 8

/* Pieces of memory of at least this many bytes are large: see budget_begin. */
#define LARGE (256 * 1024)

void budget_begin(void)
{
	/* The allocator of musl gives large pieces back by itself. */
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

void budget_init(struct budget *b, bool (*late)(void *arg), void *arg)
{
	*b = (struct budget) {.bodies = BUDGET_BODIES,
		.pieces = BUDGET_PIECES,
		.fields = BUDGET_FIELDS,
		.network = BUDGET_NETWORK,
		.json = {.values = BUDGET_VALUES,
			.members = BUDGET_MEMBERS,
			.late = late,
			.arg = arg}};
}

bool budget_late(const struct budget *b)
{
	return b->json.late && b->json.late(b->json.arg);
}

static size_t subtract(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

const char *budget_body(struct budget *b, size_t n)
{
	bool fits = n <= b->bodies;

	b->bodies = subtract(b->bodies, n);
	if (!fits)
		return "all responses of the probe together are larger than "
		       "16 MiB";
	if (!b->pieces)
		return "the responses of the probe come in more than 250,000 "
		       "pieces";
	b->pieces--;
	return NULL;
}

bool budget_head(struct budget *b, size_t fields, size_t network)
{
	bool fits = fields <= b->fields;

	b->fields = subtract(b->fields, fields);
	b->network = subtract(b->network, network);
	return fits;
}

cJSON *budget_parse(struct budget *b, const char *p, size_t n, char *why)
{
	b->json.values = subtract(b->json.values, TEXT_VALUES);
	b->json.tree = subtract(BUDGET_MEMORY, b->held + COPIES * n);
	return json_parse_within(p, n, &json_reply, &b->json, why);
}

static size_t string_size(const char *s)
{
	return s ? JSON_STRING + strlen(s) : 0;
}

size_t budget_tree_size(const cJSON *v)
{
	size_t n = JSON_NODE + string_size(v->string) +
		string_size(v->valuestring);

	for (const cJSON *c = v->child; c; c = c->next)
		n += budget_tree_size(c);
	return n;
}

bool budget_failure(enum json_refusal refusal, const char *where,
	const char *why, struct failure *f)
{
	switch (refusal) {
	case JSON_TOO_COMPLEX:
		return failure_set(f, "body.too-complex",
			"the %s is refused: %s", where, why);
	case JSON_TOO_MANY_KEYS:
		return failure_set(f, "body.too-many-members",
			"the %s is refused: %s; at most %d are allowed",
			where, why,
			BUDGET_MEMBERS);
	case JSON_LATE:
		return failure_set(
			f, "deadline", "reading the %s: %s", where, why);
	default:
		return failure_set(f, "jsonrpc.malformed",
			"the %s is not JSON-RPC: %s", where, why);
	}
}
