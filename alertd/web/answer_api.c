/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include "base/log.h"
#include "commands/commands.h"
#include "incident/incident.h"
#include "routing/routing.h"
#include "sinks/sink.h"
#include "transport/credential.h"

#include <string.h>

/* The path of this address, before the name of the route. */
#define PATH "/answer/"
#define TEXT_ROOM 16384

/* Whether the request is one of the vendor, which *said then says. */
static bool signed_by(const struct cgi *c, const struct sink *sink,
	const struct conf_route *route, struct sink_answer *said)
{
	const char *query = c->request.http.query;
	struct secret *secret = NULL;
	char *ack_secret = acknowledge_secret();
	struct sink_call call = {
		.env = c->env,
		.query = query ? query : "",
		.body = c->request.body.p,
		.ack_secret = ack_secret,
		.now = c->now,
	};
	char why[SECRET_WHY];
	struct buf url;
	bool ok;

	if (route->secret)
		secret = secret_open(credential_folder(), route->secret, why);
	if (route->secret && !secret)
		log_error("route %s: its secret: %s", route->name, why);
	call.secret = secret_get(secret, SINK_ANSWER_SECRET, NULL);
	buf_init(&url, TEXT_ROOM);
	buf_fmt(&url, "%s" PATH "%s%s%s",
		c->conf->site_url ? c->conf->site_url : "", route->name,
		*call.query ? "?" : "", call.query);
	call.url = url.p;
	/* No vendor sends a NUL, and the body would end there. */
	ok = call.secret && buf_ok(&url) &&
		strlen(call.body) == c->request.body.len &&
		sink->answer(&call, said);
	buf_release(&url);
	secret_close(secret);
	secret_free(ack_secret);
	return ok;
}

/* A sentence for whoever answered; where the vendor shows none, nothing. */
static void say(const struct sink *sink, const char *text,
	struct cgi_answer *a)
{
	buf_clear(&a->body);
	if (!sink->reply)
		return;
	a->type = sink->reply_type;
	sink->reply(&a->body, text);
}

static void apply(const struct cgi *c, const struct sink *sink,
	const struct conf_route *route, const struct sink_answer *said,
	struct cgi_answer *a)
{
	struct ack_request q = {
		.action = said->withdrawn ? ACK_UNACK : ACK_TAKE,
		.key = said->key,
		.route = route->name,
		.by = said->by,
		.via = said->withdrawn ? strrchr(said->by, '(') : NULL,
		.reason = said->reason,
		.for_s = c->conf->policy.ack_s,
		.said_at = said->said_at,
	};
	struct ack_result r;
	struct buf text;

	if (!cgi_ack_apply(c, &q, &r)) {
		cgi_unavailable(a);
		return;
	}
	buf_init(&text, TEXT_ROOM);
	if (*r.holder)
		cgi_ack_holder(&text, c, r.holder, r.until);
	else
		buf_str(&text, r.open ? "Nobody looks after it."
				      : "This is no longer open.");
	say(sink, text.p, a);
	buf_release(&text);
}

/* A route that takes answers; or NULL, and *a says that nothing is here. */
static const struct conf_route *find_taker(
	const struct cgi *c, struct cgi_answer *a)
{
	const struct conf_route *route = route_find(c->conf, c->request.name);

	if (route && sink_of(route->type)->answer)
		return route;
	cgi_error(a, 404, "not_found", "There is nothing here.");
	return NULL;
}

bool cgi_answer_admit(struct cgi *c, struct cgi_answer *a)
{
	const struct conf_route *route = find_taker(c, a);

	if (!route)
		return false;
	if (signed_by(c, sink_of(route->type), route, &c->said))
		return true;
	cgi_error(a, 404, "not_found", "There is nothing here.");
	return false;
}

void cgi_answer(const struct cgi *c, struct cgi_answer *a)
{
	/* The file may be another by now. */
	const struct conf_route *route = find_taker(c, a);
	const struct sink *sink = route ? sink_of(route->type) : NULL;

	if (!route)
		return;
	if (!*c->said.key)
		say(sink, "Nothing was done.", a);
	else if (cgi_ack_test(c->said.key))
		say(sink, cgi_ack_test(c->said.key), a);
	else
		apply(c, sink, route, &c->said, a);
}
