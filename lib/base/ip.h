/* SPDX-License-Identifier: MIT */
/*
 * ip.h: IP addresses in text, and which of them are not of the public internet.
 */
#ifndef BASE_IP_H
#define BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ip_read(s, out): the bytes of an address in text, without brackets or zone,
 * in network order. Returns how many: 4 or 16; 0 where s is no address.
 */
size_t ip_read(const char *s, uint8_t out[16]);

/*
 * ip_private(a, n): whether an address of 4 or 16 bytes is not one of the
 * public internet: loopback, private, shared, link-local, unique local,
 * documentation, multicast, reserved, unspecified (RFC 6890), or one at which
 * only a cloud's own machines reach its platform, such as metadata services; in
 * an IPv4-mapped or IPv4-embedding form too.
 */
bool ip_private(const uint8_t *a, size_t n);

#endif
