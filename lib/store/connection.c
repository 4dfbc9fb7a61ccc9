/* SPDX-License-Identifier: MIT */
#include "store/connection.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/ip.h"
#include "base/secrets.h"
#include "base/xalloc.h"
#include "store/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Shared with the thread that asks; the last of the two frees it. */
struct question {
	char *host;
	char port[8];
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done, abandoned;
	int error;
	struct addrinfo *found;
};

static void question_free(struct question *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->answered);
	if (q->found)
		freeaddrinfo(q->found);
	free(q->host);
	free(q);
}

static int look_up(const struct question *q, int flags, struct addrinfo **found)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(q->host, q->port, &hints, found);
}

static void *resolve_in_thread(void *arg)
{
	struct question *q = arg;
	struct addrinfo *found = NULL;
	int error = look_up(q, 0, &found);
	bool abandoned;

	pthread_mutex_lock(&q->lock);
	q->found = error ? NULL : found;
	q->error = error;
	q->done = true;
	abandoned = q->abandoned;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
	if (abandoned)
		question_free(q);
	return NULL;
}

/* Wait for the thread; false where it has to go on without us. */
static bool await_resolver(struct question *q, double wait_ms)
{
	struct timespec until;
	bool done;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(wait_ms / 1000);
	until.tv_nsec += (long)(wait_ms * 1e6) % 1000000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&q->lock);
	while (!q->done && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&q->answered, &q->lock, &until);
	done = q->done;
	q->abandoned = !done;
	pthread_mutex_unlock(&q->lock);
	return done;
}

static struct question *question_new(const char *host, int port)
{
	struct question *q = xcalloc(1, sizeof *q);
	pthread_condattr_t attributes;

	q->host = xstrdup(host);
	snprintf(q->port, sizeof q->port, "%d", port);
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&q->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	return q;
}

/* NULL and why where a host has no address, or not within wait_ms: the resolver of the
 * system takes as long as it likes. */
static struct addrinfo *resolve(
	const char *host, int port, double wait_ms, const char **why)
{
	struct question *q = question_new(host, port);
	struct addrinfo *found = NULL;
	pthread_t thread;

	/* An address needs no thread. */
	q->error = look_up(q, AI_NUMERICHOST, &q->found);
	if (q->error) {
		q->found = NULL;
		if (pthread_create(&thread, NULL, resolve_in_thread, q)) {
			resolve_in_thread(q);
		} else {
			pthread_detach(thread);
			if (!await_resolver(q, wait_ms)) {
				*why = "its name did not resolve in time";
				return NULL;
			}
		}
	}
	found = q->found;
	q->found = NULL;
	if (!found)
		*why = gai_strerror(q->error);
	question_free(q);
	return found;
}

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
			"MCP_STORE_CERT and MCP_STORE_KEY must be set "
			"together");
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

static struct tls_session *tls_open(struct tls *t, const char *host)
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

static void tls_close(struct tls_session *s)
{
	if (!s)
		return;
	SSL_free(s->ssl);
	free(s);
}

static const char *tls_why(const struct tls_session *s)
{
	return s->why;
}

/* The result of a call: 0: more has to come in; -1: it failed. */
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
			"it requires a client certificate: set MCP_STORE_CERT");
	else
		snprintf(s->why, sizeof s->why, "TLS: %s", last_error());
	ERR_clear_error();
	return -1;
}

/* Make progress with the handshake: 1 once it is done, 0 while more has to come in or
 * go out, -1: it failed. */
static int tls_ready(struct tls_session *s)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(s->ssl);
	return rc == 1 ? 1 : outcome(s, rc);
}

/* Bytes that came over the socket. */
static void tls_put(struct tls_session *s, const void *p, size_t n)
{
	/*
	 * Memory takes all, or there is none left; then the record is broken.
	 */
	BIO_write(s->in, p, (int)n);
}

/* Bytes that are to go over the socket. */
static size_t tls_take(struct tls_session *s, void *p, size_t size)
{
	int n = BIO_read(s->out, p, (int)size);

	return n > 0 ? (size_t)n : 0;
}

/* Send n bytes; returns how many were taken, or -1. */
static long tls_write(struct tls_session *s, const void *p, size_t n)
{
	size_t taken = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_write_ex(s->ssl, p, n, &taken);
	return rc == 1 ? (long)taken : outcome(s, rc);
}

