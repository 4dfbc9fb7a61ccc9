/*
 * loopback.h: whether a host is this machine. Pure.
 */
#ifndef TRANSPORT_LOOPBACK_H
#define TRANSPORT_LOOPBACK_H

#include <stdbool.h>

/*
 * loopback(host): 127.0.0.0/8, ::1 in brackets as in a URL, and the name that
 * stands for them.
 */
bool loopback(const char *host);

#endif
