/* SPDX-License-Identifier: MIT */
/*
 * Goal: of any two lists of tools the differences can be told, in bounds; the
 * patch of a tool makes the second definition of the first, to the byte; and a
 * list does not differ from itself. The lists are divided by a NUL.
 */
#include "fuzz.h"

#include "../unit/lib/patch_apply.h"
#include "base/text.h"
#include "json/jcs.h"
#include "json/json.h"
#include "tools/definition_diff.h"
#include "tools/json_patch.h"
#include "words/words.h"

static void refused(void *arg, const char *reason)
{
	(void)arg;
	need(fuzz_line(reason, DEFINITIONS_WHY));
	need(text_harmless(reason, strlen(reason)));
}

static bool read_list(struct definitions *d, const char *p, size_t n)
{
	char why[DEFINITIONS_WHY] = "";
	bool ok = definitions_read(d, p, n, refused, NULL, why);

	need(ok || fuzz_line(why, sizeof why));
	need(ok || !d->n);
	for (size_t i = 0; i < d->n; i++) {
		need(*d->v[i].name);
		need(d->v[i].refused == !d->v[i].text);
		need(d->v[i].refused == !d->v[i].tree);
		need(!i || jcs_compare(d->v[i - 1].name, d->v[i].name) < 0);
	}
	return ok;
}

/* The patch makes the second definition of the first. */
static void patched(const struct tool_change *t)
{
	struct json_limits limits = json_reply;
	struct buf b;
	char why[JSON_WHY];
	cJSON *ops, *made;

	buf_init(&b, SIZE_MAX / 2);
	json_patch(&b, t->before->tree, t->after->tree);
	ops = json_parse(b.p, b.len, &limits, why);
	need(ops);
	need(cJSON_GetArraySize(ops) > 0);
	made = patch_apply(cJSON_Duplicate(t->before->tree, 1), ops);
	need(made);
	buf_clear(&b);
	need(jcs_write(&b, made));
	need(strcmp(b.p, t->after->text) == 0);
	cJSON_Delete(made);
	cJSON_Delete(ops);
	buf_release(&b);
}

/* A line of JSON, and lines for a person, in which nothing is unseen. */
static void written(const struct tool_change *t, const struct changes *c)
{
	struct buf b;
	char why[JSON_WHY];
	cJSON *line;

	buf_init(&b, SIZE_MAX / 2);
	change_json(&b, NULL, t, c);
	need(b.len && memchr(b.p, '\n', b.len) == b.p + b.len - 1);
	need(text_harmless(b.p, b.len - 1));
	line = json_parse(b.p, b.len, &json_reply, why);
	need(line && json_str(line, "tool") && json_str(line, "class"));
	cJSON_Delete(line);
	buf_clear(&b);
	change_text(&b, t, c, false);
	for (size_t i = 0; i < b.len; i++)
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	need(text_harmless(b.p, b.len));
	buf_release(&b);
}

static void compared(const struct definitions *a, const struct definitions *b)
{
	struct tool_changes t;
	struct changes c;

	tool_changes_of(&t, a, b);
	for (size_t i = 0; i < t.n; i++) {
		changes_init(&c);
		definition_diff(&c, &t.v[i]);
		need(c.n && c.n <= CHANGES_MAX);
		for (size_t k = 0; k < c.n; k++)
			need(c.v[k].class >= c.class && *c.v[k].what);
		written(&t.v[i], &c);
		if (t.v[i].before && t.v[i].after)
			patched(&t.v[i]);
		changes_release(&c);
	}
	tool_changes_release(&t);
	tool_changes_of(&t, a, a);
	need(!t.n);
	tool_changes_release(&t);
}

/* The runs of two texts are these texts. */
static void worded(const char *before, const char *after)
{
	size_t at[2] = {0, 0};
	const char *text[2] = {before, after};
	struct word_diff d;

	word_diff(before, after, &d);
	for (size_t i = 0; i < d.n; i++) {
		for (int k = 0; k < 2; k++) {
			if (d.runs[i].kind == (k ? WORDS_REMOVED : WORDS_ADDED))
				continue;
			need(strlen(text[k] + at[k]) >= d.runs[i].n);
			need(memcmp(text[k] + at[k], d.runs[i].p,
				     d.runs[i].n) == 0);
			at[k] += d.runs[i].n;
		}
	}
	need(!before[at[0]] && !after[at[1]]);
	word_diff_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = fuzz_cut(data, size, '\0');
	size_t rest = half + (half < size);
	char *before = fuzz_string(data, half);
	char *after = fuzz_string(data + rest, size - rest);
	struct definitions a, b;

	worded(before, after);
	if (read_list(&a, before, strlen(before)) &&
		read_list(&b, after, strlen(after))) {
		compared(&a, &b);
		compared(&b, &a);
		definitions_release(&b);
	}
	definitions_release(&a);
	free(before);
	free(after);
	return 0;
}
