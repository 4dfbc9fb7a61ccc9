/*
 * answer_api.h: POST /answer/ROUTE, to which the vendor of a route says what
 * somebody there answered, see mcp-routes(5).
 */
#ifndef WEB_ANSWER_API_H
#define WEB_ANSWER_API_H

#include "web/cgi.h"

/*
 * cgi_answer(c, a): an answer of the vendor of the route c->request.name. Only
 * a request that the vendor has signed learns anything, even whether there is
 * such a route.
 */
void cgi_answer(const struct cgi *c, struct cgi_answer *a);

#endif
