/* SPDX-License-Identifier: MIT */
#include "auth/credential.h"

#include "auth/oauth.h"
#include "base/clock.h"
#include "base/secrets.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "http/framing.h"
#include "json/json.h"
#include "records/expiry.h"
#include "redaction/redaction.h"

#include <math.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <strings.h>

#define ORIGINS_MAX 16
#define TOOLS_MAX 16
#define PEM "-----BEGIN "
/* Room for the reason why a certificate and its key were refused. */
#define KEY_PAIR_WHY 180
/* A longer JSON Web Token is not read. */
#define JWT_MAX (16 * 1024)

struct credential {
	char *origins[ORIGINS_MAX]; /* as struct url has them */
	size_t n_origins;
	char *tools[TOOLS_MAX]; /* what strangers may call with it */
	size_t n_tools;
	enum credential_kind kind;
	char *token, *header, *value;
	struct credential_client client;
	char *cert, *key;   /* paths */
	bool pem;	    /* they are in the file itself */
	int64_t expires_at; /* epoch seconds, or 0 */
	char *field;
};

static void wipe_string(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_origins; i++)
		free(c->origins[i]);
	for (size_t i = 0; i < c->n_tools; i++)
		free(c->tools[i]);
	wipe_string(c->token);
	wipe_string(c->header);
	wipe_string(c->value);
	wipe_string(c->client.id);
	wipe_string(c->client.secret);
	free(c->client.issuer);
	free(c->client.scope);
	free(c->cert);
	free(c->key);
	wipe_string(c->field);
	free(c);
}

static bool refuse_credential(char *why, const char *what)
{
	snprintf(why, CREDENTIAL_WHY - 32, "%s", what);
	return false;
}

/* Whether s may be a field's value: visible ASCII, perhaps with spaces. */
static bool is_sendable(const char *s, bool spaces)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s > 0x7e || *s < ' ' ||
			(*s == ' ' && !spaces))
			return false;
	return true;
}

static bool set_once(char **out, const char *v, bool spaces, char *why)
{
	if (*out)
		return refuse_credential(why, "this key is given twice");
	if (!is_sendable(v, spaces))
		return refuse_credential(
			why, "the value is empty or not visible ASCII");
	*out = xstrdup(v);
	return true;
}

/* Set the name of the header field (RFC 9110, 5.1). */
static bool set_header(struct credential *c, const char *v, char *why)
{
	if (!set_once(&c->header, v, false, why))
		return false;
	return !v[framing_token(v)] ||
		refuse_credential(why, "header is not the name of a header "
				       "field");
}

static bool add_origin(struct credential *c, const char *v, char *why)
{
	char reason[URL_WHY];
	struct url u;

	if (c->n_origins == ORIGINS_MAX)
		return refuse_credential(why, "too many origins");
	if (!url_parse(v, &u, reason))
		return refuse_credential(why, "the origin is not a URL");
	if (!url_secure(&u))
		return refuse_credential(why, "the origin is not an https URL");
	c->origins[c->n_origins++] = xstrdup(u.origin);
	return true;
}

static bool add_tool(struct credential *c, const char *v, char *why)
{
	if (c->n_tools == TOOLS_MAX)
		return refuse_credential(why, "too many tools");
	return set_once(&c->tools[c->n_tools++], v, true, why);
}

static bool set_issuer(struct credential *c, const char *v, char *why)
{
	char reason[URL_WHY];
	struct url u;

	if (!set_once(&c->client.issuer, v, false, why))
		return false;
	if (!url_parse(v, &u, reason))
		return refuse_credential(why, "the issuer is not a URL");
	return url_secure(&u) ||
	       refuse_credential(why, "the issuer is not an https URL");
}

static bool set_expiry(struct credential *c, const char *v, char *why)
{
	if (c->expires_at)
		return refuse_credential(why, "this key is given twice");
	if (!clock_rfc3339_parse(v, &c->expires_at))
		return refuse_credential(why, "expires_at is not an RFC 3339 "
					      "time");
	if (c->expires_at < 1)
		c->expires_at = 1;
	return true;
}

