#include "batch.h"

#include "index.h"
#include "json.h"
#include "lines.h"
#include "xalloc.h"

/* Pieces of one probe beyond this are no probe of ours. */
#define BUNDLE_MAX (2 * LINE_MAX_BYTES)

struct batch {
	struct bundle *bundles;
	size_t n, cap, bytes;
	struct index index;
};

struct batch *batch_new(void)
{
	return xcalloc(1, sizeof(struct batch));
}

void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct bundle *u = &b->bundles[i];

		buf_release(&u->records);
		free(u->summary);
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

static bool same(const void *ctx, uint32_t i, const void *key)
{
	const struct bundle *u = &((const struct batch *)ctx)->bundles[i];
	const struct probe_key *k = key;

	return strcmp(u->probe_id, k->probe_id) == 0 &&
		strcmp(u->region, k->region) == 0 &&
		strcmp(u->slug, k->slug) == 0;
}

static struct bundle *find(struct batch *b, const struct probe_key *k)
{
	uint64_t hash = index_hash(0, k->slug, strlen(k->slug) + 1);
	struct bundle *u;
	uint32_t i;

	hash = index_hash(hash, k->region, strlen(k->region) + 1);
	hash = index_hash(hash, k->probe_id, strlen(k->probe_id));
	i = index_find(&b->index, hash, same, b, k);
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
	buf_init(&u->records, BUNDLE_MAX);
	b->bytes += sizeof *u;
	return u;
}

/* The text of a record that is written without its newline. */
static char *text_of(const struct probe_record *r)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	probe_record_write(&b, r);
	if (b.len)
		b.p[--b.len] = '\0';
	return buf_take(&b);
}

static void summarise(struct bundle *u, const struct record *rec)
{
	struct probe_record r = rec->u.probe;
	struct buf b;

	r.tools = NULL;
	u->summary = text_of(&r);
	if (r.url)
		u->url = xstrdup(r.url);
	if (!rec->u.probe.tools || !r.tool_hash)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	buf_fmt(&b, "%s.%s", r.tool_hash, r.full_hash ? r.full_hash : "");
	u->tools_key = buf_take(&b);
	json_put(&b, json_get(rec->doc, "tools"));
	u->tools = buf_take(&b);
}

int batch_add(struct batch *b, const struct record *r, char *why)
{
	bool summary = r->type == RECORD_PROBE;
	const struct probe_key *k = summary ? &r->u.probe.key : &r->u.step.key;
	struct bundle *u = find(b, k);
	size_t before;

	if (u->started_at != k->started_at) {
		snprintf(why, RECORD_WHY,
			"probe_started_at: not that of the probe's other lines");
		return -1;
	}
	before = u->records.len;
	if (before)
		buf_str(&u->records, ",\n");
	json_put(&u->records, r->doc);
	if (!buf_ok(&u->records)) {
		snprintf(why, RECORD_WHY, "the probe has too many records");
		u->records.bad = false;
		u->records.len = before;
		u->records.p[before] = '\0';
		return -1;
	}
	b->bytes += u->records.len - before;
	if (summary && !u->summary)
		summarise(u, r);
	return 0;
}
