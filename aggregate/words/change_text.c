/* SPDX-License-Identifier: MIT */
/*
 * change_text.c: what changed in tools, in words: a tool that changed, for a person and
 * for a program; and where two lists of tools differ, in a few excerpts.
 */
#include "words/words.h"

#include "base/lines.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"
#include "records/verdict.h"
#include "tools/definition_diff.h"
#include "tools/definitions.h"
#include "tools/json_patch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- A tool. */

/* Characters that are shown of what is kept, on either side of a change. */
#define AROUND 60
/* Characters of an excerpt, those around the difference, and bytes. */
#define EXCERPT_SHOWN 100
#define EXCERPT_AROUND 30
#define EXCERPT_MAX 300
/* Bytes of a text of which more is not shown. */
#define SHOWN_MAX 4000

static const char red[] = "\033[31m", green[] = "\033[32m",
		  bold[] = "\033[1m", off[] = "\033[0m";

/* Whether a character could be taken for one of those that we write. */
static bool imitates(const char *p, size_t n)
{
	static const char *const ours[] = {
		"[-", "-]", "{+", "+}", "\\u", "\\n"};

	for (size_t i = 0; n >= 2 && i < sizeof ours / sizeof *ours; i++)
		if (memcmp(p, ours[i], 2) == 0)
			return true;
	return false;
}

/* Append foreign text in which nothing is invisible, or looks like ours. */
static void put_visible(struct buf *b, const char *p, size_t n)
{
	char shown[TEXT_SHOWN];
	size_t len;

	for (; n; p += len, n -= len) {
		len = text_shown(p, n, shown);
		if (*p == '\n')
			buf_str(b, "\\n");
		else if (imitates(p, n))
			buf_fmt(b, "\\u{%X}", (unsigned)*p);
		else
			buf_str(b, shown);
	}
}

/* The first n characters of some bytes, in bytes. */
static size_t head_of(const char *p, size_t len, size_t n)
{
	size_t i = 0;

	for (; n && i < len; n--)
		for (i++; i < len && ((unsigned char)p[i] & 0xc0) == 0x80;)
			i++;
	return i;
}

/* The bytes before the last n characters. */
static size_t before_tail(const char *p, size_t len, size_t n)
{
	for (; n && len; n--)
		for (len--; len && ((unsigned char)p[len] & 0xc0) == 0x80;)
			len--;
	return len;
}

/* Append common text: as much of it as stands by a change. */
static void put_kept(struct buf *b, const struct word_run *r, bool first,
	bool last)
{
	size_t head = first ? 0 : head_of(r->p, r->n, AROUND);
	size_t tail = last ? r->n : before_tail(r->p, r->n, AROUND);

	if (head >= tail) {
		put_visible(b, r->p, r->n);
		return;
	}
	put_visible(b, r->p, head);
	buf_str(b, "…");
	put_visible(b, r->p + tail, r->n - tail);
}

static void put_changed(struct buf *b, const struct word_run *r, bool colour)
{
	bool gone = r->kind == WORDS_REMOVED;
	size_t n = head_of(r->p, r->n, SHOWN_MAX);

	buf_str(b, colour ? gone ? red : green : gone ? "[-" : "{+");
	put_visible(b, r->p, n);
	if (n < r->n)
		buf_fmt(b, "… and %zu bytes more", r->n - n);
	buf_str(b, colour ? off : gone ? "-]" : "+}");
}

static void put_words(
	struct buf *b, const char *before, const char *after, bool colour)
{
	struct word_diff d;

	word_diff(before, after, &d);
	for (size_t i = 0; i < d.n; i++) {
		if (d.runs[i].kind == WORDS_KEPT)
			put_kept(b, &d.runs[i], !i, i + 1 == d.n);
		else
			put_changed(b, &d.runs[i], colour);
	}
	word_diff_release(&d);
}

/* A value as text: a string as it is, anything else as JSON; free it. */
static char *text_of(const cJSON *v, bool strings)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	if (v && strings)
		buf_str(&b, v->valuestring);
	else if (v)
		json_put(&b, v);
	return buf_take(&b);
}

static void put_values(
	struct buf *b, const cJSON *before, const cJSON *after, bool colour)
{
	bool strings = (!before || cJSON_IsString(before)) &&
		(!after || cJSON_IsString(after));
	char *x = text_of(before, strings), *y = text_of(after, strings);

