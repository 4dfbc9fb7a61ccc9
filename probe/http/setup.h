/*
 * setup.h: sets the options of libcurl for a request.
 */
#ifndef HTTP_SETUP_H
#define HTTP_SETUP_H

#include "base/buf.h"

#include <curl/curl.h>
#include <stdbool.h>

struct http_config;
struct http_request;

/* Set an option of the easy handle e, unless the CURLcode rc is an error. */
#define HTTP_SET(option, value)                                                \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)

#define HTTP_FIELDS_MAX 64

/* Where so many probes run at a time, each has less memory for what it reads,
   and what it sends. */
#define HTTP_MANY 200

struct http_setup {
	/* Lists that libcurl uses but does not copy. */
	struct curl_slist *fields, *resolve, *connect_to;
	size_t fields_cap;
	struct buf text;   /* of the fields and the body */
	const char *proxy; /* NULL for none */
	char host[256];	   /* of the URL, an IPv6 address without brackets */
	bool usual;	   /* easy may be used for another request */
	bool done;	   /* the options that all requests have are set */
};

/* http_setup_usual(c, rq): whether the request needs only those options that
   are set anew for each. */
bool http_setup_usual(const struct http_config *c,
	const struct http_request *rq);

/*
 * http_setup(s, easy, c, rq): set all options but the callbacks, which are
 * http_transfer_watch's. False where libcurl refuses one. s must live as long
 * as easy, and stay where it is during the request; http_setup_free releases
 * it.
 */
bool http_setup(struct http_setup *s, CURL *easy, const struct http_config *c,
	const struct http_request *rq);

/*
 * http_setup_aim(s, easy, address): have a SOCKS proxy connect to this address
 * instead of resolving the name itself. An HTTP proxy still gets the name.
 * False where libcurl refuses it.
 */
bool http_setup_aim(struct http_setup *s, CURL *easy, const char *address);

/* http_setup_wipe(s): the request is over: wipe what it sent. */
void http_setup_wipe(struct http_setup *s);

/* http_setup_free(s): free the lists, once easy is gone. */
void http_setup_free(struct http_setup *s);

#endif
