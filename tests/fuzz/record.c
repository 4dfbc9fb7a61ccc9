/* SPDX-License-Identifier: MIT */
/*
 * Goal: a record that is taken is within its limits and can be written, is then
 * a line that is taken too, and stays the same from there on.
 */
#include "fuzz.h"

#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "records/doctor.h"
#include "records/expiry.h"
#include "records/probe.h"
#include "records/spool.h"

#include <math.h>

static void check_key(const struct probe_key *k)
{
	need(slug_valid(k->slug) && region_valid(k->region));
	need(probe_id_valid(k->probe_id));
	need(k->started_at >= 0 && k->started_at <= NUM_EPOCH_MAX);
}

static bool is_text(const char *s)
{
	return !s || fuzz_clean(s, strlen(s) + 1);
}

static void check_step(const struct step_record *s)
{
	check_key(&s->key);
	need(isnan(s->ms) ? s->status == STATUS_SKIP : s->ms >= 0);
	need(s->step >= STEP_DNS && s->step <= STEP_TOOL_HASH);
	need(is_text(s->error) && is_text(s->message));
	need(!s->detail || strlen(s->detail) <= RECORD_DETAIL_MAX);
}

static void check_probe(const struct probe_record *p)
{
	check_key(&p->key);
	need(is_text(p->error) && is_text(p->protocol));
	need((p->state == STATE_BROKEN) == (p->failed_step != STEP_NONE));
	need(p->total_ms >= 0 && p->tool_count >= -1);
	need(p->definitions_left_out >= 0);
	need(!p->url || strlen(p->url) < RECORD_URL_SIZE);
	need(!p->tool_hash || hash_valid(p->tool_hash));
	need(!p->full_hash || hash_valid(p->full_hash));
	for (size_t i = 0; i < p->n_tools; i++) {
		need(p->tools[i].name && is_text(p->tools[i].name));
		need(hash_valid(p->tools[i].contract));
		need(hash_valid(p->tools[i].full));
	}
}

/* On a terminal a definition does no harm. */
static void check_tool(struct buf *b, const struct tool_record *t)
{
	size_t n;
	uint32_t cp;

	check_key(&t->key);
	need(is_text(t->name) && hash_valid(t->digest));
	need(strlen(t->definition) <= RECORD_DEFINITION_MAX);
	tool_record_write(b, t);
	for (size_t i = 0; i + 1 < b->len; i += n) {
		n = text_utf8(b->p + i, b->len - i, &cp);
		need(n && !text_unseen(cp));
	}
}

static void put_expiry(struct buf *b, const cJSON *doc)
{
	struct expiry_record e;
	char why[RECORD_WHY];

	memset(why, 0xaa, sizeof why);
	if (expiry_take(doc, &e, why))
		expiry_record_write(b, &e);
	else
		need(fuzz_line(why, sizeof why));
}

static void put_spool(struct buf *b, const cJSON *doc)
{
	struct spool_record s;
	char why[RECORD_WHY];

	memset(why, 0xaa, sizeof why);
	if (!spool_take(doc, &s, why)) {
		need(fuzz_line(why, sizeof why));
		return;
	}
	spool_record_write(b, &s);
	need(b->len && b->len <= RECORD_SPOOL_MAX);
}

static void put_doctor(struct buf *b, const cJSON *doc)
{
	struct doctor_record d;
	char why[RECORD_WHY];

	memset(why, 0xaa, sizeof why);
	if (!doctor_take(doc, &d, why)) {
		need(fuzz_line(why, sizeof why));
		return;
	}
	doctor_record_write(b, &d);
	need(b->len && b->len <= RECORD_DOCTOR_MAX);
}

static void put(struct buf *b, const struct record *r)
{
	switch (r->type) {
	case RECORD_STEP:
		check_step(&r->u.step);
		step_record_write(b, &r->u.step);
		break;
	case RECORD_PROBE:
		check_probe(&r->u.probe);
		probe_record_write(b, &r->u.probe);
		break;
	case RECORD_RUNNER:
		need(region_valid(r->u.runner.region));
		need(is_text(r->u.runner.version));
		need(is_text(r->u.runner.message));
		runner_record_write(b, &r->u.runner);
		need(b->len <= RECORD_RUNNER_MAX);
		break;
	case RECORD_TOOL:
		check_tool(b, &r->u.tool);
		break;
	case RECORD_EXPIRY:
		put_expiry(b, r->doc);
		break;
	case RECORD_SPOOL:
		put_spool(b, r->doc);
		break;
	case RECORD_DOCTOR:
		put_doctor(b, r->doc);
		break;
	}
}

static bool is_line(const struct buf *b)
{
	return buf_ok(b) && b->len && b->len <= LINE_MAX_BYTES &&
		fuzz_cut(b->p, b->len, '\n') == b->len - 1 &&
		strlen(b->p) == b->len && text_is_utf8(b->p, b->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once, twice;
	struct record r, s;
	char why[RECORD_WHY];

	memset(why, 0xaa, sizeof why);
	if (record_read((const char *)data, size, &r, why)) {
		need(fuzz_line(why, sizeof why));
		return 0;
	}
	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	put(&once, &r);
	if (r.type >= RECORD_EXPIRY && !once.len) {
		record_release(&r);
		buf_release(&once);
		return 0;
	}
	need(is_line(&once));
	need(record_read(once.p, once.len - 1, &s, why) == 0);
	need(r.type == s.type);
	put(&twice, &s);
	need(fuzz_same(&once, &twice));
	record_release(&r);
	record_release(&s);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
