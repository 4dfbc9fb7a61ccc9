/* SPDX-License-Identifier: MIT */
#include "conf/match.h"

#include "base/zone.h"

#include <fnmatch.h>
#include <string.h>

/* One that was refused is NULL. */
static bool among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

bool conf_match_severity(const struct conf_match *m, enum severity severity)
{
	return among(m->severities, m->n_severities, severity_name(severity));
}

bool conf_match_kind(const struct conf_match *m, enum alert_kind kind)
{
	return among(m->kinds, m->n_kinds, alert_kind_name(kind)) ||
		((kind == ALERT_OVERRUN || kind == ALERT_MANUAL ||
			 kind == ALERT_TEST) &&
			among(m->kinds, m->n_kinds,
				alert_kind_name(ALERT_DOWNTIME)));
}

static bool matches_slug(const struct conf_match *m, const char *slug)
{
	for (size_t i = 0; i < m->n_servers; i++)
		if (m->servers[i] && fnmatch(m->servers[i], slug, 0) == 0)
			return true;
	return m->n_servers == 0;
}

bool conf_labels_hold(const struct alert_label *all, size_t n_all,
	const struct alert_label *some, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_all && (strcmp(all[k].name, some[i].name) != 0 ||
					    strcmp(all[k].value, some[i].value)))
			k++;
		if (k == n_all)
			return false;
	}
	return true;
}

bool conf_match_server(const struct conf_match *m, const char *slug,
	const struct conf_server *s)
{
	const char *account = s ? s->account : NULL;

	return matches_slug(m, slug) &&
		(!m->n_accounts ||
			(account && among(m->accounts, m->n_accounts,
					    account))) &&
		conf_labels_hold(s ? s->labels : NULL, s ? s->n_labels : 0,
			m->labels, m->n_labels);
}

bool conf_match_chooses(const struct conf_match *m)
{
	return m->n_servers || m->n_accounts || m->n_labels;
}

bool conf_only_p1(const struct conf_notify *p)
{
	const struct conf_match *m = &p->match;

	return m->n_severities == 1 && m->severities[0] &&
		strcmp(m->severities[0], severity_name(SEVERITY_P1)) == 0;
}

bool conf_by_hours(const struct conf_notify *p)
{
	return p->hours && conf_only_p1(p);
}

bool conf_hours_begin(const struct conf_hours *h, int weekday)
{
	return h->days >> weekday % ZONE_WEEK & 1;
}

bool conf_hours_hold(const struct conf_hours *h, int weekday, int minute)
{
	if (h->from < h->to)
		return conf_hours_begin(h, weekday) && minute >= h->from &&
			minute < h->to;
	/* They pass midnight: those of today, or of the day before. */
	return (conf_hours_begin(h, weekday) && minute >= h->from) ||
		(conf_hours_begin(h, weekday + ZONE_WEEK - 1) &&
			minute < h->to);
}
