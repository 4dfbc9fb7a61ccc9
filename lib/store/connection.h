/* SPDX-License-Identifier: MIT */
/*
 * connection.h: one connection to one server of a store, with TLS or without,
 * which never blocks for longer than it is told. Replies are parsed by hiredis;
 * only connection.c and reply.c know it. TLS, 1.2 at least, stands between two
 * streams of bytes and never sees a socket: the certificate of the server is
 * verified, and must be for the host or the address that we connect to.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "store/store.h"
#include "store/url.h"

/* Settings of TLS that all connections of a store share. Opaque. */
struct tls;

/*
 * tls_new(ca, why): trust the certificates of the file `ca`; NULL: of
 * $MCP_STORE_CA; without either those that the system trusts, or the files that
 * OpenSSL's own SSL_CERT_FILE and SSL_CERT_DIR name. $MCP_STORE_CERT and
 * $MCP_STORE_KEY are what we show, if anything; only its owner may read the
 * key. NULL and why, which has STORE_WHY bytes.
 */
struct tls *tls_new(const char *ca, char *why);
void tls_free(struct tls *t);

struct connection;

/*
 * How a server is reached, and who says that it is: of all servers of a store.
 */
struct access {
	struct tls *tls; /* NULL: none */
	const char *path; /* of a Unix socket; NULL: hosts */
	const char *user; /* NULL: the default one */
	const char *password; /* NULL, and user NULL: no AUTH */
	int db;
	bool lenient; /* that it wants no password is all right */
	int address_ms; /* connecting to an address takes at most that long */
};

/*
 * connection_open(a, at, until, why): connect, until that instant of
 * clock_mono_ms, and say who we are. `at` is NULL for a Unix socket. NULL and
 * why, which has STORE_WHY bytes and names the server.
 */
struct connection *connection_open(const struct access *a,
	const struct store_host *at, double until, char *why);
void connection_close(struct connection *c);

/*
 * connection_send(c, text, n): begin to send commands, n bytes, which have to
 * stay until connection_events no longer has POLLOUT. What was sent before has
 * been answered.
 */
void connection_send(struct connection *c, const char *text, size_t n);

/*
 * For poll(2): connection_fd(c), connection_events(c). connection_work(c,
 * events): write and read what can be, given what poll returned: the bytes that
 * were read, or -1 where the connection is lost. connection_next(c): the next
 * reply that has arrived, for reply_free, or NULL; where what arrived is none,
 * connection_broken.
 */
int connection_fd(const struct connection *c);
short connection_events(const struct connection *c);
long connection_work(struct connection *c, short events);
struct store_reply *connection_next(struct connection *c);
bool connection_broken(const struct connection *c);

/*
 * connection_ask(c, until, n, args): the reply to one command, for reply_free;
 * NULL: there is none until then.
 */
struct store_reply *connection_ask(struct connection *c, double until, size_t n,
	const char *const *args);

/*
 * connection_fail(c, what): write "store: ADDRESS: what" to what connection_why
 * returns, as connection_work does. Returns -1.
 */
int connection_fail(struct connection *c, const char *what);
const char *connection_why(const struct connection *c);

/*
 * connection_name(at, path, out): how messages call a server. out: STORE_NAME.
 */
#define STORE_NAME 108
const char *connection_name(
	const struct store_host *at, const char *path, char *out);

#endif
