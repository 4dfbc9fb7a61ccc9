/* SPDX-License-Identifier: MIT */
#include "badge/badge.h"

#include "base/text.h"
#include "cgi/request.h"
#include "data/places.h"
#include "data/view.h"
#include "pages/html.h"
#include "records/maintenance.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL "mcp"
#define LABEL_FLEET "mcp servers"
/* An instant in words, in bytes. */
#define WHEN 64
/* Longer values of a parameter are ignored. */
#define PARAMETER 500

static const struct metric {
	const char *name; /* in the query */
	const char *label; /* NULL: the name */
	bool local;	  /* known of each place, too */
} metrics[METRIC_UNKNOWN] = {
	[METRIC_STATE] = {"state", NULL, true},
	[METRIC_UPTIME] = {"uptime", NULL, false},
	[METRIC_P95] = {"p95", NULL, true},
	[METRIC_TOOLS] = {"tools", NULL, false},
	[METRIC_APPROVED] = {"approved", "tools", false},
	[METRIC_MAINTENANCE] = {"maintenance", NULL, false},
};

static const char *const colours[] = {
	[VERDICT_GREEN] = BADGE_GREEN,
	[VERDICT_AMBER] = BADGE_AMBER,
	[VERDICT_RED] = BADGE_RED,
};

enum badge_metric badge_metric_read(const struct request *request)
{
	char value[PARAMETER];
	int i = METRIC_STATE;

	if (!request_query(request, "metric", value, sizeof value) || !*value)
		return METRIC_STATE;
	while (i < METRIC_UNKNOWN && strcmp(metrics[i].name, value) != 0)
		i++;
	return (enum badge_metric)i;
}

bool badge_place_read(const struct request *request, char *out)
{
	return request_query(request, "region", out, BADGE_PLACE_SIZE);
}

static void say(struct badge_words *w, const char *message, const char *colour)
{
	snprintf(w->message, sizeof w->message, "%s", message);
	w->colour = colour;
}

/* There is nothing to say, for this reason. */
static void say_unknown(struct badge_words *w, const char *name,
	const char *why)
{
	say(w, why, BADGE_PENDING);
	snprintf(w->title, sizeof w->title, "%s: %s", name, why);
	w->note = NULL;
	w->known = false;
}

static void say_never(struct badge_words *w, const char *name)
{
	say_unknown(w, name, BADGE_NEVER);
	snprintf(w->title, sizeof w->title, "%s: pending, " BADGE_NEVER, name);
}

/* Why it is in its state, where that says nothing of the server. */
static const char *kept_out(const struct view *v)
{
	static const char *const words[] = {
		[CHECKS_FREE] = "",
		[CHECKS_REFUSED] = ", our checks are refused",
		[CHECKS_LIMITED] = ", our checks are rate-limited",
	};

	return words[v->checks];
}

/* A state that is not "up" is part of the title of every figure. */
static void end_title(const struct badge_subject *s, struct badge_words *w)
{
	const struct view *v = s->view;
	size_t n = strlen(w->title);

	if (s->maintenance_now)
		snprintf(w->title + n, sizeof w->title - n,
			", under maintenance");
	else if (v->verdict != VERDICT_GREEN)
		snprintf(w->title + n, sizeof w->title - n, ", now %s%s",
			view_state(v), kept_out(v));
}

/* The uptime is beside a state that works; the title always has it. */
static void say_state(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	const struct view *v = s->view;
	const char *state = view_state(v), *why = kept_out(v);
	bool works = !s->maintenance_now && v->verdict != VERDICT_RED;

	say(w, s->maintenance_now ? "maintenance" : state,
		s->maintenance_now ? BADGE_MAINTENANCE : colours[v->verdict]);
	if (works && !isnan(v->uptime_30d))
		snprintf(w->message, sizeof w->message, "%s %.2f%%", state,
			v->uptime_30d);
	if (s->maintenance_now)
		state = "under maintenance";
	if (isnan(v->uptime_30d))
		snprintf(w->title, sizeof w->title, "%s: %s%s", name, state,
			why);
	else
		snprintf(w->title, sizeof w->title,
			"%s: %s%s, %.2f%% uptime in 30 days", name, state, why,
			v->uptime_30d);
}

/* The threshold applies to the figure as it is shown, with two digits. */
static void say_uptime(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	double percent = round(s->view->uptime_30d * 100) / 100;

	if (isnan(percent)) {
		say_unknown(w, name, "uptime not known yet");
		return;
	}
	snprintf(w->message, sizeof w->message, "%.2f%%", percent);
	snprintf(w->title, sizeof w->title, "%s: %s uptime in 30 days", name,
		w->message);
	w->colour = percent >= BADGE_UPTIME_GREEN  ? BADGE_GREEN
		    : percent >= BADGE_UPTIME_AMBER ? BADGE_AMBER
						    : BADGE_RED;
	end_title(s, w);
}

