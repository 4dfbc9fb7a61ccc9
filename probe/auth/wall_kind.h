/*
 * wall_kind.h: whether a reply is a "wall": the server wants a credential, or a
 * client certificate. Pure.
 */
#ifndef AUTH_WALL_KIND_H
#define AUTH_WALL_KIND_H

#include "protocol/exchange.h"

/*
 * wall_meant(r): whether a reply asks for a credential: 401, 403 with a
 * challenge, or JSON-RPC's -32001 with a status of success.
 */
bool wall_meant(const struct reply *r);

/*
 * wall_certificate(r): whether a reply, or a connection that failed, says that
 * the server wants a client certificate, or another one than it was shown.
 */
bool wall_certificate(const struct reply *r);

#endif
