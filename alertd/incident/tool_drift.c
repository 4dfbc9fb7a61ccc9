#include "incident/tool_drift.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/unapproved_change.h"
#include "words/phrases.h"

#include <stdlib.h>
#include <string.h>

/* So many names stand in a sentence, each of so many characters. */
#define SHOWN 3
#define SHOWN_MAX 40

static char *clean(const char *text, char *name)
{
	text_clean(text, strlen(text), name, 4 * ALERT_NAME_MAX + 1,
		ALERT_NAME_MAX);
	return name;
}

static void take(struct strings *l, const char *const *names, size_t n)
{
	strings_clear(l);
	for (size_t i = 0; i < n && i < ALERT_NAMES; i++) {
		char name[4 * ALERT_NAME_MAX + 1];

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
		char name[4 * ALERT_NAME_MAX + 1];

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

static char *excerpt(const char *text)
{
	char clean[4 * EXCERPT_MAX + 1];

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

void tool_words_put(struct buf *b, const struct tool_change *c)
{
	const struct tool_words *w = c->words;

	if (!c->n_words)
		return;
	buf_fmt(b, "; %s, %s: ", w->tool, w->path);
	if (*w->before && *w->after)
		buf_fmt(b, "\"%s\" has become \"%s\"", w->before, w->after);
	else
		buf_fmt(b, "\"%s\" is %s", *w->after ? w->after : w->before,
			*w->after ? "new" : "gone");
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

void tool_change_names(struct buf *b, const struct strings *l)
{
	size_t shown = l->n < SHOWN ? l->n : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		char name[4 * SHOWN_MAX + 1];

		text_clean(l->v[i], strlen(l->v[i]), name, sizeof name,
			SHOWN_MAX);
		buf_fmt(b, "%s%s", text_comma(i, l->n), name);
	}
	/* Of a list that is full nobody knows how many there were. */
	if (l->n == ALERT_NAMES)
		buf_str(b, " and more");
	else
		phrase_and_more(b, shown, l->n);
}

/* "a became b, c became d"; whether there is any. */
static bool put_renamed(struct buf *b, const struct tool_change *c)
{
	size_t n = c->renamed.n / 2, shown = n < SHOWN ? n : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const struct strings from = {&c->renamed.v[2 * i], 1, 1};
		const struct strings to = {&c->renamed.v[2 * i + 1], 1, 1};

		buf_str(b, text_comma(i, n));
		tool_change_names(b, &from);
		buf_str(b, " became ");
		tool_change_names(b, &to);
	}
	if (shown < n)
		buf_fmt(b, " and %zu more became others", n - shown);
	return n > 0;
}

/* Those of a list that were not renamed; the names of one side are first + 2 i. */
static struct strings without_renamed(const struct strings *l,
	const struct strings *renamed, size_t first)
{
	struct strings left = {0};

	strings_copy(&left, l);
	for (size_t i = first; i < renamed->n; i += 2)
		strings_drop(&left, renamed->v[i]);
	return left;
}

void tool_change_put(struct buf *b, const struct tool_change *c)
{
	struct strings removed = without_renamed(&c->removed, &c->renamed, 0);
	struct strings added = without_renamed(&c->added, &c->renamed, 1);
	const struct {
		const struct strings *names;
		const char *what;
	} kinds[] = {
		{&removed, " removed"},
		{&added, " added"},
		{&c->changed, " changed"},
		{&c->redescribed, " described anew"},
	};
	const char *between = put_renamed(b, c) ? "; " : "";

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!kinds[i].names->n)
			continue;
		buf_str(b, between);
		tool_change_names(b, kinds[i].names);
		buf_str(b, kinds[i].what);
		between = "; ";
	}
	strings_release(&removed);
	strings_release(&added);
}

/* Names of eras stand where the eras differ: see mcp-records(5). */
static bool is_era(const char *s)
{
	enum era era;

	return era_parse(s, &era);
}

static bool usable(const struct verdict_drift *d)
{
	if (!d->from || !d->to || strcmp(d->from, d->to) == 0)
		return false;
	return (hash_valid(d->from) && hash_valid(d->to)) ||
		(is_era(d->from) && is_era(d->to));
}

