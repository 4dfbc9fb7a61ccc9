#include "data/tool_texts.h"

#include "base/buf.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"
#include "tools/definition_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *digest)
{
	return index_hash(0, digest, DIGEST_HEAD);
}

static bool same_digest(const void *ctx, uint32_t i, const void *digest)
{
	const struct tool_texts *t = ctx;

	return memcmp(t->v[i].digest, digest, DIGEST_HEAD) == 0;
}

void tool_texts_add(
	struct tool_texts *t, const char *digest, const char *text)
{
	if (index_find(&t->by_digest, hash_of(digest), same_digest, t,
		    digest) != INDEX_NONE)
		return;
	index_add(&t->by_digest, hash_of(digest), (uint32_t)t->n);
	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	t->v[t->n++] = (struct tool_text) {.digest = digest, .text = text};
}

void tool_texts_release(struct tool_texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].read)
			definitions_release(t->v[i].read);
		free(t->v[i].read);
		free(t->v[i].nameless);
	}
	free(t->v);
	index_release(&t->by_digest);
	*t = (struct tool_texts) {.n = 0};
}

/* What is no definition, or not that of its digest, is as none at all. */
static void pass_over(void *arg, const char *reason)
{
	(void)arg;
	(void)reason;
}

/* The definition of a text; NULL: it is none. */
static const struct definition *definition_of(struct tool_text *text)
{
	if (!text->read) {
		char digest[DIGEST_HEAD + 1];

		memcpy(digest, text->digest, DIGEST_HEAD);
		digest[DIGEST_HEAD] = '\0';
		text->read = xcalloc(1, sizeof *text->read);
		definitions_add_text(
			text->read, text->text, digest, pass_over, NULL);
		definitions_sort(text->read, pass_over, NULL);
	}
	return text->read->n == 1 && !text->read->v[0].refused
		? &text->read->v[0] : NULL;
}

static struct tool_text *find_text(struct tool_texts *t, const char *digest)
{
	uint32_t i = index_find(
		&t->by_digest, hash_of(digest), same_digest, t, digest);

	return i == INDEX_NONE ? NULL : &t->v[i];
}

static enum change_class compare_texts(const struct definition *before,
	const struct definition *after)
{
	struct tool_change change = {
		.kind = TOOL_CHANGED, .before = before, .after = after};
	struct changes c;
	enum change_class class;

	changes_init(&c);
	definition_diff(&c, &change);
	class = c.class;
	changes_release(&c);
	return class;
}

bool tool_texts_class(struct tool_texts *t, const char *before,
	const char *after, enum change_class *class)
{
	struct tool_text *a = find_text(t, before), *b = find_text(t, after);
	struct tool_comparison *c;

	if (!a || !b || !definition_of(a) || !definition_of(b))
		return false;
	for (size_t i = 0; i < t->n_compared; i++) {
		c = &t->compared[i];
		if (c->before == a && c->after == b) {
			*class = c->class;
			return true;
		}
	}
	if (t->n_compared == TOOL_TEXTS_COMPARED)
		return false;
	c = &t->compared[t->n_compared++];
	c->before = a;
	c->after = b;
	c->class = compare_texts(definition_of(a), definition_of(b));
	*class = c->class;
	return true;
}

/* All members but the name, in their order. */
static char *digest_nameless(const struct definition *d)
{
	char hex[SHA256_HEX];
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	for (const cJSON *m = d->tree->child; m; m = m->next) {
		if (strcmp(m->string, "name") == 0)
			continue;
		json_put_key(&b, m->string);
		json_put(&b, m);
	}
	sha256_hex(b.p, b.len, hex);
	buf_release(&b);
	return xstrdup(hex);
}

const char *tool_texts_nameless(struct tool_texts *t, const char *digest)
{
	struct tool_text *text = find_text(t, digest);

	if (!text)
		return "";
	if (!text->nameless) {
		const struct definition *d = definition_of(text);

		text->nameless = d ? digest_nameless(d) : xstrdup("");
	}
	return text->nameless;
}

const char *tool_texts_description(struct tool_texts *t, const char *digest)
{
	struct tool_text *text = find_text(t, digest);
	const struct definition *d = text ? definition_of(text) : NULL;

	return d ? json_str(d->tree, "description") : NULL;
}
