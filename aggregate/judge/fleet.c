/* SPDX-License-Identifier: MIT */
#include "judge/fleet.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "json/json.h"
#include "judge/evaluation.h"
#include "records/listing_row.h"
#include "records/probe.h"
#include "records/spool.h"
#include "records/verdict.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many servers are written together. */
#define GROUP 100
/* The clock of the machine that runs rounds may be ahead of ours by this. */
#define ROUND_AHEAD_S 10

static struct rule rule_of(const struct conf_server *s)
{
	struct rule r = rule_default(s->interval_s);
	const struct conf_thresholds *t = &s->thresholds;

	r.lookback_s = t->lookback_s;
	r.tolerance_s = t->tolerance_s;
	r.divergence_s = t->divergence_s;
	r.quorum = t->quorum;
	r.step_alert = t->step_alert;
	r.hard_outage = t->hard_outage;
	r.alone = t->alone;
	r.throttled = t->throttled;
	r.tool_churn = t->tool_churn;
	return r;
}

void fleet_configured(struct fleet *f, const struct conf *c, const char *slug)
{
	*f = (struct fleet) {.conf = c,
		.n = conf_count(c),
		.maintenance_s = c->policy.maintenance_s,
		.maintenance_counts = c->site_maintenance_counts};
	if (!slug)
		return;
	f->first = conf_place(c, slug);
	f->n = f->first != CONF_NOWHERE;
}

struct fleet_server fleet_at(const struct fleet *f, size_t i)
{
	struct conf_server s;

	if (!f->conf)
		return (struct fleet_server) {.slug = f->slugs[f->first + i],
			.interval_s = 60,
			.rule = rule_default(60)};
	s = conf_server_at(f->conf, f->first + i);
	return (struct fleet_server) {.slug = s.slug,
		.url = s.url,
		.account = s.account,
		.is_private = s.private,
		.regions = (const char *const *)s.regions,
		.n_regions = s.n_regions,
		.interval_s = s.interval_s,
		.rule = rule_of(&s)};
}

/* When the round of a spool record began, if it is under way; else 0. */
static double round_of(const char *text, double now)
{
	struct spool_record spool;
	char why[RECORD_WHY];
	double at = 0;
	struct record r;

	if (record_read(text, strlen(text), &r, why))
		return 0;
	if (r.type == RECORD_SPOOL && spool_take(r.doc, &spool, why) &&
		now >= spool.round_at - ROUND_AHEAD_S &&
		now < spool.round_until)
		at = spool.round_at;
	record_release(&r);
	return at;
}

int fleet_read_round(struct fleet *f, struct store *s, double now)
{
	const struct store_reply *r = store_one(s, "HVALS", KEY_SPOOLS, NULL);

	if (!r)
		return store_failed(s);
	f->round = 0;
	for (size_t i = 0; i < store_count(r); i++) {
		const char *text = store_text(store_item(r, i));

		if (text)
			f->round = fmax(f->round, round_of(text, now));
	}
	return 0;
}

int fleet_each(const struct fleet *f, struct store *s, double now,
	load_use *use, void *arg)
{
	const char **slugs = xcalloc(f->n, sizeof *slugs);
	int rc;

	for (size_t i = 0; i < f->n; i++)
		slugs[i] = fleet_at(f, i).slug;
	rc = load_each(s, slugs, f->n, now, use, arg);
	free(slugs);
	return rc;
}

enum bucket fleet_bucket(const struct fleet_server *server,
	const struct server *found, double now)
{
	struct verdict_input in = {.slug = server->slug,
		.now = now,
		.expected = server->regions,
		.n_expected = server->n_regions};
	const char **ever = NULL;
	enum bucket bucket;

	if (found) {
		in.regions = found->regions;
		in.n_regions = found->n_regions;
	}
	if (!in.n_expected) {
		ever = xcalloc(in.n_regions, sizeof *ever);
		for (size_t i = 0; i < in.n_regions; i++)
			ever[i] = in.regions[i].name;
		in.expected = ever;
		in.n_expected = in.n_regions;
	}
	bucket = bucket_decide(&server->rule, &in);
	free(ever);
	return bucket;
}

size_t fleet_place(const struct fleet *f, const char *slug)
{
	size_t i = f->conf ? conf_place(f->conf, slug)
			   : strings_place(f->slugs, f->n_slugs,
				     sizeof *f->slugs, slug);

	if (i == CONF_NOWHERE || i < f->first || i - f->first >= f->n ||
		(!f->conf && strcmp(f->slugs[i], slug) != 0))
		return f->n;
	return i - f->first;
}

