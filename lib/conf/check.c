/* SPDX-License-Identifier: MIT */
#include "conf/check.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/formats.h"
#include "conf/match.h"
#include "conf/servers.h"
#include "json/json.h"
#include "records/alert.h"

#include <stdlib.h>
#include <strings.h>

/* A probe should run in the Americas, in EMEA and in APAC (article 1). */
#define REGIONS_WANTED 3
/* A target record is one line, whatever is asked of the health tool. */
#define ARGUMENTS_MAX 65536

static void check_retention(const struct conf_retention *t,
	struct conf_errors *r)
{
	char shown[CONF_SHOWN];

	if (t->passing_s > t->evidence_s)
		conf_wrong(r, &t->passing_s, "is longer than evidence (%s)",
			conf_duration(t->evidence_s, shown));
}

/* The names in a list of maps; one that was refused is NULL. */
struct names {
	const void *field; /* the field of the list */
	const void *array;
	size_t n, each, at;
};

#define NAMES(c, list, s, f)                                                   \
	((struct names) {&(c)->list, (c)->list, (c)->n_##list,                 \
		sizeof(struct s), offsetof(struct s, f)})

static char *const *name_field(const struct names *l, size_t i)
{
	const char *element = (const char *)l->array + i * l->each;

	return (char *const *)(const void *)(element + l->at);
}

static void unique(const struct names *l, struct conf_errors *r)
{
	for (size_t i = 0; i < l->n; i++) {
		char *const *a = name_field(l, i);

		for (size_t k = 0; *a && k < i; k++) {
			char *const *b = name_field(l, k);

			if (!*b || strcmp(*a, *b) != 0)
				continue;
			conf_wrong(r, a, "the name %s is already in line %zu",
				*a, conf_line(r, b));
			break;
		}
	}
}

/* Nothing to check where the list, or a name in it, was refused. */
static void refers(const struct names *l, const char *what,
	char *const *name, struct conf_errors *r)
{
	const char *near = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const char *s = *name_field(l, i);

		if (!s || strcmp(s, *name) == 0)
			return;
	}
	if (conf_refused(r, l->field))
		return;
	for (size_t i = 0; i < l->n && !near; i++)
		if (spelling_enough(*name, *name_field(l, i)))
			near = *name_field(l, i);
	conf_wrong(r, name, "no %s is named %s%s%s%s", what, *name,
		near ? " (did you mean " : "", near ? near : "",
		near ? "?)" : "");
}

/* If the file has only one of two values, the fault points there. */
static const void *given(const struct conf_errors *r, const void *field,
	const void *other)
{
	return conf_line(r, field) ? field : other;
}

/* A key that one runner needs and no other has. */
static const struct {
	enum conf_runner runner;
	size_t at;
	const char *a, *key;
} runner_keys[] = {
	{CONF_RUNNER_SSH, offsetof(struct conf_region, host), "an ssh runner",
		"a host"},
	{CONF_RUNNER_LAMBDA, offsetof(struct conf_region, function),
		"a lambda runner", "a function"},
	{CONF_RUNNER_WORKER, offsetof(struct conf_region, url), "a worker",
		"a url"},
};

/* The secrets that the programs have for themselves, now or later. */
static bool reserved(const char *name)
{
	static const char *const names[] = {
		"ack", "answer", "session", "store"};

	return strings_among(names, sizeof names / sizeof *names, name);
}

/* The token of a worker, or the secret of an inbox outside the store. */
static void check_credential(
	const struct conf_region *g, struct conf_errors *r)
{
	bool worker = g->runner == CONF_RUNNER_WORKER;
	bool elsewhere = g->runner == CONF_RUNNER_INBOX && g->inbox;
	bool needs = worker ||
		(elsewhere && strncmp(g->inbox, "file:", 5) != 0);

	if (g->inbox && g->runner != CONF_RUNNER_INBOX &&
		!conf_refused(r, &g->runner))
		conf_wrong(r, &g->inbox,
			"only an inbox runner can have an inbox");
	if (needs && !g->credential && !conf_line(r, &g->credential))
		conf_wrong(r, worker ? given(r, &g->runner, &g->url)
				     : &g->inbox,
			"%s needs a credential",
			worker ? "a worker" : "this inbox");
	if (!worker && !elsewhere && g->credential &&
		!conf_refused(r, &g->runner) && !conf_refused(r, &g->inbox))
		conf_wrong(r, &g->credential,
			"only a worker or an inbox with a URL can have a "
			"credential");
	if (g->credential && reserved(g->credential))
		conf_doubt(r, &g->credential,
			"%s is the name of an internal secret of mcp-fleet; "
			"use another name",
			g->credential);
}

