/* SPDX-License-Identifier: MIT */
/*
 * address.h: socket addresses: their text, and whether they are private; hosts
 * that are written as an address; and which networks this machine can reach.
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct sockaddr;

/*
 * address_text(a, out, size, port): the numeric form of an IPv4 or IPv6
 * address, and its port; "" and 0 for any other.
 */
void address_text(const struct sockaddr *a, char *out, size_t size, long *port);

/*
 * address_private(a): whether the address is not one of the public internet
 * (ip_private, base/ip.h). True for what is no IP address.
 */
bool address_private(const struct sockaddr *a);

/* address_private_text(s): as address_private, for an address in text. */
bool address_private_text(const char *s);

/* address_literal(host): whether host is an IP address, in brackets or not. */
bool address_literal(const char *host);

/* address_loopback(host): whether host is "localhost", a name below it, 127/8
   or ::1. */
bool address_loopback(const char *host);

/*
 * address_private_host(host): whether a host is private by its text alone,
 * without resolving it: a private address, or a name of the loopback.
 */
bool address_private_host(const char *host);

/*
 * address_egress(out): the public source address of this machine's connections
 * to the internet: IPv4 if there is one, else IPv6. It is read from the routing
 * table; nothing is sent. out has ADDRESS_TEXT bytes. False where there is
 * none, or it is private, as behind a NAT.
 */
#define ADDRESS_TEXT 46
bool address_egress(char *out);

/* address_network_down(): whether this machine has only addresses of the
   loopback: then it is not a server's fault that it cannot be reached. */
bool address_network_down(void);

/*
 * address_refused(address, port): the errno with which this machine itself
 * refuses to send to this address, because it has no route or a rule against
 * it; 0 where it would send. Nothing is sent.
 */
int address_refused(const char *address, long port);

#endif
