#include "store/connection.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "store/error_reply.h"
#include "store/reply.h"
#include "store/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What is read or encrypted at a time. */
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
		connection_fail(c, "no TLS for such a name");
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
