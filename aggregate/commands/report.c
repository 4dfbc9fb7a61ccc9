/*
 * report.c: see report.h. A report on a month that is over is final an hour
 * later, when no minute of it is judged any more; from then on it stays as it
 * is, so that it can be cited.
 */
#include "commands/report.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "commands/report_survey.h"
#include "options.h"
#include "records/month_report.h"
#include "store/report_store.h"
#include "store/retention.h"
#include "store/setup.h"
#include "verdict_line.h"

#include <math.h>
#include <stdlib.h>

#define DAY 86400

/* Whether nothing of the month is known; then there is no report on it. */
static bool is_empty(const struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].known_minutes)
			return false;
	return true;
}

static double share(size_t n, size_t all)
{
	return all ? round((double)n * 1000 / (double)all) / 10 : 0;
}

static struct report_count *count_buckets(const struct survey *s)
{
	struct report_count *v = xcalloc(BUCKETS, sizeof *v);
	unsigned tenths[BUCKETS];

	bucket_shares(s->buckets, tenths);
	for (int i = 0; i < BUCKETS; i++)
		v[i] = (struct report_count) {
			.name = bucket_name((enum bucket)i),
			.count = (long)s->buckets[i],
			.share = tenths[i] / 10.0};
	return v;
}

/* Of servers that are behind a wall. */
static struct report_count *count_walls(const struct survey *s)
{
	struct report_count *v = xcalloc(WALLS, sizeof *v);

	for (int i = 0; i < WALLS; i++)
		v[i] = (struct report_count) {.name = wall_name((enum wall)i),
			.count = (long)s->walls[i],
			.share = share(s->walls[i], s->n)};
	return v;
}

static int print(const struct command *cmd, const struct report_head *head)
{
	char as_of[CLOCK_RFC3339];
	struct buf b;
	int failed;

	buf_init(&b, LINE_MAX_BYTES);
	if (output_choose(cmd->format).text) {
		clock_rfc3339(head->as_of, as_of);
		buf_fmt(&b, "%s: %ld servers, %ld of them ranked, as of %s%s\n",
			head->month, head->servers, head->ranked, as_of,
			head->final ? ", final" : "");
	} else {
		month_report_put(&b, head);
		buf_char(&b, '\n');
	}
	failed = line_print(b.p, b.len);
	buf_release(&b);
	return failed ? EXIT_ENV : EXIT_GOOD;
}

static int write_report(const struct command *cmd, struct store *store,
	struct survey *s, int month)
{
	char text[MONTH_TEXT];
	struct report_head head = {.month = month_text(month, text),
		.as_of = (int64_t)s->now,
		.final = s->now >=
			 (double)month_begin(month + 1) + RETENTION_LATE_S,
		.days = (long)(s->span.last - s->span.first + 1),
		.latency_from = report_latency_from(&s->span, s->now) * DAY,
		.servers = (long)s->n,
		.ranked = (long)leaderboard_sort(s->v, s->n, &s->span),
		.least_days = LEADERBOARD_DAYS,
		.least_minutes = LEADERBOARD_MINUTES,
		.cities = s->cities.v,
		.n_cities = s->cities.n,
		.buckets = count_buckets(s),
		.n_buckets = BUCKETS,
		.protocols = s->protocols,
		.n_protocols = s->n_protocols,
		.walls = count_walls(s),
		.n_walls = WALLS};
	int rc = EXIT_GOOD;

	for (size_t i = 0; i < s->n_protocols; i++)
		s->protocols[i].share =
			share((size_t)s->protocols[i].count, s->n);
	if (is_empty(s)) {
		if (cmd->month)
			log_error("nothing is known of %s", head.month);
		else if (month == month_of(s->now))
			log_warn("nothing is known of %s yet", head.month);
		rc = cmd->month ? EXIT_USAGE : EXIT_GOOD;
	} else if (report_write(store, &head, s->v)) {
		rc = EXIT_ENV;
	} else {
		rc = print(cmd, &head);
	}
	free(head.buckets);
	free(head.walls);
	return rc;
}

/* The days of the month up to now. */
static struct month_span span_of(int month, double now)
{
	struct month_span s = {.begin = (double)month_begin(month),
		.end = fmin(now, (double)month_begin(month + 1))};

	s.first = month_begin(month) / DAY;
	s.last = month_begin(month + 1) / DAY - 1;
	if (now < (double)month_begin(month + 1))
		s.last = (int64_t)floor(now / DAY);
	return s;
}

static int make_month(const struct command *cmd, const struct setup *setup,
	const struct fleet *fleet, int month, double now)
{
	struct survey s = {.now = now, .span = span_of(month, now)};
	char text[MONTH_TEXT];
	bool final;
	int rc;

	if (report_is_final(setup->store, month_text(month, text), &final))
		return EXIT_ENV;
	if (final) {
		if (cmd->month)
			log_warn("the report on %s is final", text);
		return EXIT_GOOD;
	}
	rc = survey_read(&s, setup->store, fleet)
		     ? EXIT_ENV
		     : write_report(cmd, setup->store, &s, month);
	survey_release(&s);
	return rc;
}

int report_make(const struct command *cmd)
{
	double now = isnan(cmd->now) ? clock_wall() : cmd->now;
	int current = month_of(now), month = current - 1;
	struct setup s;
	struct fleet f;
	int rc;

	if (cmd->month) {
		month_parse(cmd->month, &month);
		if (month > current) {
			log_error("--month: %s has not begun", cmd->month);
			return EXIT_USAGE;
		}
		current = month;
	}
	rc = setup_open_fleet(&s, cmd, NULL, &f);
	while (rc == EXIT_GOOD && month <= current)
		rc = make_month(cmd, &s, &f, month++, now);
	fleet_release(&f);
	setup_close(&s);
	return rc;
}
