/*
 * diagnosis.h: what a response that is no answer says about its server. Pure.
 */
#ifndef MCP_DIAGNOSIS_H
#define MCP_DIAGNOSIS_H

#include "base/buf.h"
#include "mcp/exchange.h"

/*
 * diagnose(r, f): the failure of any reply but a good one: ours of the network,
 * of HTTP, or of JSON-RPC. Returns false.
 */
bool diagnose(const struct reply *r, struct failure *f);

/*
 * diagnose_detail(h, b): append what an operator may want to know of a
 * response as JSON members, without braces: address, HTTP, timings, caches.
 */
void diagnose_detail(const struct http_response *h, struct buf *b);

/*
 * diagnose_timings(h, b): append how long the name, TCP and TLS took, each
 * where it is known, as further JSON members.
 */
void diagnose_timings(const struct http_response *h, struct buf *b);

#endif