	if (*x || *y) {
		buf_str(b, "    ");
		put_words(b, x, y, colour);
		buf_char(b, '\n');
	}
	free(x);
	free(y);
}

static void put_class(struct buf *b, enum change_class class, bool colour)
{
	bool loud = colour && class == CHANGE_BREAKING;

	buf_fmt(b, "%s%s%s", loud ? bold : "", change_class_name(class),
		loud ? off : "");
}

/* A tool that is new or removed shows only its description. */
static void put_change(struct buf *b, const struct change *c, bool colour)
{
	const cJSON *before = c->before, *after = c->after;

	buf_str(b, "  ");
	put_class(b, c->class, colour);
	if (*c->path) {
		buf_str(b, ": ");
		put_visible(b, c->path, strlen(c->path));
	} else {
		before = json_get(before, "description");
		after = json_get(after, "description");
	}
	buf_fmt(b, ": %s\n", c->what);
	put_values(b, before, after, colour);
}

void change_text(struct buf *b, const struct tool_change *t,
	const struct changes *c, bool colour)
{
	const char *name = t->after ? t->after->name : t->before->name;

	put_visible(b, name, strlen(name));
	buf_fmt(b, ": %s", tool_change_kind_name(t->kind));
	if (t->kind == TOOL_RENAMED) {
		buf_str(b, " from ");
		put_visible(b, t->before->name, strlen(t->before->name));
	}
	buf_str(b, ", ");
	put_class(b, c->class, colour);
	buf_char(b, '\n');
	for (size_t i = 0; i < c->n; i++)
		put_change(b, &c->v[i], colour);
	if (c->more)
		buf_fmt(b, "  and %zu changes more\n", c->more);
}

/* How many bytes two texts have in common, before n1 and n2 where back is true,
   and end no character in two. */
static size_t common(const char *x, size_t n1, const char *y, size_t n2,
	bool back)
{
	size_t n = 0, most = n1 < n2 ? n1 : n2;

	if (back)
		while (n < most && x[n1 - n - 1] == y[n2 - n - 1])
			n++;
	else
		while (n < most && x[n] == y[n])
			n++;
	while (n && ((unsigned char)x[back ? n1 - n : n] & 0xc0) == 0x80)
		n--;
	return n;
}

/*
 * Append the text before a change, or after it, around where the two differ: about
 * EXCERPT_SHOWN characters, "…" for the rest. Nothing where there was nothing.
 */
static void change_excerpt(struct buf *b, const struct change *c, bool after)
{
	bool strings = (!c->before || cJSON_IsString(c->before)) &&
		(!c->after || cJSON_IsString(c->after));
	char *x = text_of(after ? c->after : c->before, strings);
	char *y = text_of(after ? c->before : c->after, strings);
	size_t n = strlen(x), other = strlen(y), limit = b->len + EXCERPT_MAX;
	size_t head = common(x, n, y, other, false), from, end, step;
	size_t tail = common(x + head, n - head, y + head, other - head, true);

	from = before_tail(x, head, EXCERPT_AROUND);
	end = n - tail + head_of(x + n - tail, tail, EXCERPT_AROUND);
	end = from + head_of(x + from, end - from, EXCERPT_SHOWN);
	buf_str(b, from ? "…" : "");
	for (size_t i = from; i < end && b->len < limit; i += step) {
		step = head_of(x + i, end - i, 1);
		if (x[i] == '\\' && imitates(x + i, end - i))
			buf_str(b, "\\u{5C}");
		else
			put_visible(b, x + i, step);
		from = i + step;
	}
	buf_str(b, from < n && n ? "…" : "");
	free(x);
	free(y);
}

/* Append null or a value. */
static void put_value(struct buf *b, const char *key, const cJSON *v)
{
	json_put_key(b, key);
	if (v)
		json_put(b, v);
	else
		buf_str(b, "null");
}

static void put_json(struct buf *b, const char *slug,
	const struct tool_change *t, const struct changes *c, bool values)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"tool-change\"", RECORD_VERSION);
	if (slug)
		json_put_member(b, "slug", slug);
	json_put_member(b, "tool",
		t->after ? t->after->name : t->before->name);
	if (t->kind == TOOL_RENAMED)
		json_put_member(b, "was", t->before->name);
	json_fmt(b, ",'kind':%s,'class':%s,'changes':[",
		tool_change_kind_name(t->kind), change_class_name(c->class));
	for (size_t i = 0; i < c->n; i++) {
		json_fmt(b, ",{'path':%s,'class':%s,'what':%s", c->v[i].path,
			change_class_name(c->v[i].class), c->v[i].what);
		if (values) {
			put_value(b, "before", c->v[i].before);
			put_value(b, "after", c->v[i].after);
		}
		buf_char(b, '}');
	}
	buf_str(b, "]");
	if (c->more)
		buf_fmt(b, ",\"more\":%zu", c->more);
	json_put_key(b, "patch");
	if (values && t->before && t->after)
		json_patch(b, t->before->tree, t->after->tree);
	else
		buf_str(b, "null");
	buf_str(b, "}");
}

