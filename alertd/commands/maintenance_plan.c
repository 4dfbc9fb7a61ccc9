#include "commands/maintenance_plan.h"

#include "base/strings.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

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
