/* SPDX-License-Identifier: MIT */
/*
 * maintenance.c: the commands for maintenances and silences: what is asked for
 * is checked, stored, listed and ended.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "incident/machine.h"
#include "records/probe.h"
#include "records/silence.h"
#include "routing/routing.h"
#include "state/maintenance_store.h"
#include "store/beat.h"
#include "store/store.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (16u * 1024 * 1024)
/* How long `maintenance list` shows a maintenance or a silence that is over. */
#define MAINTENANCE_SHOWN_S 86400
#define SILENCE_SHOWN_S (7 * 86400)
#define WEEK_S (7 * 86400.0)
#define REASON_SHOWN 60
/* Room for the reason why a plan is refused. */
#define MAINTENANCE_PLAN_WHY 300
/* Room for the words of an option. */
#define WORDS_MAX 2048

const char *maintenance_plan_zone(
	const struct options *o, const struct conf *c)
{
	if (o->zone)
		return o->zone;
	return c && c->zone ? c->zone : MAINTENANCE_ZONE;
}

enum maintenance_plan_fit maintenance_plan_fit(
	struct maintenance *m, double now, double cap_s)
{
	bool cut = (double)(m->ends_at - m->starts_at) > cap_s;

	if (cut)
		m->ends_at = m->starts_at + (int64_t)cap_s;
	if (!m->every && (double)m->ends_at <= now)
		return MAINTENANCE_PLAN_OVER;
	return cut ? MAINTENANCE_PLAN_CUT : MAINTENANCE_PLAN_FITS;
}

