/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "incident/incident.h"
#include "notifier.h"
#include "output.h"
#include "records/incident.h"
#include "routing/routing.h"
#include "state/state_store.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* The operand for all servers. */
#define ALL "all"
/* The most that are open by hand; one of a group counts once. */
#define OPEN_MAX 100

/* The incident to open, and its servers. */
struct target {
	char group[CORRELATION_SLUG]; /* what its servers share, or "" */
	struct strings slugs;	      /* the servers */
};

/* The name of the state of those who share it, of a group's name. */
static void group_slug(const char *name, char *out)
{
	char text[4 * CONF_GROUP_MAX + 32], hex[SHA256_HEX];

	snprintf(text, sizeof text, "%s %s", alert_kind_name(ALERT_MANUAL),
		name);
	sha256_hex(text, strlen(text), hex);
	snprintf(out, CORRELATION_SLUG, "*.%.8s", hex);
}

/* Finds the servers of a group, or all. */
static void find_group(
	const struct conf *c, const char *name, struct target *out)
{
	bool all = strcmp(name, ALL) == 0;

	for (size_t i = 0; i < conf_count(c); i++) {
		struct conf_server s = conf_server_at(c, i);

		if (!all && (!s.group || strcasecmp(s.group, name) != 0))
			continue;
		if (!*out->group)
			group_slug(all ? SLUG_FLEET : s.group, out->group);
		strings_add(&out->slugs, s.slug);
	}
	strings_sort(&out->slugs);
}

const char *group_operand(const struct conf *c, const char *what, char *out)
{
	struct target t = {.group = ""};

	if (!what || conf_place(c, what) != CONF_NOWHERE)
		return what;
	find_group(c, what, &t);
	memcpy(out, t.group, GROUP_OPERAND);
	strings_release(&t.slugs);
	return *out ? out : what;
}

/* An exit status. */
static int find_target(
	const struct run *s, const char *what, struct target *out)
{
	int status;

	*out = (struct target) {.group = ""};
	if (conf_place(s->conf, what) == CONF_NOWHERE)
		find_group(s->conf, what, out);
	if (out->slugs.n)
		return EXIT_GOOD;
	if (!slug_valid(what)) {
		log_error("'%s': neither a server nor a group of the "
			  "configuration, nor " ALL,
			what);
		return EXIT_USAGE;
	}
	status = known_server(s, what);
	if (!status)
		strings_add(&out->slugs, what);
	return status;
}

/* Reads what is to be opened from the options. */
static bool read_request(
	const struct options *o, double now, struct by_hand *q)
{
	*q = (struct by_hand) {
		.what = BY_HAND_OPEN,
		.by = acknowledge_by(o->by),
		.text = o->text ? o->text : o->reason,
		.title = o->title,
		.severity = SEVERITY_P2,
		.is_private = !o->text,
		.first = clock_window(now),
	};
	if (!o->title || !q->text || (o->text && o->reason)) {
		log_error(o->title ? "open: --text, which visitors read, or "
				     "--reason is needed, not both"
				   : "open: --title is missing");
		return false;
	}
	if (!q->by ||
		!public_text_fits("--title", o->title, UPDATE_TITLE_MAX) ||
		!public_text_fits(o->text ? "--text" : "--reason", q->text,
			UPDATE_TEXT_MAX))
		return false;
	if (!o->severity || severity_parse(o->severity, &q->severity))
		return true;
	log_error("--severity: '%s' is not P1, P2 or P3", o->severity);
	return false;
}

/* How many are open by hand. False: the store failed. */
static bool count_open(const struct run *s, size_t *n)
{
	struct strings slugs = {0};
	bool ok = state_store_open(s->store, &slugs);
	struct transaction *t = transaction_begin(s->states, &slugs);
	const struct alert_state *st;
	size_t i;

	*n = 0;
	while (ok && (st = transaction_next(t, &i)))
		*n += st->incidents[ALERT_MANUAL].open &&
			!st->incidents[ALERT_MANUAL].group;
	ok = ok && !transaction_failed(t);
	transaction_end(t);
	strings_release(&slugs);
	return ok;
}

/* The title of what is open in a state. */
static void say_other(
	const struct run *s, const char *what, const char *slug, bool same)
{
	const struct incident *inc;
	struct alert_state st;

	if (!state_store_get(s->states, slug, &st))
		return;
	inc = &st.incidents[ALERT_MANUAL];
	if (inc->open && same)
		log_warn("%s: '%s' is open already", what, inc->title);
	else if (inc->open)
		log_error("%s: '%s' is open; note it, or close it first", what,
			inc->title);
	state_release(&st);
}

