/* SPDX-License-Identifier: MIT */
/*
 * hint.c: what an event means for users, and what to look at first, by its
 * kind, its cause and its spread.
 */
#include "words/message.h"

#include <string.h>

/* Kinds of causes: the spread of a failure points elsewhere for each. */
enum way {
	WAY_NETWORK, /* no connection, or too late */
	WAY_ANSWER,  /* something answers there, and badly */
	WAY_LOGIN,   /* a credential is refused */
	WAY_LIMIT    /* answered with 429 */
};

struct cause {
	const char *code; /* it begins so */
	enum way way;
	const char *first; /* NULL: the words of the layer */
};

#define CERTIFICATE                                                            \
	"The certificate and its chain, and what should have renewed it."
#define PATH "Its path: the last deployment, and the routes of its proxy."
#define BEHIND                                                                 \
	"Whether the application runs and has capacity; if a proxy "     \
	"answers for it, whether that reaches it."
#define RUNNER(where)                                                          \
	"The runner of " where ": its host, its network, its clock."
#define HOST                                                                   \
	"Whether its host runs, then its load balancer, firewall and network."

/* The first row that fits counts. */
static const struct cause causes[] = {
	{"dns.temporary", WAY_NETWORK,
		"The name servers of its domain, and the resolver of the "
		"probe."},
	{"dns.timeout", WAY_NETWORK,
		"The name servers of its domain, and the resolver of the "
		"probe."},
	{"dns.", WAY_NETWORK,
		"The DNS records of its name, and whether the domain has "
		"lapsed."},
	{"tcp.refused", WAY_NETWORK,
		"Whether the server runs and listens on its port, and why "
		"it stopped."},
	{"tcp.denied", WAY_NETWORK,
		"The DNS records of its name: they lead to an address that the "
		"probe may not use."},
	{"tcp.", WAY_NETWORK, HOST},
	{"tls.timeout", WAY_NETWORK, HOST},
	{"tls.handshake", WAY_NETWORK, NULL},
	{"tls.not-tls", WAY_NETWORK,
		"The service on that port: it does not speak TLS."},
	{"tls.version", WAY_NETWORK, "Which versions of TLS it offers."},
	{"tls.client-certificate", WAY_LOGIN,
		"The client certificate of the probe."},
	{"tls.", WAY_NETWORK, CERTIFICATE},
	{"proxy", WAY_NETWORK, "The proxy between the probe and the server."},
	{"deadline", WAY_NETWORK,
		"Its load and its dependencies: it answers too late."},
	{"http.429", WAY_LIMIT, "Its rate limit: let mcp-probe pass."},
	{"http.401", WAY_LOGIN, NULL},
	{"http.403", WAY_ANSWER,
		"Its firewall, and its check of the Host header."},
	{"http.404", WAY_ANSWER, PATH},
	{"http.405", WAY_ANSWER, PATH},
	{"http.410", WAY_ANSWER, PATH},
	{"http.redirect", WAY_ANSWER, PATH},
	{"http.502", WAY_ANSWER, BEHIND},
	{"http.503", WAY_ANSWER, BEHIND},
	{"http.504", WAY_ANSWER, BEHIND},
	{"http.5", WAY_ANSWER,
		"The application's log, and the last deployment."},
	{"auth.", WAY_LOGIN, NULL},
	{"oauth.", WAY_LOGIN, NULL},
	{"hash.pinned", WAY_ANSWER,
		"The last deployment: its tools differ from the pinned "
		"ones."},
};

#define LOGIN                                                                  \
	"Whether the credential of the probe was revoked, then the login "     \
	"service."

/* The cause of an event; where its code is not known, by its layer. */
static struct cause cause_of(const struct sink_event *e)
{
	struct cause c = {"", WAY_ANSWER, NULL};

	if (!e->error && e->layer && strcmp(e->layer, "transport") == 0)
		c.way = WAY_NETWORK;
	for (size_t i = 0; e->error && i < sizeof causes / sizeof *causes;
		i++) {
		if (strncmp(e->error, causes[i].code, strlen(causes[i].code)) !=
			0)
			continue;
		c = causes[i];
		break;
	}
	if (c.way == WAY_LOGIN && !c.first)
		c.first = LOGIN;
	if (!c.first)
		c.first = message_words(e)->first;
	return c;
}

static bool kind_is(const struct sink_event *e, const char *kind)
{
	return strcmp(e->kind, kind) == 0;
}

