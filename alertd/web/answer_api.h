/*
 * answer_api.h: POST /answer/ROUTE, to which the vendor of a route says what
 * somebody there answered, see mcp-routes(5).
 */
#ifndef WEB_ANSWER_API_H
#define WEB_ANSWER_API_H

#include "web/cgi.h"

/*
 * cgi_answer_admit(c, a): whether the request is one that the vendor of the
 * route c->request.name has signed; then c->said is what it says. Only such a
 * request learns anything, even whether there is such a route. It needs the
 * routes and the secrets alone.
 *
 * cgi_answer(c, a): do what such a request says.
 */
bool cgi_answer_admit(struct cgi *c, struct cgi_answer *a);
void cgi_answer(const struct cgi *c, struct cgi_answer *a);

#endif
