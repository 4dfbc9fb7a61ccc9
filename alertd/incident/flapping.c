/* SPDX-License-Identifier: MIT */
#include "incident/recovery.h"

#include <stdlib.h>
#include <string.h>

/* Longer than ever by this factor. */
#define LASTS 3
#define WINDOW_S 60

/* Forget the starts that are too old, or of a wrong clock. */
static void forget_old(struct alert_state *st, int64_t now,
	const struct conf_policy *p)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n_starts; i++) {
		const struct flap_start *s = &st->starts[i];

		if ((double)llabs(now - s->at) <= p->flap_window_s)
			st->starts[n++] = *s;
	}
	st->n_starts = n;
}

static void note_start(struct alert_state *st, enum alert_kind kind,
	int64_t at)
{
	if (st->n_starts == FLAP_STARTS_MAX)
		memmove(st->starts, st->starts + 1,
			--st->n_starts * sizeof *st->starts);
	st->starts[st->n_starts++] = (struct flap_start) {kind, at, 1, 0};
}

void flapping_begin(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p)
{
	const struct incident *regional = &st->incidents[ALERT_REGIONAL];
	struct incident *inc = &st->incidents[kind];
	struct flaps before = {.times = 1, .spell = inc->first};
	int starts = 1;

	if (st->maintenance.active)
		return;
	forget_old(st, inc->first, p);
	for (size_t i = 0; i < st->n_starts; i++) {
		const struct flap_start *s = &st->starts[i];

		if (s->kind != kind)
			continue;
		if (starts++ == 1)
			before.since = s->at;
		before.times += s->times;
		before.failed_s += s->failed_s;
		if (s->failed_s > before.longest_s)
			before.longest_s = s->failed_s;
	}
	note_start(st, kind, inc->first);
	if (starts >= p->flap_count)
		inc->flapping = before;
	else if (kind == ALERT_DOWNTIME && regional->open)
		inc->flapping = regional->flapping;
}

/* For how long the incident has failed without a break, or did last. */
static int64_t spell_s(const struct incident *inc)
{
	int64_t end = inc->passes ? inc->passed_since : inc->failed + WINDOW_S;

	return end > inc->flapping.spell ? end - inc->flapping.spell : 0;
}

int64_t flapping_failed_s(const struct incident *inc)
{
	return inc->flapping.failed_s + spell_s(inc);
}

void flapping_end(struct alert_state *st, enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];

	for (size_t i = 0; i < st->n_starts; i++) {
		struct flap_start *s = &st->starts[i];

		if (s->kind != kind || s->at != inc->first)
			continue;
		s->times = inc->flaps + 1;
		s->failed_s = flapping_failed_s(inc);
	}
}

void flapping_count(struct incident *inc, int64_t window)
{
	struct flaps *f = &inc->flapping;
	int64_t spell = spell_s(inc);

	/* If a window was reported twice, the worse report counts. */
	if (!inc->passes || inc->passed_since >= window)
		return;
	inc->flaps++;
	f->times++;
	f->failed_s += spell;
	if (spell > f->longest_s)
		f->longest_s = spell;
	f->spell = window;
}

bool flapping_lasts(const struct incident *inc, int64_t before)
{
	const struct flaps *f = &inc->flapping;
	int64_t enough = LASTS * f->longest_s;

	return f->since && before >= f->spell && spell_s(inc) >= enough &&
		before + WINDOW_S - f->spell < enough;
}

bool flapping_over(const struct incident *inc, const struct conf_policy *p)
{
	return !inc->flapping.since ||
		(double)(inc->passed - inc->failed) >= p->flap_clear_s;
}
