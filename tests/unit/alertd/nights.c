/* SPDX-License-Identifier: MIT */
#include "nights.h"

#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/maintenance_hold.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define REGIONS 26
#define DRIFTS 4

/* A verdict and what it points to. */
struct word {
	struct verdict v;
	struct verdict_region regions[REGIONS];
	const char *failing[REGIONS], *no_data[REGIONS], *awaited[REGIONS];
	const char *isolated[REGIONS];
	char error[64];
	struct verdict_drift drift[DRIFTS];
	const char *tools[DRIFTS][4];
	char names[DRIFTS][4][32];
	struct verdict_side sides[REGIONS];
	const char *seen_by[REGIONS][REGIONS];
};

/* Valid names of regions, as short as can be. */
static const char *const names[REGIONS] = {"a", "b", "c", "d", "e", "f", "g",
	"h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
	"v", "w", "x", "y", "z"};

void night_init(struct night *n, const char *regions)
{
	*n = (struct night) {
		.policy = conf_policy_of(NULL),
		.url = "https://s.example/mcp",
		.judged = -1, .now = INFINITY,
	};
	snprintf(n->regions, sizeof n->regions, "%s", regions);
	state_init(&n->st, "s");
}

void night_release(struct night *n)
{
	state_release(&n->st);
	events_release(&n->events);
}

static int64_t instant(int minute)
{
	return NIGHT_START + (int64_t)minute * 60;
}

static const char *name_of(char letter)
{
	assert_in_range(letter, 'A', 'Z');
	return names[letter - 'A'];
}

static bool holds(const char *letters, size_t n, char letter)
{
	return memchr(letters, letter, n) != NULL;
}

/* What a word says of its verdict. */
struct parse {
	const char *failing, *silent, *awaited, *isolated, *refuse;
	size_t n_failing, n_silent, n_awaited, n_isolated, n_refuse;
	bool throttled; /* the regions of `failing` had 429 */
	enum step step;
};

static const char *letters(const char *p, const char **out, size_t *n)
{
	*out = p;
	*n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return p + *n;
}

static const char *parse(struct word *w, const char *p, struct parse *out)
{
	size_t n;

	out->throttled = *p == '%';
	p += strspn(p, "~!?%.");
	p = letters(p, &out->failing, &out->n_failing);
	if (out->n_failing && !out->throttled) {
		assert_in_range(*p, '1', '8');
		out->step = (enum step)(*p++ - '0');
	}
	if (*p == '/') {
		n = strcspn(++p, " *,;:=#");
		assert_true(n < sizeof w->error);
		memcpy(w->error, p, n);
		p += n;
	}
	if (*p == ',')
		p = letters(p + 1, &out->silent, &out->n_silent);
	if (*p == ';')
		p = letters(p + 1, &out->awaited, &out->n_awaited);
	if (*p == ':')
		p = letters(p + 1, &out->isolated, &out->n_isolated);
	if (*p == '-')
		p = letters(p + 1, &out->refuse, &out->n_refuse);
	return p;
}

static void set_region(const struct night *n, struct word *w,
	const struct parse *found, char letter)
{
	struct verdict *v = &w->v;
	struct verdict_region *r = &w->regions[v->n_regions++];
	bool fails = holds(found->failing, found->n_failing, letter);
	bool silent = found->n_silent &&
		holds(found->silent, found->n_silent, letter);
	bool awaited = found->n_awaited &&
		holds(found->awaited, found->n_awaited, letter);

	*r = (struct verdict_region) {
		.region = name_of(letter),
		.ms = 100,
		.started_at = (double)instant(n->minute) + 7.5 +
			n->apart * (double)(v->n_regions - 1) -
			(silent ? 3600 : awaited ? 60 : 0),
		.found.clients_refused = found->n_refuse &&
			holds(found->refuse, found->n_refuse, letter),
	};
	if (found->n_isolated &&
		holds(found->isolated, found->n_isolated, letter))
		w->isolated[v->n_isolated++] = r->region;
	if (awaited)
		w->awaited[v->n_awaited++] = r->region;
	if (silent)
		w->no_data[v->n_no_data++] = r->region;
	else
		v->reporters++;
	if (!fails)
		return;
	r->state = STATE_BROKEN;
	r->failed_step = found->throttled ? STEP_INITIALIZE : found->step;
	r->found.said = n->said;
	r->error = found->throttled ? "http.429"
		: *w->error	    ? w->error
				    : "x";
	if (!found->throttled)
		w->failing[v->n_failing++] = r->region;
}

