/* SPDX-License-Identifier: MIT */
/*
 * token.c: gets an access token with the client credentials grant of OAuth 2.1
 * (RFC 6749, section 4.4) for one resource (RFC 8707), and keeps it while it is
 * good, for this process and, in a private folder, for later ones: see FILES in
 * mcp-probe(1). Without such a folder it is kept for this process alone.
 */
#include "auth/oauth.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/xalloc.h"

#include <fcntl.h>
#include <math.h>
#include <openssl/evp.h>
#include <unistd.h>

/* For the answer of a token endpoint; a slower one serves nobody. */
#define TOKEN_MS 10000.0
/* A cached token is not used in the last seconds before it expires. */
#define MARGIN_S 30
/* A token is not cached longer than this, whatever its server says. */
#define KEEP_MAX_S (30.0 * 86400)

#define BODY_MAX (256 * 1024)

/* ---- The tokens that are kept. */

/* The private folder, and the most bytes of a file there. */
#define FOLDER "/mcp-probe"
#define FILE_MAX (OAUTH_TOKEN_MAX + 64)

struct kept_token {
	struct kept_token *next;
	char name[SHA256_HEX];
	char *token;
	double until;
};

static struct kept_token *kept;

static void release_kept_token(struct kept_token *k)
{
	explicit_bzero(k->token, strlen(k->token));
	free(k->token);
	free(k);
}

static struct kept_token **find_kept(const char *name)
{
	struct kept_token **k = &kept;

	while (*k && strcmp((*k)->name, name) != 0)
		k = &(*k)->next;
	return k;
}

static void forget_token(const char *name)
{
	struct kept_token **k = find_kept(name), *gone = *k;

	if (!gone)
		return;
	*k = gone->next;
	release_kept_token(gone);
}

void token_wipe(void)
{
	while (kept)
		forget_token(kept->name);
}

/*
 * The name that a token is kept under: a digest of the strings in parts (NULL
 * at the end). A secret among them keeps apart the tokens of the old and the
 * new.
 */
static void token_cache_name(const char *const *parts, char *name)
{
	struct buf b;

	buf_init(&b, 256 * 1024);
	for (; *parts; parts++)
		buf_add(&b, *parts, strlen(*parts) + 1);
	sha256_hex(b.p, b.len, name);
	explicit_bzero(b.p, b.len);
	buf_release(&b);
}

static int open_cache(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	int fd = private_folder(getenv("XDG_RUNTIME_DIR"), FOLDER, 077, true);

	if (fd < 0)
		fd = private_folder("/run", FOLDER, 077, true);
	if (fd >= 0)
		return fd;
	return cache && *cache
		? private_folder(cache, FOLDER, 077, true)
		: private_folder(getenv("HOME"), "/.cache" FOLDER, 077, true);
}

/* The token of a file, "EPOCH TOKEN" and a newline, if it is still good. */
static char *token_of_file(char *text, double now)
{
	char *space = strchr(text, ' '), *end = strchr(text, '\n');
	double until;

	if (!space || !end || end[1] || end <= space + 1)
		return NULL;
	*space = *end = '\0';
	for (const char *p = space + 1; *p; p++)
		if (*p <= ' ' || *p > '~')
			return NULL;
	if (!num_decimal(text, &until) || until <= now)
		return NULL;
	return xstrdup(space + 1);
}

static char *read_token_file(int folder, const char *name, double now)
{
	int fd = private_open(folder, name, O_RDONLY);
	char text[FILE_MAX + 1], *token = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, FILE_MAX);
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		token = token_of_file(text, now);
		explicit_bzero(text, (size_t)n);
	}
	return token;
}

/* A token that is good after `now`, or NULL. The caller overwrites and frees
   it. */
static char *token_cache_get(const char *name, double now)
{
	struct kept_token *k = *find_kept(name);
	char *token;
	int folder;

	if (k && k->until > now)
		return xstrdup(k->token);
	folder = open_cache();
	if (folder < 0)
		return NULL;
	token = read_token_file(folder, name, now);
	close(folder);
	return token;
}

