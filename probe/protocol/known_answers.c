/* SPDX-License-Identifier: MIT */
#include "protocol/known_answers.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static void forget_answer(struct known_entry *e)
{
	known_answer_drop(&e->answer);
	free(e->meaning.hash.digests);
	*e = (struct known_entry) {.used = 0};
}

void known_answers_release(struct known_answers *k)
{
	for (size_t i = 0; i < KNOWN_ANSWERS; i++)
		forget_answer(&k->list[i]);
}

static bool same_request(
	const struct known_answer *a, const struct known_answer *b)
{
	return a->kind == b->kind && a->stateless == b->stateless &&
	       strcmp(a->id, b->id) == 0;
}

const struct known_meaning *known_answers_find(struct known_answers *k,
	const struct known_answer *a, const char *p, size_t n)
{
	for (size_t i = 0; i < KNOWN_ANSWERS; i++) {
		struct known_entry *e = &k->list[i];

		if (!e->answer.text || e->answer.n != n ||
			!same_request(&e->answer, a) ||
			memcmp(e->answer.text, p, n) != 0)
			continue;
		e->used = ++k->clock;
		return &e->meaning;
	}
	return NULL;
}

void known_answer_keep(struct known_answer *a, const char *p, size_t n)
{
	known_answer_drop(a);
	if (n > KNOWN_ANSWER_MAX || strlen(a->id) == sizeof a->id - 1)
		return;
	a->text = memcpy(xmalloc(n), p, n);
	a->n = n;
}

void known_answer_drop(struct known_answer *a)
{
	free(a->text);
	a->text = NULL;
}

void known_answers_add(struct known_answers *k, struct known_answer *a,
	const struct known_meaning *m)
{
	struct known_entry *e = k->list;

	if (tools_hash_size(&m->hash) > KNOWN_ANSWER_MAX) {
		known_answer_drop(a);
		return;
	}
	for (size_t i = 1; i < KNOWN_ANSWERS; i++)
		if (k->list[i].used < e->used)
			e = &k->list[i];
	forget_answer(e);
	*e = (struct known_entry) {
		.answer = *a, .meaning = *m, .used = ++k->clock};
	if (m->hash.digests)
		e->meaning.hash = tools_hash_copy(&m->hash);
	a->text = NULL;
}