static bool refuse_plan(char *why, const char *what, const char *name,
	const char *near)
{
	snprintf(why, MAINTENANCE_PLAN_WHY,
		"%s '%.80s' in the configuration%s%.80s%s", what, name,
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return false;
}

static bool slug_is_there(const char *pattern, const struct conf *c, char *why)
{
	const char *near = NULL;

	for (size_t i = 0; i < conf_count(c); i++) {
		const char *slug = conf_server_slug(c, i);

		if (fnmatch(pattern, slug, 0) == 0)
			return true;
		if (!near && spelling_enough(pattern, slug))
			near = slug;
	}
	return refuse_plan(why,
		strpbrk(pattern, "*?[") ? "no server matches" : "no server",
		pattern, near);
}

static bool account_is_there(const char *name, const struct conf *c, char *why)
{
	const char *near = NULL;

	if (conf_account(c, name))
		return true;
	for (size_t i = 0; i < c->n_accounts && !near; i++)
		if (spelling_enough(name, c->accounts[i].name))
			near = c->accounts[i].name;
	return refuse_plan(why, "no account", name, near);
}

/* Whether each of its names, patterns and accounts is or matches one of the
   configuration. False, and why names what was perhaps meant. */
static bool servers_are_there(
	const struct maintenance *m, const struct conf *c, char *why)
{
	for (size_t i = 0; i < m->n_slugs; i++)
		if (!slug_is_there(m->slugs[i], c, why))
			return false;
	for (size_t i = 0; i < m->n_accounts; i++)
		if (!account_is_there(m->accounts[i], c, why))
			return false;
	return true;
}

/* How long a maintenance may last, seconds. */
static double maintenance_cap(const struct conf *conf)
{
	return conf_policy_of(conf).maintenance_s;
}

static int refuse_maintenance(
	const char *option, const char *arg, const char *what)
{
	log_error("--%s: '%s' is not %s", option, arg, what);
	return -1;
}

void refuse_time(const char *option, const char *said, const char *zone,
	double now)
{
	struct zone_time day = zone_local(zone, now);

	log_error("--%s: '%s' is not a time such as 2:00, tomorrow 02:00 or "
		  "%04d-%02d-%02d 23:00",
		option, said, day.year, day.month, day.day);
}

/* The start, by default now, and the end if one is said. False: an error is
   logged. */
static bool read_span(const struct options *o, const char *zone, double now,
	int64_t *starts_at, int64_t *ends_at)
{
	*starts_at = (int64_t)floor(now);
	if (o->start && !zone_when(o->start, zone, now, now, starts_at)) {
		refuse_time("start", o->start, zone, now);
		return false;
	}
	if (o->end && !zone_when(o->end, zone, now, (double)*starts_at,
			      ends_at)) {
		refuse_time("end", o->end, zone, now);
		return false;
	}
	return true;
}

static int read_times(const struct options *o, double now,
	struct maintenance *m)
{
	double span;

	if (!o->end == !o->span) {
		log_error("maintenance add: one of --end and --for is needed");
		return -1;
	}
	if (!read_span(o, m->zone, now, &m->starts_at, &m->ends_at))
		return -1;
	if (o->span) {
		if (!num_duration(o->span, 60, WEEK_S, &span))
			return refuse_maintenance(
				"for", o->span,
				"a duration from 60s to 7d, such as 1h30m");
		m->ends_at = m->starts_at + (int64_t)span;
	}
	if (m->ends_at > m->starts_at)
		return 0;
	log_error("maintenance add: its end is not after its start");
	return -1;
}

static int read_names(const struct options *o, const struct conf *conf,
	struct maintenance *m)
{
	char why[MAINTENANCE_PLAN_WHY];

	if (!m->n_slugs && !m->n_accounts) {
		log_error("maintenance add: no server is named");
		return -1;
	}
	for (size_t i = 0; i < m->n_slugs; i++)
		if (!maintenance_pattern_valid(m->slugs[i])) {
			log_error("'%s': neither a server nor a pattern",
				m->slugs[i]);
			return -1;
		}
	if (o->account && !maintenance_account_valid(o->account))
		return refuse_maintenance("account", o->account, "a name");
	if (!conf || servers_are_there(m, conf, why))
		return 0;
	log_error("%s", why);
	return -1;
}

/* Read the options; *m uses their strings. -1: an error is logged.
   */
static int read_options(const struct options *o, const struct conf *conf,
	double now, struct maintenance *m)
{
	*m = (struct maintenance) {
		.slugs = (const char *const *)o->operands,
		.n_slugs = o->n_operands,
		.accounts = &o->account,
		.n_accounts = o->account ? 1 : 0,
		.zone = maintenance_plan_zone(o, conf),
		.reason = o->reason,
		.by = o->by,
		.announced_at = (int64_t)floor(now),
	};
	if (!zone_exists(m->zone))
		return refuse_maintenance(
			"zone", m->zone, "a known time zone");
	if (o->every && !maintenance_days(o->every, &m->every))
		return refuse_maintenance("every", o->every,
			"a list such as mon,fri, or daily");
	if (read_names(o, conf, m) || read_times(o, now, m))
		return -1;
	if (m->every && m->ends_at - m->starts_at > 86400) {
		log_error("--every: a maintenance that recurs lasts a day at "
			  "most");
		return -1;
	}
	return 0;
}

/* Cut a maintenance that is too long, and say so. -1: nothing of it is left. */
static int cut_to_cap(struct maintenance *m, double now, double cap_s)
{
	char end[CLOCK_RFC3339];
	enum maintenance_plan_fit how = maintenance_plan_fit(m, now, cap_s);

	zone_rfc3339(m->zone, m->ends_at, end);
	if (how == MAINTENANCE_PLAN_CUT)
		log_warn("a maintenance lasts %g s at most (alerts.policy."
			 "maintenance): this one ends at %s",
			cap_s, end);
	if (how != MAINTENANCE_PLAN_OVER)
		return 0;
	log_error("maintenance add: its end is in the past: %s", end);
	return -1;
}

/*
 * Whether there is room for one more; warns if its neighbours make it too long.
 */
static bool has_room(struct maintenance_store *c, const struct maintenance *m,
	const struct conf *conf, double now, double cap_s)
{
	struct maintenance_store_fit fit;
	char end[CLOCK_RFC3339];

	if (maintenance_store_get(c, MAINTENANCE_STORE_MAX - 1)) {
		log_error("maintenance add: there are %d maintenances already",
			MAINTENANCE_STORE_MAX);
		return false;
	}
	fit = maintenance_store_fit(c, m, conf, now, cap_s);
	if (fit.many) {
		log_error("maintenance add: %d maintenances of %s are planned "
			  "already",
			MAINTENANCE_STORE_TO_COME, fit.many);
		return false;
	}
	if (!fit.slug)
		return true;
	zone_rfc3339(m->zone, fit.chain.start + (int64_t)cap_s, end);
	log_warn("%s: maintenances less than 15 minutes apart count as one: "
		 "with the others it is %lld s longer than allowed "
		 "(alerts.policy.maintenance), so it ends at %s",
		fit.slug,
		(long long)(fit.chain.end - fit.chain.start - (int64_t)cap_s),
		end);
	return true;
}

/* The words of the options, which a silence points to. */
static struct words {
	char text[WORDS_MAX];
	const char *v[MAINTENANCE_NAMES];
} kinds, regions, steps;

static bool refuse_silence(
	const char *option, const char *word, const char *what)
{
	log_error("silence add: --%s: '%s' is not %s", option, word, what);
	return false;
}

/* The words of "a,b,c". False: there are too many. */
static bool split_words(const char *option, const char *arg, struct words *w,
	size_t *n)
{
	char *rest = w->text, *word;

	*n = 0;
	if (!arg)
		return true;
	if (strlen(arg) >= sizeof w->text)
		return refuse_silence(option, arg, "short enough");
	snprintf(w->text, sizeof w->text, "%s", arg);
	while ((word = strsep(&rest, ","))) {
		if (*n == MAINTENANCE_NAMES)
			return refuse_silence(option, arg, "at most 100 words");
		w->v[(*n)++] = word;
	}
	return true;
}

static bool kinds_are_known(const struct silence *s)
{
	enum alert_kind kind;

	for (size_t i = 0; i < s->n_kinds; i++)
		if (!alert_kind_parse(s->kinds[i], &kind))
			return refuse_silence("kind", s->kinds[i],
				"a kind of mcp-incidents(7), such as regional");
	return true;
}

static bool steps_are_known(const struct silence *s)
{
	enum step step;

	for (size_t i = 0; i < s->n_steps; i++)
		if (!step_parse(s->steps[i], &step))
			return refuse_silence("step", s->steps[i],
				"a step such as tools-list");
	return true;
}

/* With a configuration, a region that it does not have is a slip. */
static bool region_is_known(const struct conf *c, const char *name)
{
	if (!region_valid(name))
		return false;
	for (size_t i = 0; c && i < c->n_regions; i++)
		if (strcmp(c->regions[i].name, name) == 0)
			return true;
	return !c || !c->n_regions;
}

static bool regions_are_known(const struct silence *s, const struct conf *c)
{
	for (size_t i = 0; i < s->n_regions; i++)
		if (!region_is_known(c, s->regions[i]))
			return refuse_silence("region", s->regions[i],
				"a region of the configuration");
	return true;
}

static bool slugs_are_known(const struct silence *s, const struct conf *c)
{
	const struct maintenance m = {.slugs = s->slugs, .n_slugs = s->n_slugs};
	char why[MAINTENANCE_PLAN_WHY];

	for (size_t i = 0; i < s->n_slugs; i++)
		if (!maintenance_pattern_valid(s->slugs[i])) {
			log_error("'%s': neither a server nor a pattern",
				s->slugs[i]);
			return false;
		}
	for (size_t i = 0; c && i < s->n_slugs; i++) {
		const struct maintenance one = {
			.slugs = &m.slugs[i], .n_slugs = 1};

		/* That of the fleet itself is no server's. */
		if (strcmp(s->slugs[i], "*") != 0 &&
			!servers_are_there(&one, c, why)) {
			log_error("%s", why);
			return false;
		}
	}
	return true;
}

static bool read_silence_times(const struct options *o, const char *zone,
	double now, struct silence *s)
{
	double span;

	if (!read_span(o, zone, now, &s->starts_at, &s->ends_at))
		return false;
	if (o->span && !num_duration(o->span, 60, SILENCE_MAX_S, &span))
		return refuse_silence("for", o->span,
			"a duration from 60s to 35d, such as 1h30m");
	if (o->span)
		s->ends_at = s->starts_at + (int64_t)span;
	if (s->ends_at <= s->starts_at || (double)s->ends_at <= now) {
		log_error("silence add: its end is not after its start and "
			  "now");
		return false;
	}
	if (s->ends_at - s->starts_at <= SILENCE_MAX_S)
		return true;
	log_error("silence add: it would last longer than 35 days");
	return false;
}

static bool read_silence(const struct options *o, const struct conf *conf,
	double now, struct silence *s)
{
	*s = (struct silence) {
		.slugs = (const char *const *)o->operands,
		.n_slugs = o->n_operands,
		.kinds = kinds.v,
		.regions = regions.v,
		.steps = steps.v,
		.reason = o->reason,
		.by = o->by,
	};
	if (!o->end == !o->span) {
		log_error("silence add: one of --end and --for is needed");
		return false;
	}
	if (!o->reason || !*o->reason) {
		log_error("silence add: --reason is needed: it says to others "
			  "why nothing is sent");
		return false;
	}
	if (!o->kind && !o->region && !o->step && !s->n_slugs) {
		log_error("silence add: no server, kind, region or step is "
			  "named");
		return false;
	}
	return split_words("kind", o->kind, &kinds, &s->n_kinds) &&
		split_words("region", o->region, &regions, &s->n_regions) &&
		split_words("step", o->step, &steps, &s->n_steps) &&
		kinds_are_known(s) && regions_are_known(s, conf) &&
		steps_are_known(s) && slugs_are_known(s, conf) &&
		read_silence_times(o, maintenance_plan_zone(o, conf), now, s);
}

static int add_silence(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, double now, struct silence *out)
{
	size_t n;

	if (!read_silence(o, conf, now, out))
		return EXIT_USAGE;
	if (!maintenance_store_load(c, now))
		return EXIT_ENV;
	maintenance_store_silences(c, &n);
	if (n >= MAINTENANCE_STORE_MAX) {
		log_error("silence add: there are %d silences already",
			MAINTENANCE_STORE_MAX);
		return EXIT_USAGE;
	}
	maintenance_store_name('s', out->id);
	return maintenance_store_put_silence(c, out, now) ? EXIT_GOOD
							  : EXIT_ENV;
}

static int end_silence(const struct options *o, struct maintenance_store *c,
	double now, struct silence *out)
{
	const struct silence *v, *found = NULL;
	size_t n;

	if (!maintenance_store_load(c, now))
		return EXIT_ENV;
	v = maintenance_store_silences(c, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].id, o->operands[0]) == 0)
			found = &v[i];
	if (!found || (double)silence_end(found) <= now) {
		log_error("silence '%s': %s", o->operands[0],
			found ? "is over" : "there is none of that name");
		return EXIT_USAGE;
	}
	*out = *found;
	out->ended_at = (int64_t)floor(now);
	return maintenance_store_put_silence(c, out, now) ? EXIT_GOOD
							  : EXIT_ENV;
}

