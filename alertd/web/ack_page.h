/*
 * ack_page.h: the page behind ack_url. To look at it changes nothing, for
 * programs that look for harm in links look at it too; a POST acknowledges.
 */
#ifndef WEB_ACK_PAGE_H
#define WEB_ACK_PAGE_H

#include "web/cgi.h"

/*
 * cgi_ack_get(c, a), cgi_ack_post(c, a): answer a GET or a POST of an
 * acknowledgement link.
 */
void cgi_ack_get(const struct cgi *c, struct cgi_answer *a);
void cgi_ack_post(const struct cgi *c, struct cgi_answer *a);

#endif
