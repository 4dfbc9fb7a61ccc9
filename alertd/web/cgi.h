/*
 * cgi.h: mcp-alert as a CGI program (RFC 3875): the URLs at which something can
 * be changed; mcp-serve has those that are only read. Each URL is a row of one
 * table, which names the function that answers.
 */
#ifndef WEB_CGI_H
#define WEB_CGI_H

#include "base/buf.h"
#include "cgi/request.h"
#include "conf/conf.h"
#include "records/alert.h"
#include "sinks/sink.h"

#include <stdbool.h>

struct outage_file;
struct store;

/* The longest body of a request; and of a vendor's, which PagerDuty may make
   256 KB long. */
#define CGI_BODY_MAX (16 * 1024)
#define CGI_ANSWER_MAX (256 * 1024)

struct cgi_request {
	struct request http;
	/*
	 * The segment of the path that the row's '*' stands for; not checked.
	 */
	char name[REQUEST_PATH];
	struct buf body; /* "" where there is none */
};

/* What an answer is made from. */
struct cgi {
	struct cgi_request request;
	/* What a request proves, see struct row: of /ack/ the dedup_key, of
	   /a/ that of a test or "", of /answer/ what the vendor says. */
	char key[ALERT_KEY_SIZE];
	struct sink_answer said;
	/* Both are NULL until that; then the configuration is whole. */
	const struct conf *conf;
	struct store *store;
	/* Where the store does not answer, which then is NULL: what mcp-alert
	   remembers of that, or NULL. */
	struct outage_file *outage;
	char *const *env; /* the environment */
	double now;	  /* epoch seconds */
};

/* An answer, at first 200 with empty JSON. Never cached. */
struct cgi_answer {
	int status;
	const char *type; /* of the body */
	const char *allow; /* the allowed methods, of a 405; or NULL */
	bool challenge;	   /* of a 401: a bearer token is wanted */
	int retry_s;	   /* of a 503: in how many seconds; 0: not said */
	struct buf body;
};

#define CGI_JSON "application/json; charset=utf-8"
#define CGI_HTML "text/html; charset=utf-8"

/* cgi_wanted(): whether a web server runs us. */
bool cgi_wanted(void);

/*
 * cgi_main(): answer the request that the environment describes, with the
 * configuration in MCP_CONFIG. Returns an exit status: 0 if the request was
 * answered, even with an error.
 */
int cgi_main(void);

/*
 * cgi_error(a, status, code, message): make a an error: a stable code for
 * programs, and a sentence for people.
 */
void cgi_error(struct cgi_answer *a, int status, const char *code,
	const char *message);

/*
 * cgi_unavailable(a): make a the error of a failure on our side, of which the
 * operator has been told.
 */
void cgi_unavailable(struct cgi_answer *a);

#endif
