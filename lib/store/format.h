/*
 * format.h: the version of the form of a store: of the names in keys.h and of
 * what stands behind them. A program reads what older versions wrote, and
 * leaves alone what is newer than itself, or half restored: KEY_FORMAT says
 * so.
 */
#ifndef STORE_FORMAT_H
#define STORE_FORMAT_H

#include <stdbool.h>

struct store;
struct store_reply;

/*
 * It goes up with a change that programs of the version before would read
 * wrongly or spoil. A store without KEY_FORMAT is of version 1.
 */
#define STORE_FORMAT 1

/* What KEY_FORMAT holds while `mcp-aggregate restore` is at work. */
#define FORMAT_RESTORING "restoring"

/*
 * format_fits(r, why): whether this program may use a store whose KEY_FORMAT is
 * the reply r, which may be nil. False, and why, which has STORE_WHY bytes.
 * format_number(r): the version that it holds; 0 where it is no number.
 */
bool format_fits(const struct store_reply *r, char *why);
int format_number(const struct store_reply *r);

/*
 * format_check(s, writes, why): ask the store, in one round trip; with `writes`
 * for a program that is to fill it, so that a version that is missing or older
 * is written. In the last two cases why says what is wrong.
 */
enum format_answer { FORMAT_FITS, FORMAT_REFUSED, FORMAT_NO_ANSWER };
enum format_answer format_check(struct store *s, bool writes, char *why);

/*
 * format_guard(s, writes, why): format_check of a store that was just opened, or
 * NULL. Returns it; or NULL and why, which has STORE_WHY bytes, and it is closed.
 */
struct store *format_guard(struct store *s, bool writes, char *why);

#endif