static void check_region(const struct conf_region *g, struct conf_errors *r)
{
	for (size_t i = 0; i < sizeof runner_keys / sizeof *runner_keys; i++) {
		char *const *field = (char *const *)(const void *)(
			(const char *)g + runner_keys[i].at);
		bool needs = g->runner == runner_keys[i].runner;

		if (needs && !*field && !conf_line(r, field))
			conf_wrong(r, given(r, &g->runner, &g->url),
				"%s needs %s", runner_keys[i].a,
				runner_keys[i].key);
		if (!needs && *field && !conf_refused(r, &g->runner))
			conf_wrong(r, field, "only %s can have %s",
				runner_keys[i].a, runner_keys[i].key);
	}
	if (g->chunks && g->runner != CONF_RUNNER_WORKER &&
		!conf_refused(r, &g->runner) && !conf_refused(r, &g->url))
		conf_wrong(r, &g->chunks, "only a worker can have chunks");
	check_credential(g, r);
}

/* The key that names the machine of a region; NULL: it is this machine. */
static char *const *way(const struct conf_region *g)
{
	return g->host ? &g->host : g->function ? &g->function : &g->url;
}

/* The machine that it leads to, without the user. */
static const char *machine(const struct conf_region *g)
{
	const char *s = *way(g), *at = g->host ? strrchr(s, '@') : NULL;

	return at ? at + 1 : s;
}

/* Two regions on one machine would be one vote that counts twice. */
static void check_hosts(const struct conf *c, struct conf_errors *r)
{
	for (size_t i = 0; i < c->n_regions; i++) {
		const char *a = machine(&c->regions[i]);

		for (size_t k = 0; a && k < i; k++) {
			const char *b = machine(&c->regions[k]);

			if (!b || strcasecmp(a, b) != 0)
				continue;
			conf_wrong(r, way(&c->regions[i]),
				"%s is already the %s of the region in line "
				"%zu; one machine is one region",
				a,
				c->regions[i].host	 ? "host"
				: c->regions[i].function ? "function"
							 : "url",
				conf_line(r, way(&c->regions[k])));
			break;
		}
	}
}

static void check_providers(const struct conf *c, struct conf_errors *r)
{
	const char *first = c->n_regions ? c->regions[0].provider : NULL;

	if (c->n_regions < 2 || !first)
		return;
	for (size_t i = 1; i < c->n_regions; i++) {
		const char *other = c->regions[i].provider;

		if (!other || strcmp(first, other) != 0)
			return;
	}
	conf_doubt(r, &c->regions,
		"all regions use one provider, %s; its failures will look like "
		"failures of the servers",
		first);
}

static void check_regions(const struct conf *c, struct conf_errors *r)
{
	for (size_t i = 0; i < c->n_regions; i++)
		check_region(&c->regions[i], r);
	check_hosts(c, r);
	if (!c->n_regions)
		return;
	if (c->n_regions < REGIONS_WANTED)
		conf_doubt(r, &c->regions,
			"fewer than three regions; at least three are needed "
			"to distinguish an outage from a network fault");
	check_providers(c, r);
}

static void check_auth(const struct conf_auth *a, struct conf_errors *r)
{
	if (a->mode != CONF_AUTH_NONE && !a->credential &&
		!conf_line(r, &a->credential))
		conf_wrong(r, &a->mode, "this mode needs a credential");
	if (a->mode == CONF_AUTH_NONE && a->credential &&
		!conf_refused(r, &a->mode))
		conf_wrong(r, &a->credential,
			"mode none sends no credential; remove it, or set "
			"another mode");
}

static void check_arguments(const struct conf_health *h,
	struct conf_errors *r)
{
	struct buf b;

	if (!h->arguments)
		return;
	buf_init(&b, ARGUMENTS_MAX);
	json_put(&b, h->arguments);
	if (!buf_ok(&b))
		conf_wrong(r, &h->arguments, "larger than 64 KiB as JSON");
	buf_release(&b);
}

