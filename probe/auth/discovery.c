/* SPDX-License-Identifier: MIT */
/*
 * discovery.c: follows the trail of metadata from a challenge to the
 * authorization server, one document at a time, and stops at the first good one
 * of each kind. Up to three redirects of each are followed within its origin.
 */
#include "auth/oauth.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "protocol/exchange.h"

/* For one document: the probe has more to do in its time. */
#define DOCUMENT_MS 5000.0
/* How often one may redirect. */
#define REDIRECTS_MAX 3

enum looking {
	LOOKING_NAMED,	  /* for the resource metadata the challenge names */
	LOOKING_RESOURCE, /* for resource metadata at the well-known places */
	LOOKING_SERVER,	  /* for metadata of the authorization server */
	LOOKING_SELF	  /* for metadata of the MCP server, as in 2025-03-26 */
};

struct discovery {
	const struct wire *wire;
	void (*done)(void *arg, const struct discovery_result *r);
	void *arg;
	enum looking looking;
	struct oauth_urls urls;
	int i; /* the one that is being read */
	char moved[URL_MAX]; /* where that is by now; "" where it says */
	int redirects;	     /* how often it was moved */
	/* The URL of a document that another origin has, or "". */
	char away[URL_MAX];
	/* search as clients do; false: for a token of ours */
	bool for_clients;
	struct failure why; /* why none of them was a document */
	long status;	    /* the HTTP status that said so; 0 for none */
	bool noted;	    /* why is set */
	bool limited; /* an answer was 429: there may be a document */
	struct discovery_result result;
};

static void finish_discovery(struct discovery *d, enum discovery_end end)
{
	static const char away[] = "the metadata redirects to another origin, "
				   "which mcp-probe does not follow";

	d->result.end = end;
	if (end == DISCOVERY_GOOD && *d->away)
		d->result.facts.warning = away;
	d->done(d->arg, &d->result);
	free(d);
}

static void end_bad(struct discovery *d, const char *code, const char *what,
	const char *url, const struct failure *why)
{
	failure_set(&d->result.failure, code, "%s %.200s: %s", what, url,
		why->message);
	finish_discovery(d, DISCOVERY_BAD);
}

static void on_document(void *arg, const struct reply *r);

/* Ask for the document that is next, or give up. */
static void ask_document(struct discovery *d)
{
	static const struct exchange_handler handler = {.done = on_document};
	double left = deadline_left(&d->wire->deadline);
	double half = left / 2;

	if (left < 1) {
		failure_set(&d->result.failure, "deadline",
			"no time was left to read the OAuth metadata");
		finish_discovery(d, DISCOVERY_BAD);
		return;
	}
	if (wire_get(d->wire, *d->moved ? d->moved : d->urls.url[d->i],
		    half < DOCUMENT_MS ? half : DOCUMENT_MS, &handler, d)) {
		failure_set(&d->result.failure, "oauth.metadata",
			"%.200s cannot be asked", d->urls.url[d->i]);
		finish_discovery(d, DISCOVERY_BAD);
	}
}

static void look_for(struct discovery *d, enum looking what)
{
	d->looking = what;
	d->i = 0;
	d->moved[0] = '\0';
	d->redirects = 0;
	ask_document(d);
}

static void look_self(struct discovery *d)
{
	d->urls.n = 1;
	snprintf(d->urls.url[0], URL_MAX,
		"%.1900s/.well-known/oauth-authorization-server",
		d->wire->target.url->origin);
	look_for(d, LOOKING_SELF);
}

/*
 * Fail because the metadata are at another origin. Clients find them there, so
 * this does not break the server.
 */
static void find_away(struct discovery *d, const char *code)
{
	failure_set(&d->result.failure, code,
		"%.200s redirects to another origin, which mcp-probe does not "
		"follow",
		d->away);
	finish_discovery(d, DISCOVERY_NONE);
}

/* No URL has the metadata that the server names. */
static void end_unread(struct discovery *d, const char *code, const char *what,
	const char *url, const struct failure *why)
{
	if (*d->away)
		find_away(d, code);
	else
		end_bad(d, d->limited ? "http.429" : code, what, url, why);
}

