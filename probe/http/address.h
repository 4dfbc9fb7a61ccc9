/*
 * address.h: socket addresses: their text, and whether they are private. The
 * other functions say what this machine knows of names and networks.
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
 * address_private(a): whether the address is not one of the public internet:
 * loopback, private, shared, link-local (and with it the metadata services of
 * clouds), unique local, multicast, reserved, unspecified (RFC 6890), in an
 * IPv4-mapped or IPv4-embedding form too. True for what is no IP address.
 */
bool address_private(const struct sockaddr *a);

/* address_private_text(s): the same of an address in text. */
bool address_private_text(const char *s);

/* address_literal(host): whether host is an IP address, in brackets or not. */
bool address_literal(const char *host);

/* address_loopback(host): "localhost", a name below it, 127/8 or ::1. */
bool address_loopback(const char *host);

/*
 * address_private_host(host): whether a host is private by what is written
 * alone: a private address, or the loopback by name.
 */
bool address_private_host(const char *host);

/*
 * address_egress(out): the public address that connections of this machine to
 * the internet leave from, of IPv4 where there is one, else of IPv6, as the
 * routes say: nobody is asked. out has ADDRESS_TEXT bytes. False where there is
 * none, or it is private, as behind a NAT.
 */
#define ADDRESS_TEXT 46
bool address_egress(char *out);

/*
 * address_network_down(): whether this machine has no address but loopback's,
 * so that no failure to reach another can be blamed on the other.
 */
bool address_network_down(void);

/*
 * address_refused(address, port): the errno with which this machine itself
 * refuses to send anything there, for it has no route or a rule against it; 0
 * where it would. Nothing is sent.
 */
int address_refused(const char *address, long port);

#endif
