#include "store/reply.h"

#include "base/num.h"
#include "store/slots.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

static const redisReply *real(const struct store_reply *r)
{
	return (const redisReply *)r;
}

const char *store_error(const struct store_reply *r)
{
	return r && real(r)->type == REDIS_REPLY_ERROR ? real(r)->str : NULL;
}

const char *store_text(const struct store_reply *r)
{
	return r && (real(r)->type == REDIS_REPLY_STRING ||
			    real(r)->type == REDIS_REPLY_STATUS)
		? real(r)->str
		: NULL;
}

size_t store_size(const struct store_reply *r)
{
	return store_text(r) ? real(r)->len : 0;
}

long long store_int(const struct store_reply *r, long long otherwise)
{
	const char *s = store_text(r);
	long long v;

	if (r && real(r)->type == REDIS_REPLY_INTEGER)
		return real(r)->integer;
	return s && num_parse(s, -(1LL << 53), 1LL << 53, &v) ? v : otherwise;
}

size_t store_count(const struct store_reply *r)
{
	return r && real(r)->type == REDIS_REPLY_ARRAY ? real(r)->elements : 0;
}

const struct store_reply *store_item(const struct store_reply *r, size_t i)
{
	return i < store_count(r)
		? (const struct store_reply *)real(r)->element[i]
		: NULL;
}

void reply_free(struct store_reply *r)
{
	if (r)
		freeReplyObject(r);
}

/*
 * hiredis frees what its replies are made of by free(3), unless told otherwise.
 */
static void append_text(redisReply *a, const redisReply *b)
{
	char *both = realloc(a->str, a->len + b->len + 1);

	if (!both)
		return;
	memcpy(both + a->len, b->str, b->len);
	a->str = both;
	a->len += b->len;
	both[a->len] = '\0';
}

static void append_items(redisReply *a, redisReply *b)
{
	redisReply **both = realloc(a->element,
		(a->elements + b->elements) * sizeof *both);

	if (!both)
		return;
	memcpy(both + a->elements, b->element, b->elements * sizeof *both);
	a->element = both;
	a->elements += b->elements;
	b->elements = 0;
}

struct store_reply *reply_merge(
	struct store_reply *first, struct store_reply *second, bool least)
{
	redisReply *a = (redisReply *)first, *b = (redisReply *)second;

	if (!a)
		return second;
	if (b->type == REDIS_REPLY_ERROR && a->type != REDIS_REPLY_ERROR) {
		freeReplyObject(a);
		return second;
	}
	if (a->type == b->type && a->type == REDIS_REPLY_INTEGER) {
		if (!least)
			a->integer += b->integer;
		else if (b->integer < a->integer)
			a->integer = b->integer;
	} else if (a->type == b->type && a->type == REDIS_REPLY_STRING) {
		/* The name of a script is the same everywhere. */
		if (a->len != b->len || memcmp(a->str, b->str, a->len) != 0)
			append_text(a, b);
	} else if (a->type == b->type && a->type == REDIS_REPLY_ARRAY &&
		b->elements) {
		append_items(a, b);
	}
	freeReplyObject(b);
	return first;
}

void reply_strip_braces(struct store_reply *reply)
{
	redisReply *r = (redisReply *)reply;

	for (size_t i = 0; i < store_count(reply); i++) {
		redisReply *item = r->element[i];

		if (item->type == REDIS_REPLY_STRING) {
			item->len = slots_strip_braces(item->str, item->len);
			item->str[item->len] = '\0';
		} else if (item->type == REDIS_REPLY_ARRAY) {
			reply_strip_braces((struct store_reply *)item);
		}
	}
}