static bool silence_is_shown(const struct silence *s, double now)
{
	return (double)silence_end(s) + SILENCE_SHOWN_S >= now;
}

const char *silence_shown(const struct silence *s, double now)
{
	return silence_covers(s, now)		   ? "active"
		: silence_end(s) <= s->starts_at ? "cancelled"
		: (double)s->starts_at > now	   ? "coming"
						   : "ended";
}

static void put_silence(struct buf *b, const struct silence *s, double now,
	const char *zone)
{
	char start[CLOCK_RFC3339], end[CLOCK_RFC3339];
	char reason[4 * REASON_SHOWN + 1];

	if (!zone) {
		silence_write(b, s);
		buf_char(b, '\n');
		return;
	}
	zone_rfc3339(zone, s->starts_at, start);
	zone_rfc3339(zone, silence_end(s), end);
	text_clean(s->reason, strlen(s->reason), reason, sizeof reason,
		REASON_SHOWN);
	buf_fmt(b, "%-9s  %s  %s  %-10s  silence of ",
		silence_shown(s, now),
		start, end, s->id);
	silence_put_what(b, s);
	buf_fmt(b, ": %s\n", reason);
}

/* A maintenance as it is shown: one of its times, and its state; or a
   silence. */
struct row {
	const struct maintenance *m;
	const struct silence *silence;
	struct occurrence shown;
	const char *state;
};

