#include "http/sockets.h"

#include "base/xalloc.h"

#include <netinet/in.h>
#include <sys/socket.h>

void http_sockets_add(struct http_sockets *s, int fd)
{
	if (fd < 0)
		return;
	s->list = xgrow(s->list, &s->cap, s->n + 1, sizeof *s->list);
	s->list[s->n++] = fd;
}

void http_sockets_drop(struct http_sockets *s, int fd)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->list[i] != fd)
			continue;
		s->list[i] = s->list[--s->n];
		return;
	}
}

void http_sockets_release(struct http_sockets *s)
{
	free(s->list);
	*s = (struct http_sockets) {0};
}

/* The port of one end of a connection; -1 where there is none. */
static int port_of(
	int fd, int (*end)(int fd, struct sockaddr *a, socklen_t *size))
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a;
	socklen_t size = sizeof a;

	if (end(fd, &a.any, &size))
		return -1;
	return ntohs(
		a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

int http_sockets_find(const struct http_sockets *s, int port, int local_port)
{
	for (size_t i = s->n; i-- > 0;) {
		if (port_of(s->list[i], getsockname) == local_port &&
			port_of(s->list[i], getpeername) == port)
			return s->list[i];
	}
	return -1;
}
