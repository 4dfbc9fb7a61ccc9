/* SPDX-License-Identifier: MIT */
#include "rule/agreement.h"

#include "base/xalloc.h"
#include "rule/verdict.h"

#include <stdlib.h>

/* One failure of a run, and the machine that its region is on. */
struct failure {
	double at;
	size_t machine;
};

static int by_instant(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The failures at a step, or at any for STEP_NONE, in the order of time. */
static size_t failures_at(const struct expected_regions *f, enum step step,
	struct failure *out)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct failure_run *r = &f->runs[i];

		if ((step != STEP_NONE && r->step != step) ||
			r->limited != f->limited)
			continue;
		for (size_t j = 0; j < r->n_at; j++)
			out[n++] = (struct failure) {r->at[j], f->machines[i]};
	}
	if (n)
		qsort(out, n, sizeof *out, by_instant);
	return n;
}

/*
 * The interval slides over the failures, from all[first] to all[i]; inside[m]
 * counts those of machine m that it holds.
 */
int agreement_size(const struct rule *rule, const struct expected_regions *f,
	enum step step)
{
	struct failure *all = xcalloc(f->n * HISTORY_MAX, sizeof *all);
	size_t *inside = xcalloc(f->n, sizeof *inside);
	size_t n = failures_at(f, step, all);
	int machines = 0, most = 0;

	for (size_t first = 0, i = 0; i < n; i++) {
		if (inside[all[i].machine]++ == 0)
			machines++;
		while (all[i].at - all[first].at > rule->tolerance_s)
			if (--inside[all[first++].machine] == 0)
				machines--;
		if (machines > most)
			most = machines;
	}
	free(inside);
	free(all);
	return most;
}

enum step agreement_step(const struct rule *rule,
	const struct expected_regions *f, int *size)
{
	int failing[STEP_COUNT + 1] = {0}, most = 0;
	enum step step = STEP_NONE;

	for (enum step s = STEP_DNS; s <= STEP_TOOL_HASH; s++) {
		int n = agreement_size(rule, f, s);

		if (n > most) {
			most = n;
			step = s;
		}
	}
	*size = most;
	if (step)
		return step;
	for (size_t i = 0; i < f->n; i++)
		if (f->runs[i].reports)
			failing[f->runs[i].step] +=
				f->runs[i].limited == f->limited;
	failing[STEP_NONE] = 0;
	for (enum step s = STEP_DNS; s <= STEP_TOOL_HASH; s++)
		if (failing[s] > failing[step])
			step = s;
	return step;
}
