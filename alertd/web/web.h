/* SPDX-License-Identifier: MIT */
/*
 * web.h: mcp-alert as a CGI program (RFC 3875): the URLs at which something can
 * be changed; mcp-serve has those that are only read. Each URL is a row of one
 * table in cgi.c, which names the functions that admit and answer a request.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/buf.h"
#include "base/sha256.h"
#include "cgi/request.h"
#include "conf/conf.h"
#include "records/alert.h"
#include "sinks/sink.h"
#include "terms/names.h"

#include <stdbool.h>

struct ack_request;
struct alert_state;
struct ack_result;
struct outage_file;
struct store;

/* The longest body of a request; and of a vendor's, which PagerDuty may make
   256 KB long. */
#define CGI_BODY_MAX (16 * 1024)
#define CGI_ANSWER_MAX (256 * 1024)

/*
 * The person signed in to the console. An account sees and changes its own
 * servers, and the operator all.
 */
#define CONSOLE_WHO 60 /* bytes */
#define CONSOLE_NONCE 16
struct console_session {
	char who[CONSOLE_WHO + 1];
	char account[SLUG_MAX + 1]; /* "": the operator */
	long long until; /* epoch seconds */
	char nonce[CONSOLE_NONCE + 1];
	char mac[SHA256_HEX];
	char forms[SHA256_HEX]; /* the key that signs its forms */
	bool fresh; /* the browser does not have the cookie yet */
};

struct cgi_request {
	struct request http;
	/*
	 * The segment of the path at the row's '*'; not checked.
	 */
	char name[REQUEST_PATH];
	struct buf body; /* "" where there is none */
};

/* A request, and all that its answer is made from. */
struct cgi {
	struct cgi_request request;
	/* The proof in a request, see struct row: in /ack/ the dedup_key, in
	   /a/ that of a test or "", of /answer/ what the vendor says. */
	char key[ALERT_KEY_SIZE];
	struct sink_answer said;
	struct console_session console;
	/* Both are NULL until that; then the configuration is whole. */
	const struct conf *conf;
	struct store *store;
	/* The file that remembers an outage of the store, while that does not
	   answer and is NULL; or NULL. */
	struct outage_file *outage;
	char *const *env; /* the environment */
	double now;	  /* epoch seconds */
};

/* Room for a Set-Cookie field. */
#define CGI_COOKIE 512

/* An answer, at first 200 with empty JSON. Never cached. */
struct cgi_answer {
	int status;
	const char *type; /* of the body */
	const char *allow; /* the allowed methods, of a 405; or NULL */
	bool challenge;	   /* of a 401: a bearer token is wanted */
	int retry_s;	   /* of a 503: in how many seconds; 0: not said */
	const char *csp; /* the Content-Security-Policy; NULL: no script */
	char location[REQUEST_PATH]; /* of a 303; or "" */
	char cookie[CGI_COOKIE]; /* a Set-Cookie field; or "" */
	struct buf done; /* of a page of the console: its confirmation, or empty */
	struct buf body;
};

#define CGI_JSON "application/json; charset=utf-8"
#define CGI_HTML "text/html; charset=utf-8"

/* The longest body of an answer: a page, or a record. */
#define CGI_PAGE_MAX (256 * 1024)

/* cgi_wanted(): whether a web server runs us. */
bool cgi_wanted(void);

/*
 * cgi_main(): answer the request that the environment describes, with the
 * configuration in MCP_CONFIG. Returns an exit status: 0 if the request was
 * answered, even with an error.
 */
int cgi_main(void);

/*
 * response.c: errors, and how an answer is written.
 */

/*
 * cgi_error(a, status, code, message): make a an error: a stable code for
 * programs, and a sentence for people.
 */
void cgi_error(struct cgi_answer *a, int status, const char *code,
	const char *message);

/*
 * cgi_unavailable(a): make a the error of a failure on our side, of which the
 * operator has been notified.
 */
void cgi_unavailable(struct cgi_answer *a);

/* cgi_put_html(b, s): append s, its markup escaped. */
void cgi_put_html(struct buf *b, const char *s);

/* cgi_put_head(b, title): begin a page that a link of a message opens: up to its
   heading, within <main>. */
void cgi_put_head(struct buf *b, const char *title);

/* cgi_write(a, head): write the answer, without its body where `head`. An exit
   status. */
int cgi_write(struct cgi_answer *a, bool head);

