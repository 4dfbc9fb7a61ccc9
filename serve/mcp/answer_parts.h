/*
 * answer_parts.h: what the answers of several tools have in common. Pure.
 */
#ifndef MCP_ANSWER_PARTS_H
#define MCP_ANSWER_PARTS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct condition;
struct incident_row;
struct view;

/*
 * answer_put_time(b, key, t): append a member that is the instant t; 0: null.
 */
void answer_put_time(struct buf *b, const char *key, int64_t t);

/*
 * answer_put_more(b, n, more, total): append the members "total" and "more" of
 * a list of which n of `total` are told; `more`: those are not all that there
 * are.
 */
void answer_put_more(struct buf *b, size_t n, bool more, size_t total);

/* A server as answers tell of it. */
struct answer_server {
	const char *slug, *title; /* the title may be NULL */
	const char *state;	  /* see condition_name */
	const char *sentence;	  /* without its full stop */
	const struct view *view;
};

/*
 * answer_put_server(b, s): append the members of a server, without braces.
 * answer_say_server(b, s): the same in words.
 */
void answer_put_server(struct buf *b, const struct answer_server *s);
void answer_say_server(struct buf *b, const struct answer_server *s);

/*
 * answer_put_incident(b, row, site), answer_say_incident(b, row, site): an
 * incident, as an object and in words, with its address on this site, or "".
 */
void answer_put_incident(struct buf *b, const struct incident_row *row,
	const char *site);
void answer_say_incident(struct buf *b, const struct incident_row *row,
	const char *site);

/* answer_say_time(b, t): an instant in words: "2026-04-29 20:31 UTC". */
void answer_say_time(struct buf *b, int64_t t);

#endif
