/*
 * resolve.h: the addresses of a host, within a time: the system's resolver
 * takes as long as it likes.
 */
#ifndef STORE_RESOLVE_H
#define STORE_RESOLVE_H

struct addrinfo;

/*
 * resolve(host, port, wait_ms, why): the addresses of a host, for
 * freeaddrinfo(3). NULL and why, a constant text, where there is none, or not
 * within wait_ms.
 */
struct addrinfo *resolve(
	const char *host, int port, double wait_ms, const char **why);

#endif