static void look_server(struct discovery *d)
{
	if (!oauth_issuer_urls(d->result.facts.issuer, &d->urls,
		    &d->result.failure)) {
		finish_discovery(d, DISCOVERY_BAD);
		return;
	}
	d->noted = d->limited = false;
	look_for(d, LOOKING_SERVER);
}

/*
 * A server of 2025-03-26 is its own authorization server. Metadata with another
 * issuer may serve clients, but proves nothing, and no secret is sent there.
 */
static bool judge_self(struct discovery *d, const cJSON *doc)
{
	struct oauth_facts *o = &d->result.facts;
	const char *origin = d->wire->target.url->origin;
	size_t n = strlen(origin);

	if (!oauth_judge_server(doc, NULL, o, &d->result.failure))
		return false;
	if (strncmp(o->issuer, origin, n) == 0 &&
		(!o->issuer[n] || strcmp(o->issuer + n, "/") == 0))
		return true;
	o->token_endpoint[0] = '\0';
	o->warning = "the metadata is not at the origin of its issuer";
	return true;
}

/* A document is here: judge it and go on. */
static void judge_document(struct discovery *d, const cJSON *doc)
{
	struct discovery_result *r = &d->result;
	char issuer[URL_MAX];
	bool good = false;

	switch (d->looking) {
	case LOOKING_NAMED:
	case LOOKING_RESOURCE:
		/* The query of the target may be secret. */
		snprintf(r->document, sizeof r->document, "%.*s",
			(int)(d->looking == LOOKING_RESOURCE
					? strcspn(d->urls.url[d->i], "?")
					: URL_MAX),
			d->urls.url[d->i]);
		if (oauth_judge_resource(doc, d->wire->target.url,
			    d->wire->target.issuer, &r->facts, &r->failure) &&
			oauth_metadata_judge(doc, METADATA_RESOURCE, &r->failure))
			look_server(d);
		else
			finish_discovery(d, DISCOVERY_BAD);
		return;
	case LOOKING_SERVER:
		snprintf(issuer, sizeof issuer, "%s", r->facts.issuer);
		good = oauth_judge_server(doc, issuer, &r->facts, &r->failure);
		break;
	case LOOKING_SELF:
		good = judge_self(d, doc);
		break;
	}
	if (good && d->for_clients)
		good = oauth_metadata_judge(doc, oauth_metadata_of(d->urls.url[d->i]),
			&r->failure);
	finish_discovery(d, good ? DISCOVERY_GOOD : DISCOVERY_BAD);
}

/* The statuses that fetch follows. */
static bool is_redirect(long status)
{
	return (status >= 301 && status <= 303) || status == 307 ||
		status == 308;
}

/* Whether a reply redirects within its origin, not too often: ask there. */
static bool follow_redirect(struct discovery *d, const struct reply *r)
{
	const char *location = http_fields(r->http)->location;
	const char *from = *d->moved ? d->moved : d->urls.url[d->i];
	char why[URL_WHY], to[sizeof ((struct http_fields *)0)->location];
	struct url base, u;

	if (r->kind == REPLY_FAILED || !is_redirect(r->http->status) ||
		!*location || strlen(location) == sizeof to - 1)
		return false;
	snprintf(to, sizeof to, "%.*s", (int)strcspn(location, "#"), location);
	if (!url_parse(from, &base, why) || !url_resolve(&base, to, &u, why))
		return false;
	if (strcmp(base.origin, u.origin) != 0) {
		snprintf(d->away, sizeof d->away, "%s", base.shown);
		return false;
	}
	if (d->redirects++ == REDIRECTS_MAX)
		return false;
	snprintf(d->moved, sizeof d->moved, "%s", u.text);
	ask_document(d);
	return true;
}