/* The servers that the store knows; only `slug`, where that is not NULL. */
static int fleet_stored(struct fleet *f, struct store *s, const char *slug)
{
	const struct store_reply *r =
		store_one(s, "HKEYS", KEY_SERVERS, NULL);
	size_t n = store_count(r);

	memset(f, 0, sizeof *f);
	f->maintenance_s = FLEET_MAINTENANCE_S;
	f->maintenance_counts = true;
	if (!r) {
		return store_failed(s);
	}
	f->slugs = xcalloc(n, sizeof *f->slugs);
	for (size_t i = 0; i < n; i++) {
		const char *name = store_text(store_item(r, i));

		if (!name || !slug_valid(name) ||
			(slug && strcmp(slug, name) != 0))
			continue;
		f->slugs[f->n++] = xstrdup(name);
	}
	f->n_slugs = f->n;
	if (f->n)
		qsort(f->slugs, f->n, sizeof *f->slugs, strings_order);
	return 0;
}

void fleet_release(struct fleet *f)
{
	for (size_t i = 0; i < f->n_slugs; i++)
		free(f->slugs[i]);
	free(f->slugs);
	if (f->maintenance)
		maintenance_list_release(f->maintenance);
	free(f->maintenance);
	memset(f, 0, sizeof *f);
}

int fleet_read_maintenance(struct fleet *f, struct store *s)
{
	maintenance_list_ask(s);
	if (store_run(s))
		return store_failed(s);
	f->maintenance = xcalloc(1, sizeof *f->maintenance);
	maintenance_list_read(store_reply(s, 0), f->maintenance);
	return 0;
}

const char *fleet_counted_as(const struct fleet *f,
	const struct fleet_server *server, const struct verdict *v)
{
	if (v->unchecked)
		return v->verdict == VERDICT_RED ? "red-unchecked"
						 : "amber-unchecked";
	if (v->verdict == VERDICT_RED && f->maintenance && f->maintenance->n &&
		maintenance_list_now(f->maintenance, server->slug,
			server->account, (double)v->window, f->maintenance_s)
			.found)
		return "red-maintenance";
	return verdict_colour_name(v->verdict);
}

/* Where no runner is named, something else may probe from another machine. */
static bool is_local(const struct conf_region *r)
{
	return r->runner_given && r->runner == CONF_RUNNER_LOCAL;
}

/*
 * Several regions that this machine probes from are one place, whatever they
 * are called, unless the configuration says where each is.
 */
static bool is_here(const struct conf *c, const struct conf_region *r)
{
	size_t local = 0;

	for (size_t i = 0; i < c->n_regions; i++)
		local += is_local(&c->regions[i]);
	return local > 1 && is_local(r) && !r->position.known;
}

static void put_region(const struct conf *c, const char *name, struct buf *b)
{
	const struct conf_region *r = conf_region(c, name);

	json_fmt(b, ",{'name':%s,'city':%s", name, r ? r->city : name);
	if (r && r->position.known)
		json_fmt(b, ",'position':[%g,%g]", r->position.latitude,
			r->position.longitude);
	if (r && is_here(c, r))
		json_fmt(b, ",'here':%i", true);
	buf_char(b, '}');
}

/* The site, for readers; maintenance_max limits what they announce. */
static void put_site(const struct conf *c, struct buf *b)
{
	json_fmt(b,
		"{'title':%s,'url':%s,'link':%s,'colour':%s,'logo':%s,"
		"'stylesheet':%s,'intro':%s,'imprint':%s,'privacy':%s,'support':%s,"
		"'maintenance_max':%g,'maintenance_counts':%i,'manual':%i",
		c->site_title, c->site_url, c->site_link, c->site_colour,
		c->site_logo, c->site_stylesheet, c->site_intro,
		c->site_imprint, c->site_privacy, c->site_support, rint(c->policy.maintenance_s),
		c->site_maintenance_counts, c->site_manual);
	if (c->site_subscribe)
		json_fmt(b, ",'subscribe':%i", true);
	buf_char(b, '}');
}

/* The digest of the token that shows a server; NULL where there is none. */
static const char *token_of(const struct conf *c, const struct conf_server *s)
{
	const struct conf_account *a =
		s->account ? conf_account(c, s->account) : NULL;

	return a ? a->token_sha256 : NULL;
}

