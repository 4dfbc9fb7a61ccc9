#include "store/pin_compare.h"

#include "base/buf.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "rule/drift.h"
#include "store/definition_history.h"
#include "store/store.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct tool_digest *pin_tool(
	const struct tool_list *l, const char *name)
{
	for (size_t low = 0, n = l->tools ? l->n_tools : 0; n;) {
		const struct tool_digest *t = &l->tools[low + n / 2];
		int order = strcmp(name, t->name);

		if (!order)
			return t;
		if (order > 0) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

/* What a tool says; of 16 digits that agree, all must. */
static char *text_of(
	const struct listed_tools *list, const struct tool_digest *t)
{
	char own[SHA256_HEX];

	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->v[i].text;

		if (!text ||
			strncmp(list->v[i].digest, t->full, DIGEST_HEAD) != 0)
			continue;
		sha256_hex(text, strlen(text), own);
		if (strcmp(own, t->full) == 0)
			return xstrdup(text);
	}
	return NULL;
}

/* What each tool of a list says, or NULL where the store does not have it; each
   and the list are the caller's. */
char **pin_texts(struct store *s, const char *slug,
	const struct tool_list *l, bool *failed)
{
	char **texts = xcalloc(l->n_tools + 1, sizeof *texts);
	struct definition_history h = {0};

	*failed = definition_history_read(s, slug, &h);
	if (*failed)
		store_failed(s);
	for (size_t i = 0; i < h.n_lists; i++) {
		if (!l->tools || !l->full_hash ||
			strncmp(h.lists[i].id, l->full_hash, DIGEST_HEAD) != 0)
			continue;
		for (size_t k = 0; k < l->n_tools; k++)
			if (!texts[k])
				texts[k] = text_of(
					&h.lists[i], &l->tools[k]);
	}
	definition_history_release(&h);
	return texts;
}

void pin_texts_free(char **texts, const struct tool_list *l)
{
	for (size_t i = 0; i < l->n_tools; i++)
		free(texts[i]);
	free(texts);
}

/* The pinned definitions, but for those of tools that are seen now and whose
   text is not known, as tool records: their digests are checked. */
char *pin_before(const struct tools_lock *lock, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *t = &pinned->tools[i];
		const struct tool_digest *now = pin_tool(seen, t->name);
		const cJSON *d = lock_definition(lock, slug, t->name);

		if (!d || (now && !texts[now - seen->tools]))
			continue;
		buf_fmt(&b, "{\"v\":%d,\"type\":\"tool\"", RECORD_VERSION);
		json_put_member(&b, "slug", slug);
		json_put_member(&b, "digest", t->full);
		json_put_key(&b, "definition");
		json_put(&b, d);
		buf_str(&b, "}\n");
	}
	if (!b.len)
		buf_str(&b, "[]");
	return buf_take(&b);
}

/* What tools say now, but for those that are pinned without their text. */
char *pin_after(const struct tools_lock *lock, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	buf_char(&b, '[');
	for (size_t i = 0; seen->tools && i < seen->n_tools; i++) {
		const char *name = seen->tools[i].name;

		if (!texts[i] ||
			(pin_tool(pinned, name) &&
				!lock_definition(lock, slug, name)))
			continue;
		buf_fmt(&b, "%s%s", b.len > 1 ? "," : "", texts[i]);
	}
	buf_char(&b, ']');
	return buf_take(&b);
}

/* Where words were not pinned, they do not differ. */
static void fill_full(struct tool_list *pinned, const struct tool_list *seen)
{
	struct tool_digest *tools = (struct tool_digest *)pinned->tools;

	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *now = pin_tool(seen, tools[i].name);

		if (!*tools[i].full && now)
			memcpy(tools[i].full, now->full, sizeof now->full);
	}
}

bool pin_differs(struct tool_list *pinned, const struct probe *seen,
	struct verdict_drift *d)
{
	struct probe before = *seen, pair = *seen;
	struct region_history h = {
		.name = "", .probes = &pair, .n = 1, .tools_seen = &before};

	before.tools = pinned;
	fill_full(pinned, seen->tools);
	return drift_find(&h, INFINITY, d);
}
