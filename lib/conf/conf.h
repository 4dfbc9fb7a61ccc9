/* SPDX-License-Identifier: MIT */
/*
 * conf.h: the configuration of a fleet, fleet.yaml(5).
 *
 * A loaded configuration is whole: names are valid and unique, every name that is
 * referred to exists, numbers lie in their ranges, and what the file does not
 * say has its default. Nothing in it is secret.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CONF_RUNNER_INBOX: none, the region probes by itself, see KEYS_INBOX_SLOTS. */
enum conf_runner {
	CONF_RUNNER_LOCAL,
	CONF_RUNNER_SSH,
	CONF_RUNNER_LAMBDA,
	CONF_RUNNER_WORKER,
	CONF_RUNNER_INBOX
};
/* With "any", the file of the credential says which of the later ones it is. */
enum conf_auth_mode {
	CONF_AUTH_NONE,
	CONF_AUTH_ANY,
	CONF_AUTH_BEARER,
	CONF_AUTH_HEADER,
	CONF_AUTH_OAUTH,
	CONF_AUTH_MTLS
};
/* How a route reaches people, the gentlest first: see mcp-routes(5). */
enum conf_class { CONF_CHAT, CONF_PAGER, CONF_TEXT_MESSAGE, CONF_CALL };
enum conf_digest {
	CONF_DIGEST_NO,
	CONF_DIGEST_HOURLY,
	CONF_DIGEST_DAILY,
	CONF_DIGEST_WEEKLY
};
#define CONF_DIGESTS (CONF_DIGEST_WEEKLY + 1)
/* "no", "hourly", "daily", "weekly", by value; then NULL. */
extern const char *const conf_digests[];

/*
 * The types of routes, a row X(TYPE, type, …) each: `type` is the name in
 * fleet.yaml and of its sink in alertd/sinks, and what follows says which keys
 * it wants and its class, unless that is CONF_CHAT, as struct rule in
 * conf/routes.c. A new type is the last row.
 */
#define CONF_ROUTE_TYPES(X)                                                    \
	X(WEBHOOK, webhook, .needs = URL, .may = SECRET)                       \
	X(COMMAND, command, .needs = COMMAND)                                  \
	X(PAGERDUTY, pagerduty, .needs = SECRET, .may = URL,                   \
		.class = CONF_PAGER)                                           \
	X(OPSGENIE, opsgenie, .needs = SECRET, .may = URL,                     \
		.class = CONF_PAGER)                                           \
	X(SLACK, slack, .needs = SECRET, .may = URL | CHANNEL)                 \
	X(DISCORD, discord, .needs = SECRET, .may = MENTION,                   \
		.bad_mention = bad_role)                                       \
	X(TWILIO_SMS, twilio_sms, .needs = SECRET | FROM | TO, .may = URL,     \
		.bad_from = bad_sender, .bad_to = bad_number,                  \
		.class = CONF_TEXT_MESSAGE)                                    \
	X(TWILIO_VOICE, twilio_voice, .needs = SECRET | FROM | TO, .may = URL, \
		.bad_from = bad_number, .bad_to = bad_number,                  \
		.class = CONF_CALL)                                            \
	X(EMAIL, email, .needs = URL | FROM | TO, .may = SECRET,               \
		.bad_url = conf_bad_smtp, .bad_from = bad_mailbox,             \
		.bad_to = bad_mailbox)                                         \
	X(ALERTMANAGER, alertmanager, .needs = URL, .may = SECRET)             \
	X(TEAMS, teams, .needs = SECRET)                                       \
	X(TELEGRAM, telegram, .needs = SECRET | CHANNEL, .may = URL)           \
	X(NTFY, ntfy, .needs = SECRET)                                         \
	X(MATTERMOST, mattermost, .needs = SECRET, .may = CHANNEL)

#define CONF_ROUTE_VALUE(TYPE, type, ...) CONF_ROUTE_##TYPE,
enum conf_route_type { CONF_ROUTE_TYPES(CONF_ROUTE_VALUE) };

struct conf_position {
	bool known;
	double latitude, longitude; /* degrees */
};

