/* SPDX-License-Identifier: MIT */
#include "store/ingest.h"

#include "base/index.h"
#include "base/lines.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "store/hour_row.h"
#include "terms/names.h"
#include "terms/rates.h"

#include <inttypes.h>

/* The most characters of a code in brief; the same as in histories/collect.c. */
#define CODE_MAX 100

struct batch {
	struct bundle *bundles;
	size_t n, cap, bytes;
	struct index index;
	struct buf text; /* of the record that was added last */
};

struct batch *batch_new(void)
{
	struct batch *b = xcalloc(1, sizeof *b);

	buf_init(&b->text, LINE_MAX_BYTES);
	return b;
}

void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct bundle *u = &b->bundles[i];

		for (size_t k = 0; k < RECORD_PROBE_LINES; k++)
			free(u->pieces[k].text);
		free(u->brief);
		free(u->url);
		free(u->tools_key);
		free(u->tools);
	}
	index_release(&b->index);
	b->n = b->bytes = 0;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	batch_clear(b);
	buf_release(&b->text);
	free(b->bundles);
	free(b);
}

size_t batch_bytes(const struct batch *b)
{
	return b->bytes;
}

const struct bundle *batch_bundles(const struct batch *b, size_t *n)
{
	*n = b->n;
	return b->bundles;
}

static bool same_bundle(const void *ctx, uint32_t i, const void *key)
{
	const struct bundle *u = &((const struct batch *)ctx)->bundles[i];
	const struct probe_key *k = key;

	return strcmp(u->probe_id, k->probe_id) == 0 &&
		strcmp(u->region, k->region) == 0 &&
		strcmp(u->slug, k->slug) == 0;
}

static struct bundle *find_bundle(struct batch *b, const struct probe_key *k,
	unsigned long line)
{
	uint64_t hash = index_hash(0, k->slug, strlen(k->slug) + 1);
	struct bundle *u;
	uint32_t i;

	hash = index_hash(hash, k->region, strlen(k->region) + 1);
	hash = index_hash(hash, k->probe_id, strlen(k->probe_id));
	i = index_find(&b->index, hash, same_bundle, b, k);
	if (i != INDEX_NONE)
		return &b->bundles[i];
	b->bundles = xgrow(b->bundles, &b->cap, b->n + 1, sizeof *b->bundles);
	index_add(&b->index, hash, (uint32_t)b->n);
	u = &b->bundles[b->n++];
	memset(u, 0, sizeof *u);
	snprintf(u->slug, sizeof u->slug, "%s", k->slug);
	snprintf(u->region, sizeof u->region, "%s", k->region);
	snprintf(u->probe_id, sizeof u->probe_id, "%s", k->probe_id);
	u->started_at = k->started_at;
	u->line = line;
	b->bytes += sizeof *u;
	return u;
}

/* The text of a record, without its tools and its newline. */
static char *text_of(const struct record *r)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	record_write(&b, r);
	if (b.len)
		b.p[--b.len] = '\0';
	return buf_take(&b);
}

static const char *cut(const char *code, char *out, size_t size)
{
	if (!code)
		return NULL;
	text_clean(code, strlen(code), out, size, CODE_MAX);
	return out;
}

/*
 * Take from the text of a summary what `latest` keeps. No string in JSON can hold
 * a comma and a quote, so that the names are those of members.
 */
static void split_at_ms(struct bundle *u, const char *text)
{
	static const char name[] = ",\"total_ms\":";
	const char *from = strstr(text, ",\"probe_started_at\":") + 1;
	const char *ms = strstr(text, name);
	size_t n;
	struct buf b;

	from += strcspn(from, ",") + 1;
	buf_init(&b, LINE_MAX_BYTES);
	buf_str(&b, *u->tool_hash ? u->tool_hash : "-");
	buf_char(&b, ' ');
	buf_add(&b, from, (size_t)(ms - from));
	ms += sizeof name - 1;
	n = strcspn(ms, ",");
	snprintf(u->ms, sizeof u->ms, "%.*s", (int)n, ms);
	buf_char(&b, '\t');
	buf_str(&b, ms + n + 1);
	free(u->brief);
	u->brief = buf_take(&b);
}

static void put_brief(struct bundle *u, const struct probe_record *r)
{
	char error[4 * CODE_MAX + 1], protocol[sizeof error], *text;
	struct record copy = {.type = RECORD_PROBE, .u.probe = *r};

	copy.u.probe.error = cut(r->error, error, sizeof error);
	copy.u.probe.protocol = cut(r->protocol, protocol, sizeof protocol);
	text = text_of(&copy);
	if (r->state == STATE_UNFINISHED) {
		free(u->brief);
		u->brief = text;
		*u->ms = '\0';
		return;
	}
	split_at_ms(u, text);
	free(text);
}

char *batch_brief(const char *text)
{
	char error[4 * CODE_MAX + 1], why[RECORD_WHY], *brief;
	struct record r;

	if (record_read(text, strlen(text), &r, why))
		return xstrdup(text);
	if (r.type == RECORD_STEP) {
		r.u.step.error = cut(r.u.step.error, error, sizeof error);
		r.u.step.message = r.u.step.detail = NULL;
	}
	brief = text_of(&r);
	record_release(&r);
	return brief;
}

