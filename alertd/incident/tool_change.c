/* SPDX-License-Identifier: MIT */
#include "incident/state.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SIZE (4 * ALERT_NAME_MAX + 1)

static char *clean(const char *text, char *name)
{
	text_clean(text, strlen(text), name, NAME_SIZE, ALERT_NAME_MAX);
	return name;
}

static void take(struct strings *l, const char *const *names, size_t n)
{
	strings_clear(l);
	for (size_t i = 0; i < n && i < ALERT_NAMES; i++) {
		char name[NAME_SIZE];

		strings_note(l, clean(names[i], name));
	}
}

void tool_change_set(struct tool_change *c, const struct verdict_drift *d)
{
	string_set(&c->from, d->from);
	string_set(&c->to, d->to);
	take(&c->added, d->added, d->n_added);
	take(&c->removed, d->removed, d->n_removed);
	take(&c->changed, d->changed, d->n_changed);
	take(&c->redescribed, d->redescribed, d->n_redescribed);
	strings_clear(&c->renamed);
	for (size_t i = 0; i < d->n_renamed; i++) {
		char name[NAME_SIZE];

		strings_add(&c->renamed, clean(d->renamed[i].from, name));
		strings_add(&c->renamed, clean(d->renamed[i].to, name));
	}
}

void tool_change_reverse(struct tool_change *c, const struct verdict_drift *d)
{
	struct verdict_drift reverse = *d;

	reverse.from = d->to;
	reverse.to = d->from;
	reverse.added = d->removed;
	reverse.n_added = d->n_removed;
	reverse.removed = d->added;
	reverse.n_removed = d->n_added;
	reverse.n_renamed = 0;
	tool_change_set(c, &reverse);
}

/* Characters of an excerpt that an event keeps. */
#define EXCERPT_MAX 320
#define EXCERPT_SIZE (4 * EXCERPT_MAX + 1)

static char *excerpt(const char *text)
{
	char clean[EXCERPT_SIZE];

	text_clean(text, strlen(text), clean, sizeof clean, EXCERPT_MAX);
	return xstrdup(clean);
}

static void words_release(struct tool_change *c)
{
	for (size_t i = 0; i < c->n_words; i++) {
		free(c->words[i].tool);
		free(c->words[i].path);
		free(c->words[i].before);
		free(c->words[i].after);
	}
	free(c->words);
	c->words = NULL;
	c->n_words = 0;
}

void tool_change_words(struct tool_change *c, const struct verdict_words *w,
	size_t n, bool reverse)
{
	words_release(c);
	if (!n)
		return;
	c->n_words = n < ALERT_WORDS ? n : ALERT_WORDS;
	c->words = xcalloc(c->n_words, sizeof *c->words);
	for (size_t i = 0; i < c->n_words; i++)
		c->words[i] = (struct tool_words) {
			.tool = excerpt(w[i].tool),
			.path = excerpt(w[i].path),
			.before = excerpt(reverse ? w[i].after : w[i].before),
			.after = excerpt(reverse ? w[i].before : w[i].after)};
}

void tool_change_copy(struct tool_change *to, const struct tool_change *from)
{
	struct verdict_words words[ALERT_WORDS];

	for (size_t i = 0; i < from->n_words; i++)
		words[i] = (struct verdict_words) {from->words[i].tool,
			from->words[i].path, from->words[i].before,
			from->words[i].after};
	tool_change_words(to, words, from->n_words, false);
	string_set(&to->from, from->from);
	string_set(&to->to, from->to);
	to->since = from->since;
	strings_copy(&to->added, &from->added);
	strings_copy(&to->removed, &from->removed);
	strings_copy(&to->changed, &from->changed);
	strings_copy(&to->redescribed, &from->redescribed);
	strings_copy(&to->renamed, &from->renamed);
}

void tool_change_release(struct tool_change *c)
{
	string_set(&c->from, NULL);
	string_set(&c->to, NULL);
	strings_release(&c->added);
	strings_release(&c->removed);
	strings_release(&c->changed);
	strings_release(&c->redescribed);
	strings_release(&c->renamed);
	words_release(c);
	*c = (struct tool_change) {0};
}

bool tool_change_named(const struct tool_change *c)
{
	return c->added.n || c->removed.n || c->changed.n || c->redescribed.n;
}
