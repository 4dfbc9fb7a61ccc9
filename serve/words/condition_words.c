/* SPDX-License-Identifier: MIT */
/*
 * condition_words.c: the sentence that tells visitors how a server is.
 */
#include "words/words.h"

#include "data/incidents.h"
#include "data/places.h"
#include "data/view.h"

/* The sentence names up to this many places, and counts more. */
#define NAMED 2

/* "London and Oregon", or "3 of 5 places". */
static void put_few(struct buf *b, const struct places *places,
	const char (*names)[REGION_MAX + 1], size_t n)
{
	if (n > NAMED)
		buf_fmt(b, "%zu of %zu locations", n, places->n);
	else
		places_put_regions(b, places, names, n);
}

/* Two lists: the side with fewer places is named, and is older or newer. */
static void put_tools(struct buf *b, const struct tool_split *split,
	const struct places *places)
{
	const struct tool_split_side *older = &split->v[0];
	const struct tool_split_side *newer = &split->v[1];
	const struct tool_split_side *few;

	if (split->n != 2) {
		buf_str(b, "locations get different tool lists");
		return;
	}
	few = newer->n_regions < older->n_regions ? newer : older;
	put_few(b, places, (const char (*)[REGION_MAX + 1])few->regions,
		few->n_regions);
	buf_str(b, few->n_regions == 1 ? " gets " : " get ");
	if (older->first_seen < newer->first_seen)
		buf_str(b, few == newer ? "a newer" : "an older");
	else
		buf_str(b, "another");
	buf_str(b, " tool list");
}

/* "2.5 s", as it is configured. */
static void put_limit(struct buf *b, const struct incidents *l)
{
	double limit = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].ended_at && l->v[i].limit_ms > 0)
			limit = l->v[i].limit_ms;
	if (limit >= 1000)
		buf_fmt(b, "slower than %.10g s", limit / 1000);
	else if (limit > 0)
		buf_fmt(b, "slower than %.10g ms", limit);
	else
		buf_str(b, "slower than usual");
}

/* The places where it is slow, unless that is everywhere, or not known. */
static void put_slow(struct buf *b, const struct incidents *l,
	const struct places *places)
{
	put_limit(b, l);
	for (size_t i = 0; i < l->n; i++) {
		const struct incident *in = &l->v[i];

		if (in->ended_at || in->trouble != TROUBLE_SLOW ||
			!in->n_regions || in->n_regions >= places->n)
			continue;
		buf_str(b, " from ");
		put_few(b, places,
			(const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);
	}
}

void condition_put_note(struct buf *b, struct condition c,
	const struct condition_facts *f, const struct places *places)
{
	switch (c.note) {
	case NOTE_NONE:
		break;
	case NOTE_RECOVERED:
		buf_str(b, "just recovered");
		break;
	case NOTE_REFUSED:
		buf_str(b, "our checks are refused");
		break;
	case NOTE_LIMITED:
		buf_str(b, "our checks are rate-limited");
		break;
	case NOTE_ERRORS:
		buf_str(b, "more requests fail than usual");
		break;
	case NOTE_SLOW:
		put_slow(b, f->incidents, places);
		break;
	case NOTE_TOOLS:
		put_tools(b, f->tool_split, places);
		break;
	case NOTE_MANUAL:
		buf_str(b, "an incident is open");
		break;
	}
}

/* Few places are named, many are counted: the page has a list of all. */
static void put_failing(struct buf *b, const struct places *places)
{
	if (places->failing > NAMED)
		buf_fmt(b, "%zu of %zu locations", places->failing, places->n);
	else
		places_put_state(b, places, PLACE_NOT_WORKING);
}

static void put_up(struct buf *b, struct condition c,
	const struct condition_facts *f, const struct places *places)
{
	buf_str(b, "Working");
	if (c.note != NOTE_NONE) {
		buf_str(b, ", but ");
		condition_put_note(b, c, f, places);
	} else if (places->n > 1 && places->working == places->n) {
		buf_str(b, " everywhere");
	}
}

static void put_down(struct buf *b, const struct places *places)
{
	if (!places->working || !places->failing)
		return;
	buf_str(b, " from ");
	put_failing(b, places);
}

/* How our checks are kept out, and where, unless that is everywhere. */
static void put_kept_out(struct buf *b, enum checks checks, const char *our,
	const struct places *places)
{
	buf_fmt(b, "%s checks are %s", our,
		checks == CHECKS_REFUSED ? "refused" : "rate-limited");
	if (places->working && places->unchecked > NAMED) {
		buf_fmt(b, " from %zu of %zu locations", places->unchecked,
			places->n);
	} else if (places->working && places->unchecked) {
		buf_str(b, " from ");
		places_put_state(b, places, PLACE_UNCHECKED);
	}
	if (checks == CHECKS_REFUSED)
		buf_str(b, ". Clients with their own access may be fine");
}

/* Planned work is what it is, and what works meanwhile is said, too. */
static void put_maintenance(struct buf *b, const struct view *v,
	const struct places *places)
{
	buf_str(b, "Under maintenance");
	if (v->verdict == VERDICT_GREEN) {
		buf_str(b, ", but working");
		return;
	}
	if (v->checks) {
		buf_str(b, "; ");
		put_kept_out(b, v->checks, "our", places);
		return;
	}
	buf_str(b, ", not working");
	put_down(b, places);
}

void condition_put(struct buf *b, struct condition c,
	const struct condition_facts *f, const struct places *places)
{
	if (f->view->checks && (c.state == CONDITION_DOWN ||
				       c.state == CONDITION_DEGRADED)) {
		put_kept_out(b, f->view->checks, "Our", places);
		return;
	}
	switch (c.state) {
	case CONDITION_DOWN:
		buf_str(b, "Not working");
		put_down(b, places);
		break;
	case CONDITION_DEGRADED:
		if (!places->working || !places->failing) {
			buf_str(b, "Partly working");
			break;
		}
		buf_str(b, "Working, but not from ");
		put_failing(b, places);
		break;
	case CONDITION_MAINTENANCE:
		put_maintenance(b, f->view, places);
		break;
	case CONDITION_STALE:
		buf_str(b, "No recent data");
		break;
	case CONDITION_PENDING:
		buf_str(b, "Awaiting first probe");
		break;
	case CONDITION_UP:
		put_up(b, c, f, places);
		break;
	}
}
