#include "auth/token.h"

#include "auth/token_cache.h"
#include "base/clock.h"
#include "base/xalloc.h"

#include <math.h>
#include <openssl/evp.h>

/* For the answer of a token endpoint; a slower one serves nobody. */
#define TOKEN_MS 10000.0
/* A cached token is not used in the last seconds before it expires. */
#define MARGIN_S 30
/* A token is not cached longer than this, whatever its server says. */
#define KEEP_MAX_S (30.0 * 86400)

#define BODY_MAX (256 * 1024)

struct token {
	struct credential *credential;
	char endpoint[URL_MAX];
	char name[SHA256_HEX];
	void (*done)(void *arg, const struct token_result *r);
	void *arg;
	struct token_result result;
};

static void finish(struct token *t)
{
	t->done(t->arg, &t->result);
	free(t);
}

static void fail_transport(struct token *t, const struct reply *r)
{
	const char *code = r->failure.code;
	size_t n = strlen(code);
	bool late = strcmp(code, "deadline") == 0 ||
		(n > 8 && strcmp(code + n - 8, ".timeout") == 0);

	failure_set(&t->result.failure, late ? "deadline" : "oauth.token",
		"the token endpoint %.200s: %.380s", t->endpoint,
		r->failure.message);
}

static bool judge_token(struct token *t, const struct reply *r)
{
	struct failure *f = &t->result.failure;
	long status = r->http->status;
	double expires_in, until = INFINITY, now = clock_wall();
	const char *token;

	if (status >= 300 && status <= 399)
		return failure_set(f, "oauth.token",
			"the token endpoint %.200s redirects (%ld), and a "
			"secret is not sent on",
			t->endpoint, status);
	if (status == 429)
		return failure_set(f, "http.429",
			"the token endpoint %.200s limits the rate of requests",
			t->endpoint);
	t->result.scope = status != 200 && oauth_wants_scope(r->message);
	if (status != 200)
		return oauth_token_error(r->message, status, f);
	if (!cJSON_IsObject(r->message))
		return failure_set(f, "oauth.token",
			"the answer of the token endpoint %.200s is no JSON "
			"object",
			t->endpoint);
	if (!oauth_judge_token(r->message, &token, &expires_in, f))
		return false;
	credential_show(t->credential, token);
	if (!isnan(expires_in))
		until = now + fmin(expires_in, KEEP_MAX_S) - MARGIN_S;
	if (until > now)
		token_cache_put(t->name, token, until);
	return true;
}

static void on_answer(void *arg, const struct reply *r)
{
	struct token *t = arg;

	if (r->ours) {
		t->result.ours = true;
		t->result.failure = r->failure;
	} else if (r->kind == REPLY_FAILED) {
		fail_transport(t, r);
	} else {
		t->result.good = judge_token(t, r);
	}
	finish(t);
}

static void put(struct buf *b, const char *key, const char *value)
{
	buf_fmt(b, "%s%s=", b->len ? "&" : "", key);
	oauth_form(b, value);
}

static void wipe(struct buf *b)
{
	explicit_bzero(b->p, b->len);
	buf_release(b);
}

/* "Authorization: Basic …", each half encoded first (RFC 6749, 2.3.1). */
static void put_basic(struct buf *b, const struct credential_client *c)
{
	struct buf pair, text;

	buf_init(&pair, BODY_MAX);
	buf_init(&text, 2 * BODY_MAX);
	oauth_form(&pair, c->id);
	buf_char(&pair, ':');
	oauth_form(&pair, c->secret);
	for (size_t i = 0; i < 4 * ((pair.len + 2) / 3) + 1; i++)
		buf_char(&text, '\0');
	EVP_EncodeBlock((unsigned char *)text.p, (unsigned char *)pair.p,
		(int)pair.len);
	buf_str(b, "Authorization: Basic ");
	buf_str(b, text.p);
	wipe(&pair);
	wipe(&text);
}

static int ask(struct token *t, const struct wire *w,
	const struct token_request *rq, const char *resource, double timeout_ms)
{
	static const struct exchange_handler handler = {.done = on_answer};
	const struct credential_client *c = credential_client(t->credential);
	char region[REGION_MAX + 32];
	struct buf body, basic;
	const char *headers[] = {region,
		"Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL, NULL};
	struct http_request http = {.method = "POST",
		.url = t->endpoint,
		.headers = headers,
		.timeout_ms = timeout_ms,
		.http2 = w->target.http2,
		.deny_private = wire_guarded(w, t->endpoint),
		.no_proxy = w->target.deny_private,
		.trust = w->target.trust,
		.confidential = true,
		.label = w->target.slug};
	int rc;

	snprintf(region, sizeof region, "X-Probe-Region: %s",
		w->target.region);
	buf_init(&body, BODY_MAX);
	buf_init(&basic, 3 * BODY_MAX);
	put(&body, "grant_type", "client_credentials");
	put(&body, "resource", resource);
	if (*rq->scope)
		put(&body, "scope", rq->scope);
	if (rq->server->basic) {
		put_basic(&basic, c);
		headers[3] = basic.p;
	} else {
		put(&body, "client_id", c->id);
		put(&body, "client_secret", c->secret);
	}
	http.body = body.p;
	rc = exchange_start(w->http, &http, w->budget, WANT_DOCUMENT, NULL,
		&handler, t);
	wipe(&body);
	wipe(&basic);
	return rc;
}

/* Take the token from the cache, if there is one. */
static bool recall(struct token *t, bool anew)
{
	char *token;

	if (anew) {
		token_cache_drop(t->name);
		return false;
	}
	token = token_cache_get(t->name, clock_wall());
	if (!token)
		return false;
	credential_show(t->credential, token);
	explicit_bzero(token, strlen(token));
	free(token);
	return true;
}

void token_get(const struct wire *w, const struct token_request *rq,
	void (*done)(void *arg, const struct token_result *r), void *arg)
{
	struct token *t = xcalloc(1, sizeof *t);
	const struct oauth_facts *o = rq->server;
	struct failure *f = &t->result.failure;
	double left = deadline_left(&w->deadline);
	char canonical[URL_MAX];
	const char *resource = *o->resource ? o->resource : canonical;
	const struct credential_client *c;

	t->credential = rq->credential;
	t->done = done;
	t->arg = arg;
	c = credential_client(t->credential);
	snprintf(t->endpoint, sizeof t->endpoint, "%s", o->token_endpoint);
	oauth_canonical(w->target.url, canonical);
	token_cache_name((const char *const[]) {o->issuer, c->id, c->secret,
				 resource, rq->scope, NULL},
		t->name);
	if (recall(t, rq->anew)) {
		t->result.good = t->result.kept = true;
		finish(t);
	} else if (!o->basic && !o->post) {
		failure_set(f, "oauth.token",
			"the authorization server takes neither "
			"client_secret_basic nor client_secret_post");
		finish(t);
	} else if (left < 1) {
		failure_set(f, "deadline",
			"no time was left to ask for an access token");
		finish(t);
	} else if (ask(t, w, rq, resource, left < TOKEN_MS ? left : TOKEN_MS)) {
		failure_set(f, "oauth.token",
			"the token endpoint %.200s cannot be asked",
			t->endpoint);
		finish(t);
	}
}
