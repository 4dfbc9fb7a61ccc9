#include "discovery.h"

#include "clock.h"
#include "diagnose.h"
#include "json.h"
#include "oauth.h"
#include "xalloc.h"

enum looking {
	LOOKING_NAMED,	  /* for the document that the challenge names */
	LOOKING_RESOURCE, /* for it at the well-known places */
	LOOKING_SERVER,	  /* for the authorization server's document */
	LOOKING_SELF	  /* for the server's own, as in 2025-03-26 */
};

struct discovery {
	const struct wire *wire;
	double deadline_ms;
	void (*done)(void *arg, const struct discovery_result *r);
	void *arg;
	enum looking looking;
	struct oauth_urls urls;
	int i; /* the one that is read */
	struct failure why; /* no document of this kind was there */
	long status;	    /* and the status that says so */
	struct discovery_result result;
};

static void finish(struct discovery *d, enum discovery_end end)
{
	d->result.end = end;
	d->done(d->arg, &d->result);
	free(d);
}

static void bad(struct discovery *d, const char *code, const char *what,
	const char *url, const struct failure *why)
{
	failure_set(&d->result.failure, code, "%s %.200s: %s", what, url,
		why->message);
	finish(d, DISCOVERY_BAD);
}

static void on_document(void *arg, const struct reply *r);

/* Ask for the document that is next, or give up. */
static void ask(struct discovery *d)
{
	static const struct exchange_handler handler = {.done = on_document};
	double left = d->deadline_ms - clock_mono_ms();

	if (left < 1) {
		failure_set(&d->result.failure, "deadline",
			"no time was left to follow the OAuth metadata");
		finish(d, DISCOVERY_BAD);
		return;
	}
	if (wire_get(d->wire, d->urls.url[d->i], left, &handler, d)) {
		failure_set(&d->result.failure, "oauth.metadata",
			"%.200s cannot be asked", d->urls.url[d->i]);
		finish(d, DISCOVERY_BAD);
	}
}

static void look(struct discovery *d, enum looking what)
{
	d->looking = what;
	d->i = 0;
	ask(d);
}

static void look_self(struct discovery *d)
{
	d->urls.n = 1;
	snprintf(d->urls.url[0], URL_MAX,
		"%.1900s/.well-known/oauth-authorization-server",
		d->wire->target->url.origin);
	look(d, LOOKING_SELF);
}

/* A document of the kind that was looked for: judge it and go on. */
static void judge(struct discovery *d, const cJSON *doc)
{
	struct discovery_result *r = &d->result;

	switch (d->looking) {
	case LOOKING_NAMED:
	case LOOKING_RESOURCE:
		snprintf(r->resource, sizeof r->resource, "%s",
			d->urls.url[d->i]);
		if (!oauth_judge_resource(doc, &d->wire->target->url, r->issuer,
			    &r->failure) ||
			!oauth_issuer_urls(r->issuer, &d->urls, &r->failure))
			finish(d, DISCOVERY_BAD);
		else
			look(d, LOOKING_SERVER);
		return;
	case LOOKING_SERVER:
		finish(d, oauth_judge_server(doc, r->issuer, &r->failure)
				? DISCOVERY_GOOD
				: DISCOVERY_BAD);
		return;
	case LOOKING_SELF:
		snprintf(r->issuer, sizeof r->issuer, "%s",
			d->wire->target->url.origin);
		finish(d, oauth_judge_server(doc, NULL, &r->failure)
				? DISCOVERY_GOOD
				: DISCOVERY_BAD);
		return;
	}
}

/* Remember why a document is none; not there at all is the poorest reason. */
static void note(struct discovery *d, const struct reply *r)
{
	long status = r->http->status;

	if (d->i > 0 && d->status != 404)
		return;
	d->status = status;
	if (r->kind != REPLY_FAILED && status >= 400)
		failure_set(&d->why, "", "it answers with status %ld",
			status);
	else
		diagnose(r, &d->why);
}

static void on_document(void *arg, const struct reply *r)
{
	struct discovery *d = arg;

	if (r->ours) {
		d->result.failure = r->failure;
		d->result.ours = true;
		finish(d, DISCOVERY_BAD);
		return;
	}
	if (r->kind == REPLY_STATUS && r->http->status == 200 &&
		cJSON_IsObject(r->message)) {
		judge(d, r->message);
		return;
	}
	note(d, r);
	if (d->looking == LOOKING_NAMED) {
		bad(d, "oauth.metadata",
			"the challenge names a resource metadata document that "
			"cannot be read,",
			d->urls.url[d->i], &d->why);
		return;
	}
	if (++d->i < d->urls.n) {
		ask(d);
		return;
	}
	if (d->looking == LOOKING_SERVER)
		bad(d, "oauth.no-server",
			"no metadata of the authorization server",
			d->result.issuer, &d->why);
	else if (d->looking == LOOKING_RESOURCE)
		look_self(d);
	else
		finish(d, DISCOVERY_NONE);
}

void discovery_start(const struct wire *w, const struct challenge *c,
	double deadline_ms,
	void (*done)(void *arg, const struct discovery_result *r), void *arg)
{
	struct discovery *d = xcalloc(1, sizeof *d);
	const char *named = c->resource_metadata;
	char why[URL_WHY];
	struct url u;

	d->wire = w;
	d->deadline_ms = deadline_ms;
	d->done = done;
	d->arg = arg;
	if (!*named) {
		oauth_resource_urls(&w->target->url, &d->urls);
		look(d, LOOKING_RESOURCE);
		return;
	}
	if (!url_parse(named, &u, why) || !url_secure(&u)) {
		failure_set(&d->result.failure, "oauth.metadata",
			"the challenge names %.200s as its resource metadata, "
			"which is no https URL",
			named);
		finish(d, DISCOVERY_BAD);
		return;
	}
	d->urls.n = 1;
	snprintf(d->urls.url[0], URL_MAX, "%s", u.text);
	look(d, LOOKING_NAMED);
}