/* Bytes that were received; 0 where all that came has been read; -1: it failed or was
 * ended. */
static long tls_read(struct tls_session *s, void *p, size_t size)
{
	size_t got = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_read_ex(s->ssl, p, size, &got);
	return rc == 1 ? (long)got : outcome(s, rc);
}

/* Bytes that are read or encrypted at a time. */
#define CHUNK ((size_t)64 * 1024)

/* A chunk once it is encrypted: TLS adds a little to each 16 KiB. */
#define WIRE (CHUNK + 1024)

#define RETRY_MS 10

struct connection {
	int fd;
	struct tls_session *tls; /* NULL: none */
	redisReader *reader;
	bool broken; /* what arrived is no reply */
	const char *text; /* still to be sent */
	size_t left;
	/* Under TLS, what is encrypted and still to be sent. */
	char *wire;
	size_t wire_at, wire_left;
	char *chunk;
	char name[STORE_NAME];
	char why[STORE_WHY];
};

const char *connection_name(
	const struct store_host *at, const char *path, char *out)
{
	if (!at)
		snprintf(out, STORE_NAME, "%s", path);
	else if (strchr(at->name, ':'))
		snprintf(out, STORE_NAME, "[%s]:%d", at->name, at->port);
	else
		snprintf(out, STORE_NAME, "%.90s:%d", at->name, at->port);
	return out;
}

int connection_fail(struct connection *c, const char *what)
{
	snprintf(c->why, sizeof c->why, "store: %s: %.130s", c->name, what);
	return -1;
}

const char *connection_why(const struct connection *c)
{
	return c->why;
}

int connection_fd(const struct connection *c)
{
	return c->fd;
}

bool connection_broken(const struct connection *c)
{
	return c->broken;
}

void connection_close(struct connection *c)
{
	if (!c)
		return;
	tls_close(c->tls);
	if (c->fd >= 0)
		close(c->fd);
	redisReaderFree(c->reader);
	free(c->wire);
	free(c->chunk);
	free(c);
}

/* Wait until the socket is ready, or it is too late. */
static bool await_socket(int fd, short events, double until)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do {
		double left = until - clock_mono_ms();

		n = poll(&p, 1, left > 0 ? (int)left + 1 : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Connect to one address; a socket, or -1 and errno. */
static int connect_address(const struct sockaddr *address, socklen_t size,
	double until)
{
	int fd = socket(address->sa_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	    error = 0, on = 1;
	socklen_t n = sizeof error;

	if (fd < 0)
		return -1;
	if (connect(fd, address, size) == 0)
		n = 0;
	else if (errno != EINPROGRESS && errno != EINTR)
		error = errno;
	else if (!await_socket(fd, POLLOUT, until))
		error = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n))
		error = errno;
	if (error) {
		close(fd);
		errno = error;
		return -1;
	}
	if (address->sa_family != AF_UNIX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	}
	return fd;
}

/* While the queue of connections is full, a socket cannot wait for its turn. */
static int connect_path(struct connection *c, const char *path, double until)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		return connection_fail(c, "the path is too long");
	memcpy(address.sun_path, path, strlen(path) + 1);
	while ((c->fd = connect_address((const struct sockaddr *)&address,
			sizeof address, until)) < 0 &&
		errno == EAGAIN && clock_mono_ms() < until)
		poll(NULL, 0, RETRY_MS);
	return c->fd < 0 ? connection_fail(c, strerror(errno)) : 0;
}

static int feed(struct connection *c, const char *p, size_t n)
{
	if (redisReaderFeed(c->reader, p, n) == REDIS_OK)
		return 0;
	c->broken = true;
	return connection_fail(c, c->reader->errstr);
}

/* Decrypt what has come. */
static int read_tls(struct connection *c, size_t n)
{
	long got;

	tls_put(c->tls, c->chunk, n);
	while ((got = tls_read(c->tls, c->chunk, CHUNK)) > 0)
		if (feed(c, c->chunk, (size_t)got))
			return -1;
	return got < 0 ? connection_fail(c, tls_why(c->tls)) : 0;
}

/*
 * Nothing can be sent: the other side is gone. Before it went, it may have said
 * why, in an alert of TLS, or in a reply, as Redis does where it has too many
 * clients: then how many bytes came, and nothing more is sent. Else -1.
 */
