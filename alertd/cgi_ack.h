/*
 * cgi_ack.h: the page behind ack_url. To look at it changes nothing, for
 * programs that look for harm in links look at it too; a POST acknowledges.
 */
#ifndef CGI_ACK_H
#define CGI_ACK_H

#include "cgi.h"

void cgi_ack_get(const struct cgi *c, struct cgi_answer *a);
void cgi_ack_post(const struct cgi *c, struct cgi_answer *a);

#endif
