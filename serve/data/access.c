#include "data/access.h"

#include "base/log.h"
#include "cgi/request.h"
#include "data/fetch.h"
#include "http/respond.h"

void subject_release(struct subject *s)
{
	server_release(&s->server);
	view_release(&s->view);
}

enum found subject_read(const struct context *c, const char *server,
	const char *verdict, struct subject *s)
{
	char why[SERVER_WHY > VIEW_WHY ? SERVER_WHY : VIEW_WHY];

	c->r->audience = AUDIENCE_STRANGER;
	/* A verdict alone does not say whether it is for everybody. */
	if (!server)
		return NOT_FOUND;
	if (server_read(server, &s->server, why)) {
		log_error("%s: entry: %s", c->name, why);
		return STORE_DOWN;
	}
	if (!server_readable(&s->server, c->request->authorization)) {
		server_release(&s->server);
		return NOT_FOUND;
	}
	c->r->audience = s->server.is_private ? AUDIENCE_HOLDER : AUDIENCE_ALL;
	if (view_read(verdict, c->setting->now, &s->view, why))
		log_error("%s: verdict: %s", c->name, why);
	return FOUND;
}

enum found subject_find(const struct context *c, struct subject *s)
{
	const char *server, *verdict;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_subject(c->source, c->name, c->token, &server, &verdict))
		return STORE_DOWN;
	return subject_read(c, server, verdict, s);
}
