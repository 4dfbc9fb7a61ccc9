/*
 * stale_cache.h: a part of step 8: whether a cache that keeps answers by the
 * body of the request gives clients an older list of tools than the server has.
 *
 * Step 6 requested the list with the bytes that clients send. The check
 * requests it once more, with an id that nobody has used and no cache can know.
 * If the two lists differ, it may be a cache; or a deploy between them; or
 * several servers behind one address. So both requests are repeated many times,
 * in an order that a coin decides. It is a cache only if each request always
 * gets its own list: a server that does not look at the id would have to guess
 * every throw of the coin.
 */
#ifndef STEPS_STALE_CACHE_H
#define STEPS_STALE_CACHE_H

#include "steps/step.h"

/* stale_cache_note(p, h): h answered the tools/list of step 6. */
void stale_cache_note(struct probe *p, const struct http_response *h);

/* stale_cache_due(p): whether the list of step 6 is to be checked, as far as its
   replies so far tell. */
bool stale_cache_due(const struct probe *p);

/*
 * stale_cache_begin(p): begin the check of the list whose hash is p->hash, if
 * it is due. True where REQUEST_CACHE_CHECK is to be sent next. False: the
 * check is over, and its result is in p->cache; the time it took counts for no
 * step.
 */
bool stale_cache_begin(struct probe *p);

/* stale_cache_take(p, r): a reply to that request, or NULL for none. Returns as
   stale_cache_begin. */
bool stale_cache_take(struct probe *p, const struct reply *r);

/* stale_cache_write(p, m, b): append that request to b, and fill m. */
void stale_cache_write(struct probe *p, struct wire_message *m, struct buf *b);

/* stale_cache_detail(p, b): append the check, if made, as a member of a detail. */
void stale_cache_detail(const struct probe *p, struct buf *b);

/* stale_cache_release(p): free what the check holds. */
void stale_cache_release(struct probe *p);

#endif