static void put_server(const struct conf *c, const struct conf_server *s,
	struct buf *b)
{
	buf_clear(b);
	json_fmt(b,
		"{'url':%s,'private':%i,'account':%s,'token_sha256':%s,"
		"'interval':%g,'regions':[",
		s->url, s->private, s->account, token_of(c, s),
		rint(s->interval_s));
	for (size_t i = 0; i < s->n_regions; i++)
		put_region(c, s->regions[i], b);
	json_fmt(b, "],'title':%s", s->title);
	/* Only where there is something to say: most servers have none of these. */
	if (s->endpoint == CONF_PRIVATE)
		buf_str(b, ",\"endpoint_private\":true");
	if (s->tools == CONF_PRIVATE)
		buf_str(b, ",\"tools_private\":true");
	if (s->auth.bare_401 && s->auth.mode == CONF_AUTH_NONE)
		json_put_member(b, "auth", "bare");
	else if (s->auth.mode != CONF_AUTH_NONE)
		json_put_member(b, "auth",
			s->auth.mode == CONF_AUTH_OAUTH	 ? "oauth"
			: s->auth.mode == CONF_AUTH_MTLS ? "certificate"
							 : "credential");
	if (s->group)
		json_put_member(b, "group", s->group);
	if (s->n_tags)
		json_put_list(b, "tags", s->tags, s->n_tags);
	buf_char(b, '}');
}

/* A server of an account, by whose name they are in order. */
struct owned {
	const char *account;
	size_t place;
};

static int by_account(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;
	int d = strcmp(x->account, y->account);

	return d ? d : (x->place > y->place) - (x->place < y->place);
}

static struct owned *owned_servers(const struct conf *c, size_t *n)
{
	struct owned *v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < conf_count(c); i++) {
		const char *account = conf_server_at(c, i).account;

		if (!account)
			continue;
		v = xgrow(v, &cap, *n + 1, sizeof *v);
		v[(*n)++] = (struct owned) {account, i};
	}
	if (*n)
		qsort(v, *n, sizeof *v, by_account);
	return v;
}

static void put_account(const struct conf *c, const struct conf_account *a,
	const struct owned *v, size_t n, struct buf *b)
{
	size_t first = strings_place(v, n, sizeof *v, a->name);

	buf_clear(b);
	json_fmt(b, "{'token_sha256':%s,'slugs':[", a->token_sha256);
	for (size_t i = first; i < n && strcmp(v[i].account, a->name) == 0; i++)
		json_fmt(b, ",%s", conf_server_slug(c, v[i].place));
	buf_str(b, "]}");
}

struct names {
	char **v;
	size_t n;
};

/* Copies of the fields of a hash that the configuration does not know. */
static struct names strangers(const struct store_reply *fields,
	bool (*known)(const struct conf *c, const char *name),
	const struct conf *c)
{
	size_t n = store_count(fields);
	struct names gone = {.v = xcalloc(n, sizeof *gone.v)};

	for (size_t i = 0; i < n; i++) {
		const char *name = store_text(store_item(fields, i));

		if (name && !known(c, name))
			gone.v[gone.n++] = xstrdup(name);
	}
	return gone;
}

/* Queue the removal of these fields, and free them. */
static void forget(struct store *s, const char *key, struct names *gone)
{
	for (size_t i = 0; i < gone->n; i++) {
		store_add(s, "HDEL", key, gone->v[i], NULL);
		free(gone->v[i]);
	}
	free(gone->v);
}

/* Whether a list of public servers has the row. */
static bool knows_public(const struct conf *c, const char *slug)
{
	struct conf_server s;

	return strcmp(slug, LISTING_UPTO) == 0 ||
		(conf_server(c, slug, &s) && !s.private);
}

static bool knows_server(const struct conf *c, const char *slug)
{
	return conf_place(c, slug) != CONF_NOWHERE;
}

/* A field of key_secret: its name, and the digest behind it, or NULL. */
static const char *split_secret(const char *field, char name[KEY_MAX])
{
	size_t n = strcspn(field, " ");

	if (n >= KEY_MAX || !field[n])
		return NULL;
	memcpy(name, field, n);
	name[n] = '\0';
	return field + n + 1;
}

