#include "webhook.h"

#include "clock.h"
#include "log.h"
#include "secret.h"
#include "sign.h"
#include "xalloc.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

/* What an answer says is of no interest; more than this is not waited for. */
#define ANSWER_MAX (64 * 1024)

struct webhook {
	const char *credentials;
	CURL *easy; /* NULL where libcurl could not start */
	size_t answered;
};

struct webhook *webhook_new(const char *credentials)
{
	struct webhook *w = xcalloc(1, sizeof *w);

	w->credentials = credentials;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		w->easy = curl_easy_init();
	return w;
}

void webhook_free(struct webhook *w)
{
	if (!w)
		return;
	curl_easy_cleanup(w->easy);
	curl_global_cleanup();
	free(w);
}

static struct delivered fail(bool down, const char *what, const char *why)
{
	struct delivered r = {.down = down};

	snprintf(r.why, sizeof r.why, "%s%s", what, why);
	return r;
}

/* 127.0.0.0/8, ::1 in brackets, and the name that stands for them. */
static bool loopback(const char *host)
{
	struct in_addr a;

	return strcasecmp(host, "localhost") == 0 ||
		strcmp(host, "[::1]") == 0 ||
		(inet_pton(AF_INET, host, &a) == 1 &&
			ntohl(a.s_addr) >> 24 == 127);
}

/* Whether the URL may be called. *local: it is on this machine. */
static bool allowed(const char *url, bool *local)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL;
	bool ok = u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
		!curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) &&
		!curl_url_get(u, CURLUPART_HOST, &host, 0);

	*local = ok && loopback(host);
	ok = ok && (strcmp(scheme, "https") == 0 ||
			   (*local && strcmp(scheme, "http") == 0));
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return ok;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct webhook *w = arg;

	(void)p;
	w->answered += size * n;
	return w->answered <= ANSWER_MAX ? size * n : 0;
}

static CURLcode set_up(struct webhook *w, const char *url, bool local,
	const char *body, struct curl_slist *fields)
{
	CURL *e = w->easy;
	CURLcode rc = CURLE_OK;

#define SET(option, value)                                                     \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)
	curl_easy_reset(e);
	w->answered = 0;
	SET(CURLOPT_URL, url);
	SET(CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	SET(CURLOPT_POSTFIELDS, body);
	SET(CURLOPT_HTTPHEADER, fields);
	SET(CURLOPT_USERAGENT, "mcp-alert/" VERSION);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)DELIVER_LIMIT_MS);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, w);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	if (local)
		SET(CURLOPT_PROXY, "");
#undef SET
	return rc;
}

/* The header fields; NULL where there is no memory. */
static struct curl_slist *make_fields(const char *signature)
{
	static const char *const fields[] = {
		"Content-Type: application/json", "Expect:", NULL};
	struct curl_slist *l = NULL, *more;

	for (size_t i = 0; fields[i]; i++) {
		more = curl_slist_append(l, fields[i]);
		if (!more)
			goto fail;
		l = more;
	}
	more = *signature ? curl_slist_append(l, signature) : l;
	if (more)
		return more;
fail:
	curl_slist_free_all(l);
	return NULL;
}

/* The header field that proves where it comes from; "" where none is wanted. */
static bool sign(const struct webhook *w, const struct conf_route *r,
	const char *body, char *field, struct delivered *out)
{
	char why[SECRET_WHY], *secret;
	bool ok;

	*field = '\0';
	if (!r->secret)
		return true;
	if (!w->credentials) {
		*out = fail(true, "its secret: ",
			"neither MCP_CREDENTIALS nor CREDENTIALS_DIRECTORY "
			"names a folder");
		return false;
	}
	secret = secret_read(w->credentials, r->secret, why);
	if (!secret) {
		*out = fail(true, "its secret: ", why);
		return false;
	}
	ok = sign_field(secret, (int64_t)clock_wall(), body, field);
	secret_free(secret);
	if (!ok)
		*out = fail(true, "its secret: ", "unable to sign with it");
	return ok;
}

/* What an answer means. */
static struct delivered judge(struct webhook *w, CURLcode rc)
{
	struct delivered r = {0};
	curl_off_t after = 0;
	long status = 0;

	curl_easy_getinfo(w->easy, CURLINFO_RESPONSE_CODE, &status);
	/* Too long an answer is an answer. */
	if (rc && !(rc == CURLE_WRITE_ERROR && w->answered > ANSWER_MAX))
		return fail(true, "", curl_easy_strerror(rc));
	r.ok = status >= 200 && status < 300;
	if (r.ok)
		return r;
	curl_easy_getinfo(w->easy, CURLINFO_RETRY_AFTER, &after);
	r.retry_after_s = after > 0 ? (double)after : 0;
	r.down = status == 408 || status == 429 || status >= 500;
	snprintf(r.why, sizeof r.why, "HTTP %ld%s", status,
		status / 100 == 3 ? ", and redirects are not followed" : "");
	return r;
}

struct delivered webhook_send(struct webhook *w, const struct conf_route *r,
	const char *body)
{
	struct curl_slist *fields;
	struct delivered result;
	char signature[SIGN_SIZE];
	CURLcode rc;
	bool local;

	if (!w->easy)
		return fail(true, "unable to start libcurl", "");
	if (!allowed(r->url, &local))
		return fail(true, "its URL is not https", "");
	if (!sign(w, r, body, signature, &result))
		return result;
	fields = make_fields(signature);
	rc = fields ? set_up(w, r->url, local, body, fields)
		    : CURLE_OUT_OF_MEMORY;
	if (!rc)
		rc = curl_easy_perform(w->easy);
	result = judge(w, rc);
	curl_slist_free_all(fields);
	return result;
}
