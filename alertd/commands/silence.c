#include "commands/silence.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/zone.h"
#include "commands/maintenance_plan.h"
#include "state/maintenance_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How long lists show one that is over. */
#define SHOWN_S (7 * 86400)
#define REASON_SHOWN 60
/* Room for the words of an option. */
#define WORDS_MAX 2048

/* The words of the options, which a silence points to. */
static struct words {
	char text[WORDS_MAX];
	const char *v[MAINTENANCE_NAMES];
} kinds, regions, steps;

static bool refuse(const char *option, const char *word, const char *what)
{
	log_error("silence add: --%s: '%s' is not %s", option, word, what);
	return false;
}

/* The words of "a,b,c". False: there are too many. */
static bool split(const char *option, const char *arg, struct words *w,
	size_t *n)
{
	char *rest = w->text, *word;

	*n = 0;
	if (!arg)
		return true;
	if (strlen(arg) >= sizeof w->text)
		return refuse(option, arg, "short enough");
	snprintf(w->text, sizeof w->text, "%s", arg);
	while ((word = strsep(&rest, ","))) {
		if (*n == MAINTENANCE_NAMES)
			return refuse(option, arg, "at most 100 words");
		w->v[(*n)++] = word;
	}
	return true;
}

static bool kinds_known(const struct silence *s)
{
	enum alert_kind kind;

	for (size_t i = 0; i < s->n_kinds; i++)
		if (!alert_kind_parse(s->kinds[i], &kind))
			return refuse("kind", s->kinds[i],
				"a kind of mcp-incidents(7), such as regional");
	return true;
}

static bool steps_known(const struct silence *s)
{
	enum step step;

	for (size_t i = 0; i < s->n_steps; i++)
		if (!step_parse(s->steps[i], &step))
			return refuse("step", s->steps[i],
				"a step such as tools-list");
	return true;
}

/* With a configuration, a region that it does not have is a slip. */
static bool region_known(const struct conf *c, const char *name)
{
	if (!region_valid(name))
		return false;
	for (size_t i = 0; c && i < c->n_regions; i++)
		if (strcmp(c->regions[i].name, name) == 0)
			return true;
	return !c || !c->n_regions;
}

static bool regions_known(const struct silence *s, const struct conf *c)
{
	for (size_t i = 0; i < s->n_regions; i++)
		if (!region_known(c, s->regions[i]))
			return refuse("region", s->regions[i],
				"a region of the configuration");
	return true;
}

static bool slugs_known(const struct silence *s, const struct conf *c)
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
			!maintenance_plan_servers(&one, c, why)) {
			log_error("%s", why);
			return false;
		}
	}
	return true;
}

static bool read_times(const struct options *o, const char *zone, double now,
	struct silence *s)
{
	static const char what[] = "a time such as 2:00, +10m, "
				   "2026-11-23 02:00 or 2026-11-23T02:00:00Z";
	double span;

	s->starts_at = (int64_t)floor(now);
	if (o->start && !zone_when(o->start, zone, now, &s->starts_at))
		return refuse("start", o->start, what);
	if (o->end && !zone_when(o->end, zone, (double)s->starts_at,
			      &s->ends_at))
		return refuse("end", o->end, what);
	if (o->span && !num_duration(o->span, 60, SILENCE_MAX_S, &span))
		return refuse("for", o->span,
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
		log_error("silence add: --reason is needed: whoever wonders in "
			  "a week will read it");
		return false;
	}
	if (!o->kind && !o->region && !o->step && !s->n_slugs) {
		log_error("silence add: neither a server, a kind, a region nor "
			  "a step is named");
		return false;
	}
	return split("kind", o->kind, &kinds, &s->n_kinds) &&
		split("region", o->region, &regions, &s->n_regions) &&
		split("step", o->step, &steps, &s->n_steps) &&
		kinds_known(s) && regions_known(s, conf) && steps_known(s) &&
		slugs_known(s, conf) &&
		read_times(o, maintenance_plan_zone(o, conf), now, s);
}

int silence_add(const struct options *o, const struct conf *conf,
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

int silence_stop(const struct options *o, struct maintenance_store *c,
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

bool silence_shown(const struct silence *s, double now)
{
	return (double)silence_end(s) + SHOWN_S >= now;
}

void silence_put(struct buf *b, const struct silence *s, double now,
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
		silence_covers(s, now)		? "active"
			: silence_end(s) <= s->starts_at ? "cancelled"
			: (double)s->starts_at > now	? "coming"
							: "ended",
		start, end, s->id);
	silence_put_what(b, s);
	buf_fmt(b, ": %s\n", reason);
}