struct conf_region {
	char *name;
	char *city; /* the region's name where its city is not known */
	struct conf_position position;
	char *provider; /* or NULL */
	int64_t asn;	/* 0 where not given */
	enum conf_runner runner;
	bool runner_given; /* the file names it: else a region may run elsewhere */
	char *host;	  /* of an ssh runner; else NULL */
	char *function;	  /* of a lambda runner; else NULL */
	char *url;	  /* of a worker; else NULL */
	int64_t chunks;	  /* of a probe there, an invocation each; 0: one */
	char *inbox;	  /* the URL of one outside the store; else NULL */
	char *credential; /* the name of the secret of either; else NULL */
	char **canary; /* URLs that should always answer from there */
	size_t n_canary;
};

struct alert_label; /* of records/alert.h */

struct conf_account {
	char *name;
	char *token_sha256; /* of the bearer token for reading */
	char *write_token_sha256; /* of the one for writing, or NULL */
	/* Of its servers that give none: */
	char *ca, *runbook, *dashboard; /* or NULL */
	double slow_above_s;		/* 0: none */
	char *owner;			/* or NULL */
	struct alert_label *labels;
	size_t n_labels;
};

struct conf_auth {
	enum conf_auth_mode mode;
	char *credential; /* the name of one, where the mode needs it */
	bool bare_401;	  /* a 401 without a challenge is accepted */
};

struct conf_health {
	char *name;	  /* NULL where there is no health tool */
	cJSON *arguments; /* an object, or NULL for none */
};

/* The numbers of THE RULE, see mcp-aggregate(1). */
struct conf_thresholds {
	double lookback_s;
	double tolerance_s;
	double divergence_s;
	int quorum;
	int step_alert;
	int hard_outage;
	int alone;
	int throttled;
	int tool_churn;
};

/* The longest group and tag, in characters. */
#define CONF_GROUP_MAX 60
#define CONF_TAG_MAX 40

struct conf_server {
	char *slug;
	char *url;
	char *title; /* or NULL */
	struct conf_auth auth;
	struct conf_health health;
	enum { CONF_CACHE_CHECK, CONF_NO_CACHE_CHECK } cache_check;
	enum { CONF_HTTP_1_1, CONF_HTTP_2 } http_version;
	double interval_s;
	double timeout_s;
	char **regions; /* names, as the file orders them; at least one */
	size_t n_regions;
	char *account; /* the name of one, or NULL */
	char *group;   /* what people look for it under, or NULL */
	char **tags;
	size_t n_tags;
	bool private;
	bool deny_private; /* not to be probed at a private address */
	/* Whether the public may know its address, and what it has for tools. */
	enum { CONF_PUBLIC, CONF_PRIVATE } endpoint, tools;
	bool cold_start; /* its first answer after a pause may fail */
	char *ca; /* whose certificates it may have, see conf/ca.h; or NULL */
	char *runbook;	 /* a URL, or NULL: that of the alerts */
	char *dashboard; /* a URL, or NULL: its public page */
	double slow_above_s; /* 0: that of the alerts */
	char *owner; /* or NULL; neither it nor the labels are public */
	struct alert_label *labels; /* with those of its account and defaults */
	size_t n_labels;
	struct conf_thresholds thresholds;
	const char *list; /* the list that has it; NULL: the file itself */
	size_t line;	  /* there, or in the file */
};

/* Values of servers whose slug matches, unless they have their own. */
struct conf_default {
	struct conf_server
		server; /* the first: its keys are those of servers */
	char **match;	/* patterns of fnmatch(3) for the slug; at least one */
	size_t n_match;
	uint64_t given; /* which keys it gives: see conf_note_defaults */
};

/* Where somebody can be told. */
struct conf_route {
	char *name;
	enum conf_route_type type;
	/* CONF_ROUTE_TYPES says which of these a type has; the others are NULL. */
	char *url;     /* NULL: the vendor's own */
	char *secret;  /* the name of a credential */
	char *channel; /* of a chat */
	char *mention; /* whom a message in it mentions */
	char *from;    /* the sender */
	char **to;     /* the recipients */
	size_t n_to;
	char **command; /* of a command: its arguments, NULL behind them */
	size_t n_command;
	char *zone; /* of whom it reaches; NULL: that of the alerts */
	char *fallback; /* the route that gets what this one cannot, or NULL */
};

/* Which events a policy is for. An empty list means all. */
struct conf_match {
	char **severities; /* "P1" and so on */
	size_t n_severities;
	char **kinds; /* as mcp-records(5) names them */
	size_t n_kinds;
	char **servers; /* patterns of fnmatch(3) for the slug */
	size_t n_servers;
	char **accounts;
	size_t n_accounts;
	struct alert_label *labels; /* a server has to have all of them */
	size_t n_labels;
};

