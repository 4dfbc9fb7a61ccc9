/* SPDX-License-Identifier: MIT */
/*
 * Goal: a verdict that is taken tells one story, can be written, and is then
 * taken again and stays the same.
 */
#include "fuzz.h"

#include "base/lines.h"
#include "base/text.h"
#include "records/probe.h"
#include "records/verdict.h"

static void check_region(const struct verdict_region *r)
{
	need(region_valid(r->region) && r->fail_streak >= 0);
	need((r->state == STATE_BROKEN) == (r->failed_step != STEP_NONE));
}

static void check_words(const struct verdict_words *w, size_t n)
{
	need(n <= 100);
	for (size_t i = 0; i < n; i++)
		need(w[i].tool && w[i].path && w[i].before && w[i].after);
}

static void check(const struct verdict *v)
{
	need(slug_valid(v->slug));
	need(v->window >= 0 && v->window % 60 == 0);
	need((v->verdict == VERDICT_GREEN) == (v->tier == TIER_OK));
	need((v->verdict == VERDICT_UNKNOWN) == (v->tier == TIER_NO_DATA));
	need(v->verdict != VERDICT_GREEN || !v->n_failing);
	need(v->failed_regions >= 0 && v->reporters >= 0 && v->expected >= 0);
	for (size_t i = 0; i < v->n_failing; i++)
		need(region_valid(v->failing[i]));
	for (size_t i = 0; i < v->n_no_data; i++)
		need(region_valid(v->no_data[i]));
	for (size_t i = 0; i < v->n_regions; i++)
		check_region(&v->regions[i]);
	need(v->tool_churn.changes_1h >= 0 && v->tool_churn.since >= 0);
	for (size_t i = 0; i < v->n_drift; i++)
		need(v->drift[i].region);
	for (size_t i = 0; i < v->n_sides; i++)
		check_words(v->sides[i].words, v->sides[i].n_words);
	need(v->unapproved.since >= 0);
	need(v->unapproved.class <= CHANGE_ORDER);
	for (size_t i = 0; i < v->unapproved.n_regions; i++)
		need(region_valid(v->unapproved.regions[i]));
	check_words(v->unapproved.words, v->unapproved.n_words);
}

static bool is_line(const struct buf *b)
{
	return buf_ok(b) && b->len && b->len <= LINE_MAX_BYTES &&
		fuzz_cut(b->p, b->len, '\n') == b->len - 1 &&
		strlen(b->p) == b->len && text_is_utf8(b->p, b->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verdict_record r, s;
	struct buf once, twice;
	char why[RECORD_WHY];

	memset(why, 0xaa, sizeof why);
	if (verdict_read((const char *)data, size, &r, why)) {
		need(fuzz_line(why, sizeof why));
		return 0;
	}
	check(&r.verdict);
	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	verdict_write(&once, &r.verdict);
	need(is_line(&once));
	need(verdict_read(once.p, once.len - 1, &s, why) == 0);
	verdict_write(&twice, &s.verdict);
	need(fuzz_same(&once, &twice));
	verdict_record_release(&r);
	verdict_record_release(&s);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
