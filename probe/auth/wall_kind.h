/*
 * wall_kind.h: what in an answer is a wall: a server that wants a credential,
 * and which kind. Pure.
 */
#ifndef AUTH_WALL_KIND_H
#define AUTH_WALL_KIND_H

#include "mcp/exchange.h"

/*
 * wall_meant(r): whether a reply asks for a credential: 401, 403 with a
 * challenge, or JSON-RPC's -32001 with a status of success.
 */
bool wall_meant(const struct reply *r);

/*
 * wall_certificate(r): whether a reply, or a connection that came to nothing,
 * says that a client certificate is wanted, or another one.
 */
bool wall_certificate(const struct reply *r);

#endif