static bool set_key(struct credential *c, const char *key, const char *v,
	char *why)
{
	const struct {
		const char *name;
		char **out;
		bool spaces;
	} plain[] = {
		{"token", &c->token, false},
		{"value", &c->value, true},
		{"client_id", &c->client.id, true},
		{"client_secret", &c->client.secret, true},
		{"scope", &c->client.scope, true},
		{"cert", &c->cert, true},
		{"key", &c->key, true},
	};

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strcmp(key, plain[i].name) == 0)
			return set_once(plain[i].out, v, plain[i].spaces, why);
	if (strcmp(key, "origin") == 0)
		return add_origin(c, v, why);
	if (strcmp(key, "tool") == 0)
		return add_tool(c, v, why);
	if (strcmp(key, "header") == 0)
		return set_header(c, v, why);
	if (strcmp(key, "issuer") == 0)
		return set_issuer(c, v, why);
	if (strcmp(key, "expires_at") == 0)
		return set_expiry(c, v, why);
	return refuse_credential(why, "unknown key");
}

/* Set the kind. The file must have exactly one, with all its parts. */
static bool set_kind(struct credential *c, char *why)
{
	const struct credential_client *o = &c->client;
	bool oauth = o->id || o->secret || o->issuer || o->scope;
	bool header = c->header || c->value;
	bool mtls = c->cert || c->key || c->pem;

	if (!c->n_origins)
		return refuse_credential(
			why, "a line origin = https://HOST is missing; it says "
			     "where the credential may be sent");
	if (!!c->token + header + oauth + mtls != 1)
		return refuse_credential(why,
			"exactly one of token, header, client_id and cert is "
			"required");
	c->kind = c->token ? CREDENTIAL_BEARER
		: header   ? CREDENTIAL_HEADER
		: oauth	   ? CREDENTIAL_OAUTH
			   : CREDENTIAL_MTLS;
	if (header && !(c->header && c->value))
		return refuse_credential(why, "header and value must be given "
					      "together");
	if (oauth && !(o->id && o->secret && o->issuer))
		return refuse_credential(why,
			"client_id, client_secret and issuer must be given "
			"together");
	if (c->pem && (c->cert || c->key))
		return refuse_credential(why,
			"give cert and key, or a certificate in the file "
			"itself, not both");
	if (mtls && !c->pem && !(c->cert && c->key))
		return refuse_credential(why, "cert and key must be given "
					      "together");
	return true;
}

/*
 * A certificate and its key may stand behind the lines, in PEM: then the file
 * is itself what cert and key name, and whether they are there is for
 * key_pair_check.
 */
static void cut_pem(struct credential *c, char *text)
{
	char *pem = text;

	if (strncmp(text, PEM, strlen(PEM)) != 0)
		pem = strstr(text, "\n" PEM);
	if (!pem)
		return;
	c->pem = true;
	explicit_bzero(pem, strlen(pem));
}

static bool read_lines(struct credential *c, char *text, char *why)
{
	char *key, *value, reason[CREDENTIAL_WHY - 32];
	int number = 0;

	cut_pem(c, text);
	while (secret_file_line(&text, &number, &key, &value)) {
		if (!value)
			refuse_credential(reason, "not \"key = value\"");
		if (value && set_key(c, key, value, reason))
			continue;
		snprintf(why, CREDENTIAL_WHY, "line %d: %s", number, reason);
		return false;
	}
	return set_kind(c, why);
}

/* A relative path begins at the folder of the credential file. */
static void anchor_path(char **path, const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash ? (size_t)(slash - file) + 1 : 0;
	size_t size = n + strlen(*path) + 1;
	char *whole;

	if (**path == '/' || !n)
		return;
	whole = xmalloc(size);
	snprintf(whole, size, "%.*s%s", (int)n, file, *path);
	free(*path);
	*path = whole;
}

/* Mask the password of "Basic …" too: the server can decode it. */
static void hide_basic(const char *value)
{
	const char *text = strncasecmp(value, "basic ", 6) == 0 ? value + 6 : "";
	size_t n = strlen(text);
	char *pair, *colon;

	if (!n || n % 4 || n > 64 * 1024)
		return;
	pair = xcalloc(1, n);
	if (EVP_DecodeBlock((unsigned char *)pair, (const unsigned char *)text,
		    (int)n) > 0) {
		colon = strchr(pair, ':');
		mask_secret(colon ? colon + 1 : pair);
	}
	explicit_bzero(pair, n);
	free(pair);
}

