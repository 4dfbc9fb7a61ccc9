/*
 * stale_cache.h: whether an edge that keeps answers by what was asked gives
 * clients an older list of tools than the server has: a part of step 8.
 *
 * The list of step 6 was asked for with the bytes that clients send. It is
 * asked for once more, with an id that nobody has used: that no cache can know.
 * If the two differ, it may be a cache; or a deploy between the two; or several
 * servers behind one address, of which one answers here and another there. So
 * both questions are asked again, many times, in an order that a coin decides,
 * and only where each of them is answered as before is it a cache. Whoever
 * answers without a look at the id would have to guess each throw of the coin.
 */
#ifndef STEPS_STALE_CACHE_H
#define STEPS_STALE_CACHE_H

#include "steps/step.h"

/* stale_cache_note(p, h): h answered the tools/list of step 6. */
void stale_cache_note(struct probe *p, const struct http_response *h);

/*
 * stale_cache_begin(p): begin, where it is time for it, to find out whether the
 * list whose hash is p->hash is older than the server's. True where
 * REQUEST_CACHE_CHECK is to be sent; else the check is over. What came of it is
 * then in p->cache, and the time that it took counts for no step.
 */
bool stale_cache_begin(struct probe *p);

/* stale_cache_take(p, r): a reply to that, NULL for none; as stale_cache_begin. */
bool stale_cache_take(struct probe *p, const struct reply *r);

/* stale_cache_write(p, m, b): append the body of that to b, and fill m. */
void stale_cache_write(struct probe *p, struct wire_message *m, struct buf *b);

/* stale_cache_detail(p, b): append its member of a detail, if there is one. */
void stale_cache_detail(const struct probe *p, struct buf *b);

/* stale_cache_release(p): free what the check holds. */
void stale_cache_release(struct probe *p);

#endif
