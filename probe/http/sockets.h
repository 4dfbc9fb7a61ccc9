/*
 * sockets.h: the sockets of all open connections, which are waited for with
 * epoll(7). libcurl does not tell which of them a transfer uses; it is found
 * here by its ports.
 */
#ifndef HTTP_SOCKETS_H
#define HTTP_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_socket; /* opaque: one of these for each descriptor */

struct http_sockets {
	struct http_socket *of; /* by descriptor */
	size_t n, cap;
	int epoll, bell;
};

/* http_sockets_init(s): false where the system has no descriptor left. */
bool http_sockets_init(struct http_sockets *s);
void http_sockets_release(struct http_sockets *s);

/* http_sockets_add(s, fd), http_sockets_drop(s, fd): fd was opened, is about to
   be closed. */
void http_sockets_add(struct http_sockets *s, int fd);
void http_sockets_drop(struct http_sockets *s, int fd);

/* http_sockets_note(s, fd, port, local_port): the connection of fd is from
   local_port to the server's port; else http_sockets_find asks the kernel. */
void http_sockets_note(
	struct http_sockets *s, int fd, int port, int local_port);

/* http_sockets_want(s, fd, what): wait for what CURLMOPT_SOCKETFUNCTION says. */
void http_sockets_want(struct http_sockets *s, int fd, int what);

/*
 * http_sockets_wait(s, max_ms, ready): wait for at most max_ms milliseconds.
 * Returns how many sockets are ready, with each its CURL_CSELECT_… bits.
 */
#define HTTP_SOCKETS_READY 64
struct http_ready {
	int fd, bits;
};
size_t http_sockets_wait(struct http_sockets *s, double max_ms,
	struct http_ready ready[HTTP_SOCKETS_READY]);

/*
 * http_sockets_left(s): whether this process may open as many descriptors as
 * libcurl takes to resolve a name.
 */
bool http_sockets_left(const struct http_sockets *s);

/* http_sockets_wake(s): end the wait, from any thread; s: the http_sockets. */
void http_sockets_wake(void *s);

/*
 * http_sockets_find(s, hint, port, local_port): a socket whose connection is
 * from local_port to the server's port, or -1. hint, if not -1, is tried first.
 */
int http_sockets_find(
	struct http_sockets *s, int hint, int port, int local_port);

#endif