static void say_p95(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	const struct view_region *r =
		s->place ? view_region(s->view, s->place->region) : NULL;
	double ms = !s->place ? s->view->p95_ms : r ? r->p95_ms : NAN;

	if (isnan(ms)) {
		say_unknown(w, name, "p95 not known yet");
		return;
	}
	snprintf(w->message, sizeof w->message, "%.0f ms", ms);
	snprintf(w->title, sizeof w->title, "%s: p95 %s, last %s", name,
		w->message, s->place ? "16 probes" : "24 hours");
	w->colour = ms <= BADGE_P95_GREEN   ? BADGE_GREEN
		    : ms <= BADGE_P95_AMBER ? BADGE_AMBER
					    : BADGE_RED;
	end_title(s, w);
}

static void say_tools(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	if (s->tools < 0) {
		say_unknown(w, name,
			s->tools == BADGE_TOOLS_HIDDEN ? "not public"
						       : "tools not known yet");
		return;
	}
	snprintf(w->message, sizeof w->message, "%d", s->tools);
	snprintf(w->title, sizeof w->title, "%s: %d tool%s", name, s->tools,
		s->tools == 1 ? "" : "s");
	w->colour = BADGE_FIGURE;
	end_title(s, w);
}

/* Which tools, and what changed, is for operators. */
static void say_approved(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	bool changed = s->view->unapproved;

	if (s->tools == BADGE_TOOLS_HIDDEN || !s->view->pinned) {
		say_unknown(w, name,
			s->tools == BADGE_TOOLS_HIDDEN ? "not public"
						       : "approval not known");
		return;
	}
	say(w, changed ? "changed" : "approved",
		changed ? BADGE_AMBER : BADGE_GREEN);
	snprintf(w->title, sizeof w->title, "%s: %s", name,
		changed ? "tools that nobody approved" : "tools as approved");
	end_title(s, w);
}

static void say_maintenance(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	const struct occurrence *now = s->maintenance_now;
	const struct occurrence *next = s->maintenance_next;
	struct buf when;

	w->note = NULL;
	if (!now && !next) {
		say(w, "none planned", BADGE_PENDING);
		snprintf(w->title, sizeof w->title,
			"%s: no maintenance planned", name);
		return;
	}
	buf_init(&when, WHEN);
	times_instant(&when, now ? now->end : next->start, s->now);
	snprintf(w->message, sizeof w->message, "%s%s", now ? "until " : "",
		when.p);
	snprintf(w->title, sizeof w->title, "%s: %s %s", name,
		now ? "maintenance until" : "planned maintenance,", when.p);
	w->colour = BADGE_MAINTENANCE;
	buf_release(&when);
}

/* How the server is from one place. */
static void say_place(const struct badge_subject *s, const char *name,
	struct badge_words *w)
{
	static const struct {
		const char *message, *colour;
	} said[] = {
		[PLACE_WORKING] = {"up", BADGE_GREEN},
		[PLACE_NOT_WORKING] = {"down", BADGE_RED},
		[PLACE_NO_DATA] = {BADGE_STALE, BADGE_PENDING},
		[PLACE_UNCHECKED] = {"unchecked", BADGE_PENDING},
	};
	enum place p = s->place->place;

	if (p == PLACE_NO_DATA || p == PLACE_UNCHECKED) {
		say_unknown(w, name, said[p].message);
		return;
	}
	say(w, s->maintenance_now ? "maintenance" : said[p].message,
		s->maintenance_now ? BADGE_MAINTENANCE : said[p].colour);
	snprintf(w->title, sizeof w->title, "%s: %s", name,
		s->maintenance_now ? "under maintenance" : said[p].message);
}

/* "mcp", "uptime", "London", "London p95". */
static void set_label(const struct badge_subject *s, struct badge_words *w)
{
	const struct metric *m = s->metric == METRIC_UNKNOWN ||
						 s->metric == METRIC_STATE
					 ? NULL
					 : &metrics[s->metric];
	const char *metric = !m ? NULL : m->label ? m->label : m->name;
	char label[2 * BADGE_LABEL_SIZE], city[BADGE_LABEL_SIZE];

	snprintf(label, sizeof label, "%s", metric ? metric : LABEL);
	if (s->place && metrics[s->metric].local) {
		places_name(s->place, city, sizeof city);
		snprintf(label, sizeof label, "%s%s%s", city,
			metric ? " " : "", metric ? metric : "");
	}
	text_clean(label, strlen(label), w->label, sizeof w->label,
		BADGE_LABEL);
}

