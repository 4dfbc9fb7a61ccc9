/*
 * sign_in_link.h: "mcp-serve link": the address that signs a browser in.
 */
#ifndef SERVE_SIGN_IN_LINK_H
#define SERVE_SIGN_IN_LINK_H

struct service;

/*
 * sign_in_link(service, account, life_s, now): print a link that signs in for an
 * account, good for so many seconds from now, epoch seconds. Returns the exit
 * status; what failed was logged.
 */
int sign_in_link(struct service *service, const char *account, double life_s,
	double now);

#endif