/* One region fails, and others do not. */
static const char *in_region(const struct sink_event *e, enum way way)
{
	bool known = e->error || e->layer;

	if (e->server_count > 1)
		return "The network, the resolver and the runner of that "
		       "region: "
		       "these servers fail there and nowhere else.";
	switch (known ? way : WAY_NETWORK) {
	case WAY_NETWORK:
		return "CDN, DNS and routes to that region, and its "
		       "provider's status page.";
	case WAY_LOGIN:
		return "The credential of the probe in that region.";
	case WAY_LIMIT:
		return "Its rate limit: let mcp-probe pass.";
	case WAY_ANSWER:
		break;
	}
	return "The edge, replica or firewall that answers in that "
	       "region: its log, and the last deployment there.";
}

/* Many servers fail alike. */
static const char *in_common(enum way way)
{
	return way == WAY_NETWORK ? "The shared host, load "
				    "balancer, network or DNS."
				  : "The shared proxy, "
				    "platform, database or login, "
				    "and the last deployment there.";
}

/* Whether none of the regions where it failed reports. */
static bool all_silent(const struct sink_event *e)
{
	size_t n = 0;

	while (n < e->regions.n && strings_has(&e->silent, e->regions.v[n]))
		n++;
	return n && n == e->regions.n;
}

void hint_put(struct buf *b, const struct sink_event *e)
{
	bool down = kind_is(e, "downtime") || kind_is(e, "maintenance_overrun");
	const char *first = message_words(e)->first;
	struct cause c;

	if (e->phase != ALERT_RESOLVED && all_silent(e)) {
		first = e->regions.n > 1 ? RUNNER("those regions")
					 : RUNNER("that region");
	} else if (!e->checks_refused && (down || kind_is(e, "regional"))) {
		c = cause_of(e);
		first = kind_is(e, "regional")     ? in_region(e, c.way)
			: e->server_count > 1 ? in_common(c.way)
					      : c.first;
	}
	buf_str(b, first ? first : "");
}

#define REACH "No client can reach it."
#define ERRORS "It answers with errors: no client can use it."
#define REFUSES "It starts no session: no client can use it."
#define TOOLS "Clients connect, but cannot use its tools."
#define WAS "Users may have noticed; nobody was notified while it lasted."
#define SHOW_THEN                                                              \
	"The application's log of that time; and why its minutes were judged " \
	"late."
#define SHOW_DNS                                                               \
	"The DNS records of its name, and whether the domain has lapsed."
#define SHOW_TLS                                                               \
	"The certificate and its chain, and what listens on the port."
#define SHOW_NET                                                               \
	"Whether the server and its host run, then its load balancer, "        \
	"firewall and network."
#define SHOW_HTTP                                                              \
	"The proxy's log, then the application's, and the last deployment."
#define SHOW_INIT                                                              \
	"The application's log of initialize, and the last deployment."
#define SHOW_AUTH                                                              \
	"Whether the credential of the probe was revoked, then the login "     \
	"service."
#define SHOW_TOOLS                                                             \
	"The application's log of tools/list and tools/call, and what it "     \
	"depends on."

/*
 * The first row that fits counts, so specific rows stand before general ones.
 */