static void set_name(const struct badge_subject *s, char *out, size_t size)
{
	const char *slug = s->slug ? s->slug : BADGE_NOBODY;
	char city[BADGE_LABEL_SIZE];

	snprintf(out, size, "%s", slug);
	if (!s->place)
		return;
	places_name(s->place, city, sizeof city);
	snprintf(out, size, "%s from %s", slug, city);
}

void badge_words_of(const struct badge_subject *s, struct badge_words *w)
{
	static void (*const says[METRIC_UNKNOWN])(const struct badge_subject *,
		const char *, struct badge_words *) = {
		[METRIC_STATE] = say_state,
		[METRIC_UPTIME] = say_uptime,
		[METRIC_P95] = say_p95,
		[METRIC_TOOLS] = say_tools,
		[METRIC_APPROVED] = say_approved,
		[METRIC_MAINTENANCE] = say_maintenance,
	};
	char name[SLUG_MAX + BADGE_LABEL_SIZE + 8];

	*w = (struct badge_words) {.note = s->note, .known = true};
	if (s->metric == METRIC_UNKNOWN) {
		snprintf(w->label, sizeof w->label, LABEL);
		say_unknown(w, s->slug ? s->slug : BADGE_NOBODY,
			"unknown metric");
		return;
	}
	set_label(s, w);
	set_name(s, name, sizeof name);
	if (s->asked_place && !metrics[s->metric].local)
		say_unknown(w, s->slug ? s->slug : BADGE_NOBODY,
			"not known by location");
	else if (s->unknown)
		say_unknown(w, name, BADGE_UNKNOWN);
	else if (s->view->freshness == VIEW_NONE)
		say_never(w, name);
	else if (s->view->freshness == VIEW_STALE)
		say_unknown(w, name, BADGE_STALE);
	else if (s->asked_place && !s->place)
		say_unknown(w, name, "unknown location");
	else if (s->place && s->metric == METRIC_STATE)
		say_place(s, name, w);
	else
		says[s->metric](s, name, w);
}

/* "12 servers: 1 down, 11 up". */
static void set_fleet_title(const size_t *counts, size_t all,
	struct badge_words *w)
{
	size_t n = (size_t)snprintf(w->title, sizeof w->title, "%zu server%s",
		all, all == 1 ? "" : "s");
	const char *before = ": ";

	for (int i = 0; i < CONDITION_STATES; i++) {
		if (!counts[i])
			continue;
		n += (size_t)snprintf(w->title + n, sizeof w->title - n,
			"%s%zu %s", before, counts[i],
			condition_name((enum condition_state)i));
		before = ", ";
	}
}

/*
 * A fleet is counted by its states, those with trouble and those that are not
 * known first.
 */
static void say_part(const size_t *counts, size_t all, struct badge_words *w)
{
	static const struct {
		enum condition_state state;
		const char *word, *colour;
	} parts[] = {
		{CONDITION_DOWN, "down", BADGE_RED},
		{CONDITION_DEGRADED, "degraded", BADGE_AMBER},
		{CONDITION_STALE, "unknown", BADGE_PENDING},
		{CONDITION_MAINTENANCE, "in maintenance", BADGE_MAINTENANCE},
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!counts[parts[i].state])
			continue;
		snprintf(w->message, sizeof w->message, "%zu of %zu %s",
			counts[parts[i].state], all, parts[i].word);
		w->colour = parts[i].colour;
		return;
	}
	snprintf(w->message, sizeof w->message, "%zu up",
		counts[CONDITION_UP]);
	if (counts[CONDITION_PENDING])
		snprintf(w->message, sizeof w->message, "%zu up, %zu pending",
			counts[CONDITION_UP], counts[CONDITION_PENDING]);
	w->colour = BADGE_GREEN;
}

void badge_words_fleet(const size_t *counts, struct badge_words *w)
{
	size_t all = 0;

	*w = (struct badge_words) {.known = true};
	snprintf(w->label, sizeof w->label, LABEL_FLEET);
	for (int i = 0; counts && i < CONDITION_STATES; i++)
		all += counts[i];
	if (counts && !all)
		say_unknown(w, LABEL_FLEET, "no servers");
	else if (!counts || counts[CONDITION_STALE] == all)
		say_unknown(w, LABEL_FLEET, BADGE_STALE);
	else if (counts[CONDITION_PENDING] == all)
		say_never(w, LABEL_FLEET);
	else
		say_part(counts, all, w);
	if (w->known)
		set_fleet_title(counts, all, w);
}