/* Remember why there was no document. Any reason replaces a 4xx. */
static void note_reason(struct discovery *d, const struct reply *r)
{
	long status = r->kind == REPLY_FAILED ? 0 : r->http->status;

	/* Others say that nothing is there; this one, that nobody knows. */
	if (d->limited ||
		(status != 429 && d->noted &&
			!(d->status >= 400 && d->status <= 499)))
		return;
	d->limited = status == 429;
	d->noted = true;
	d->status = status;
	if (r->kind != REPLY_FAILED && status >= 400)
		failure_set(&d->why, "", "it answers with status %ld",
			status);
	else if (is_redirect(status))
		failure_set(&d->why, "",
			d->redirects > REDIRECTS_MAX
				? "it redirects more than 3 times"
				: "it redirects (%ld), but not to a URL of its "
				  "own origin",
			status);
	else
		diagnose(r, &d->why);
}

static void find_none(struct discovery *d)
{
	if (*d->away) {
		find_away(d, "");
		return;
	}
	if (d->status >= 400 && d->status <= 499 && !d->limited)
		failure_set(&d->result.failure, "",
			"the server publishes no OAuth metadata");
	else
		failure_set(&d->result.failure, "",
			"the OAuth metadata cannot be read: %s",
			d->why.message);
	finish_discovery(d, DISCOVERY_NONE);
}

static void on_document(void *arg, const struct reply *r)
{
	struct discovery *d = arg;
	bool silent;

	if (r->ours) {
		d->result.failure = r->failure;
		d->result.ours = true;
		finish_discovery(d, DISCOVERY_BAD);
		return;
	}
	if (r->kind == REPLY_STATUS && r->http->status == 200 &&
		cJSON_IsObject(r->message)) {
		judge_document(d, r->message);
		return;
	}
	if (follow_redirect(d, r))
		return;
	note_reason(d, r);
	d->moved[0] = '\0';
	d->redirects = 0;
	if (d->looking == LOOKING_NAMED) {
		end_unread(d, "oauth.metadata",
			"the challenge names a resource metadata document that "
			"cannot be read,",
			d->urls.url[d->i], &d->why);
		return;
	}
	/* A server that does not answer would not at the next URL either. */
	silent = r->kind == REPLY_FAILED &&
		strcmp(r->failure.code, "deadline") == 0;
	if (!silent && ++d->i < d->urls.n)
		ask_document(d);
	else if (d->looking == LOOKING_SERVER)
		end_unread(d, "oauth.no-server",
			"cannot read the metadata of the authorization server",
			d->result.facts.issuer, &d->why);
	else if (d->looking == LOOKING_RESOURCE && !silent)
		look_self(d);
	else
		find_none(d);
}

static struct discovery *begin_discovery(const struct wire *w,
	void (*done)(void *arg, const struct discovery_result *r), void *arg)
{
	struct discovery *d = xcalloc(1, sizeof *d);

	d->wire = w;
	d->done = done;
	d->arg = arg;
	return d;
}

void discovery_issuer(const struct wire *w, const char *issuer,
	void (*done)(void *arg, const struct discovery_result *r), void *arg)
{
	struct discovery *d = begin_discovery(w, done, arg);

	snprintf(d->result.facts.issuer, sizeof d->result.facts.issuer, "%s",
		issuer);
	look_server(d);
}

void discovery_start(const struct wire *w, const struct challenge *c,
	void (*done)(void *arg, const struct discovery_result *r), void *arg)
{
	struct discovery *d = begin_discovery(w, done, arg);
	const char *named = c->resource_metadata;
	char why[URL_WHY];
	struct url u;

	d->for_clients = true;
	if (!*named) {
		oauth_resource_urls(w->target.url, &d->urls);
		look_for(d, LOOKING_RESOURCE);
		return;
	}
	if (!url_parse(named, &u, why) || !url_secure(&u)) {
		failure_set(&d->result.failure, "oauth.metadata",
			"the challenge names %.200s as its resource metadata, "
			"which is not an https URL%s",
			named,
			strpbrk(named, "\"'") ? "; remove the quotes around it"
					      : "");
		finish_discovery(d, DISCOVERY_BAD);
		return;
	}
	d->urls.n = 1;
	snprintf(d->urls.url[0], URL_MAX, "%s", u.text);
	look_for(d, LOOKING_NAMED);
}