static const struct message_words words[] = {
	{"downtime", "transport", "dns", REACH, SHOW_DNS},
	{"downtime", "transport", "tls", REACH, SHOW_TLS},
	{"downtime", "transport", NULL, REACH, SHOW_NET},
	{"downtime", "http", NULL, ERRORS, SHOW_HTTP},
	{"downtime", "initialize", "auth-initialize", REFUSES, SHOW_AUTH},
	{"downtime", "initialize", NULL, REFUSES, SHOW_INIT},
	{"downtime", NULL, NULL, TOOLS, SHOW_TOOLS},
	{"downtime_found", NULL, NULL, WAS, SHOW_THEN},
	{"regional_found", NULL, NULL, WAS, SHOW_THEN},
	{"rate_limited_found", NULL, NULL, WAS, SHOW_THEN},
	{"maintenance_overrun", "transport", NULL, REACH, SHOW_NET},
	{"maintenance_overrun", "http", NULL, ERRORS, SHOW_HTTP},
	{"maintenance_overrun", "initialize", NULL, REFUSES, SHOW_INIT},
	{"maintenance_overrun", NULL, NULL, TOOLS, SHOW_TOOLS},
	{"regional", NULL, NULL,
		"Users there may be cut off; for others it works.", NULL},
	{"rate_limited", NULL, NULL,
		"It may well work, but an outage would not be seen.",
		"Its rate limit: let mcp-probe pass."},
	{"latency", NULL, NULL, "It works, but keeps its users waiting.",
		"Its load, its dependencies, and the last deployment."},
	{"error_rate", NULL, NULL, "It works, but not each time.",
		"The application's log of the last minutes, by error."},
	{"slo_burn", NULL, NULL, "If that goes on, it misses its objective.",
		"The most frequent failure since then, and the last deployment."},
	{"probe_silent", NULL, NULL,
		"A runner is silent; the server may well work.",
		"The runner of that region: its host, its network, its clock."},
	{"cdn_cache_divergence", NULL, NULL,
		"Users in some regions call removed tools, or miss new "
		"ones.",
		"The caches in front of it: purge them; then the last "
		"deployment."},
	{"unapproved_change", NULL, NULL,
		"Its tools are not those that somebody approved: they break "
		"callers, or instruct models differently.",
		"Read what changed (mcp-aggregate diff), then approve it "
		"(mcp-aggregate pin --review) or have it reverted."},
	{"tool_churn", NULL, NULL,
		"Clients may not find the tools that were listed to them.",
		"The source of its tool list: several versions behind one "
		"address, or generated names."},
	{"pipeline_stalled", NULL, NULL, "Nobody would be notified of an outage.",
		"The cron job, the store, and their logs, on the host of "
		"mcp-aggregate."},
	{"schema_drift_detected", NULL, NULL,
		"Clients that know the old ones may fail.",
		"Whether this change was intended."},
	{"certificate_expiring", NULL, NULL,
		"Clients connect only with a valid certificate.",
		"The job that should have renewed it."},
	{"token_expiring", NULL, NULL,
		"Without it the probes fail, and users notice nothing.",
		"mcp-rotate, or the issuer."},
	{"clients_refused", NULL, NULL,
		"Clients that begin with server/discover cannot connect.",
		"The proxy in front of the server: let unknown methods "
		"through."},
	{"manual", NULL, NULL, "No probe sees it.", "Its text, then its author."},
	{"test", NULL, NULL, NULL, NULL},
	{"", NULL, NULL, NULL, "The dashboard."},
};

/* For any kind, while our credential is refused and no more is known. */
static const struct message_words refused = {NULL, NULL, NULL,
	"Clients with their own access may be fine; an outage would not be "
	"seen.",
	"Whether the credential of the probes was revoked or has ended "
	"(mcp-probe --check-expiry), then mcp-rotate."};
/* A store that does not answer, by the cause in the message. */
static const struct {
	const char *why;
	struct message_words words;
} away[] = {
#define AWAY(why, first)                                                       \
	{why, {"pipeline_stalled", NULL, NULL,                                 \
			"Nobody would be notified of an outage.", first}}
	AWAY("No such file or directory",
		"Its socket is missing: whether Redis runs, and makes it "
		"there (unixsocket in redis.conf)."),
	AWAY("Connection refused",
		"Nothing listens at its address: whether Redis runs."),
	AWAY("Permission denied",
		"We may not use its socket: unixsocketperm in redis.conf, and "
		"our groups."),
	AWAY("NOAUTH", "It requires a password: check our user's password file."),
	AWAY("WRONGPASS", "It refuses the password of our user."),
	AWAY("NOPERM", "Our user may not do that: its ACL."),
	AWAY("LOADING", "It reads its data: whether it makes progress."),
	AWAY("MISCONF", "It cannot write to its disk: whether that is full."),
	AWAY("OOM ", "Its memory is full: maxmemory, and the largest keys."),
	AWAY("READONLY", "It is a replica: whether a failover is at work."),
#undef AWAY
};

static const struct message_words *away_words(const struct sink_event *e)
{
	const char *s = strcmp(e->kind, "pipeline_stalled") == 0 && e->summary
		? strstr(e->summary, "the store does not answer")
		: NULL;
	/* Behind that a fallback says why a route did not take it. */
	const char *end = s ? strstr(s, ". This could not be ") : NULL;

	for (size_t i = 0; s && i < sizeof away / sizeof *away; i++) {
		const char *why = strstr(s, away[i].why);

		if (why && (!end || why < end))
			return &away[i].words;
	}
	return NULL;
}

/* Whether a row leaves it open, or names the same. */
static bool row_fits(const char *row, const char *s)
{
	return !row || (s && strcmp(row, s) == 0);
}

/* A connection that was never made says nothing of a certificate. */
static const char *step_of(const struct sink_event *e)
{
	return e->error && strncmp(e->error, "tcp.", 4) == 0 ? NULL : e->step;
}

const struct message_words *message_words(const struct sink_event *e)
{
	const struct message_words *known = away_words(e), *w = words;
	const char *step = step_of(e);

	if (known)
		return known;
	if (e->checks_refused && !strstr(e->kind, "_found"))
		return &refused;
	while (*w->kind &&
		!(row_fits(w->kind, e->kind) && row_fits(w->layer, e->layer) &&
			row_fits(w->step, step)))
		w++;
	return w;
}