/* For Basic id and secret are form-encoded before base64 (RFC 6749, 2.3.1). */
static void hide_client(const char *secret)
{
	struct buf b;

	buf_init(&b, 3 * strlen(secret));
	oauth_form(&b, secret);
	mask_secret(secret);
	mask_secret(b.p);
	explicit_bzero(b.p, b.len);
	buf_release(&b);
}

static void make_field(struct credential *c, const char *name,
	const char *scheme, const char *secret)
{
	size_t n = strlen(name) + strlen(scheme) + strlen(secret) + 3;

	wipe_string(c->field);
	c->field = xmalloc(n);
	snprintf(c->field, n, "%s: %s%s", name, scheme, secret);
}

void credential_show(struct credential *c, const char *token)
{
	wipe_string(c->field);
	c->field = NULL;
	if (!token)
		return;
	mask_given(token);
	make_field(c, "Authorization", "Bearer ", token);
}

/* ---- A client certificate. */

static bool refuse_key_pair(char *why, const char *what, const char *reason)
{
	snprintf(why, KEY_PAIR_WHY, "%s%s", what, reason);
	return false;
}

/* No passphrase: without this OpenSSL would ask the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static X509 *read_cert(const char *path)
{
	BIO *in = BIO_new_file(path, "r");
	X509 *cert =
		in ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL) : NULL;

	BIO_free(in);
	return cert;
}

static EVP_PKEY *read_key(const char *path)
{
	BIO *in = BIO_new_file(path, "r");
	EVP_PKEY *key = in
		? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL)
		: NULL;

	BIO_free(in);
	return key;
}

/* Whether the files hold a certificate and its key, unencrypted, and only its
   owner can read the key. False and why otherwise. */
static bool key_pair_check(
	const char *cert_path, const char *key_path, char *why)
{
	char reason[SECRET_FILE_WHY];
	EVP_PKEY *key;
	X509 *cert;
	bool ok;

	if (!secret_file_private(key_path, reason))
		return refuse_key_pair(why, "its key: ", reason);
	cert = read_cert(cert_path);
	key = read_key(key_path);
	if (!cert)
		ok = refuse_key_pair(
			why, "its cert is not a certificate in PEM", "");
	else if (!key)
		ok = refuse_key_pair(why,
			"its key is not an unencrypted key in PEM", "");
	else
		ok = X509_check_private_key(cert, key) == 1 ||
		     refuse_key_pair(
			     why, "its key belongs to another certificate", "");
	X509_free(cert);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static bool complete_credential(
	struct credential *c, const char *file, char *why)
{
	const char *space;

	switch (c->kind) {
	case CREDENTIAL_BEARER:
		mask_secret(c->token);
		credential_show(c, c->token);
		return true;
	case CREDENTIAL_HEADER:
		make_field(c, c->header, "", c->value);
		mask_secret(c->value);
		/* The secret follows a scheme, as in Authorization. */
		space = strrchr(c->value, ' ');
		mask_secret(space ? space + 1 : NULL);
		mask_parts(NULL, c->value, strlen(c->value));
		hide_basic(c->value);
		return true;
	case CREDENTIAL_OAUTH:
		hide_client(c->client.secret);
		return true;
	case CREDENTIAL_MTLS:
		if (c->pem) {
			c->cert = xstrdup(file);
			c->key = xstrdup(file);
			return key_pair_check(file, file, why);
		}
		anchor_path(&c->cert, file);
		anchor_path(&c->key, file);
		return key_pair_check(c->cert, c->key, why);
	}
	return false;
}

struct credential *credential_read(const char *path, char *why)
{
	char *text = secret_file_read(path, why);
	struct credential *c;
	bool ok;

	if (!text)
		return NULL;
	c = xcalloc(1, sizeof *c);
	ok = read_lines(c, text, why) && complete_credential(c, path, why);
	secret_file_free(text);
	if (ok)
		return c;
	credential_free(c);
	return NULL;
}

struct credential *credential_token(const char *path, const struct url *origin,
	char *why)
{
	char *text = secret_file_read(path, why);
	struct credential *c;
	bool ok;

	if (!text)
		return NULL;
	c = xcalloc(1, sizeof *c);
	c->origins[c->n_origins++] = xstrdup(origin->origin);
	ok = set_once(&c->token, secret_file_trim(text), false, why) &&
		complete_credential(c, path, why);
	secret_file_free(text);
	if (ok)
		return c;
	credential_free(c);
	return NULL;
}

bool credential_for(const struct credential *c, const struct url *u)
{
	return url_secure(u) && strings_among((const char *const *)c->origins,
					c->n_origins, u->origin);
}

bool credential_allows(const struct credential *c, const char *tool)
{
	return strings_among((const char *const *)c->tools, c->n_tools, tool);
}

enum credential_kind credential_kind(const struct credential *c)
{
	return c->kind;
}

const char *credential_kind_name(enum credential_kind k)
{
	static const char *const names[] = {"bearer", "header", "oauth", "mtls"};

	return names[k];
}

const struct credential_client *credential_client(const struct credential *c)
{
	return c->kind == CREDENTIAL_OAUTH ? &c->client : NULL;
}

const char *credential_field(const struct credential *c)
{
	return c->field;
}

/* ---- A token that says when it expires. */

/* The six bits of a character of base64url (RFC 4648, 5); -1 for any other. */
static int base64url_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Decode n characters of base64url without padding; false for any others. */
static bool decode_base64url(const char *p, size_t n, char *out, size_t *len)
{
	unsigned bits = 0, held = 0;

	*len = 0;
	for (size_t i = 0; i < n; i++) {
		int six = base64url_value(p[i]);

		if (six < 0)
			return false;
		bits = (bits << 6 | (unsigned)six) & 0xfff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[(*len)++] = (char)(bits >> held & 0xff);
		}
	}
	return n % 4 != 1;
}