static bool same_digest(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool knows_private(const struct conf *c, const char *field)
{
	char slug[KEY_MAX];
	const char *token = split_secret(field, slug);
	struct conf_server s;

	return token && conf_server(c, slug, &s) && s.private &&
	       same_digest(token, token_of(c, &s));
}

static bool knows_account(const struct conf *c, const char *field)
{
	char name[KEY_MAX];
	const char *token = split_secret(field, name);
	const struct conf_account *a = token ? conf_account(c, name) : NULL;

	return a && same_digest(token, a->token_sha256);
}

static void queue_server(const struct conf *c, const struct conf_server *s,
	struct store *store, struct buf *b)
{
	const char *token = token_of(c, s);
	char field[KEY_MAX], key[KEY_MAX], life[16];

	put_server(c, s, b);
	snprintf(life, sizeof life, "%d", RETENTION_MINUTES_S);
	key_private(key, s->slug);
	if (s->private)
		store_add(store, "SET", key, token ? token : "-", "EX", life,
			NULL);
	else
		store_add(store, "DEL", key, NULL);
	store_add(store, "HSET", KEY_SERVERS, s->slug, s->private ? "" : b->p,
		NULL);
	if (s->private)
		store_add(store, "HDEL", KEY_LISTING, s->slug, NULL);
	if (s->private && token)
		store_add(store, "HSET", KEY_PRIVATE,
			key_secret(field, s->slug, token), b->p, NULL);
}

/* How many servers there are of a kind. */
struct numbers {
	size_t public;
	size_t private; /* that have a token */
};

/* Write all servers, so many at a time. */
static int write_servers(const struct conf *c, struct store *s, struct buf *b,
	struct numbers *n)
{
	struct listing_rows *rows = listing_rows_new(s);
	int rc = rows ? 0 : -1;

	*n = (struct numbers) {0};
	for (size_t i = 0; i < conf_count(c) && !rc; i++) {
		const struct conf_server server = conf_server_at(c, i);

		queue_server(c, &server, s, b);
		n->private += server.private && token_of(c, &server);
		if (!server.private) {
			buf_clear(b);
			listing_row_put_rest(b, server.account, server.group,
				server.tags, server.n_tags, server.title);
			listing_rows_add(rows, server.slug, "", b->p);
			n->public++;
		}
		if ((i + 1) % GROUP == 0) {
			listing_rows_queue(rows);
			rc = store_run(s);
		}
	}
	if (!rc) {
		listing_rows_queue(rows);
		rc = store_run(s);
	}
	listing_rows_free(rows);
	return rc;
}

/* Write the accounts, and the site; how many have a token. */
static int write_accounts(
	const struct conf *c, struct store *s, struct buf *b, size_t *known)
{
	char field[KEY_MAX];
	size_t n_owned;
	struct owned *owned = owned_servers(c, &n_owned);

	*known = 0;
	for (size_t i = 0; i < c->n_accounts; i++) {
		const struct conf_account *a = &c->accounts[i];

		if (!a->token_sha256)
			continue;
		put_account(c, a, owned, n_owned, b);
		store_add(s, "HSET", KEY_ACCOUNTS,
			key_secret(field, a->name, a->token_sha256), b->p,
			NULL);
		(*known)++;
	}
	free(owned);
	buf_clear(b);
	put_site(c, b);
	store_add(s, "SET", KEY_SITE, b->p, NULL);
	return store_run(s);
}

/*
 * Remove the fields of a hash that the configuration does not know, if it has more
 * than those `known`, which are all there: names are read only then.
 */
static int forget_strangers(const struct conf *c, struct store *s,
	const char *key, size_t known,
	bool (*knows)(const struct conf *c, const char *name))
{
	struct names gone;
	const struct store_reply *r = store_one(s, "HLEN", key, NULL);

	if (!r)
		return -1;
	if (store_int(r, 0) <= (long long)known)
		return 0;
	r = store_one(s, "HKEYS", key, NULL);
	if (!r)
		return -1;
	gone = strangers(r, knows, c);
	forget(s, key, &gone);
	return store_run(s);
}

int fleet_announce(const struct conf *c, struct store *s)
{
	struct numbers servers;
	size_t accounts;
	struct buf b;
	int rc;

	/* An account may have all the servers that a configuration can name. */
	buf_init(&b, 64u * LINE_MAX_BYTES);
	rc = write_servers(c, s, &b, &servers) ||
		write_accounts(c, s, &b, &accounts) ||
		forget_strangers(
			c, s, KEY_SERVERS, conf_count(c), knows_server) ||
		forget_strangers(c, s, KEY_PRIVATE, servers.private,
			knows_private) ||
		forget_strangers(c, s, KEY_LISTING, servers.public,
			knows_public) ||
		forget_strangers(c, s, KEY_ACCOUNTS, accounts, knows_account);
	buf_release(&b);
	return rc ? store_failed(s) : 0;
}

struct rule fleet_isolation_rule(const struct fleet *f)
{
	struct rule rule = rule_default(60);
	double least = INFINITY;

	for (size_t i = 0; i < f->n; i++)
		least = fmin(least, fleet_at(f, i).rule.lookback_s);
	if (isfinite(least))
		rule.lookback_s = fmax(rule.lookback_s, least);
	return rule;
}

int setup_fleet(const struct setup *s, const char *slug, struct fleet *f)
{
	if (!s->conf)
		return fleet_stored(f, s->store, slug);
	fleet_configured(f, s->conf, slug);
	return 0;
}

int setup_open_fleet(struct setup *s, const struct command *cmd,
	const char *slug, struct fleet *f)
{
	int rc = setup_open(s, cmd);

	*f = (struct fleet) {.n = 0};
	if (!rc && setup_fleet(s, slug, f))
		rc = EXIT_ENV;
	return rc || f->n ? rc : setup_no_server(s, slug);
}

/* The slug in the store that may be meant, or NULL; it is one of *all. */
static const char *near_in_store(
	const struct setup *s, const char *slug, struct fleet *all)
{
	if (fleet_stored(all, s->store, NULL))
		return NULL;
	for (size_t i = 0; i < all->n; i++)
		if (spelling_enough(slug, fleet_at(all, i).slug))
			return fleet_at(all, i).slug;
	return NULL;
}

int setup_no_server(const struct setup *s, const char *slug)
{
	struct fleet all = {.n = 0};
	const char *near = !slug ? NULL
		: s->conf	 ? conf_server_near(s->conf, slug)
				 : near_in_store(s, slug, &all);

	log_error("no server%s%s is %s%s%s%s", slug ? " " : "",
		slug ? slug : "", s->conf ? "configured" : "in the store",
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	fleet_release(&all);
	return EXIT_USAGE;
}

static struct region_heard *heard_of(struct regions_heard *r, const char *name)
{
	size_t i = strings_place(r->v, r->n, sizeof *r->v, name);

	if (i < r->n && strcmp(r->v[i].name, name) == 0)
		return &r->v[i];
	r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof *r->v);
	memmove(&r->v[i + 1], &r->v[i], (r->n++ - i) * sizeof *r->v);
	r->v[i] = (struct region_heard) {.name = xstrdup(name), .last = NAN};
	return &r->v[i];
}

void regions_heard_add(struct regions_heard *r, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_no_data; i++)
		heard_of(r, v->no_data[i])->expected++;
	for (size_t i = 0; i < v->n_regions; i++) {
		const char *name = v->regions[i].region;
		struct region_heard *h = heard_of(r, name);

		h->last = fmax(h->last, v->regions[i].started_at);
		if (strings_among(v->no_data, v->n_no_data, name))
			continue;
		h->expected++;
		h->reported++;
	}
}