/*
 * ack_page.c: the page behind ack_url. To look at it changes nothing, for
 * programs that look for harm in links look at it too; a POST acknowledges.
 */

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
 * cgi_short_admit(c, a): for the short link /a/ID (see transport/signature.h):
 * whether the id is one of ours. Only the store knows its incident, so
 * cgi_short_get and cgi_short_post look that up first, and then answer as
 * cgi_ack_get and cgi_ack_post do.
 */
bool cgi_short_admit(struct cgi *c, struct cgi_answer *a);
void cgi_short_get(const struct cgi *c, struct cgi_answer *a);
void cgi_short_post(const struct cgi *c, struct cgi_answer *a);

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
 * cgi_ack_holder(b, c, by, until): append "ann has acknowledged it until 14:05 UTC.", in the
 * time zone of the people at work.
 */
void cgi_ack_holder(struct buf *b, const struct cgi *c, const char *by,
	double until);

/*
 * cgi_sentence(st, kind, zone, now): what is wrong, of an open incident: a
 * sentence, which the caller frees.
 */
char *cgi_sentence(const struct alert_state *st, enum alert_kind kind,
	const char *zone, double now);

/*
 * answer_api.c: POST /answer/ROUTE, to which the vendor of a route says what
 * somebody there answered, see mcp-routes(5).
 */

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

/*
 * maintenance_api.c: POST /api/v1/monitors/SLUG/maintenance, see mcp-alert(1).
 */

/*
 * cgi_maintenance_admit(c, a): whether the request has a token of an account;
 * if not, the answer says so. It needs the accounts alone.
 *
 * cgi_maintenance(c, a): add a maintenance of the server c->request.name.
 */
bool cgi_maintenance_admit(struct cgi *c, struct cgi_answer *a);
void cgi_maintenance(const struct cgi *c, struct cgi_answer *a);

/*
 * subscribe_page.c: where visitors of the pages sign up for news, confirm that
 * and leave. A GET changes nothing: programs that scan mail follow its links.
 */

/*
 * cgi_signup_admit(c, a), cgi_confirm_admit(c, a), cgi_leave_admit(c, a): whether
 * there are subscribers, and the form or the link is right; if not, the answer
 * says so. They need the file and the secret alone. A link's id is then c->key.
 */
bool cgi_signup_admit(struct cgi *c, struct cgi_answer *a);
bool cgi_confirm_admit(struct cgi *c, struct cgi_answer *a);
bool cgi_leave_admit(struct cgi *c, struct cgi_answer *a);

/* cgi_signup(c, a): sign up who the form names; cgi_confirm_get(c, a) and the
   others answer a GET or a POST of a link. */
void cgi_signup(const struct cgi *c, struct cgi_answer *a);
void cgi_confirm_get(const struct cgi *c, struct cgi_answer *a);
void cgi_confirm_post(const struct cgi *c, struct cgi_answer *a);
void cgi_leave_get(const struct cgi *c, struct cgi_answer *a);
void cgi_leave_post(const struct cgi *c, struct cgi_answer *a);

/*
 * console.c: the console at /ops, for people who signed in.
 */

/*
 * cgi_console_admit(c, a): whether somebody has signed in, or signs in with this
 * request; c->console is who. If not, the answer is the page to sign in. It
 * needs the accounts and the secret alone. cgi_console_link_admit(c, a): the
 * same of a link that signs in.
 */
bool cgi_console_admit(struct cgi *c, struct cgi_answer *a);
bool cgi_console_link_admit(struct cgi *c, struct cgi_answer *a);

/*
 * cgi_console_get(c, a), cgi_console_server(c, a): a page of the console, and
 * that of a server. cgi_console_post(c, a): sign in, or do what a form says.
 * cgi_console_link(c, a), cgi_console_enter(c, a): a GET of a link that signs
 * in changes nothing, for programs that scan mail open it, too; a POST signs in,
 * once.
 */
void cgi_console_get(const struct cgi *c, struct cgi_answer *a);
void cgi_console_server(const struct cgi *c, struct cgi_answer *a);
void cgi_console_post(const struct cgi *c, struct cgi_answer *a);
void cgi_console_link(const struct cgi *c, struct cgi_answer *a);
void cgi_console_enter(const struct cgi *c, struct cgi_answer *a);

/* How long a link may be good, and is, if not said, in seconds. */
#define CONSOLE_LINK_S 600
#define CONSOLE_LINK_MAX_S 3600

/*
 * console_link(conf, name, life_s): print a link that signs the operator `name`
 * in to the console, once, within that time. An exit status.
 */
int console_link(const struct conf *conf, const char *name, double life_s);

#endif