/* How a failed probe is counted. */
static const char *failure_mark(enum step step, const char *error)
{
	return failure_throttled(step, error)
		? "throttled"
		: failure_layer_name(failure_layer_of(step, error));
}

static uint64_t hash_text(uint64_t hash, const char *s)
{
	return s ? index_hash(hash, s, strlen(s) + 1) : index_hash(hash, "", 1);
}

/* The end of a summary's mark: NUMBER.SAYS. */
static const char *saying(const struct probe_record *r, char out[16])
{
	int number = (int)r->state * 4 + (int)r->era;
	char head[16];
	uint64_t hash;

	snprintf(head, sizeof head, "%d.%d", number, (int)r->failed_step);
	hash = hash_text(0, head);
	if (r->failed_step)
		hash = hash_text(hash, r->error);
	hash = hash_text(hash, r->protocol);
	hash = hash_text(hash, r->tool_hash);
	hash = hash_text(hash, r->full_hash);
	if (r->found.clients_refused)
		hash = hash_text(hash, "clients_refused");
	snprintf(out, 16, "%d.%08" PRIx32, number, (uint32_t)hash);
	return out;
}

static void put_mark(struct piece *p, const struct record *r)
{
	const struct step_record *s = &r->u.step;
	const struct probe_record *sum = &r->u.probe;
	size_t size = sizeof p->mark;
	char end[16];

	if (r->type == RECORD_STEP && s->status == STATUS_FAIL)
		snprintf(p->mark, size, "%d:%s.%u", (int)s->step,
			failure_mark(s->step, s->error),
			hour_row_code(s->error));
	else if (r->type == RECORD_STEP)
		snprintf(p->mark, size, "%d%s", (int)s->step,
			s->status == STATUS_SKIP && !s->detail ? "-" : "");
	else if (sum->state == STATE_UNFINISHED)
		snprintf(p->mark, size, "9-");
	else if (sum->failed_step)
		snprintf(p->mark, size, "9:%d:%s.%u.%zu.%s",
			(int)sum->failed_step,
			failure_mark(sum->failed_step, sum->error),
			hour_row_code(sum->error),
			histogram_bucket(sum->total_ms), saying(sum, end));
	else
		snprintf(p->mark, size, "9:%zu.%s",
			histogram_bucket(sum->total_ms), saying(sum, end));
}

/* Take from the summary what the bundle needs beside its text. */
static void summarise(struct bundle *u, const struct probe_record *r)
{
	free(u->url);
	u->url = r->url ? xstrdup(r->url) : NULL;
	snprintf(u->tool_hash, sizeof u->tool_hash, "%s",
		r->tool_hash && r->state != STATE_UNFINISHED ? r->tool_hash
							     : "");
	put_brief(u, r);
}

static void keep_tools(struct batch *b, struct bundle *u,
	const struct probe_record *r)
{
	struct buf text;

	if (!r->tools || !*u->tool_hash || u->tools)
		return;
	buf_init(&text, LINE_MAX_BYTES);
	record_tools_write(&text, r->tools, r->n_tools);
	if (!buf_ok(&text)) {
		buf_release(&text);
		return;
	}
	b->bytes += text.len;
	u->tools = buf_take(&text);
	buf_fmt(&text, "%s.%s", r->tool_hash, r->full_hash ? r->full_hash : "");
	u->tools_key = buf_take(&text);
}

/* The bytes that a text takes when joined to others. */
static size_t size_of(const char *text)
{
	return text ? strlen(text) + RECORD_JOINT : 0;
}

/* Put a record in its place, unless the one that is there counts. */
static int put_piece(struct batch *b, struct bundle *u, const struct record *r,
	char *why)
{
	bool summary = r->type == RECORD_PROBE;
	struct piece *p = &u->pieces[summary ? BATCH_SUMMARY
					     : (int)r->u.step.step - STEP_DNS];
	size_t left = u->bytes - size_of(p->text);
	struct buf *text = &b->text;

	buf_clear(text);
	record_write(text, r);
	if (text->len)
		text->p[--text->len] = '\0';
	if (p->text && strcmp(p->text, text->p) <= 0)
		return 0;
	if (left + size_of(text->p) > RECORD_PROBE_MAX) {
		snprintf(why, RECORD_WHY, "the probe is larger than 64 KiB");
		return -1;
	}
	u->bytes = left + size_of(text->p);
	b->bytes += size_of(text->p);
	free(p->text);
	p->text = xstrdup(text->p);
	put_mark(p, r);
	if (summary)
		summarise(u, &r->u.probe);
	return 0;
}

int batch_add(struct batch *b, const struct record *r, unsigned long line,
	char *why)
{
	bool summary = r->type == RECORD_PROBE;
	const struct probe_key *k = summary ? &r->u.probe.key : &r->u.step.key;
	struct bundle *u = find_bundle(b, k, line);

	if (u->started_at != k->started_at) {
		snprintf(why, RECORD_WHY,
			"probe_started_at: %.6f, but probe %s started at %.6f",
			k->started_at, k->probe_id, u->started_at);
		return -1;
	}
	if (put_piece(b, u, r, why))
		return -1;
	if (summary)
		keep_tools(b, u, &r->u.probe);
	return 0;
}