static void check_numbers(const struct conf_server *s, struct conf_errors *r)
{
	const struct conf_thresholds *t = &s->thresholds;
	char a[CONF_SHOWN], b[CONF_SHOWN];

	if (s->timeout_s > s->interval_s)
		conf_wrong(r, given(r, &s->timeout_s, &s->interval_s),
			"a timeout of %s is longer than the interval of %s",
			conf_duration(s->timeout_s, a),
			conf_duration(s->interval_s, b));
	if (t->lookback_s < s->interval_s)
		conf_wrong(r, given(r, &t->lookback_s, &s->interval_s),
			"a lookback of %s is shorter than the interval of %s",
			conf_duration(t->lookback_s, a),
			conf_duration(s->interval_s, b));
	if (t->tolerance_s > t->lookback_s)
		conf_wrong(r, given(r, &t->tolerance_s, &t->lookback_s),
			"a tolerance of %s is longer than the lookback of %s",
			conf_duration(t->tolerance_s, a),
			conf_duration(t->lookback_s, b));
	if (t->hard_outage < t->step_alert)
		conf_wrong(r, given(r, &t->hard_outage, &t->step_alert),
			"a hard_outage of %d is below the step_alert of %d",
			t->hard_outage, t->step_alert);
}

/* Whether every number is known: a wrong one is zero. */
static bool numbered(const struct conf_server *s)
{
	const struct conf_thresholds *t = &s->thresholds;

	return s->interval_s > 0 && s->timeout_s > 0 && t->lookback_s > 0 &&
		t->tolerance_s > 0 && t->hard_outage > 0 && t->step_alert > 0;
}

/* The regions and the account of a server exist. */
static void check_names(const struct conf *c, const struct conf_server *s,
	struct conf_errors *r)
{
	struct names regions = NAMES(c, regions, conf_region, name);
	struct names accounts = NAMES(c, accounts, conf_account, name);
	bool chosen = c->n_regions && conf_line(r, &s->regions);

	for (size_t i = 0; chosen && i < s->n_regions; i++)
		if (s->regions[i])
			refers(&regions, "region", &s->regions[i], r);
	if (s->account)
		refers(&accounts, "account", &s->account, r);
}

/*
 * A server is shown its credential, so that should be no secret of ours. A list
 * comes from strangers: its server is left out.
 */
static void check_secret(const struct conf *c, const struct conf_server *s,
	struct conf_errors *r)
{
	const char *name = s->auth.credential, *of = NULL;
	void (*say)(struct conf_errors *r, const void *field, const char *fmt,
		...) = s->list ? conf_wrong : conf_doubt;

	if (!name)
		return;
	if (reserved(name))
		say(r, &s->auth.credential,
			"%s is the name of an internal secret of mcp-fleet; "
			"use another name", name);
	for (size_t i = 0; i < c->n_routes && !of; i++)
		if (c->routes[i].secret &&
			strcmp(c->routes[i].secret, name) == 0)
			of = c->routes[i].name ? c->routes[i].name : "?";
	if (of)
		say(r, &s->auth.credential,
			"%s is the secret of route %s, and must not be sent to "
			"a server",
			name, of);
}

/* A worker has no place for a client certificate. */
static void check_certificate(const struct conf *c,
	const struct conf_server *s, struct conf_errors *r)
{
	if (s->auth.mode != CONF_AUTH_MTLS)
		return;
	for (size_t i = 0; i < s->n_regions; i++) {
		const struct conf_region *g = s->regions[i]
			? conf_region(c, s->regions[i]) : NULL;

		if (!g || g->runner != CONF_RUNNER_WORKER)
			continue;
		conf_wrong(r, given(r, &s->auth.mode, &s->slug),
			"region %s is a worker, which cannot have a client "
			"certificate; name other regions for this server",
			g->name);
		return;
	}
}

void conf_check_server(const struct conf *c, const struct conf_server *s,
	struct conf_errors *r)
{
	check_names(c, s, r);
	if (s->private && !s->account && !conf_line(r, &s->account))
		conf_doubt(r, &s->private,
			"without an account, nobody can see this server");
	if (s->n_labels > ALERT_LABELS)
		conf_wrong(r, conf_line(r, &s->labels) ? (const void *)&s->labels
						       : &s->slug,
			"more than %d labels, with those of its account and of "
			"defaults",
			ALERT_LABELS);
	check_auth(&s->auth, r);
	check_secret(c, s, r);
	check_certificate(c, s, r);
	check_arguments(&s->health, r);
	if (numbered(s))
		check_numbers(s, r);
}

