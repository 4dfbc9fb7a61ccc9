/* SPDX-License-Identifier: MIT */
/*
 * sockets.c: the sockets of all open connections, which are waited for with
 * epoll(7). libcurl does not tell which of them a transfer uses; it is found
 * here by its ports.
 */
#include "http/transfer.h"

#include "base/xalloc.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct http_socket {
	uint32_t wanted;  /* by libcurl: events of epoll(7) */
	uint32_t watched; /* what epoll(7) was told; it may be more */
	bool open;
	int port, local_port; /* 0 while not asked for */
};

bool http_sockets_init(struct http_sockets *s)
{
	struct epoll_event e = {.events = EPOLLIN};

	*s = (struct http_sockets) {.epoll = epoll_create1(EPOLL_CLOEXEC),
		.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	e.data.fd = s->bell;
	return s->epoll >= 0 && s->bell >= 0 &&
	       !epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->bell, &e);
}

void http_sockets_release(struct http_sockets *s)
{
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->bell >= 0)
		close(s->bell);
	free(s->of);
	*s = (struct http_sockets) {.epoll = -1, .bell = -1};
}

static struct http_socket *socket_entry(struct http_sockets *s, int fd)
{
	size_t before = s->cap;

	if ((size_t)fd >= s->n) {
		s->n = (size_t)fd + 1;
		s->of = xgrow(s->of, &s->cap, s->n, sizeof *s->of);
		memset(s->of + before, 0, (s->cap - before) * sizeof *s->of);
	}
	return &s->of[fd];
}

void http_sockets_add(struct http_sockets *s, int fd)
{
	if (fd >= 0)
		*socket_entry(s, fd) = (struct http_socket) {.open = true};
}

void http_sockets_note(
	struct http_sockets *s, int fd, int port, int local_port)
{
	struct http_socket *e = socket_entry(s, fd);

	e->port = port;
	e->local_port = local_port;
}

/* Tell epoll(7) what to watch; where nothing, it forgets the socket. */
static void watch_socket(struct http_sockets *s, int fd, uint32_t events)
{
	struct http_socket *e = socket_entry(s, fd);
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (e->watched == events)
		return;
	if (epoll_ctl(s->epoll,
		    !events	 ? EPOLL_CTL_DEL
		    : e->watched ? EPOLL_CTL_MOD
				 : EPOLL_CTL_ADD,
		    fd, &event) &&
		events)
		epoll_ctl(s->epoll, e->watched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
			fd, &event);
	e->watched = events;
}

void http_sockets_drop(struct http_sockets *s, int fd)
{
	/* epoll(7) forgets what is closed. */
	*socket_entry(s, fd) = (struct http_socket) {.open = false};
}

/* A socket that libcurl wants no more stays watched until something happens
   to it: the next request over the connection wants the same again. */
void http_sockets_want(struct http_sockets *s, int fd, int what)
{
	struct http_socket *e = socket_entry(s, fd);

	e->wanted = what == CURL_POLL_REMOVE
			    ? 0
			    : (what & CURL_POLL_IN ? EPOLLIN : 0U) |
				      (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	if (e->wanted)
		watch_socket(s, fd, e->wanted);
	else if (!e->open)
		watch_socket(s, fd, 0);
}

static int bits_of(uint32_t events)
{
	return (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
	       (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
	       (events & EPOLLERR ? CURL_CSELECT_ERR : 0);
}

size_t http_sockets_wait(struct http_sockets *s, double max_ms,
	struct http_ready ready[HTTP_SOCKETS_READY])
{
	struct epoll_event events[HTTP_SOCKETS_READY];
	int all = epoll_wait(
		s->epoll, events, HTTP_SOCKETS_READY, (int)ceil(max_ms));
	uint64_t rung;
	size_t n = 0;

	for (int i = 0; i < all; i++) {
		int fd = events[i].data.fd;

		if (fd == s->bell)
			(void)!read(fd, &rung, sizeof rung);
		else if (!s->of[fd].wanted)
			watch_socket(s, fd, 0);
		else
			ready[n++] = (struct http_ready) {
				fd, bits_of(events[i].events)};
	}
	return n;
}

bool http_sockets_left(const struct http_sockets *s)
{
	/* Two to wake the thread that does it, and the one it asks with. */
	int more[3];
	bool left = true;

	for (size_t i = 0; i < 3; i++)
		more[i] = fcntl(s->bell, F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; i < 3; i++) {
		left &= more[i] >= 0;
		if (more[i] >= 0)
			close(more[i]);
	}
	return left;
}

void http_sockets_wake(void *s)
{
	const uint64_t one = 1;

	(void)!write(((struct http_sockets *)s)->bell, &one, sizeof one);
}

/* The port of one end of a connection; 0 where there is none. */
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
		return 0;
	return ntohs(
		a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static bool has_ports(const struct http_socket *e, int port, int local_port)
{
	return e->open && e->local_port == local_port && e->port == port;
}

/* The ports do not change once the connection stands. */
static void ask_ports(struct http_socket *e, int fd)
{
	if (!e->open || e->port)
		return;
	e->local_port = port_of(fd, getsockname);
	e->port = port_of(fd, getpeername);
}

int http_sockets_find(
	struct http_sockets *s, int hint, int port, int local_port)
{
	if (hint >= 0 && has_ports(&s->of[hint], port, local_port))
		return hint;
	for (size_t fd = s->n; fd-- > 0;)
		if (has_ports(&s->of[fd], port, local_port))
			return (int)fd;
	for (size_t fd = s->n; fd-- > 0;) {
		ask_ports(&s->of[fd], (int)fd);
		if (has_ports(&s->of[fd], port, local_port))
			return (int)fd;
	}
	return -1;
}
