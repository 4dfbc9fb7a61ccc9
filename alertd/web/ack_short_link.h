/*
 * ack_short_link.h: the short link to the page that acknowledges (ack_page.h),
 * /a/ID; see transport/ack_token.h.
 */
#ifndef WEB_ACK_SHORT_LINK_H
#define WEB_ACK_SHORT_LINK_H

#include "web/cgi.h"

/*
 * cgi_short_admit(c, a): whether the id is one of ours. Only the store knows its
 * incident, so cgi_short_get and cgi_short_post look that up first, and then
 * answer as cgi_ack_get and cgi_ack_post do.
 */
bool cgi_short_admit(struct cgi *c, struct cgi_answer *a);
void cgi_short_get(const struct cgi *c, struct cgi_answer *a);
void cgi_short_post(const struct cgi *c, struct cgi_answer *a);

#endif
