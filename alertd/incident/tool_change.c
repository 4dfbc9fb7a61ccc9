#include "incident/tool_change.h"

#include "base/text.h"

#include <string.h>

/* So many names stand in a sentence, each of so many characters. */
#define SHOWN 3
#define SHOWN_MAX 40

static void take(struct strings *l, const char *const *names, size_t n)
{
	strings_clear(l);
	for (size_t i = 0; i < n && i < ALERT_NAMES; i++) {
		char name[4 * ALERT_NAME_MAX + 1];

		text_clean(names[i], strlen(names[i]), name, sizeof name,
			ALERT_NAME_MAX);
		strings_note(l, name);
	}
}

void change_set(struct tool_change *c, const struct verdict_drift *d)
{
	string_set(&c->from, d->from);
	string_set(&c->to, d->to);
	take(&c->added, d->added, d->n_added);
	take(&c->removed, d->removed, d->n_removed);
	take(&c->changed, d->changed, d->n_changed);
	take(&c->redescribed, d->redescribed, d->n_redescribed);
}

void change_reverse(struct tool_change *c, const struct verdict_drift *d)
{
	struct verdict_drift reverse = *d;

	reverse.from = d->to;
	reverse.to = d->from;
	reverse.added = d->removed;
	reverse.n_added = d->n_removed;
	reverse.removed = d->added;
	reverse.n_removed = d->n_added;
	change_set(c, &reverse);
}

void change_copy(struct tool_change *to, const struct tool_change *from)
{
	string_set(&to->from, from->from);
	string_set(&to->to, from->to);
	to->since = from->since;
	strings_copy(&to->added, &from->added);
	strings_copy(&to->removed, &from->removed);
	strings_copy(&to->changed, &from->changed);
	strings_copy(&to->redescribed, &from->redescribed);
}

void change_release(struct tool_change *c)
{
	string_set(&c->from, NULL);
	string_set(&c->to, NULL);
	strings_release(&c->added);
	strings_release(&c->removed);
	strings_release(&c->changed);
	strings_release(&c->redescribed);
	*c = (struct tool_change) {0};
}

bool change_named(const struct tool_change *c)
{
	return c->added.n || c->removed.n || c->changed.n || c->redescribed.n;
}

void change_names(struct buf *b, const struct strings *l)
{
	size_t shown = l->n < SHOWN ? l->n : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		char name[4 * SHOWN_MAX + 1];

		text_clean(l->v[i], strlen(l->v[i]), name, sizeof name,
			SHOWN_MAX);
		if (i)
			buf_str(b, i + 1 == l->n ? " and " : ", ");
		buf_str(b, name);
	}
	/* Of a list that is full nobody knows how many there were. */
	if (l->n == ALERT_NAMES)
		buf_str(b, " and more");
	else if (shown < l->n)
		buf_fmt(b, " and %zu more", l->n - shown);
}

void change_put(struct buf *b, const struct tool_change *c)
{
	const struct {
		const struct strings *names;
		const char *what;
	} kinds[] = {
		{&c->removed, " removed"},
		{&c->added, " added"},
		{&c->changed, " changed"},
		{&c->redescribed, " described anew"},
	};
	const char *between = "";

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!kinds[i].names->n)
			continue;
		buf_str(b, between);
		change_names(b, kinds[i].names);
		buf_str(b, kinds[i].what);
		between = "; ";
	}
}