void regions_heard_release(struct regions_heard *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].name);
	free(r->v);
	*r = (struct regions_heard) {0};
}

/* The names of those that reported, or of those that did not. */
static void put_names(struct buf *b, const char *key,
	const struct regions_heard *r, bool reported)
{
	struct strings names = {0};

	for (size_t i = 0; i < r->n; i++)
		if ((r->v[i].reported > 0) == reported)
			strings_add(&names, r->v[i].name);
	json_put_list(b, key, names.v, names.n);
	strings_release(&names);
}

static void put_regions(
	struct buf *b, const struct regions_heard *r, double now)
{
	json_fmt(b, "{'window':%g", (double)clock_window(now));
	put_names(b, "heard", r, true);
	put_names(b, "silent", r, false);
	buf_str(b, ",\"regions\":[");
	for (size_t i = 0; i < r->n; i++)
		json_fmt(b,
			",{'region':%s,'expected':%zu,'reported':%zu,"
			"'last':%g}",
			r->v[i].name, r->v[i].expected, r->v[i].reported,
			r->v[i].last);
	buf_char(b, ']');
	if (r->configured)
		json_fmt(b, ",'left_out':%zu", r->left_out);
	buf_char(b, '}');
}

int regions_heard_write(const struct regions_heard *r, struct store *s,
	double now, bool pretended)
{
	const struct store_reply *reply;
	char life[16];
	struct buf b;

	if (pretended) {
		reply = store_one(s, "HGET", KEY_HEARTBEATS,
			stage_name(STAGE_VERDICT), NULL);
		if (!reply)
			return store_failed(s);
		if (stage_beat(STAGE_VERDICT, store_text(reply)) > now)
			return 0;
	}
	snprintf(life, sizeof life, "%d", RETENTION_VERDICT_S);
	buf_init(&b, LINE_MAX_BYTES);
	put_regions(&b, r, now);
	reply = store_one(s, "SET", KEY_REGIONS, b.p, "EX", life, NULL);
	buf_release(&b);
	return reply ? 0 : store_failed(s);
}