/* Who is told, and how long after the start of an incident. */
struct conf_step {
	double after_s;
	char **routes; /* names; at least one */
	size_t n_routes;
};

/* 16 hex digits and a NUL. */
#define CONF_MATCH_ID 17

/* Who hears of which events, and when; see mcp-routes(5). */
struct conf_notify {
	char *name;
	/* If it has no name of its own: a digest of its match, and of its hours
	   if it matches by them. It does not change if others are put above
	   it. Else "". */
	char match_id[CONF_MATCH_ID];
	struct conf_match match;
	struct conf_step *steps; /* by their times; none: nobody is told */
	size_t n_steps;
	/* See conf_hours; NULL: always. P2 and P3 wait for them; of a policy
	   for P1 alone they say when it matches: conf_by_hours. */
	char *hours;
	enum conf_digest digest; /* of P2 and P3 */
};

/* The numbers of alerting, see mcp-incidents(7). */
struct conf_policy {
	int confirm;
	int resolve;
	double promote_s;
	double remind_s;
	int flap_count; /* starts within flap_window_s that are flapping */
	double flap_window_s;
	double flap_clear_s; /* without a failure, after which it is over */
	int silent;
	double silence_end_s; /* how long incidents of a silent region last */
	int throttled;
	int latency; /* windows in a row above latency_factor * the baseline */
	double latency_factor;
	double slow_above_s; /* of servers without their own; 0: none */
	double error_rate; /* percent of the probes of 5 minutes; 0: never */
	int error_count;   /* failures that it takes besides */
	double slo;	   /* percent; 0: none */
	double idle_s; /* a pause after which a server may have gone to sleep */
	double overrun_s; /* still down that long after a maintenance */
	double maintenance_s; /* the longest that a maintenance may be */
	double ack_s;	      /* how long an acknowledgement holds */
	int common; /* servers with a common cause that make one event */
};

/* Addresses to request after each complete round, or NULL. */
struct conf_heartbeat {
	char *url;
	char *secret; /* the name of a credential that holds the URL instead */
};

/* How long the store keeps the records of a probe, in seconds. */
struct conf_retention {
	/* Of one that differs from the one before, or failed first in an hour. */
	double evidence_s;
	double passing_s; /* of any other */
};

/* How to confirm that a page was written before it is sent. */
struct conf_store_wait {
	int replicas; /* that have to have it; 0: nobody is asked */
	double timeout_s;
};

/* A line of a list that gives no server, because it is wrong. */
struct conf_left_out {
	char *at;   /* "registry.jsonl:17" */
	char *slug; /* or NULL, where none could be read */
	char *why;  /* its first fault */
};
/* The most of them that are named; the rest is counted. */
#define CONF_LEFT_OUT_NAMED 20

/* For a server by its slug. */
struct conf_slug {
	const char *slug; /* first, for strings_place */
	size_t place;
};

struct conf {
	char *store;	  /* or NULL */
	char *store_ca;	  /* what its TLS trusts, a file, or NULL */
	struct conf_store_wait store_wait;
	struct conf_retention retention;
	double judge_after_s; /* see mcp-fleet(1), Late reports */
	char *site_url;	  /* without a slash at its end, or NULL */
	char *site_title; /* or NULL */
	char *site_link;   /* where the title leads, or NULL */
	char *site_colour; /* "#rrggbb", or NULL */
	char *site_logo;   /* https:, or a path that begins with one slash */
	char *site_stylesheet; /* a path that begins with one slash, or NULL */
	char *site_intro;  /* of one line */
	char *site_imprint, *site_privacy, *site_support; /* https:, mailto: */
	bool site_maintenance_counts; /* what fails in one lowers uptime */
	bool site_manual; /* pages link to the manual */
	char *site_subscribe; /* the e-mail route of subscribers, or NULL */
	bool site_subscribe_inward; /* their webhooks may be in private networks */
	struct conf_region *regions;
	size_t n_regions;
	struct conf_account *accounts;
	size_t n_accounts;
	struct conf_server *servers; /* of the file, then of its lists */
	size_t n_servers, cap_servers;
	struct conf_left_out *left_out; /* the first, CONF_LEFT_OUT_NAMED at
					   most */
	size_t n_left_out;		/* how many lines of lists are */
	char **servers_from; /* lists of more servers: see conf_load */
	size_t n_servers_from;
	char **lists; /* what messages call them, NULL behind the last */
	struct conf_default *defaults;
	size_t n_defaults;
	char **all_regions;		    /* of each server that names none */
	struct conf_slug *by_slug; /* all servers, or NULL */
	struct conf_route *routes;
	size_t n_routes;
	struct conf_notify *policies; /* the first that matches counts */
	size_t n_policies;
	struct conf_policy policy;
	char *zone; /* a time zone */
	int budget; /* P2 and P3 that a route gets one by one in an hour; 0: all */
	struct conf_heartbeat heartbeat;
	char *runbook; /* a URL, or NULL */
};