/* A row for people. */
static void put_row(struct buf *b, const struct row *r, const char *zone)
{
	const struct maintenance *m = r->m;
	const char *said = m->reason ? m->reason : "";
	char start[CLOCK_RFC3339], end[CLOCK_RFC3339], days[MAINTENANCE_DAYS];
	char reason[4 * REASON_SHOWN + 1];

	zone_rfc3339(zone, r->shown.start, start);
	zone_rfc3339(zone, r->shown.end, end);
	maintenance_put_days(m->every, days);
	text_clean(said, strlen(said), reason, sizeof reason, REASON_SHOWN);
	buf_fmt(b, "%-9s  %s  %s  %-10s  ", r->state, start, end, m->id);
	maintenance_put_servers(b, m);
	if (m->every)
		buf_fmt(b, " (%s, %s)", days, m->zone ? m->zone
						      : MAINTENANCE_ZONE);
	buf_fmt(b, "%s%s\n", *reason ? ": " : "", reason);
}

const char *maintenance_shown(const struct maintenance *m, double now,
	double cap_s, struct occurrence *shown)
{
	struct occurrence next = maintenance_next(m, now, cap_s);

	*shown = maintenance_last(m, now, cap_s);
	if (occurrence_covers(shown, now))
		return "active";
	if (next.found) {
		*shown = next;
		return m->every ? "recurring" : "coming";
	}
	if (shown->found)
		return "ended";
	*shown = (struct occurrence) {.start = m->starts_at, .end = m->ends_at};
	return "cancelled";
}