/* Write a new file and rename it, so that a reader finds all of it or none. */
static void write_token_file(int folder, const char *name, const char *token,
	double until)
{
	char fresh[SHA256_HEX + 32];
	struct buf b;
	bool ok;
	int fd;

	snprintf(fresh, sizeof fresh, ".%s.%ld", name, (long)getpid());
	/* Left by a killed process that had our process id. */
	unlinkat(folder, fresh, 0);
	fd = private_open(folder, fresh, O_WRONLY | O_CREAT | O_EXCL);
	if (fd < 0)
		return;
	buf_init(&b, FILE_MAX);
	buf_fmt(&b, "%.0f %s\n", floor(until), token);
	ok = buf_ok(&b) && !line_write(fd, b.p, b.len);
	explicit_bzero(b.p, b.len);
	buf_release(&b);
	close(fd);
	if (!ok || renameat(folder, fresh, folder, name))
		unlinkat(folder, fresh, 0);
}

/* Keep a copy until then; INFINITY: as long as this process lives. */
static void token_cache_put(const char *name, const char *token, double until)
{
	struct kept_token *k = xcalloc(1, sizeof *k);
	int folder;

	forget_token(name);
	snprintf(k->name, sizeof k->name, "%s", name);
	k->token = xstrdup(token);
	k->until = until;
	k->next = kept;
	kept = k;
	if (isinf(until))
		return;
	folder = open_cache();
	if (folder < 0)
		return;
	write_token_file(folder, name, token, until);
	close(folder);
}

/* Forget this token, everywhere. */
static void token_cache_drop(const char *name)
{
	int folder = open_cache();

	forget_token(name);
	if (folder < 0)
		return;
	unlinkat(folder, name, 0);
	close(folder);
}

/* ---- Getting one. */

struct token {
	struct credential *credential;
	char endpoint[URL_MAX];
	char name[SHA256_HEX];
	void (*done)(void *arg, const struct token_result *r);
	void *arg;
	struct token_result result;
};

static void finish_token(struct token *t)
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
			"the token endpoint %.200s redirects (%ld); mcp-probe "
			"does not send the secret on",
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
			"the answer of the token endpoint %.200s is not a JSON "
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
	finish_token(t);
}

static void put_parameter(struct buf *b, const char *key, const char *value)
{
	buf_fmt(b, "%s%s=", b->len ? "&" : "", key);
	oauth_form(b, value);
}

static void wipe_buf(struct buf *b)
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
	wipe_buf(&pair);
	wipe_buf(&text);
}

static int ask_token(struct token *t, const struct wire *w,
	const struct token_request *rq, const char *resource, double timeout_ms)
{
	static const struct exchange_handler handler = {.done = on_answer};
	const struct credential_client *c = credential_client(t->credential);
	char region[REGION_MAX + 32];
	struct buf body, basic;
	const char *headers[] = {region,
		"Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL, NULL};
	struct http_request http =
		wire_request(w, "POST", t->endpoint, timeout_ms);
	int rc;

	snprintf(region, sizeof region, "X-Probe-Region: %s",
		w->target.region);
	buf_init(&body, BODY_MAX);
	buf_init(&basic, 3 * BODY_MAX);
	put_parameter(&body, "grant_type", "client_credentials");
	put_parameter(&body, "resource", resource);
	if (*rq->scope)
		put_parameter(&body, "scope", rq->scope);
	if (rq->server->basic) {
		put_basic(&basic, c);
		headers[3] = basic.p;
	} else {
		put_parameter(&body, "client_id", c->id);
		put_parameter(&body, "client_secret", c->secret);
	}
	http.headers = headers;
	http.body = body.p;
	http.confidential = true;
	rc = exchange_start(w->http, &http, w->budget, WANT_DOCUMENT, NULL,
		&handler, t);
	wipe_buf(&body);
	wipe_buf(&basic);
	return rc;
}

/* Take the token from the cache, if there is one. */
static bool recall_token(struct token *t, bool anew)
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
	if (recall_token(t, rq->anew)) {
		t->result.good = t->result.kept = true;
		finish_token(t);
	} else if (!o->basic && !o->post) {
		failure_set(f, "oauth.token",
			"the authorization server supports neither "
			"client_secret_basic nor client_secret_post");
		finish_token(t);
	} else if (left < 1) {
		failure_set(f, "deadline",
			"no time was left to ask for an access token");
		finish_token(t);
	} else if (ask_token(t, w, rq, resource,
			   left < TOKEN_MS ? left : TOKEN_MS)) {
		failure_set(f, "oauth.token",
			"the token endpoint %.200s cannot be asked",
			t->endpoint);
		finish_token(t);
	}
}
