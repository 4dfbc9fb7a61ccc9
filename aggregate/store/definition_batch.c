#include "store/definition_batch.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "histories/input.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* A probe whose clock is further ahead is not taken: see ingest.c. */
#define AHEAD_MAX_S 86400
/* One probe in so many renews the life of the key: one an hour does so 33 times
   while the key lives. */
#define RENEW_EACH 64

/* The arguments of script_definitions before the definitions: EVALSHA, its
   name, the number of keys, and those that scripts.h has. */
enum { ARGS = 3 + 3 + 9 };

void definition_batch_release(struct definition_batch *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].text);
	free(d->v);
	*d = (struct definition_batch) {.n = 0};
}

static bool is_of(const struct definition_batch *d, const struct probe_key *k)
{
	return strcmp(d->probe_id, k->probe_id) == 0 &&
		strcmp(d->region, k->region) == 0 &&
		strcmp(d->slug, k->slug) == 0;
}

void definition_batch_stray(struct definition_batch *d,
	const struct probe_key *k, struct input *in)
{
	if (!d->n || (k && is_of(d, k)))
		return;
	for (size_t i = 0; i < d->n; i++)
		input_refuse(in, d->v[i].line,
			"no summary of its probe follows");
	definition_batch_release(d);
}

int definition_batch_add(struct definition_batch *d,
	const struct tool_record *r, unsigned long line, char *why)
{
	size_t n = strlen(r->definition);
	struct waiting_definition *w;

	if (d->bytes + n > RECORD_DEFINITIONS_MAX) {
		snprintf(why, RECORD_WHY,
			"the definitions of the probe have more than 1 MiB");
		return -1;
	}
	text_copy(d->slug, sizeof d->slug, r->key.slug);
	text_copy(d->region, sizeof d->region, r->key.region);
	text_copy(d->probe_id, sizeof d->probe_id, r->key.probe_id);
	d->v = xgrow(d->v, &d->cap, d->n + 1, sizeof *d->v);
	w = &d->v[d->n++];
	text_copy(w->digest, sizeof w->digest, r->digest);
	w->text = xstrdup(r->definition);
	w->line = line;
	d->bytes += n;
	return 0;
}

static int by_digest(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Refuse the definitions that are of no tool of the summary. */
static void refuse_others(struct definition_batch *d,
	const struct probe_record *r, struct input *in)
{
	const char **full = xcalloc(r->n_tools + 1, sizeof *full);
	size_t kept = 0;

	for (size_t i = 0; i < r->n_tools; i++)
		full[i] = r->tools[i].full;
	qsort(full, r->n_tools, sizeof *full, by_digest);
	for (size_t i = 0; i < d->n; i++) {
		const char *digest = d->v[i].digest;

		if (bsearch(&digest, full, r->n_tools, sizeof *full,
			    by_digest)) {
			d->v[kept++] = d->v[i];
			continue;
		}
		input_refuse(in, d->v[i].line,
			"digest: not that of a tool of its probe");
		free(d->v[i].text);
	}
	d->n = kept;
	free(full);
}

/* The text of a list; "" where it is too long. */
static char *list_text(const struct probe_record *r)
{
	struct buf b;

	buf_init(&b, KEYS_TOOLS_MAX);
	for (size_t i = 0; i < r->n_tools && buf_ok(&b); i++) {
		buf_add(&b, r->tools[i].full, DIGEST_HEAD);
		buf_fmt(&b, " ? %s\n", r->tools[i].name);
	}
	if (!buf_ok(&b))
		buf_clear(&b);
	return buf_take(&b);
}

static char *number(double v, int digits)
{
	struct buf b;

	buf_init(&b, 64);
	buf_fixed(&b, v, digits);
	return buf_take(&b);
}

/* Queue the script for a summary that names its tools. */
static size_t queue(const struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now)
{
	char keys[3][KEY_MAX], list[DIGEST_HEAD + 1];
	char *at = number(r->key.started_at, 3), *today = number(now, 0);
	char *left_out = number(r->definitions_left_out, 0);
	char *life = number(RETENTION_DEFINITIONS_S, 0);
	char *rows = number(KEYS_DEFINITION_ROWS, 0);
	char *bytes = number(KEYS_DEFINITIONS_MAX, 0), *text = list_text(r);
	const char *const head[ARGS] = {"EVALSHA", sha, "3",
		key_definitions(keys[0], r->key.slug),
		key_latest(keys[1], r->key.slug),
		key_tools(keys[2], r->key.slug), r->key.region, at, list, text,
		left_out, today, life, rows, bytes};
	const char **args = xcalloc(ARGS + 2 * d->n, sizeof *args);
	size_t reply;

	text_copy(list, sizeof list, r->full_hash);
	memcpy(args, head, sizeof head);
	for (size_t i = 0; i < d->n; i++) {
		/* The first digits are enough in the store. */
		d->v[i].digest[DIGEST_HEAD] = '\0';
		args[ARGS + 2 * i] = d->v[i].digest;
		args[ARGS + 2 * i + 1] = d->v[i].text;
	}
	reply = store_ask_argv(s, ARGS + 2 * d->n, args);
	free(args);
	free(at);
	free(today);
	free(left_out);
	free(life);
	free(rows);
	free(bytes);
	free(text);
	return reply;
}

size_t definition_batch_queue(struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now,
	struct input *in, size_t *bytes)
{
	size_t reply = STORE_NO_REPLY;

	if (r->tools && r->tool_hash && r->full_hash) {
		refuse_others(d, r, in);
		if (r->key.started_at < now + AHEAD_MAX_S)
			reply = queue(d, s, sha, r, now);
		*bytes += d->bytes + r->n_tools * 64;
	}
	definition_batch_release(d);
	return reply;
}

void definition_batch_renew(struct store *s, const char *slug,
	const char *probe_id)
{
	char key[KEY_MAX], life[24];
	const char *const args[] = {"EXPIRE", key_definitions(key, slug), life};

	if (index_hash(0, probe_id, strlen(probe_id)) % RENEW_EACH)
		return;
	snprintf(life, sizeof life, "%d", RETENTION_DEFINITIONS_S);
	store_ask_argv(s, 3, args);
}
