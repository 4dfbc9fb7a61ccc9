#include "commands/check.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/zone.h"
#include "commands/ack.h"
#include "commands/check_coverage.h"
#include "commands/check_event.h"
#include "commands/check_regions.h"
#include "delivery/sender.h"
#include "transport/credential.h"
#include "transport/http_client.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Of an unknown one conf_check has warned, with its line. */
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

/* What a route needs over HTTP goes to another host encrypted or not at all. */
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

/* One without a slash is looked for in PATH when it is run. */
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

/* With a large `agreed`, a regional incident begins before each downtime. */
static void check_agreed(const struct conf *c)
{
	if (c->policy.agreed > c->policy.confirm)
		log_warn("alerts.policy.agreed of %d is above confirm of %d: a "
			 "regional incident, P2, comes before each downtime",
			c->policy.agreed, c->policy.confirm);
}

static void doubt(void *arg, const char *text)
{
	(void)arg;
	log_warn("%s", text);
}

static int describe(const struct conf *c, const char *text, double now)
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

static int say_shared(const struct conf *c)
{
	struct buf b;
	bool ok;

	buf_init(&b, CHECK_EVENT_MAX);
	check_regions(&b, c);
	ok = !b.len || line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

int check(const char *file, const struct conf *c, const struct options *o,
	const char *folder)
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
		return describe(c, o->operands[0], now);
	check_ack(c);
	check_agreed(c);
	check_coverage(c, doubt, NULL);
	return say_shared(c);
}
