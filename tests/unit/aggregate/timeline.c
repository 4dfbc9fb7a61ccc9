/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Cuts the next word off *p at any of `ends`; NULL at the end. */
static char *word(char **p, const char *ends)
{
	char *w = *p + strspn(*p, " ");
	size_t n = strcspn(w, ends);

	if (!*w)
		return NULL;
	*p = w + n + (w[n] != '\0');
	w[n] = '\0';
	return w;
}

/* Cuts w at c; returns what stood behind it, or NULL where w has no c. */
static const char *behind(char *w, char c)
{
	char *p = strchr(w, c);

	if (!p)
		return NULL;
	*p = '\0';
	return p + 1;
}

static const char *hash(struct timeline *t, char c)
{
	char *h;

	assert_in_range(c, 'a', 'z');
	h = t->hashes[c - 'a'];
	h[0] = c;
	return h;
}

/* What is in each list, so that each drift holds lists of its own. */
static const struct tool_digest tool = {
	.name = "t", .contract = "1", .full = "1"};

static void read_probe(struct timeline *t, char *w, struct probe *p,
	struct tool_list *l)
{
	const char *era = behind(w, '@'), *hashes = behind(w, '#');
	const char *error = behind(w, '/'), *what = behind(w, ':');

	assert_non_null(what);
	*p = (struct probe) {
		.started_at = TIMELINE_START + strtod(w, NULL),
		.total_ms = 100,
		.id = "x",
		.error = error,
		.era = ERA_SESSION,
	};
	if (era)
		assert_true(era_parse(era, &p->era));
	if (*what == 'w')
		p->state = STATE_AUTH_WALLED;
	else if (*what != '-') {
		assert_in_range(*what, '1', '8');
		p->state = STATE_BROKEN;
		p->failed_step = (enum step)(*what - '0');
	}
	if (!hashes)
		return;
	*l = (struct tool_list) {
		.hash = hash(t, hashes[0]), .tools = &tool, .n_tools = 1};
	if (hashes[1] == '.')
		l->full_hash = hash(t, hashes[2]);
	p->tools = l;
}

void timeline_read(struct timeline *t, const char *text)
{
	char *p, *region;

	*t = (struct timeline) {.n = 0};
	assert_true(strlen(text) < sizeof t->text);
	p = memcpy(t->text, text, strlen(text) + 1);
	while ((region = word(&p, "|"))) {
		struct region_history *h = &t->regions[t->n];
		char *w;

		assert_true(t->n < TIMELINE_REGIONS);
		w = word(&region, " ");
		h->machine = behind(w, '=');
		h->name = t->names[t->n] = w;
		h->probes = t->probes[t->n];
		while ((w = word(&region, " "))) {
			assert_true(h->n < TIMELINE_PROBES);
			read_probe(t, w, &t->probes[t->n][h->n],
				&t->lists[t->n][h->n]);
			h->n++;
		}
		t->n++;
	}
}

static size_t append(char *out, size_t at, const char *s)
{
	size_t n = strlen(s);

	assert_true(at + n < 512);
	memcpy(out + at, s, n + 1);
	return at + n;
}

static size_t append_list(char *out, size_t at, const char **names, size_t n)
{
	at = append(out, at, " [");
	for (size_t i = 0; i < n; i++) {
		at = append(out, at, i ? " " : "");
		at = append(out, at, names[i]);
	}
	return append(out, at, "]");
}

static void render(const struct verdict *v, char *out)
{
	size_t at = (size_t)snprintf(out, 512, "%s %s %s %d %d/%d",
		verdict_colour_name(v->verdict), tier_name(v->tier),
		v->step ? step_name(v->step) : "-", v->failed_regions,
		v->reporters, v->expected);

	at = append_list(out, at, v->failing, v->n_failing);
	at = append_list(out, at, v->no_data, v->n_no_data);
	if (v->n_isolated) {
		at = append(out, at, " isolated");
		at = append_list(out, at, v->isolated, v->n_isolated);
	}
	if (v->checks) {
		at = append(out, at, " checks ");
		at = append(out, at, checks_name(v->checks));
	}
	if (v->unchecked)
		at = append(out, at, " unchecked");
	if (v->divergence)
		at = append(out, at, " divergence");
	for (size_t i = 0; i < v->n_drift; i++) {
		at = append(out, at, " drift ");
		at = append(out, at, v->drift[i].region);
		at = append(out, at, " ");
		at = append(out, at, v->drift[i].from);
		at = append(out, at, ">");
		at = append(out, at, v->drift[i].to);
	}
}

void timeline_judge(const struct timeline *t, const struct rule *rule,
	const char *expected, double now, char *out)
{
	char text[256], *p = text, *w;
	const char *names[TIMELINE_REGIONS];
	struct verdict_input in = {
		.slug = "s",
		.now = TIMELINE_START + now,
		.expected = t->names,
		.n_expected = t->n,
		.regions = t->regions,
		.n_regions = t->n,
		.worked_at = t->worked != 0 ? TIMELINE_START + t->worked : 0,
	};
	struct verdict v;

	if (expected) {
		in.expected = names;
		in.n_expected = 0;
		memcpy(text, expected, strlen(expected) + 1);
		while ((w = word(&p, " ")))
			names[in.n_expected++] = w;
	}
	v = verdict_decide(rule, &in);
	render(&v, out);
	verdict_release(&v);
}