static struct row row_of(const struct maintenance *m, double now, double cap_s)
{
	struct row r = {.m = m};

	r.state = maintenance_shown(m, now, cap_s, &r.shown);
	return r;
}

static void put_maintenance(struct buf *b, const struct row *r,
	const char *zone)
{
	if (zone) {
		put_row(b, r, zone);
		return;
	}
	maintenance_write(b, r->m);
	buf_char(b, '\n');
}

static int add_maintenance(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, struct buf *out, const char *zone)
{
	double now = isnan(o->now) ? clock_wall() : o->now;
	double cap_s = maintenance_cap(conf);
	struct maintenance m;
	struct row row;

	if (read_options(o, conf, now, &m) || cut_to_cap(&m, now, cap_s))
		return EXIT_USAGE;
	if (!maintenance_store_load(c, now))
		return EXIT_ENV;
	if (!has_room(c, &m, conf, now, cap_s))
		return EXIT_USAGE;
	maintenance_store_name('m', m.id);
	if (!maintenance_store_put(c, &m, now, cap_s))
		return EXIT_ENV;
	row = row_of(&m, now, cap_s);
	put_maintenance(out, &row, zone);
	return EXIT_GOOD;
}

/* The earliest first. */
static int by_start(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->shown.start != y->shown.start)
		return x->shown.start < y->shown.start ? -1 : 1;
	return strcmp(x->m ? x->m->id : x->silence->id,
		y->m ? y->m->id : y->silence->id);
}

/* Adds the silences to the n rows that there are. How many there are then. */
static size_t add_silences(const struct maintenance_store *c, double now,
	struct row **rows, size_t *cap, size_t n)
{
	size_t count;
	const struct silence *s = maintenance_store_silences(c, &count);