/* A circle of fallbacks would notify nobody. */
static void check_fallback(const struct conf *c, const struct conf_route *t,
	struct conf_errors *r)
{
	struct names routes = NAMES(c, routes, conf_route, name);
	const struct conf_route *at = t;

	if (!t->fallback)
		return;
	refers(&routes, "route", &t->fallback, r);
	for (size_t i = 0; i < c->n_routes && at && at->fallback; i++) {
		const char *next = at->fallback;

		at = NULL;
		for (size_t k = 0; k < c->n_routes && !at; k++)
			if (c->routes[k].name &&
				strcmp(c->routes[k].name, next) == 0)
				at = &c->routes[k];
		if (at != t)
			continue;
		conf_wrong(r, &t->fallback, "the fallbacks form a loop back to "
					    "%s", t->name);
		return;
	}
}

/* Not a fault: a system may lose a zone, and people are to be told even so. */
static void check_zone(char *const *zone, struct conf_errors *r)
{
	if (*zone && !zone_exists(*zone))
		conf_doubt(r, zone,
			"this system has no time zone %s, so UTC is used",
			*zone);
}

static void check_heartbeat(const struct conf_heartbeat *h,
	struct conf_errors *r)
{
	if (h->url && h->secret)
		conf_wrong(r, &h->secret,
			"give either url or secret, not both");
}

static void check_steps(const struct conf *c, const struct conf_notify *p,
	struct conf_errors *r)
{
	struct names routes = NAMES(c, routes, conf_route, name);

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct conf_step *s = &p->steps[i];

		for (size_t k = 0; k < s->n_routes; k++)
			if (s->routes[k])
				refers(&routes, "route", &s->routes[k], r);
		if (i && s->after_s < s[-1].after_s)
			conf_wrong(r, given(r, &s->after_s, &s->routes),
				"this step is earlier than the step before it");
	}
}

/* A policy that waits for a time has one step; a P1 never waits. */
static void check_waits(const struct conf_notify *p, struct conf_errors *r)
{
	bool digest = p->digest != CONF_DIGEST_NO;
	const void *waits = p->hours ? (const void *)&p->hours : &p->digest;

	if (conf_only_p1(p)) {
		if (digest)
			conf_wrong(r, &p->digest, "a policy for P1 cannot have "
						  "a digest");
	} else if (p->n_steps > 1 && (p->hours || digest)) {
		conf_wrong(r, waits, "a policy with hours or digest can have "
				     "only one step: write another policy for "
				     "the other steps");
	}
}

static void check_policy(const struct conf *c, const struct conf_notify *p,
	struct conf_errors *r)
{
	struct names accounts = NAMES(c, accounts, conf_account, name);

	for (size_t i = 0; i < p->match.n_accounts; i++)
		if (p->match.accounts[i])
			refers(&accounts, "account", &p->match.accounts[i], r);
	check_steps(c, p, r);
	check_waits(p, r);
}

/* No token may be that of two accounts, or both read and write. */
static void check_tokens(const struct conf *c, const struct conf_account *a,
	struct conf_errors *r)
{
	const char *token = a->write_token_sha256;

	for (size_t i = 0; i < c->n_accounts && token; i++) {
		const struct conf_account *b = &c->accounts[i];
		const char *writes = b->write_token_sha256;

		if (b->token_sha256 && strcmp(token, b->token_sha256) == 0)
			conf_wrong(r, &a->write_token_sha256,
				"account %s already reads with this token; use "
				"another token for writing",
				b->name ? b->name : "?");
		else if (b < a && writes && strcmp(token, writes) == 0)
			conf_wrong(r, &a->write_token_sha256,
				"account %s already writes with this token",
				b->name ? b->name : "?");
		else
			continue;
		return;
	}
}

/* By slug, then in the order of the file and of its lists. */
static int by_slug(const void *a, const void *b)
{
	const struct conf_slug *x = a, *y = b;
	int d = strcmp(x->slug, y->slug);

	return d ? d : (x->place > y->place) - (x->place < y->place);
}

static void repeated(const struct conf *c, size_t first_at, size_t at,
	struct conf_errors *r)
{
	struct conf_server first = conf_server_at(c, first_at);
	struct conf_server s = conf_server_at(c, at);

