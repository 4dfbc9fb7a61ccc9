#include "sinks/hint.h"

#include "sinks/words.h"

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
#define PATH "Its path: what was deployed last, and the routes of its proxy."
#define BEHIND                                                                 \
	"Whether the application runs and has room: what answers for it "      \
	"cannot reach it."
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
		"Whether the server runs and listens on its port, and what "
		"stopped it."},
	{"tcp.denied", WAY_NETWORK,
		"The DNS records of its name: they lead to an address that the "
		"probe may not use."},
	{"tcp.", WAY_NETWORK, HOST},
	{"tls.timeout", WAY_NETWORK, HOST},
	{"tls.handshake", WAY_NETWORK, NULL},
	{"tls.not-tls", WAY_NETWORK,
		"What listens on the port: it does not speak TLS."},
	{"tls.version", WAY_NETWORK, "Which versions of TLS it offers."},
	{"tls.client-certificate", WAY_LOGIN,
		"The client certificate of the probe."},
	{"tls.", WAY_NETWORK, CERTIFICATE},
	{"proxy", WAY_NETWORK, "The proxy between the probe and the server."},
	{"deadline", WAY_NETWORK,
		"Its load, and what it waits for: it answers too late."},
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
		"The application's log, and what was deployed last."},
	{"auth.", WAY_LOGIN, NULL},
	{"oauth.", WAY_LOGIN, NULL},
	{"hash.pinned", WAY_ANSWER,
		"What was deployed last: its tools are not those that were "
		"pinned."},
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
		return "CDN, DNS and routes to that region, and what its "
		       "provider says.";
	case WAY_LOGIN:
		return "The credential of the probe in that region.";
	case WAY_LIMIT:
		return "Its rate limit: let mcp-probe pass.";
	case WAY_ANSWER:
		break;
	}
	return "What answers in that region, an edge, a replica or a "
	       "firewall: its log, and what was deployed there last.";
}

/* Many servers fail alike. */
static const char *in_common(enum way way)
{
	return way == WAY_NETWORK ? "What these servers share: host, load "
				    "balancer, network, DNS."
				  : "What these servers share: proxy, "
				    "platform, database, login; "
				    "and what was deployed there last.";
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
