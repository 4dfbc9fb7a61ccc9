/*
 * status_screen.c: see status_screen.h. The table: which columns fit, and what is shown
 * first.
 */
#include "commands/status_screen.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beside slug, regions and hours: 8 of state, 6 each of uptime and p95. */
#define FIXED (8 + 6 + 6 + 4 * 2)
#define SLUG_LEAST 12
#define HOURS_LEAST 7
#define REGIONS_LEAST 7
#define REGIONS_MOST 24

const char *status_stage_name(enum status_stage s)
{
	static const char *const names[] = {"ingest", "verdict", "alert"};

	return names[s];
}

const char *status_state_name(enum status_state s)
{
	static const char *const names[] = {
		"red", "unknown", "stale", "unjudged", "amber", "green"};

	return names[s];
}

enum status_state status_state(const struct status_server *s, double now)
{
	if (!s->published)
		return STATUS_UNJUDGED;
	if (isnan(s->as_of))
		return STATUS_UNKNOWN;
	if (fabs(now - s->as_of) > STATUS_FRESH_S)
		return s->no_data ? STATUS_UNKNOWN : STATUS_STALE;
	switch (s->colour) {
	case VERDICT_RED:
		return STATUS_RED;
	case VERDICT_AMBER:
		return STATUS_AMBER;
	case VERDICT_GREEN:
		return STATUS_GREEN;
	case VERDICT_UNKNOWN:
		break;
	}
	return STATUS_UNKNOWN;
}

/* What qsort(3) compares: it hands on no instant. */
struct rank {
	enum status_state state;
	struct status_server server;
};

static int by_rank(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return strcmp(x->server.slug, y->server.slug);
}

void status_sort(struct status *st)
{
	struct rank *all = xcalloc(st->n, sizeof *all);

	for (size_t i = 0; i < st->n; i++)
		all[i] = (struct rank) {
			status_state(&st->servers[i], st->now), st->servers[i]};
	if (st->n)
		qsort(all, st->n, sizeof *all, by_rank);
	for (size_t i = 0; i < st->n; i++)
		st->servers[i] = all[i].server;
	free(all);
}

const char *status_age(double s, char *out)
{
	double n = s > 0 ? floor(s) : 0;

	if (n < 60)
		snprintf(out, STATUS_AGE, "%.0fs", n);
	else if (n < 3600)
		snprintf(out, STATUS_AGE, "%.0fm", floor(n / 60));
	else if (n < 2 * 86400)
		snprintf(out, STATUS_AGE, "%.0fh", floor(n / 3600));
	else
		snprintf(out, STATUS_AGE, "%.0fd",
			fmin(floor(n / 86400), 9999999));
	return out;
}

/* Columns, where each character takes one. */
static size_t columns(const char *s, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++)
		out += ((unsigned char)s[i] & 0xc0) != 0x80;
	return out;
}

void status_wrap(struct buf *b, int width, int indent, const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t wide = columns(text, n);

		if (at && at + 1 + wide > (size_t)width) {
			buf_char(b, '\n');
			at = 0;
		}
		if (at) {
			buf_char(b, ' ');
			at++;
		} else {
			buf_fmt(b, "%*s", indent, "");
			at = (size_t)indent;
		}
		buf_add(b, text, n);
		at += wide;
		text += n + strspn(text + n, " ");
	}
	buf_char(b, '\n');
}

static size_t longest_slug(const struct status *st)
{
	size_t n = strlen("SERVER");

	for (size_t i = 0; i < st->n; i++)
		if (strlen(st->servers[i].slug) > n)
			n = strlen(st->servers[i].slug);
	return n;
}

static size_t most_regions(const struct status *st)
{
	size_t n = REGIONS_LEAST;

	for (size_t i = 0; i < st->n; i++)
		if (st->servers[i].n_regions > n)
			n = st->servers[i].n_regions;
	return n < REGIONS_MOST ? n : REGIONS_MOST;
}

/* What fits: the hours make room first, the older ones, then the regions. */
static struct status_columns choose(const struct status *st, int width)
{
	struct status_columns c = {.slug = (int)longest_slug(st),
		.regions = (int)most_regions(st),
		.hours = STATUS_HOURS};
	int least = c.slug < SLUG_LEAST ? c.slug : SLUG_LEAST;
	int room;

	for (;;) {
		room = width - FIXED - c.regions - (c.hours ? c.hours + 2 : 0);
		if (room >= least)
			break;
		if (c.hours)
			c.hours = c.hours > HOURS_LEAST ? c.hours - 1 : 0;
		else if (c.regions > REGIONS_LEAST)
			c.regions--;
		else
			break;
	}
	if (room < c.slug)
		c.slug = room > 4 ? room : 4;
	return c;
}

/* The first line: when, and how many of each state. */
static void put_count(const struct status *st, int width, struct buf *out)
{
	int count[STATUS_STATES] = {0};
	const char *sep = ": ";
	char text[256], when[CLOCK_RFC3339];
	size_t n;

	for (size_t i = 0; i < st->n; i++)
		count[status_state(&st->servers[i], st->now)]++;
	clock_rfc3339((int64_t)floor(st->now), when);
	n = (size_t)snprintf(text, sizeof text, "%s %zu server%s", when, st->n,
		st->n == 1 ? "" : "s");
	for (int i = 0; i < STATUS_STATES; i++) {
		if (!count[i])
			continue;
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%d %s", sep,
			count[i], status_state_name((enum status_state)i));
		sep = ", ";
	}
	status_wrap(out, width, 0, text);
}

void status_text(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	struct status_columns c = choose(st, look->width);

	put_count(st, look->width, b);
	buf_fmt(b, "\n%-*.*s  %-8s  %-*s  %6s  %6s", c.slug, c.slug, "SERVER",
		"STATE", c.regions, "REGIONS", "UP 30D", "P95");
	if (c.hours)
		buf_fmt(b, "  %d HOURS", c.hours);
	buf_char(b, '\n');
	for (size_t i = 0; i < st->n; i++)
		status_server_text(&st->servers[i], st->now, look, &c, b);
	buf_char(b, '\n');
	status_pipeline_text(st, look, b);
}
