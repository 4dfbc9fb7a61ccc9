/* SPDX-License-Identifier: MIT */
/*
 * match.h: which events a policy of alerts is for. Pure.
 */
#ifndef CONF_MATCH_H
#define CONF_MATCH_H

#include "conf/conf.h"
#include "records/alert.h"

/* conf_match_severity(m, severity): whether m is for events so severe. */
bool conf_match_severity(const struct conf_match *m, enum severity severity);

/*
 * conf_match_kind(m, kind): whether m is for events of that kind. One for
 * downtimes is for those that overrun a maintenance, and for tests of the
 * routes. One for anomalies has to name them.
 */
bool conf_match_kind(const struct conf_match *m, enum alert_kind kind);

/*
 * conf_match_server(m, slug, s): whether m is for that server; s is what the
 * configuration says of it, or NULL, where it knows none of that name.
 * conf_match_chooses(m): whether m is for some servers only.
 */
bool conf_match_server(const struct conf_match *m, const char *slug,
	const struct conf_server *s);
bool conf_match_chooses(const struct conf_match *m);

/*
 * conf_labels_hold(all, n_all, some, n): whether each of the n labels `some` is
 * among the others, with the same value.
 */
bool conf_labels_hold(const struct alert_label *all, size_t n_all,
	const struct alert_label *some, size_t n);

/*
 * conf_only_p1(p): whether policy p is for P1 alone. conf_by_hours(p): whether
 * it has hours, too, which say when it matches. Hours of any other policy say
 * when P2 and P3 are sent.
 */
bool conf_only_p1(const struct conf_notify *p);
bool conf_by_hours(const struct conf_notify *p);

/*
 * conf_hours_begin(h, weekday): whether such hours begin on a weekday; 0, and 7,
 * is Monday. conf_hours_hold(h, weekday, minute): whether a minute of a day lies
 * within them.
 */
bool conf_hours_begin(const struct conf_hours *h, int weekday);
bool conf_hours_hold(const struct conf_hours *h, int weekday, int minute);

#endif
