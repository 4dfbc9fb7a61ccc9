/*
 * http_setup.h: what libcurl is told of a request.
 */
#ifndef HTTP_SETUP_H
#define HTTP_SETUP_H

#include <curl/curl.h>
#include <stdbool.h>

struct http_config;
struct http_request;

/* Set an option of the easy handle `e`, unless the CURLcode `rc` is an error. */
#define HTTP_SET(option, value)                                                \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)

/* What libcurl does not copy. */
struct http_setup {
	struct curl_slist *fields, *resolve, *connect_to;
};

/*
 * http_setup(s, easy, c, rq, proxied): all but callbacks and certificates'
 * watch; *proxied: whether a proxy is used. False where libcurl refuses it.
 */
bool http_setup(struct http_setup *s, CURL *easy, const struct http_config *c,
	const struct http_request *rq, bool *proxied);

/* http_setup_free(s): once easy is gone. */
void http_setup_free(struct http_setup *s);

#endif
