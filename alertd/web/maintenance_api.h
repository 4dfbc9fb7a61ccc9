/*
 * maintenance_api.h: POST /api/v1/monitors/SLUG/maintenance, see mcp-alert(1).
 */
#ifndef WEB_MAINTENANCE_API_H
#define WEB_MAINTENANCE_API_H

#include "web/cgi.h"

/* cgi_maintenance(c, a): add a maintenance of the server c->request.name. */
void cgi_maintenance(const struct cgi *c, struct cgi_answer *a);

#endif
