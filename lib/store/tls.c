#include "store/tls.h"

#include "base/ip.h"
#include "base/secrets.h"
#include "base/xalloc.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tls {
	SSL_CTX *context;
};

struct tls_session {
	SSL *ssl;
	BIO *in, *out; /* of ssl */
	char why[STORE_WHY];
};

/* The last error of OpenSSL, in its words. */
static const char *last_error(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *text = e ? ERR_reason_error_string(e) : NULL;

	return text ? text : "TLS failed";
}

static bool fail_new(char *why, const char *file, const char *text)
{
	snprintf(why, STORE_WHY, "store: %s: %s", file, text);
	return false;
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool load_roots(SSL_CTX *c, const char *ca, char *why)
{
	if (!ca)
		ca = setting("MCP_STORE_CA");
	if (!ca)
		return SSL_CTX_set_default_verify_paths(c) == 1 ||
			fail_new(why, "the system's roots", last_error());
	return SSL_CTX_load_verify_file(c, ca) == 1 ||
		fail_new(why, ca, last_error());
}

/* A key with a passphrase is refused: nobody is there to type it. */
static bool load_key(SSL_CTX *c, const char *key, char *why)
{
	char problem[SECRET_FILE_WHY], *text = secret_file_read(key, problem);
	BIO *bio = text ? BIO_new_mem_buf(text, -1) : NULL;
	EVP_PKEY *pkey = bio
		? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"")
		: NULL;
	bool ok = pkey && SSL_CTX_use_PrivateKey(c, pkey) == 1;

	if (!ok)
		fail_new(why, key, text ? last_error() : problem);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	secret_file_free(text);
	return ok;
}

static bool load_certificate(SSL_CTX *c, char *why)
{
	const char *cert = setting("MCP_STORE_CERT");
	const char *key = setting("MCP_STORE_KEY");

	if (!cert && !key)
		return true;
	if (!cert || !key)
		return fail_new(why, "TLS",
			"MCP_STORE_CERT and MCP_STORE_KEY go together");
	if (SSL_CTX_use_certificate_chain_file(c, cert) != 1)
		return fail_new(why, cert, last_error());
	return load_key(c, key, why);
}

struct tls *tls_new(const char *ca, char *why)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	struct tls *t;

	if (!c) {
		fail_new(why, "TLS", last_error());
		return NULL;
	}
	SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	if (!load_roots(c, ca, why) || !load_certificate(c, why)) {
		SSL_CTX_free(c);
		ERR_clear_error();
		return NULL;
	}
	t = xcalloc(1, sizeof *t);
	t->context = c;
	return t;
}

void tls_free(struct tls *t)
{
	if (t)
		SSL_CTX_free(t->context);
	free(t);
}

/* Whom the certificate must be for. A name is sent, too: SNI, RFC 6066. */
static bool expect_host(SSL *ssl, const char *host)
{
	char *bare = xstrndup(host, strcspn(host, "%"));
	uint8_t bytes[16];
	bool ok;

	if (ip_read(bare, bytes))
		ok = X509_VERIFY_PARAM_set1_ip_asc(
			     SSL_get0_param(ssl), bare) == 1;
	else
		ok = SSL_set1_host(ssl, bare) == 1 &&
			SSL_set_tlsext_host_name(ssl, bare) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	free(bare);
	return ok;
}

struct tls_session *tls_open(struct tls *t, const char *host)
{
	struct tls_session *s = xcalloc(1, sizeof *s);

	s->ssl = SSL_new(t->context);
	s->in = BIO_new(BIO_s_mem());
	s->out = BIO_new(BIO_s_mem());
	if (!s->ssl || !s->in || !s->out || !expect_host(s->ssl, host)) {
		BIO_free(s->in);
		BIO_free(s->out);
		SSL_free(s->ssl);
		free(s);
		return NULL;
	}
	SSL_set_bio(s->ssl, s->in, s->out);
	SSL_set_connect_state(s->ssl);
	return s;
}

void tls_close(struct tls_session *s)
{
	if (!s)
		return;
	SSL_free(s->ssl);
	free(s);
}

const char *tls_why(const struct tls_session *s)
{
	return s->why;
}

/* What became of a call: 0 where more has to come in, -1 where it failed. */
static int outcome(struct tls_session *s, int rc)
{
	int error = SSL_get_error(s->ssl, rc);
	long verified = SSL_get_verify_result(s->ssl);
	unsigned long last = ERR_peek_last_error();

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	if (error == SSL_ERROR_ZERO_RETURN)
		snprintf(s->why, sizeof s->why, "closed the connection");
	else if (verified != X509_V_OK)
		snprintf(s->why, sizeof s->why, "its certificate: %s",
			X509_verify_cert_error_string(verified));
	else if (ERR_GET_REASON(last) == SSL_R_WRONG_VERSION_NUMBER)
		snprintf(s->why, sizeof s->why, "it does not speak TLS");
	else if (ERR_GET_REASON(last) ==
		SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED)
		snprintf(s->why, sizeof s->why,
			"it wants a client's certificate: see MCP_STORE_CERT");
	else
		snprintf(s->why, sizeof s->why, "TLS: %s", last_error());
	ERR_clear_error();
	return -1;
}

int tls_ready(struct tls_session *s)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(s->ssl);
	return rc == 1 ? 1 : outcome(s, rc);
}

void tls_put(struct tls_session *s, const void *p, size_t n)
{
	/*
	 * Memory takes all, or there is none left; then the record is broken.
	 */
	BIO_write(s->in, p, (int)n);
}

size_t tls_take(struct tls_session *s, void *p, size_t size)
{
	int n = BIO_read(s->out, p, (int)size);

	return n > 0 ? (size_t)n : 0;
}

long tls_write(struct tls_session *s, const void *p, size_t n)
{
	size_t taken = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_write_ex(s->ssl, p, n, &taken);
	return rc == 1 ? (long)taken : outcome(s, rc);
}

long tls_read(struct tls_session *s, void *p, size_t size)
{
	size_t got = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_read_ex(s->ssl, p, size, &got);
	return rc == 1 ? (long)got : outcome(s, rc);
}
