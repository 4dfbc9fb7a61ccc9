/*
 * sockets.h: the sockets of all open connections. libcurl does not tell which
 * of them a transfer uses; it is found here by its ports.
 */
#ifndef HTTP_SOCKETS_H
#define HTTP_SOCKETS_H

#include <stddef.h>

struct http_sockets {
	int *list;
	size_t n, cap;
};

/* http_sockets_add(s, fd), http_sockets_drop(s, fd): fd was opened, closed. */
void http_sockets_add(struct http_sockets *s, int fd);
void http_sockets_drop(struct http_sockets *s, int fd);
void http_sockets_release(struct http_sockets *s);

/*
 * http_sockets_find(s, port, local_port): the newest socket whose connection is
 * from local_port to the server's port, or -1.
 */
int http_sockets_find(const struct http_sockets *s, int port, int local_port);

#endif