	if (s.list) {
		size_t before = conf_faults(r);

		conf_next_line(r, s.list, s.line);
		conf_fault(r, (struct conf_spot) {s.line, 0},
			"slug: the name %s is already in %s%s%zu", s.slug,
			first.list ? first.list : "the configuration",
			first.list ? ":" : ", line ", first.line);
		conf_leave_out(r, before, s.slug);
	} else {
		conf_wrong(r, &c->servers[at].slug,
			"the name %s is already in line %zu", s.slug,
			first.line);
	}
}

/* Remove repeated servers of lists. One of the file is a fault of the whole file. */
static void leave_out(struct conf *c, const bool *again)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n_servers; i++) {
		if (again[i] && c->servers[i].list)
			conf_release_server(c, &c->servers[i]);
		else
			c->servers[kept++] = c->servers[i];
	}
	c->n_servers = kept;
}

void conf_check_slugs(struct conf *c, struct conf_errors *r)
{
	struct conf_slug *v = xcalloc(conf_count(c), sizeof *v);
	bool *again = xcalloc(conf_count(c), sizeof *again);
	size_t n = 0, first = 0;

	for (size_t i = 0; i < conf_count(c); i++) {
		const char *slug = conf_server_slug(c, i);

		if (slug)
			v[n++] = (struct conf_slug) {slug, i};
	}
	if (n)
		qsort(v, n, sizeof *v, by_slug);
	for (size_t i = 1; i < n; i++) {
		again[v[i].place] = strcmp(v[first].slug, v[i].slug) == 0;
		if (again[v[i].place])
			repeated(c, v[first].place, v[i].place, r);
		else
			first = i;
	}
	leave_out(c, again);
	free(again);
	free(v);
}

/* Subscribers get mail from a route, with links to the site. */
static void check_subscribe(const struct conf *c, struct conf_errors *r)
{
	char *const *name = &c->site_subscribe;
	struct names routes = NAMES(c, routes, conf_route, name);

	if (!*name)
		return;
	refers(&routes, "route", name, r);
	for (size_t i = 0; i < c->n_routes; i++)
		if (c->routes[i].name && strcmp(c->routes[i].name, *name) == 0 &&
			conf_line(r, &c->routes[i].type) &&
			c->routes[i].type != CONF_ROUTE_EMAIL)
			conf_wrong(r, name, "the route %s sends no e-mail", *name);
	if (!c->site_url && !conf_refused(r, &c->site_url))
		conf_wrong(r, name, "subscribers need links: set site.url");
}

void conf_check(struct conf *c, struct conf_errors *r)
{
	struct names lists[] = {
		NAMES(c, regions, conf_region, name),
		NAMES(c, accounts, conf_account, name),
		NAMES(c, routes, conf_route, name),
		NAMES(c, policies, conf_notify, name),
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		unique(&lists[i], r);
	conf_check_slugs(c, r);
	for (size_t i = 0; i < c->n_accounts; i++)
		check_tokens(c, &c->accounts[i], r);
	check_regions(c, r);
	check_retention(&c->retention, r);
	if ((c->n_servers || c->n_servers_from) && !c->n_regions &&
		!conf_refused(r, &c->regions))
		conf_wrong(r,
			c->n_servers ? (const void *)&c->servers
				     : &c->servers_from,
			"no region is configured to probe these servers");
	for (size_t i = 0; i < c->n_defaults; i++) {
		check_names(c, &c->defaults[i].server, r);
		check_auth(&c->defaults[i].server.auth, r);
		check_arguments(&c->defaults[i].server.health, r);
	}
	for (size_t i = 0; i < c->n_servers; i++)
		conf_check_server(c, &c->servers[i], r);
	for (size_t i = 0; i < c->n_routes; i++) {
		if (conf_line(r, &c->routes[i].type) &&
			!conf_refused(r, &c->routes[i].type))
			conf_check_route(&c->routes[i], r);
		check_fallback(c, &c->routes[i], r);
		if (c->routes[i].secret && reserved(c->routes[i].secret))
			conf_doubt(r, &c->routes[i].secret,
				"%s is the name of an internal secret of "
				"mcp-fleet; use another name",
				c->routes[i].secret);
		check_zone(&c->routes[i].zone, r);
	}
	check_zone(&c->zone, r);
	check_heartbeat(&c->heartbeat, r);
	check_subscribe(c, r);
	for (size_t i = 0; i < c->n_policies; i++)
		check_policy(c, &c->policies[i], r);
	conf_check_hours_coverage(c, r);
}