/*
 * conf_load(path): the configuration of a file, with the servers of the lists
 * that it names; conf_free it. A list is a file or a command, which is run.
 * NULL where something cannot be read or is wrong; then log_error tells up to
 * 20 faults, each with file and line. log_warn tells what is only doubtful, as
 * bounded, and which lines of lists are left out because they are wrong.
 */
struct conf *conf_load(const char *path);

/*
 * conf_load_file(path): load the file alone: it reads no list, runs no command,
 * and logs no warning. Errors are logged as conf_load logs them.
 */
struct conf *conf_load_file(const char *path);

/*
 * conf_parse(file, p, n, say, arg): the same from the n bytes at p, but no list
 * is read, no command run. Each message begins with `file` and goes to
 * say(arg, fatal, message), without a newline; fatal is false for a warning.
 */
struct conf *conf_parse(const char *file, const char *p, size_t n,
	void (*say)(void *arg, bool fatal, const char *message), void *arg);

void conf_free(struct conf *c);

/*
 * conf_x(c, name): the x of that name, or NULL. It lives as long as c, whose
 * names may be NULL while it is read.
 */
const struct conf_region *conf_region(const struct conf *c, const char *name);
const struct conf_account *conf_account(const struct conf *c, const char *name);

/*
 * conf_count(c): how many servers there are; 0 where c is NULL.
 * conf_server_at(c, i): the i-th of them; conf_server_slug(c, i): its slug.
 * Their pointers are valid as long as c.
 */
size_t conf_count(const struct conf *c);
struct conf_server conf_server_at(const struct conf *c, size_t i);
const char *conf_server_slug(const struct conf *c, size_t i);

/*
 * conf_place(c, slug): the place of a server, or CONF_NOWHERE, as where c is
 * NULL. conf_server(c, slug, out): the server itself; false where there is
 * none.
 */
#define CONF_NOWHERE SIZE_MAX
size_t conf_place(const struct conf *c, const char *slug);
bool conf_server(
	const struct conf *c, const char *slug, struct conf_server *out);

/* conf_server_near(c, slug): the slug of a server that may be meant by a misspelt
   one; NULL if there is none, or if c is NULL. */
const char *conf_server_near(const struct conf *c, const char *slug);

/* conf_route_class(type): how routes of that type reach people. */
enum conf_class conf_route_class(enum conf_route_type type);

/* Times of a week. */
struct conf_hours {
	int from, to;  /* minutes of the day, 0 to 1440; to < from: of the next */
	unsigned days; /* on which they begin: bit 0 is Monday */
};

/*
 * conf_hours(s, out): read "09:00-18:00", "mon-fri 09:00-18:00" or
 * "sat,sun 22:00-06:00". False where it is no such text, or the two times are
 * the same.
 */
bool conf_hours(const char *s, struct conf_hours *out);

/*
 * conf_json(c, b): append everything, defaults included, as one JSON object
 * without a newline. Its keys are those of the file; durations are "300s".
 */
void conf_json(const struct conf *c, struct buf *b);

/*
 * conf_short_json(c, b): the same, but in place of the servers an object with
 * their count, shortest_interval and longest_timeout, and behind it lists, what
 * messages call the lists, and left_out, the lines of them that give no server.
 * It is no configuration.
 *
 * conf_server_line(s, b): append a server as a line of a list, which says all
 * that there is to say where no `defaults` are; newline included.
 */
void conf_server_line(const struct conf_server *s, struct buf *b);
void conf_short_json(const struct conf *c, struct buf *b);

/*
 * conf_target(s, region, known_hash, pinned_hash, hint, line): append the
 * target record of mcp-records(5) for a server, newline included. All but s and
 * line may be NULL and are then left out; hint is the name of an era. s->ca may be
 * the text that conf_ca_read has returned.
 */
void conf_target(const struct conf_server *s, const char *region,
	const char *known_hash, const char *pinned_hash, const char *hint,
	struct buf *line);

#endif
