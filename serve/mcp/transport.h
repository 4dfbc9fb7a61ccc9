/*
 * transport.h: the rules of Streamable HTTP for a request, before its body is
 * looked at (MCP 2025-11-25, Transports; 2026-07-28, Transports). Pure.
 */
#ifndef MCP_TRANSPORT_H
#define MCP_TRANSPORT_H

#include <stdbool.h>

struct request;

/* An HTTP status from 400 on, and a sentence; the status 0: go on. */
struct refusal {
	int status;
	const char *why;
};

/*
 * transport_check(r, site): whether a request can be a message. `site` is the
 * address of this site, or "": pages of it may call, and those of the user's
 * own machine, but no others, so that no page can use an address that its
 * visitor alone can reach.
 */
struct refusal transport_check(const struct request *r, const char *site);

/*
 * transport_origin(origin, site): whether pages of an origin (RFC 6454, section
 * 7) may call. transport_accepts_json(accept): whether an Accept field, which
 * may be NULL, takes application/json (RFC 9110, section 12.5.1).
 * transport_value_is(field, value): whether a header field says the value,
 * plain or as "=?base64?…?=" (MCP 2026-07-28, Value Encoding); either may be
 * NULL.
 */
bool transport_origin(const char *origin, const char *site);
bool transport_accepts_json(const char *accept);
bool transport_value_is(const char *field, const char *value);

#endif
