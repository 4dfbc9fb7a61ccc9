/* SPDX-License-Identifier: MIT */
/*
 * check.c: whether a configuration can work; what its regions share, and so can
 * lose at once; and what a changed one means for incidents that are open.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"
#include "conf/conf.h"
#include "delivery/delivery.h"
#include "incident/event.h"
#include "incident/incident.h"
#include "routing/routing.h"
#include "state/state_store.h"
#include "terms/regions.h"
#include "transport/credential.h"
#include "transport/transport.h"
#include "words/words.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room for what a region has: a provider is the longest. */
#define SHARED 404

enum shared { CONTINENT, PROVIDER, ASN, SHARED_KINDS };

static const char *const called[SHARED_KINDS] = {
	[CONTINENT] = "continent",
	[PROVIDER] = "provider",
	[ASN] = "asn",
};

/* Set out to the region's continent, provider or asn; "": not known. */
static void region_property(const struct conf_region *r, enum shared kind,
	char *out)
{
	double north = r->position.latitude, east = r->position.longitude;
	const char *text = "";

	*out = '\0';
	if (kind == ASN) {
		if (r->asn)
			snprintf(out, SHARED, "%" PRId64, r->asn);
		return;
	}
	if (kind == PROVIDER && r->provider)
		text = r->provider;
	if (kind == CONTINENT &&
		(r->position.known || region_position(r->name, &north, &east)))
		text = region_continent(north, east);
	snprintf(out, SHARED, "%s", text);
}

/* Whether regions i and k share it. */
static bool regions_share(const struct conf *c, enum shared kind, size_t i,
	size_t k)
{
	char a[SHARED], b[SHARED];

	region_property(&c->regions[i], kind, a);
	region_property(&c->regions[k], kind, b);
	return *a && strcmp(a, b) == 0;
}

/* Append a line for the regions that share it with i, if i is their first. */
static void put_group(struct buf *b, const struct conf *c, enum shared kind,
	size_t i)
{
	char what[SHARED];
	size_t n = 0;

	for (size_t k = 0; k < c->n_regions; k++) {
		if (!regions_share(c, kind, i, k))
			continue;
		if (k < i)
			return;
		n++;
	}
	if (n < 2)
		return;
	for (size_t k = i, put = 0; k < c->n_regions; k++)
		if (regions_share(c, kind, i, k))
			buf_fmt(b, "%s%s", put++ ? ", " : "regions ",
				c->regions[k].name);
	region_property(&c->regions[i], kind, what);
	buf_fmt(b, ": %zu of %zu share the %s %s\n", n, c->n_regions,
		called[kind], what);
}

/* Append a line for each continent, provider and AS number that regions
   share. */
static void put_shared_regions(struct buf *b, const struct conf *c)
{
	for (unsigned kind = 0; kind < SHARED_KINDS; kind++)
		for (size_t i = 0; i < c->n_regions; i++)
			put_group(b, c, (enum shared)kind, i);
}

/* conf_check has warned of an unknown zone, with its line. */
static bool check_zone(const char *zone)
{
	return !zone || zone_exists(zone);
}

static bool check_secret(const struct conf_route *r, const char *folder)
{
	char why[DELIVER_WHY];
	bool ok = deliver_ready(folder, r, why);
	const char *odd = ok ? deliver_odd(folder, r) : NULL;

	if (!ok || odd)
		log_error("route %s: %s", r->name, odd ? odd : why);
	return ok && !odd;
}

/* To another host, HTTP is encrypted or not used at all. */
static bool check_url(const struct conf_route *r)
{
	bool local;

	if (!r->url || strncmp(r->url, "http", 4) != 0 ||
		http_allowed(r->url, &local))
		return true;
	log_error("route %s: http:// only to this machine; to another host "
		  "https://",
		r->name);
	return false;
}

/* A program without a slash is looked for in PATH when it is run. */
static bool check_command(const struct conf_route *r)
{
	const char *program = r->n_command ? r->command[0] : NULL;

	if (!program || !strchr(program, '/') || !access(program, X_OK))
		return true;
	log_error("route %s: %s: %s", r->name, program, strerror(errno));
	return false;
}

static bool check_routes(const struct conf *c, const char *folder)
{
	bool ok = check_zone(c->zone);

	for (size_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		ok = check_zone(r->zone) && ok;
		ok = check_url(r) && ok;
		ok = check_secret(r, folder) && ok;
		ok = check_command(r) && ok;
	}
	return ok;
}

/* The link to acknowledge takes a site and a secret. */
static void check_ack(const struct conf *c)
{
	char *secret = acknowledge_secret();

	if (c->n_routes && c->site_url && !secret)
		log_warn("no event has a link to acknowledge it: the folder of "
			 "the secrets has no file ack; see THE WEB in "
			 "mcp-alert(1)");
	if (c->n_routes && !c->site_url && secret)
		log_warn("no event has a link to acknowledge it: site.url is "
			 "not set");
	secret_free(secret);
}

static void put_warning(void *arg, const char *text)
{
	(void)arg;
	log_warn("%s", text);
}

static int describe_event(const struct conf *c, const char *text, double now)
{
	char why[CHECK_EVENT_WHY];
	struct check_event d;
	struct buf b;
	bool ok;

	if (!check_event_parse(text, c, now, &d, why)) {
		log_error("%s", why);
		return EXIT_USAGE;
	}
	buf_init(&b, CHECK_EVENT_MAX);
	check_event_put(&b, c, &d);
	ok = line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

static int print_shared_regions(const struct conf *c)
{
	struct buf b;
	bool ok;

	buf_init(&b, CHECK_EVENT_MAX);
	put_shared_regions(&b, c);
	ok = !b.len || line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

int check_config(const char *file, const struct conf *c,
	const struct options *o, const char *folder)
{
	double now = isnan(o->now) ? clock_wall() : o->now;

	if (!file) {
		log_error("check: no configuration: neither -c nor MCP_CONFIG "
			  "names one");
		return EXIT_USAGE;
	}
	if (!check_routes(c, folder))
		return EXIT_USAGE;
	if (o->n_operands)
		return describe_event(c, o->operands[0], now);
	check_ack(c);
	check_coverage(c, put_warning, NULL);
	return print_shared_regions(c);
}

/* Warn of one incident. */
static void check_incident(const struct conf *c, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	struct alert_events events = {0};
	struct strings gone = {0}, now = {0};
	char key[ALERT_KEY_SIZE];
	struct buf b;

	events_add(&events, st, kind, ALERT_RESOLVED, (double)inc->opened_at);
	if (route_renamed(c, &events.v[0], &gone)) {
		route_pick(c, &events.v[0], &now);
		buf_init(&b, TEXT_SIZE);
		buf_fmt(&b,
			"%s: its end was for %s, which the configuration "
			"does not have; it goes to ",
			dedup_key(st, kind, key), gone.v[0]);
		if (now.n)
			phrase_regions(&b, &now);
		else
			buf_str(&b, "nobody");
		log_warn("%s", b.p);
		buf_release(&b);
	}
	strings_release(&gone);
	strings_release(&now);
	events_release(&events);
}

bool check_open(const struct conf *c, struct state_store *states)
{
	struct strings slugs = {0};
	bool ok = state_store_all(states, &slugs);
	struct transaction *all = transaction_begin(states, &slugs);
	const struct alert_state *st;
	size_t i;

	while (ok && (st = transaction_next(all, &i)))
		for (unsigned k = 0; k < ALERT_KINDS; k++)
			if (st->incidents[k].open)
				check_incident(c, st, (enum alert_kind)k);
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	strings_release(&slugs);
	return ok;
}
