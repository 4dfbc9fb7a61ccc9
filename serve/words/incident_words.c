/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const impacts[TROUBLES] = {
	[TROUBLE_DOWN] = "Clients could not use this server.",
	[TROUBLE_REGIONAL] = "Clients could not use this server from some "
			     "locations.",
	[TROUBLE_REFUSED] = "The server refused our credential. Clients with "
			    "their own access may have been fine.",
	[TROUBLE_LIMITED] = "The server limited the rate of our checks. "
			    "Clients may not have noticed.",
	[TROUBLE_OVERRUN] = "The server was still down after the planned end "
			    "of the maintenance.",
	[TROUBLE_ERRORS] = "More requests than usual failed.",
	[TROUBLE_SLOW] = "Answers took too long.",
	[TROUBLE_TOOLS] = "Some locations got a different tool list.",
	[TROUBLE_MANUAL] = "The operator reports a problem that our checks do "
			   "not see.",
};

/* An outage of some places is not one of all, however many agree on it. */
static bool is_regional(const struct incident *in, const struct places *places)
{
	bool all = !in->n_regions ||
		places_all(places, (const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);

	return in->trouble == TROUBLE_DOWN && places->n > 1 && !all;
}

const char *incident_words_title(const struct incident *in,
	const struct places *places)
{
	return in->title ? in->title
		: incident_title(is_regional(in, places) ? ALERT_REGIONAL
				: in->kind, in->trouble == TROUBLE_REFUSED);
}

const char *incident_words_impact(const struct incident *in,
	const struct places *places)
{
	return in->text ? in->text
		: impacts[is_regional(in, places) ? TROUBLE_REGIONAL
				: in->trouble];
}

const char *incident_words_state(enum progress p)
{
	static const char *const states[] = {
		[PROGRESS_INVESTIGATING] = "Investigating",
		[PROGRESS_IDENTIFIED] = "Identified",
		[PROGRESS_MONITORING] = "Monitoring",
		[PROGRESS_RESOLVED] = "Resolved",
	};

	return states[p];
}

static const char *update_words(const struct incident *in)
{
	if (in->unseen)
		return "We no longer get reports from there. It works from "
		       "elsewhere.";
	if (in->ended_at)
		return "Resolved.";
	if (in->passing)
		return "Recovered. We are monitoring it.";
	if (in->progress == PROGRESS_MONITORING)
		return "The operator is monitoring it.";
	if (in->progress == PROGRESS_IDENTIFIED)
		return "The operator has identified the cause.";
	if (in->acknowledged || in->trouble == TROUBLE_MANUAL)
		return "The operator is looking into it.";
	return in->notified ? "The operator was notified."
			: "Recorded; the operator has not responded yet.";
}

void incident_words_latest(struct buf *b, const struct incident *in)
{
	const struct incident_news *said = incident_latest_said(in);

	if (said && said->what != UPDATE_POSTMORTEM)
		text_put(b, said->text);
	else if (said)
		buf_str(b, "The operator has explained the cause.");
	else
		buf_str(b, update_words(in));
}

/* The names of all places. */
#define WHERE_MAX (64 * 1024)

static char *where_of(const struct incident *in, const struct places *places)
{
	struct buf text;
	char *s;

	buf_init(&text, WHERE_MAX);
	if (in->n_regions)
		places_put_where(&text, places,
			(const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);
	s = xstrdup(buf_ok(&text) ? text.p : "");
	buf_release(&text);
	return s;
}

static char *latest_of(const struct incident *in)
{
	struct buf text;
	char *s;

	buf_init(&text, WHERE_MAX);
	incident_words_latest(&text, in);
	s = xstrdup(buf_ok(&text) ? text.p : "");
	buf_release(&text);
	return s;
}

/* The operators' last words of a kind, or NULL. */
static char *said(const struct incident *in, enum update_what what)
{
	const struct incident_news *news = incident_said(in, what);

	return news ? xstrdup(news->text) : NULL;
}

void incident_rows_add(struct incident_rows *rows, const char *slug,
	const struct server *server, const struct incidents *l,
	const struct places *places)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct incident *in = &l->v[i];
		struct incident_row *row;

		rows->v = xgrow(rows->v, &rows->cap, rows->n + 1,
			sizeof *rows->v);
		row = &rows->v[rows->n++];
		*row = (struct incident_row) {
			.server = server->title ? xstrdup(server->title) : NULL,
			.is_private = server->is_private,
			.trouble = (int)in->trouble,
			.note = said(in, UPDATE_NOTE),
			.postmortem = said(in, UPDATE_POSTMORTEM),
			.title = xstrdup(incident_words_title(in, places)),
			.impact = xstrdup(incident_words_impact(in, places)),
			.progress = in->progress,
			.update = update_words(in),
			.where = where_of(in, places),
			.latest = latest_of(in),
			.started_at = in->started_at,
			.ended_at = in->ended_at,
			.unseen = in->unseen,
			.passing = in->passing,
			.updated_at = in->updated_at};
		snprintf(row->slug, sizeof row->slug, "%s", slug);
		incident_id(in->kind, in->started_at, row->id);
	}
}