void change_json(struct buf *b, const char *slug, const struct tool_change *t,
	const struct changes *c)
{
	struct buf line, seen;

	buf_init(&line, SIZE_MAX / 2);
	buf_init(&seen, LINE_MAX_BYTES - 1);
	put_json(&line, slug, t, c, true);
	json_put_seen(&seen, line.p, line.len);
	if (!buf_ok(&seen)) {
		buf_clear(&line);
		put_json(&line, slug, t, c, false);
		buf_release(&seen);
		seen.max = SIZE_MAX / 2;
		json_put_seen(&seen, line.p, line.len);
	}
	buf_add(b, seen.p, seen.len);
	buf_char(b, '\n');
	buf_release(&line);
	buf_release(&seen);
}

/* ---- Two lists of tools. */

/* Characters of the name of a tool, bytes of a path. */
#define NAME_SHOWN 64
#define PATH_SHOWN 200

/* Text that is made while the words of a side are collected. */
struct words {
	struct buf texts[LIST_WORDS][4];
	struct verdict_words v[LIST_WORDS];
	size_t n;
	enum change_class class;
};

static void add_words(
	struct words *w, const char *tool, const struct change *c)
{
	struct buf *t = w->texts[w->n];
	char name[4 * NAME_SHOWN + 1], path[PATH_SHOWN];

	for (int i = 0; i < 4; i++)
		buf_init(&t[i], TEXT_SIZE);
	text_visible(tool, strlen(tool), name, sizeof name, NAME_SHOWN);
	text_visible(c->path, strlen(c->path), path, sizeof path, PATH_SHOWN);
	buf_str(&t[0], name);
	buf_str(&t[1], path);
	change_excerpt(&t[2], c, false);
	change_excerpt(&t[3], c, true);
	w->v[w->n++] = (struct verdict_words) {
		buf_take(&t[0]), buf_take(&t[1]), buf_take(&t[2]),
		buf_take(&t[3])};
}

/* Grave changes are listed first, so that the others cannot crowd them out. */
static bool is_grave(enum change_class class)
{
	return class == CHANGE_BREAKING || class == CHANGE_WORDS;
}

/*
 * The changes of one tool, either the grave ones or the others; of one that is new
 * or gone, its name says it.
 */
static void add_tool(struct words *w, const struct tool_change *t, bool grave)
{
	bool both = t->kind != TOOL_ADDED && t->kind != TOOL_REMOVED;
	struct changes c;

	changes_init(&c);
	definition_diff(&c, t);
	for (size_t i = 0; i < c.n && both && w->n < LIST_WORDS; i++)
		if (*c.v[i].path && is_grave(c.v[i].class) == grave)
			add_words(w, t->after->name, &c.v[i]);
	w->class = change_class_graver(w->class, c.class);
	for (size_t i = 0; i < c.n; i++)
		w->class = change_class_graver(w->class, c.v[i].class);
	/* Changes beyond the list may be words. */
	if (c.more)
		w->class = change_class_graver(w->class, CHANGE_WORDS);
	changes_release(&c);
}

enum change_class list_words_put(struct buf *b,
	const struct definitions *before, const struct definitions *after)
{
	struct words w = {.class = CHANGE_ORDER};
	struct tool_changes t;

	tool_changes_of(&t, before, after);
	for (size_t i = 0; i < t.n; i++)
		add_tool(&w, &t.v[i], true);
	for (size_t i = 0; i < t.n && w.n < LIST_WORDS; i++)
		add_tool(&w, &t.v[i], false);
	verdict_words_put(b, &(struct verdict_side) {
		.words = w.v, .n_words = w.n});
	for (size_t i = 0; i < w.n; i++) {
		free((char *)w.v[i].tool);
		free((char *)w.v[i].path);
		free((char *)w.v[i].before);
		free((char *)w.v[i].after);
	}
	tool_changes_release(&t);
	return w.class;
}
