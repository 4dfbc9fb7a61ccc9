/*
 * cgi_maintenance.h: POST /api/v1/monitors/SLUG/maintenance, see mcp-alert(1).
 */
#ifndef CGI_MAINTENANCE_H
#define CGI_MAINTENANCE_H

#include "cgi.h"

/* cgi_maintenance(c, a): add a maintenance of the server c->request.name. */
void cgi_maintenance(const struct cgi *c, struct cgi_answer *a);

#endif
