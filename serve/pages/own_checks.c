#include "pages/own_checks.h"

#include "pages/html.h"

static bool is_late(const struct own_checks *o, enum stage stage)
{
	return stage_stale(o->heartbeats[stage], o->now, STAGE_STALE_S);
}

static void put_stopped(struct html *b, const struct own_checks *o)
{
	html_str(b,
		"<p class=\"banner\" role=\"status\"><b>Our own checks have "
		"stopped.</b> The last result is from ");
	html_time(b, o->as_of, o->now);
	if (o->now > (double)o->as_of) {
		html_str(b, ", ");
		html_span(b, o->now - (double)o->as_of);
		html_str(b, " ago");
	}
	html_fmt(b,
		". We do not know whether the server%s now. The fault is ours."
		"</p>\n",
		o->many ? "s work" : " works");
}

void own_checks_put(struct html *b, const struct own_checks *o)
{
	if (o->freshness == VIEW_NONE && !o->many)
		html_str(b, "<p class=\"banner\" role=\"status\">There is no "
			   "result yet: awaiting first probe.</p>\n");
	else if (o->freshness == VIEW_STALE)
		put_stopped(b, o);
	else if (is_late(o, STAGE_INGEST) || is_late(o, STAGE_VERDICT))
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Our own "
			   "checks are late.</b> This page may be out of date."
			   "</p>\n");
	else if (o->unnotified)
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Our "
			   "notifications do not arrive.</b> An operator may "
			   "not know yet of an outage below; the states are up "
			   "to date.</p>\n");
	else if (!o->many && is_late(o, STAGE_ALERT))
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Incidents "
			   "may be missing here.</b> The program that records "
			   "them is late; the state above is up to date.</p>\n");
}
