/* SPDX-License-Identifier: MIT */
/*
 * json.h: strict JSON (RFC 8259) in and out. cJSON builds the tree; what it
 * would let pass or lose is settled before it sees the text: the grammar,
 * trailing bytes, depth, the number of values, keys that repeat, and U+0000.
 *
 * A string of the tree may hold what C and I-JSON cannot carry. U+0000 stands
 * in it as the two bytes C0 80, a lone surrogate as three bytes (ED A0 80 to
 * ED BF BF), and bytes that were not UTF-8 stand as they came, but never as C0
 * 80. None of these is UTF-8, so none can be mistaken for text.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/buf.h"

#include <cjson/cJSON.h>

/* The limits of a text. Beyond them it is refused, never half-read. */
struct json_limits {
	unsigned depth; /* of nesting, up to 512 */
	size_t values;	/* how many values and keys in all */
	/*
	 * Refuse what I-JSON (RFC 7493) cannot carry: text that is not UTF-8,
	 * lone surrogates, numbers too large for a double, repeated keys; and
	 * U+0000 with them, which I-JSON can carry and no C string can.
	 */
	bool i_json;
};

/* The limits of our own records. */
extern const struct json_limits json_record;
/* The limits of a server's answer. */
extern const struct json_limits json_reply;

/* Why a text was refused. */
enum json_refusal {
	JSON_MALFORMED,	    /* it is no JSON, or nested too deeply */
	JSON_TOO_COMPLEX,   /* too many values, or too large a tree */
	JSON_TOO_MANY_KEYS, /* one object has too many members */
	JSON_LATE	    /* there was no more time for it */
};

/*
 * The cost that a stranger's texts may have in all. A value is one and a key
 * as another, but a number that is no integer of up to 15 digits as JSON_ODD,
 * because reading and writing it takes that much longer.
 */
#define JSON_ODD 64
struct json_budget {
	size_t values;	/* what is left; each text takes what it has */
	size_t tree;	/* the most bytes of memory for one tree */
	size_t members; /* the most members of one object */
	/* Asked every JSON_PACE values: true stops the work. NULL: never. */
	bool (*late)(void *arg);
	void *arg;
	enum json_refusal refusal; /* of the last text that was refused */
};
#define JSON_PACE 1024

/*
 * The memory of a node of a tree, and of a string of it beside its bytes,
 * with what malloc(3) adds.
 */
#define JSON_NODE (sizeof(cJSON) + 16)
#define JSON_STRING 32

/* Room for the reason why a text was refused. */
#define JSON_WHY 160 /* RECORD_WHY is no smaller */

/* json_allocate(): cJSON ends the program where there is no memory: it would
   take that for a fault of the text. Parsing does this. */
void json_allocate(void);

/*
 * json_parse(p, n, limits, why): the tree of the n bytes at p, which need no
 * NUL behind them; cJSON_Delete it. NULL if they are refused, and then why,
 * which has JSON_WHY bytes, says so in one line, with the byte's position.
 */
cJSON *json_parse(const char *p, size_t n, const struct json_limits *limits,
	char *why);

/*
 * json_parse_within(p, n, limits, budget, why): json_parse within a budget,
 * which may be NULL; budget->refusal says why they are refused.
 */
cJSON *json_parse_within(const char *p, size_t n,
	const struct json_limits *limits, struct json_budget *budget,
	char *why);

/*
 * json_get(o, key): the member of an object, compared to the letter; NULL where
 * o is NULL, no object, or has no such member. Where a key repeats: the last,
 * as ECMAScript has it.
 */
const cJSON *json_get(const cJSON *o, const char *key);

/*
 * json_str(o, key), json_num(o, key, out), json_bool(o, key, out): a member of
 * that type; NULL or false where it is missing or of another type. The string
 * lives as long as the tree.
 */
const char *json_str(const cJSON *o, const char *key);
bool json_num(const cJSON *o, const char *key, double *out);
bool json_bool(const cJSON *o, const char *key, bool *out);

/* json_has_null(o, key): whether the member is there, and null. */
bool json_has_null(const cJSON *o, const char *key);

/*
 * json_put_str(b, s): append s as a JSON string. What is not UTF-8 in it
 * becomes U+FFFD, the U+0000 of a tree becomes \u0000. NULL becomes null.
 */
void json_put_str(struct buf *b, const char *s);

/*
 * json_put_exact(b, s): append s as json_put_str does; false where something of
 * s would be lost by that, and then what was appended is of no use.
 */
bool json_put_exact(struct buf *b, const char *s);

/*
 * json_put_seen(b, p, n): append the n bytes of a JSON text, which are UTF-8, with
 * an escape for each character that text_unseen knows. Such a one stands in a
 * string or a key only, so the text means the same.
 */
void json_put_seen(struct buf *b, const char *p, size_t n);

/* json_put_clean(b, s, max): append what text_clean leaves of s; NULL: null. */
void json_put_clean(struct buf *b, const char *s, size_t max);

/* json_opens(b): whether no member stands before what comes next in b, so that
   no comma goes before it. */
static inline bool json_opens(const struct buf *b)
{
	return !b->len || b->p[b->len - 1] == '{';
}

/*
 * json_put_key(b, key): begin a member: ,"key": without the comma where the
 * object has no other yet.
 * json_put_member(b, key, s): append a member that is a string, or null.
 */
void json_put_key(struct buf *b, const char *key);
void json_put_member(struct buf *b, const char *key, const char *s);

/*
 * json_put_list(b, key, v, n): append a member that is a list of n strings, a
 * comma before it.
 */
void json_put_list(struct buf *b, const char *key, char *const *v, size_t n);

/*
 * json_put_num(b, v): append a number in the form of ECMAScript; null where v
 * is not finite.
 */
void json_put_num(struct buf *b, double v);

/*
 * json_fmt(b, fmt, ...): append a template of JSON, see buf_template: with %s as
 * a string or null, as json_put_str has it, or with %.40s as json_put_clean; %g
 * as json_put_num; %i as true or false; %jd, an intmax_t of epoch seconds, as a
 * string of RFC 3339, or null where it is not above 0. A comma that it begins
 * with is left out where it would be the first of its object, its list, or of b.
 */
void json_fmt(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * json_or_null(there, s): s, or where it is not there NULL: for a %s of json_fmt,
 * where the compiler warns of every NULL that it sees.
 */
const char *json_or_null(bool there, const char *s);

/*
 * json_put(b, v): append a whole tree without white space, members in their
 * order, strings and numbers as above.
 */
void json_put(struct buf *b, const cJSON *v);

#endif
