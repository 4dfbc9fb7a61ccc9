/*
 * ack_page.h: the page behind ack_url. To look at it changes nothing, for
 * programs that look for harm in links look at it too; a POST acknowledges.
 */
#ifndef WEB_ACK_PAGE_H
#define WEB_ACK_PAGE_H

#include "web/cgi.h"

struct ack_request;
struct ack_result;

/*
 * cgi_ack_admit(c, a): whether the link is one of ours and good; then c->key is
 * its incident. If not, the answer says so. It needs the secret alone.
 *
 * cgi_ack_get(c, a), cgi_ack_post(c, a): answer a GET or a POST of such a link.
 */
bool cgi_ack_admit(struct cgi *c, struct cgi_answer *a);
void cgi_ack_get(const struct cgi *c, struct cgi_answer *a);
void cgi_ack_post(const struct cgi *c, struct cgi_answer *a);

/*
 * cgi_ack_nothing(a), cgi_ack_over(a), cgi_ack_unknown(a): the pages for a wrong
 * link, for an incident that is over, and for a store that fails.
 */
void cgi_ack_nothing(struct cgi_answer *a);
void cgi_ack_over(struct cgi_answer *a);
void cgi_ack_unknown(struct cgi_answer *a);

/*
 * cgi_ack_test(key): the sentence for whoever acknowledges the incident with
 * that dedup_key, if it is a test; else NULL.
 */
const char *cgi_ack_test(const char *key);

/*
 * cgi_ack_apply(c, q, r): do what q says of the incident q->key, as the command
 * "ack" would; the next run of mcp-alert delivers what follows from it. False:
 * the store failed.
 */
bool cgi_ack_apply(const struct cgi *c, const struct ack_request *q,
	struct ack_result *r);

/*
 * cgi_ack_holder(b, c, by, until): append "ann has it until 14:05 UTC.", in the
 * time zone of the people at work.
 */
void cgi_ack_holder(struct buf *b, const struct cgi *c, const char *by,
	double until);

#endif