/* Says why nothing was opened. An exit status. */
static int say_why(const struct run *s, const char *what, const char *slug,
	enum by_hand_result r)
{
	switch (r) {
	case BY_HAND_DONE:
		return EXIT_GOOD;
	case BY_HAND_SAME:
	case BY_HAND_OTHER:
		say_other(s, what, slug, r == BY_HAND_SAME);
		return r == BY_HAND_SAME ? EXIT_GOOD : EXIT_NEWS;
	case BY_HAND_SOON:
		log_error("%s: one of this minute was closed just now; open it "
			  "in the next",
			what);
		return EXIT_NEWS;
	default:
		return EXIT_ENV;
	}
}

/* The servers that share it: those that have none of their own. False: the
   store failed. */
static bool share(struct notifier *p, const struct run *s,
	const struct target *t, const struct by_hand *q, struct strings *out)
{
	struct by_hand of = *q;
	struct alert_state st;

	of.group = t->group;
	if (notifier_by_hand(p, &t->slugs, &of) == BY_HAND_FAILED)
		return false;
	for (size_t i = 0; i < t->slugs.n; i++) {
		const char *slug = t->slugs.v[i];
		const struct incident *inc = &st.incidents[ALERT_MANUAL];

		if (!state_store_get(s->states, slug, &st))
			return false;
		if (inc->open && inc->group &&
			strcmp(inc->group, t->group) == 0)
			strings_add(out, slug);
		else if (inc->open)
			log_warn("%s: '%s' is open there, and stays", slug,
				inc->title);
		state_release(&st);
	}
	return true;
}

/* Opens it for a group, which has none: that of each server first, so that one
   that was interrupted can be repeated. */
static enum by_hand_result open_group(struct notifier *p, const struct run *s,
	const struct target *t, struct by_hand *q)
{
	enum by_hand_result r = BY_HAND_FAILED;
	struct strings servers = {0}, group = {0};
	struct alert_state st;

	if (!state_store_get(s->states, t->group, &st))
		return r;
	if (st.incidents[ALERT_MANUAL].open)
		r = strcmp(st.incidents[ALERT_MANUAL].title, q->title) == 0
			? BY_HAND_SAME
			: BY_HAND_OTHER;
	state_release(&st);
	if (r != BY_HAND_FAILED || !share(p, s, t, q, &servers))
		return r;
	strings_add(&group, t->group);
	q->servers = &servers;
	r = servers.n ? notifier_by_hand(p, &group, q) : BY_HAND_SOON;
	strings_release(&servers);
	strings_release(&group);
	return r;
}

/* "https://status.example.com/status/search/incident/2026-04-28-1814-incident" */
static void put_address(struct buf *b, const struct run *s,
	const struct target *t, const struct by_hand *q)
{
	const char *site = s->conf && s->conf->site_url ? s->conf->site_url
							: "";
	char id[INCIDENT_ID];

	for (size_t i = 0; i < t->slugs.n && !q->is_private && i < 1; i++)
		buf_fmt(b, "%s/status/%s/incident/%s\n", site, t->slugs.v[i],
			incident_id(ALERT_MANUAL, q->first, id));
}

int open_by_hand(struct notifier *p, const struct run *s,
	const struct options *o, struct buf *address)
{
	double now = isnan(s->now) ? clock_wall() : s->now;
	enum by_hand_result r = BY_HAND_NONE;
	struct by_hand q;
	struct target t;
	size_t n = 0;
	int status;

	if (!read_request(o, now, &q))
		return EXIT_USAGE;
	status = find_target(s, o->operands[0], &t);
	if (!status && !count_open(s, &n))
		status = EXIT_ENV;
	if (!status && n >= OPEN_MAX) {
		log_error("%zu incidents are open by hand already", n);
		status = EXIT_USAGE;
	}
	if (!status) {
		r = *t.group ? open_group(p, s, &t, &q)
			     : notifier_by_hand(p, &t.slugs, &q);
		status = say_why(s, o->operands[0],
			*t.group ? t.group : t.slugs.v[0], r);
	}
	if (!status && r == BY_HAND_DONE)
		put_address(address, s, &t, &q);
	strings_release(&t.slugs);
	return status;
}