	for (size_t i = 0; i < count; i++) {
		if (!silence_is_shown(&s[i], now))
			continue;
		*rows = xgrow(*rows, cap, n + 1, sizeof **rows);
		(*rows)[n++] = (struct row) {.silence = &s[i],
			.shown.start = s[i].starts_at};
	}
	return n;
}

static int list_all(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, struct buf *out, const char *zone)
{
	double now = isnan(o->now) ? clock_wall() : o->now;
	double cap_s = maintenance_cap(conf);
	const struct maintenance *m;
	struct row *rows = NULL;
	size_t n = 0, cap = 0;

	if (!maintenance_store_load(c, now))
		return EXIT_ENV;
	for (size_t i = 0; (m = maintenance_store_get(c, i)); i++) {
		if (maintenance_end(m, now, cap_s) + MAINTENANCE_SHOWN_S < now)
			continue;
		rows = xgrow(rows, &cap, n + 1, sizeof *rows);
		rows[n++] = row_of(m, now, cap_s);
	}
	n = add_silences(c, now, &rows, &cap, n);
	if (n)
		qsort(rows, n, sizeof *rows, by_start);
	for (size_t i = 0; i < n; i++)
		if (rows[i].m)
			put_maintenance(out, &rows[i], zone);
		else
			put_silence(out, rows[i].silence, now, zone);
	free(rows);
	if (zone && !out->len)
		buf_str(out, "No maintenance and no silence is known.\n");
	return EXIT_GOOD;
}

static int end_maintenance(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, struct buf *out, const char *zone)
{
	double now = isnan(o->now) ? clock_wall() : o->now;
	double cap_s = maintenance_cap(conf);
	const struct maintenance *found;
	struct maintenance m;
	struct row row;

	if (!maintenance_store_load(c, now))
		return EXIT_ENV;
	found = maintenance_store_find(c, o->operands[0]);
	if (!found || maintenance_end(found, now, cap_s) <= now) {
		log_error("maintenance '%s': %s", o->operands[0],
			found ? "is over" : "there is none of that name");
		return EXIT_USAGE;
	}
	m = *found;
	m.ended_at = (int64_t)floor(now);
	if (!maintenance_store_put(c, &m, now, cap_s))
		return EXIT_ENV;
	row = row_of(&m, now, cap_s);
	put_maintenance(out, &row, zone);
	return EXIT_GOOD;
}

static int change_silence(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, struct buf *out, const char *zone)
{
	double now = isnan(o->now) ? clock_wall() : o->now;
	struct silence s;
	int status = o->action == OPTIONS_SILENCE_ADD
		? add_silence(o, conf, c, now, &s)
		: end_silence(o, c, now, &s);

	if (status == EXIT_GOOD)
		put_silence(out, &s, now, zone);
	return status;
}

int maintenance_run(const struct options *o, const struct conf *conf,
	struct store *store, const char *zone, struct buf *out)
{
	struct maintenance_store *c = maintenance_store_new(store);
	bool changes = true;
	int status;

	if (o->action == OPTIONS_MAINTENANCE_ADD) {
		status = add_maintenance(o, conf, c, out, zone);
	} else if (o->action == OPTIONS_MAINTENANCE_END) {
		status = end_maintenance(o, conf, c, out, zone);
	} else if (o->action == OPTIONS_SILENCE_ADD ||
		o->action == OPTIONS_SILENCE_END) {
		status = change_silence(o, conf, c, out, zone);
	} else {
		status = list_all(o, conf, c, out, zone);
		changes = false;
	}
	/* Whatever is printed stays stored, even if Redis is killed. */
	if (status == EXIT_GOOD && changes && store_persist(store)) {
		store_failed(store);
		status = EXIT_ENV;
	}
	maintenance_store_free(c);
	return status;
}

int maintenance_command(const struct run *s, const struct options *o)
{
	struct buf out;
	int status;

	buf_init(&out, OUTPUT_MAX);
	status = maintenance_run(
		o, s->conf, s->store, s->text ? s->zone : NULL, &out);
	if (status == EXIT_GOOD && line_print(out.p, out.len))
		status = EXIT_ENV;
	buf_release(&out);
	return status;
}