static bool same(const struct verdict_drift *a, const struct verdict_drift *b)
{
	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

static struct drift_told *told_of(struct alert_state *st,
	const struct verdict_drift *d)
{
	for (size_t i = 0; i < st->n_drifts; i++)
		if (strcmp(st->drifts[i].from, d->from) == 0 &&
			strcmp(st->drifts[i].to, d->to) == 0)
			return &st->drifts[i];
	return NULL;
}

static bool recent(const struct drift_told *t, int64_t window)
{
	return window - t->at < TOOL_DRIFT_AGAIN_S;
}

/* Notes that it is told; false where it was, or too much was. */
static bool news(struct alert_state *st, const struct verdict_drift *d,
	int64_t window)
{
	struct drift_told *told = told_of(st, d), new = {.at = window};

	if (told && (recent(told, window) ||
			    st->incidents[ALERT_DIVERGENCE].open))
		return false;
	if (!told && st->n_drifts == DRIFTS_MAX) {
		if (recent(&st->drifts[0], window))
			return false;
		told = &st->drifts[0];
	}
	if (told)
		memmove(told, told + 1,
			(size_t)(&st->drifts[--st->n_drifts] - told) *
				sizeof *told);
	snprintf(new.from, sizeof new.from, "%s", d->from);
	snprintf(new.to, sizeof new.to, "%s", d->to);
	st->drifts[st->n_drifts++] = new;
	return true;
}

/*
 * A tool that is gone breaks its callers. So may a change of which nobody knows
 * what it was.
 */
static enum severity severity(const struct tool_change *c)
{
	if (is_era(c->from))
		return SEVERITY_P3;
	return c->removed.n || !tool_change_named(c) ? SEVERITY_P2
						     : SEVERITY_P3;
}

static char *summarise(const char *slug, const struct tool_change *c,
	const struct strings *regions)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, slug);
	if (is_era(c->from)) {
		buf_fmt(&b, " changed the era of its protocol from %s to %s",
			c->from, c->to);
	} else if (tool_change_named(c)) {
		buf_str(&b, " changed its tools: ");
		tool_change_put(&b, c);
	} else {
		buf_str(&b, " changed its tools, nobody knows which");
	}
	buf_str(&b, ", as seen from ");
	phrase_cities(&b, regions);
	buf_char(&b, '.');
	return buf_take(&b);
}

/* All regions of a verdict that tell of the same change make one event. */
static void drift_event(struct alert_state *st, const struct verdict *v,
	size_t first, int64_t window, int nth, struct alert_events *out)
{
	const struct verdict_drift *d = &v->drift[first];
	struct alert_event *e = events_new(out, st);

	tool_change_set(&e->change, d);
	for (size_t i = first; i < v->n_drift; i++)
		if (usable(&v->drift[i]) && same(d, &v->drift[i]) &&
			region_valid(v->drift[i].region))
			strings_note(&e->regions, v->drift[i].region);
	e->summary = summarise(st->slug, &e->change, &e->regions);
	e->record.at = (double)window;
	e->record.kind = ALERT_DRIFT;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity(&e->change);
	e->record.started_at = window;
	e->record.nth = nth;
	e->record.summary = e->summary;
	event_point(e);
}

/* Forgets what was told long ago, unless a divergence is open. */
static void forget_old(struct alert_state *st, int64_t window)
{
	size_t n = 0;

	while (n < st->n_drifts && !st->incidents[ALERT_DIVERGENCE].open &&
		window - st->drifts[n].at >= TOOL_DRIFT_KEPT_S)
		n++;
	st->n_drifts -= n;
	memmove(st->drifts, st->drifts + n, st->n_drifts * sizeof *st->drifts);
}

void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	int nth = 0;

	forget_old(st, window);
	/* One event says of all of them that they are too many. */
	if (st->incidents[ALERT_CHURN].open)
		return;
	for (size_t i = 0; i < v->n_drift; i++)
		if (usable(&v->drift[i]) &&
			region_valid(v->drift[i].region) &&
			news(st, &v->drift[i], window) &&
			!unapproved_change_covers(st, window, &v->drift[i]))
			drift_event(st, v, i, window, nth++, out);
}

static void begin_churn(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	double since = v->tool_churn.since;
	bool known = since > 0 && since <= (double)window &&
		!incident_barred(st, ALERT_CHURN, since);

	incident_open(inc, SEVERITY_P2, known ? clock_window(since) : window,
		window, 1);
	inc->layer = LAYER_TOOLS;
	inc->usual = TOOL_CHURN_USUAL;
	inc->value = v->tool_churn.changes_1h;
	/* Whoever was told of it is told of its end, and of nothing else. */
	st->incidents[ALERT_DIVERGENCE].superseded =
		st->incidents[ALERT_DIVERGENCE].open;
	events_add(out, st, ALERT_CHURN, ALERT_STARTED, (double)window, false);
}

void tool_churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	bool churns = v->tool_churn.changes_1h > 0;

	if (churns && !inc->open) {
		if (incident_barred(st, ALERT_CHURN, (double)window))
			return;
		begin_churn(st, v, window, out);
	} else if (churns) {
		incident_fail(inc, window);
		inc->value = v->tool_churn.changes_1h;
	} else if (inc->open && v->verdict != VERDICT_UNKNOWN &&
		recovery_pass(inc, window, 1)) {
		st->incidents[ALERT_DIVERGENCE].superseded = false;
		recovery_end(st, ALERT_CHURN, (double)window, out);
	}
}