static bool read_exp(const char *p, size_t n, int64_t *out)
{
	static const struct json_limits limits = {16, 1000, true};
	char why[JSON_WHY];
	cJSON *doc = json_parse(p, n, &limits, why);
	double exp;
	bool ok = json_num(doc, "exp", &exp) && isfinite(exp);

	cJSON_Delete(doc);
	if (ok)
		*out = (int64_t)fmin(fmax(floor(exp), 1), EXPIRY_NEVER);
	return ok;
}

/*
 * out is the `exp` of a signed JSON Web Token (RFC 7519, section 4.1.4) in
 * epoch seconds, from 1 to the end of the year 9999. False where the token is
 * no JWT, encrypted, too long, or has no exp. Its signature is not verified:
 * only a warning depends on it.
 */
static bool jwt_expires(const char *token, int64_t *out)
{
	const char *payload = strchr(token, '.'), *end;
	char *text;
	size_t n, len;
	bool ok;

	/* Three parts; an encrypted one has five (RFC 7516). */
	if (!payload)
		return false;
	end = strchr(++payload, '.');
	if (!end || strchr(end + 1, '.'))
		return false;
	n = (size_t)(end - payload);
	if (n > JWT_MAX)
		return false;
	text = xmalloc(n + 1);
	ok = decode_base64url(payload, n, text, &len) &&
	     read_exp(text, len, out);
	explicit_bzero(text, n);
	free(text);
	return ok;
}

int64_t credential_expires(const struct credential *c, bool *from_token)
{
	const char *secret = c->token ? c->token : c->value;
	const char *space = secret ? strrchr(secret, ' ') : NULL;
	int64_t exp;

	/* The secret follows a scheme, as in Authorization. */
	if (space)
		secret = space + 1;
	*from_token = secret && jwt_expires(secret, &exp) &&
		(!c->expires_at || exp < c->expires_at);
	return *from_token ? exp : c->expires_at;
}

const char *credential_cert(const struct credential *c)
{
	return c->cert;
}

const char *credential_key(const struct credential *c)
{
	return c->key;
}