static int fail_send(struct connection *c, int error)
{
	ssize_t n = recv(c->fd, c->chunk, CHUNK, 0);

	if (n > 0 && (c->tls ? read_tls(c, (size_t)n)
			     : feed(c, c->chunk, (size_t)n)))
		return -1;
	if (n <= 0 || c->tls)
		return connection_fail(c, strerror(error));
	c->left = 0;
	return (int)n;
}

static short tls_events(struct connection *c)
{
	return c->wire_left ? POLLOUT : POLLIN;
}

/* Send what TLS has for the socket, as far as that goes. */
static int send_wire(struct connection *c)
{
	while (c->wire_left || c->tls) {
		ssize_t n;

		if (!c->wire_left) {
			c->wire_at = 0;
			c->wire_left = tls_take(c->tls, c->wire, WIRE);
			if (!c->wire_left)
				return 0;
		}
		n = send(c->fd, c->wire + c->wire_at, c->wire_left,
			MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR
				? 0
				: fail_send(c, errno);
		c->wire_at += (size_t)n;
		c->wire_left -= (size_t)n;
	}
	return 0;
}

/* Read from the socket to c->chunk: 0 where nothing has come, -1: lost. */
static long read_socket(struct connection *c)
{
	ssize_t n = recv(c->fd, c->chunk, CHUNK, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return connection_fail(c, strerror(errno));
	if (n == 0)
		return connection_fail(c, "closed the connection");
	return n;
}

static int shake_hands(struct connection *c, double until)
{
	int ready;

	while ((ready = tls_ready(c->tls)) == 0) {
		long n = 0;

		if (send_wire(c))
			return -1;
		if (!await_socket(c->fd, tls_events(c), until))
			return connection_fail(c, "no TLS handshake in time");
		if (!c->wire_left)
			n = read_socket(c);
		if (n < 0)
			return -1;
		tls_put(c->tls, c->chunk, (size_t)n);
	}
	/* The other side is told why, or that the handshake is over. */
	return send_wire(c) || ready < 0 ? connection_fail(c, tls_why(c->tls))
					 : 0;
}

/* Connect to one address of a host, with TLS if there is to be. */
static int connect_one(struct connection *c, const struct access *a,
	const struct store_host *at, const struct addrinfo *info, double until)
{
	double soon = clock_mono_ms() + a->address_ms;

	if (soon > until)
		soon = until;
	c->fd = connect_address(info->ai_addr, info->ai_addrlen, soon);
	if (c->fd < 0)
		return connection_fail(c, errno == ETIMEDOUT
				? "no connection in time"
				: strerror(errno));
	if (!a->tls)
		return 0;
	c->tls = tls_open(a->tls, at->name);
	if (!c->tls)
		connection_fail(c, "TLS refuses this host name");
	else if (!shake_hands(c, soon))
		return 0;
	tls_close(c->tls);
	c->tls = NULL;
	c->wire_left = 0;
	close(c->fd);
	c->fd = -1;
	return -1;
}

static int connect_host(struct connection *c, const struct access *a,
	const struct store_host *at, double until)
{
	const char *why = NULL;
	double wait = until - clock_mono_ms();
	struct addrinfo *all = resolve(at->name, at->port,
		wait < a->address_ms ? wait : a->address_ms, &why);
	int rc = -1;

	if (!all)
		return connection_fail(c, why);
	for (const struct addrinfo *i = all; i && rc; i = i->ai_next)
		if (i == all || clock_mono_ms() < until)
			rc = connect_one(c, a, at, i, until);
	freeaddrinfo(all);
	return rc;
}

void connection_send(struct connection *c, const char *text, size_t n)
{
	c->text = text;
	c->left = n;
}

short connection_events(const struct connection *c)
{
	return c->left || c->wire_left ? POLLIN | POLLOUT : POLLIN;
}

/* Send what is left, as far as that goes; the result is that of fail_send, or 0. */
static int send_text(struct connection *c)
{
	while (c->left && !c->wire_left) {
		size_t size = c->tls && c->left > CHUNK ? CHUNK : c->left;
		long n = c->tls ? tls_write(c->tls, c->text, size)
				: send(c->fd, c->text, size, MSG_NOSIGNAL);

		if (n < 0 && c->tls)
			return connection_fail(c, tls_why(c->tls));
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail_send(c, errno);
		if (n <= 0)
			break;
		c->text += n;
		c->left -= (size_t)n;
		if (c->tls && send_wire(c))
			return -1;
	}
	return 0;
}

long connection_work(struct connection *c, short events)
{
	long n = 0;

	if (events & POLLOUT) {
		n = send_wire(c) ? -1 : send_text(c);
		if (n)
			return n;
	}
	if (events & (POLLIN | POLLHUP | POLLERR)) {
		n = read_socket(c);
		if (n > 0 && (c->tls ? read_tls(c, (size_t)n)
				     : feed(c, c->chunk, (size_t)n)))
			return -1;
		/* TLS may have an answer of its own: new keys, an alert. */
		if (n > 0 && c->tls && send_wire(c))
			return -1;
	}
	return n;
}

struct store_reply *connection_next(struct connection *c)
{
	void *r = NULL;

	if (redisReaderGetReply(c->reader, &r) == REDIS_OK)
		return r;
	c->broken = true;
	connection_fail(c, c->reader->errstr);
	return NULL;
}

struct store_reply *connection_ask(struct connection *c, double until, size_t n,
	const char *const *args)
{
	struct store_reply *r = NULL;
	size_t *sizes = xcalloc(n, sizeof *sizes);
	char *text = NULL;
	long long size;

	for (size_t i = 0; i < n; i++)
		sizes[i] = strlen(args[i]);
	size = redisFormatCommandArgv(
		&text, (int)n, (const char **)(uintptr_t)args, sizes);
	if (size < 0) {
		free(sizes);
		connection_fail(c, "out of memory");
		return NULL;
	}
	connection_send(c, text, (size_t)size);
	while (!(r = connection_next(c)) && !c->broken) {
		struct pollfd p = {.fd = c->fd, .events = connection_events(c)};
		double left = until - clock_mono_ms();
		int ready = poll(&p, 1, left > 0 ? (int)left + 1 : 0);

		if (ready == 0) {
			connection_fail(c, "does not answer in time");
			break;
		}
		if (ready > 0 && connection_work(c, p.revents) < 0)
			break;
	}
	connection_send(c, "", 0);
	/* AUTH has a password in it. */
	explicit_bzero(text, (size_t)size);
	redisFreeCommand(text);
	free(sizes);
	return r;
}

/* A command while connecting, before all others, that must succeed. */
static int greet(struct connection *c, bool lenient, double until, size_t n,
	const char *const *args)
{
	struct store_reply *r = connection_ask(c, until, n, args);
	const char *error = store_error(r);
	char text[STORE_WHY];
	int rc = r ? 0 : -1;

	/* Since version 6; "called" is of all. */
	if (error && !(lenient && strstr(error, "without any password"))) {
		error_reply_say(error, text, sizeof text);
		rc = connection_fail(c, text);
	}
	reply_free(r);
	return rc;
}

static int introduce(struct connection *c, const struct access *a, double until)
{
	const char *auth[3] = {"AUTH"}, *select[2] = {"SELECT"};
	char db[16];
	size_t n = 1;

	if (a->user)
		auth[n++] = a->user;
	if (a->user || a->password)
		auth[n++] = a->password ? a->password : "";
	if (n > 1 && greet(c, a->lenient, until, n, auth))
		return -1;
	snprintf(db, sizeof db, "%d", a->db);
	select[1] = db;
	return a->db ? greet(c, false, until, 2, select) : 0;
}

struct connection *connection_open(const struct access *a,
	const struct store_host *at, double until, char *why)
{
	struct connection *c = xcalloc(1, sizeof *c);
	double soon = clock_mono_ms() + a->address_ms;
	int rc;

	c->fd = -1;
	c->chunk = xmalloc(CHUNK);
	if (a->tls)
		c->wire = xmalloc(WIRE);
	c->reader = redisReaderCreate();
	connection_name(at, a->path, c->name);
	if (!c->reader)
		rc = connection_fail(c, "out of memory");
	else if (at)
		rc = connect_host(c, a, at, until);
	else
		rc = connect_path(c, a->path, soon < until ? soon : until);
	if (!rc && !introduce(c, a, until))
		return c;
	snprintf(why, STORE_WHY, "%s", c->why);
	connection_close(c);
	return NULL;
}