static enum tier tier(const struct verdict *v, char prefix)
{
	if (prefix == '?')
		return TIER_NO_DATA;
	if (!v->n_failing)
		return TIER_OK;
	if (prefix == '!' || (prefix != '~' && v->n_failing == 2))
		return TIER_STEP_ALERT;
	return prefix == '~' || v->n_failing == 1 ? TIER_REGIONAL
						  : TIER_HARD_OUTAGE;
}

const char *night_hash(char letter)
{
	static char hashes['z' + 1][HASH_HEX + 1];
	char *hash = hashes[(unsigned char)letter];

	memset(hash, letter, HASH_HEX);
	if (letter > 'f')
		memset(hash, 'a' + letter % 6, HASH_HEX - 2);
	if (letter > 'f')
		snprintf(hash + HASH_HEX - 2, 3, "%02x", letter);
	return letter == 's' ? "session" : letter == 't' ? "stateless" : hash;
}

static const char *read_drift(struct word *w, const char *p)
{
	static const char signs[] = "+-^\"";
	struct verdict_drift *d = &w->drift[w->v.n_drift];
	const char ***lists[] = {&d->added, &d->removed, &d->changed,
		&d->redescribed};
	size_t *counts[] = {&d->n_added, &d->n_removed, &d->n_changed,
		&d->n_redescribed};

	assert_true(w->v.n_drift < DRIFTS);
	d->region = name_of(*p++);
	d->from = night_hash(*p++);
	d->to = night_hash(*p++);
	while (*p && strchr(signs, *p)) {
		size_t i = (size_t)(strchr(signs, *p) - signs);
		char *name = w->names[w->v.n_drift][i];
		size_t len = strcspn(++p, " *|+-^\"");

		snprintf(name, sizeof w->names[0][0], "%.*s", (int)len, p);
		w->tools[w->v.n_drift][i] = name;
		*lists[i] = &w->tools[w->v.n_drift][i];
		*counts[i] = 1;
		p += len;
	}
	w->v.n_drift++;
	return p;
}

static const char *read_tools(struct word *w, const char *p)
{
	bool compared = *p == '=';
	const char *one = NULL;

	if (*p != '=' && *p != '#')
		return p;
	p++;
	for (size_t i = 0; i < w->v.n_regions; i++, p++) {
		struct verdict_region *r = &w->regions[i];

		assert_true((*p >= 'a' && *p <= 'z') || *p == '-');
		r->tool_hash = *p == '-' ? NULL : night_hash(*p);
		if (!r->tool_hash ||
			verdict_lists(w->no_data, w->v.n_no_data, r->region))
			continue;
		if (compared && one && strcmp(one, r->tool_hash) != 0)
			w->v.divergence = true;
		one = r->tool_hash;
	}
	w->v.drift = w->drift;
	while (*p == '|')
		p = read_drift(w, p + 1);
	return p;
}

/* Fills the sides of the verdict, in the order of their letters. */
static void set_sides(struct word *w)
{
	static const char *get = "get", *put = "put";

	w->v.sides = w->sides;
	for (char c = 'a'; c <= 'z'; c++) {
		struct verdict_side *s = &w->sides[w->v.n_sides];

		*s = (struct verdict_side) {.tool_hash = night_hash(c),
			.regions = w->seen_by[w->v.n_sides]};
		for (size_t i = 0; i < w->v.n_regions; i++)
			if (w->regions[i].tool_hash &&
				strcmp(w->regions[i].tool_hash,
					s->tool_hash) == 0)
				s->regions[s->n_regions++] =
					w->regions[i].region;
		if (!s->n_regions)
			continue;
		s->changes.from = w->sides[0].tool_hash;
		s->changes.to = s->tool_hash;
		if (w->v.n_sides++) {
			s->changes.removed = &get;
			s->changes.added = &put;
			s->changes.n_removed = s->changes.n_added = 1;
		}
	}
}

/* Reads the verdict at p; returns where it ends. */
static const char *read_word(const struct night *n, struct word *w,
	const char *p)
{
	static const enum verdict_colour colours[] = {VERDICT_GREEN,
		VERDICT_AMBER, VERDICT_RED, VERDICT_RED, VERDICT_UNKNOWN};
	struct parse found = {0};
	char prefix = *p;
	int judged = n->judged < 0 ? n->minute : n->judged;

	*w = (struct word) {.v = {.slug = "s", .url = n->url}};
	p = parse(w, p, &found);
	w->v.window = instant(judged);
	if (judged < n->late)
		w->v.judged_at = (double)instant(n->late) + 5;
	w->v.regions = w->regions;
	w->v.failing = w->failing;
	w->v.no_data = w->no_data;
	w->v.awaited = w->awaited;
	w->v.isolated = w->isolated;
	w->v.step = found.step;
	for (const char *c = n->regions; *c; c++) {
		set_region(n, w, &found, *c);
		w->v.expected++;
	}
	w->v.tier = tier(&w->v, prefix);
	w->v.verdict = colours[w->v.tier];
	w->v.failed_regions = (int)w->v.n_failing;
	if (n->refused && w->v.n_failing)
		w->v.checks = CHECKS_REFUSED;
	p = read_tools(w, p);
	if (n->sides && w->v.divergence)
		set_sides(w);
	return p;
}