static int newest(const void *a, const void *b)
{
	const struct incident_row *x = a, *y = b;

	if (x->started_at != y->started_at)
		return x->started_at > y->started_at ? -1 : 1;
	if (strcmp(x->slug, y->slug) != 0)
		return strcmp(x->slug, y->slug);
	return strcmp(x->title, y->title);
}

static void row_release(struct incident_row *row)
{
	free(row->server);
	free(row->title);
	free(row->impact);
	free(row->where);
	free(row->latest);
	free(row->note);
	free(row->postmortem);
}

static void cut(struct incident_rows *rows, size_t n)
{
	while (rows->n > n)
		row_release(&rows->v[--rows->n]);
}

/* Leave out the oldest of those that are over, of sorted ones up to `n`. */
static void leave_out(struct incident_rows *rows, size_t n)
{
	size_t end = rows->n, kept = end;

	/* Rows that stay move to the end, and then back. */
	while (end--) {
		if (n && rows->v[end].ended_at) {
			row_release(&rows->v[end]);
			n--;
		} else {
			rows->v[--kept] = rows->v[end];
		}
	}
	rows->n -= kept;
	if (rows->n)
		memmove(rows->v, rows->v + kept, rows->n * sizeof *rows->v);
}

void incident_rows_sort(struct incident_rows *rows)
{
	if (rows->n)
		qsort(rows->v, rows->n, sizeof *rows->v, newest);
	if (rows->n > INCIDENT_ROWS_MAX)
		leave_out(rows, rows->n - INCIDENT_ROWS_MAX);
	cut(rows, INCIDENT_ROWS_MAX);
}

void incident_rows_release(struct incident_rows *rows)
{
	cut(rows, 0);
	free(rows->v);
	*rows = (struct incident_rows) {0};
}

/* "29 Apr", and the year where it is not that of `near`; s is RFC 3339. */
static void put_date(struct buf *b, const char *s, const char *near)
{
	long month = strtol(s + 5, NULL, 10), day = strtol(s + 8, NULL, 10);

	buf_fmt(b, "%ld %.3s", day,
		phrase_months[month >= 1 && month <= 12 ? month - 1 : 0]);
	if (strncmp(s, near, 4) != 0)
		buf_fmt(b, " %.4s", s);
}

void times_instant(struct buf *b, int64_t t, double now)
{
	char s[CLOCK_RFC3339], near[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	clock_rfc3339((int64_t)now, near);
	if (strncmp(s, near, 10) != 0) {
		put_date(b, s, near);
		buf_str(b, ", ");
	}
	buf_fmt(b, "%.5s UTC", s + 11);
}

void times_clock(struct buf *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	buf_fmt(b, "%.5s", s + 11);
}

void times_day(struct buf *b, int64_t day)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(day * 86400, s);
	put_date(b, s, s);
}

void times_span(struct buf *b, double s)
{
	int64_t min = (int64_t)(s / 60), h = min / 60, days = h / 24;

	if (min < 1)
		buf_str(b, "less than a minute");
	else if (h < 1)
		buf_fmt(b, "%" PRId64 " min", min);
	else if (days < 2)
		buf_fmt(b, "%" PRId64 " h", h);
	else
		buf_fmt(b, "%" PRId64 " days", days);
	if (h >= 1 && days < 2 && min % 60)
		buf_fmt(b, " %" PRId64 " min", min % 60);
	if (days >= 2 && h % 24)
		buf_fmt(b, " %" PRId64 " h", h % 24);
}
