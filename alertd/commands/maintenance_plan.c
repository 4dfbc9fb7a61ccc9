#include "commands/maintenance_plan.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/spelling.h"
#include "base/zone.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* "HH:MM" as minutes of the day. */
static bool time_of_day(const char *s, int *minute)
{
	static const char form[] = "00:00";

	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	*minute = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 +
		s[4] - '0';
	return *minute < 24 * 60 && s[3] < '6';
}

bool maintenance_plan_instant(
	const char *s, const char *zone, double after, int64_t *out)
{
	struct zone_time day;
	double t;

	if (clock_rfc3339_parse(s, out))
		return true;
	if (num_epoch(s, &t)) {
		*out = (int64_t)t;
		return true;
	}
	day = zone_local(zone, after);
	if (!time_of_day(s, &day.minute))
		return false;
	t = zone_instant(zone, &day);
	if (t <= after) {
		day.day++;
		t = zone_instant(zone, &day);
	}
	*out = (int64_t)t;
	return true;
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

	for (size_t i = 0; i < c->n_servers; i++) {
		const char *slug = c->servers[i].slug;

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

bool maintenance_plan_servers(
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