static void quiet(struct night *n, double t)
{
	struct occurrence o = maintenance_at(&n->maintenance, 1, "s", NULL, t,
		n->policy.maintenance_s);

	maintenance_hold_note(&n->st, &o, t);
}

/* A maintenance from one minute to another. */
static void set_maintenance(struct night *n, int from, int to)
{
	static const char *const all[] = {"*"};

	n->maintenance = (struct planned) {.m = {.id = "m", .slugs = all,
		.n_slugs = 1, .starts_at = instant(from),
		.ends_at = instant(to),
		.reason = n->bare ? NULL : "disks"}};
}

static void tick(struct night *n, double t)
{
	quiet(n, t);
	machine_tick(&n->st, &n->policy, t, &n->events);
	events_words(&n->events);
}

static void close_all(struct night *n, double t)
{
	const struct ack_request q = {
		.action = ACK_CLOSE, .by = "ann", .reason = "gone"};

	ack_apply(&n->st, &q, t, &n->events);
	events_words(&n->events);
}

static const char *run_word(struct night *n, const char *p)
{
	const char *start = p, *end;
	long times = 1;

	for (long i = 0; i < times; i++) {
		struct word w;

		p = read_word(n, &w, start);
		if (i == 0 && *p == '*')
			times = strtol(p + 1, NULL, 10);
		if (n->between)
			n->between(n);
		quiet(n, (double)w.v.window);
		machine_verdict(&n->st, &w.v, &n->policy, n->now, &n->events);
		events_words(&n->events);
		n->minute++;
	}
	n->judged = -1;
	end = p + strcspn(p, " ");
	assert_true(*p == '*' || p == end);
	return end;
}

void night_run(struct night *n, const char *text)
{
	for (const char *p = text; *(p += strspn(p, " "));) {
		char *end;
		int at;

		if (*p == '$') {
			size_t len = strcspn(++p, " ");

			snprintf(n->regions, sizeof n->regions, "%.*s",
				(int)len, p);
			p += len;
			continue;
		}
		if (!strchr("@>tmlc", *p)) {
			p = run_word(n, p);
			continue;
		}
		at = (int)strtol(p + 1, &end, 10);
		if (*p == '@')
			n->minute = at;
		else if (*p == '>')
			n->judged = at;
		else if (*p == 'l')
			n->late = at;
		else if (*p == 'm')
			set_maintenance(n, at, (int)strtol(end + 1, &end, 10));
		else if (*p == 'c')
			close_all(n, (double)instant(at) + 30);
		else
			tick(n, (double)instant(at));
		p = end;
	}
}

static int minute_of(double t)
{
	return (int)((t - NIGHT_START) / 60);
}

void night_tell(const struct night *n, char *out)
{
	struct buf b;

	buf_init(&b, NIGHT_SIZE - 1);
	for (size_t i = 0; i < n->events.n; i++) {
		const struct alert_record *r = &n->events.v[i].record;
		const char *step = step_name(r->step);
		const char *layer = failure_layer_name(r->layer);
		char event[ALERT_EVENT_SIZE];

		buf_fmt(&b, "%s%s%d %s %s %d", i ? " | " : "",
			n->events.v[i].suppressed ? "held " : "", minute_of(r->at),
			alert_event(r, event), severity_name(r->severity),
			minute_of((double)r->started_at));
		if (r->resolved_at)
			buf_fmt(&b, "-%d", minute_of((double)r->resolved_at));
		buf_fmt(&b, " x%d %s/%s [", r->probe_count, step ? step : "-",
			layer ? layer : "-");
		for (size_t k = 0; k < r->n_regions; k++)
			buf_fmt(&b, "%s%s", k ? " " : "", r->regions[k]);
		buf_char(&b, ']');
	}
	assert_true(buf_ok(&b));
	memcpy(out, b.p, b.len + 1);
	buf_release(&b);
}

void night_check(const struct night_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct night_case *c = &cases[i];
		struct night night;
		char got[NIGHT_SIZE];

		night_init(&night, c->regions);
		night_run(&night, c->verdicts);
		night_tell(&night, got);
		if (strcmp(got, c->events) != 0)
			fail_msg("%s:\n  %s\nexpected:\n  %s", c->name, got,
				c->events);
		night_release(&night);
	}
}
