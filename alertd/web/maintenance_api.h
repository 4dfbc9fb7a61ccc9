/*
 * maintenance_api.h: POST /api/v1/monitors/SLUG/maintenance, see mcp-alert(1).
 */
#ifndef WEB_MAINTENANCE_API_H
#define WEB_MAINTENANCE_API_H

#include "web/cgi.h"

/*
 * cgi_maintenance_admit(c, a): whether the request has a token of an account;
 * if not, the answer says so. It needs the accounts alone.
 *
 * cgi_maintenance(c, a): add a maintenance of the server c->request.name.
 */
bool cgi_maintenance_admit(struct cgi *c, struct cgi_answer *a);
void cgi_maintenance(const struct cgi *c, struct cgi_answer *a);

#endif
