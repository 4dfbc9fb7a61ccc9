/*
 * diagnosis.h: what is wrong with a server whose response is no good answer.
 * Pure.
 */
#ifndef PROTOCOL_DIAGNOSIS_H
#define PROTOCOL_DIAGNOSIS_H

#include "base/buf.h"
#include "protocol/exchange.h"

/*
 * diagnose(r, f): set *f for a reply that is no result: a failure of the
 * network, of HTTP or of JSON-RPC. Returns false.
 */
bool diagnose(const struct reply *r, struct failure *f);

/*
 * diagnose_detail(h, b): append what an operator may want to know about a
 * response, as JSON members without braces: address, HTTP, timings, caches.
 */
void diagnose_detail(const struct http_response *h, struct buf *b);

/*
 * diagnose_error_data(m, b): append the data of the JSON-RPC error m, if it has
 * some and there is room, as a further JSON member.
 */
void diagnose_error_data(const cJSON *m, struct buf *b);

/*
 * diagnose_timings(h, b): append how long DNS, TCP and TLS took, each where it
 * is known, as further JSON members.
 */
void diagnose_timings(const struct http_response *h, struct buf *b);

#endif
