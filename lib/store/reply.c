/* SPDX-License-Identifier: MIT */
#include "store/reply.h"

#include "base/num.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void end_line(struct buf *b)
{
	buf_char(b, '\r');
	buf_char(b, '\n');
}

/* A count or a length. */
static void put_count(struct buf *b, char type, size_t n)
{
	buf_char(b, type);
	buf_int(b, (long long)n);
	end_line(b);
}

void resp_begin(struct buf *out, size_t n)
{
	put_count(out, '*', n);
}

void resp_arg(struct buf *out, const char *p, size_t n)
{
	put_count(out, '$', n);
	buf_add(out, p, n);
	end_line(out);
}

/* The number behind a '*' or '$'; *at goes behind its line. */
static size_t read_count(const char **at)
{
	char *end;
	size_t n = strtoul(*at + 1, &end, 10);

	*at = end + 2;
	return n;
}

const char *resp_args(const char *at, size_t *n)
{
	*n = read_count(&at);
	return at;
}

const char *resp_next(const char *at, const char **p, size_t *n)
{
	*n = read_count(&at);
	*p = at;
	return at + *n + 2;
}

#define NO_PASSWORD "it requires a password: set MCP_STORE_PASSWORD_FILE"
#define A_NODE                                                                 \
	"it is a node of a cluster: use redis+cluster://host"

/* By the first word of an error. */
static const struct error_row {
	const char *word;
	enum error_reply kind;
	const char *sentence;
} rows[] = {
	{"WRONGTYPE", ERROR_REPLY_OWN, NULL},
	{"MOVED", ERROR_REPLY_MOVED, A_NODE},
	{"ASK", ERROR_REPLY_ASK, A_NODE},
	{"TRYAGAIN", ERROR_REPLY_LATER,
		"the slot of a key is being moved to another node"},
	{"CLUSTERDOWN", ERROR_REPLY_LATER,
		"the cluster is down: no node serves some of its slots"},
	{"LOADING", ERROR_REPLY_LATER,
		"it is still loading its data, as after a restart"},
	{"BUSY", ERROR_REPLY_LATER,
		"it is busy with a script that does not end"},
	{"MASTERDOWN", ERROR_REPLY_MASTER,
		"it is a replica that has lost its master"},
	{"READONLY", ERROR_REPLY_MASTER,
		"it is read-only: a replica, not a master"},
	{"UNBLOCKED", ERROR_REPLY_MASTER, "it has become a replica"},
	{"NOSCRIPT", ERROR_REPLY_SCRIPT, "it has lost a script"},
	{"OOM", ERROR_REPLY_LASTING, "it is full: maxmemory is reached"},
	{"MISCONF", ERROR_REPLY_LASTING,
		"it cannot write to its disk, so it stores nothing"},
	{"NOREPLICAS", ERROR_REPLY_LASTING,
		"it has too few replicas, so it stores nothing"},
	{"NOAUTH", ERROR_REPLY_LASTING, NO_PASSWORD},
	{"WRONGPASS", ERROR_REPLY_LASTING,
		"it refuses AUTH: the user or the password is wrong"},
	{"NOPERM", ERROR_REPLY_LASTING, "its user does not have permission for "
					"this"},
	/* Without braces, the keys of a server are in many slots. */
	{"CROSSSLOT", ERROR_REPLY_LASTING, A_NODE},
};

/* By what an error has in it that begins with ERR, and is about the store. */
static const struct error_row phrases[] = {
	{"max number of clients", ERROR_REPLY_LASTING,
		"it has too many clients"},
	/* A long command, before anybody said who we are. */
	{"unauthenticated ", ERROR_REPLY_LASTING, NO_PASSWORD},
};

static const struct error_row *find_error_row(const char *error)
{
	size_t n = strcspn(error, " ");

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (strncmp(error, "ERR ", 4) == 0 &&
			strstr(error, phrases[i].word))
			return &phrases[i];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].word) == n &&
			strncmp(rows[i].word, error, n) == 0)
			return &rows[i];
	return NULL;
}

/*
 * Up to version 6 Redis puts its own words before those of a command that a
 * script calls: "ERR Error … -OOM command …". Returns where the latter begin.
 */
static const char *inner_error(const char *error)
{
	static const char *const words[] = {
		" -OOM ", " -READONLY ", " -MISCONF ", " -NOPERM "};

	if (strncmp(error, "ERR ", 4) != 0)
		return error;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *at = strstr(error, words[i]);

		if (at)
			return at + 2;
	}
	return error;
}

enum error_reply error_reply_kind(const char *error)
{
	const struct error_row *row = find_error_row(inner_error(error));

	if (row)
		return row->kind;
	return strncmp(error, "ERR ", 4) == 0 ? ERROR_REPLY_OWN
					      : ERROR_REPLY_LASTING;
}

void error_reply_say(const char *error, char *out, size_t size)
{
	const struct error_row *row = find_error_row(inner_error(error));

	if (!row || !row->sentence)
		snprintf(out, size, "refused: %s", error);
	else if (row->kind == ERROR_REPLY_LASTING &&
		strcmp(row->word, "OOM") != 0)
		snprintf(out, size, "%s (%s)", row->sentence, inner_error(error));
	else
		snprintf(out, size, "%s (%s)", row->sentence, row->word);
}

bool error_reply_redirection(const char *error, char *name, int *port)
{
	const char *at = strchr(error, ' '), *host, *colon;
	char slot[8];
	long long v;
	size_t n;

	if (!at)
		return false;
	host = strchr(++at, ' ');
	colon = host ? strrchr(host, ':') : NULL;
	if (!colon || (size_t)(host - at) >= sizeof slot)
		return false;
	snprintf(slot, sizeof slot, "%.*s", (int)(host - at), at);
	if (!num_parse(slot, 0, SLOTS - 1, &v) ||
		!num_parse(colon + 1, 1, 65535, &v))
		return false;
	*port = (int)v;
	host++;
	n = (size_t)(colon - host);
	if (n > 1 && *host == '[' && host[n - 1] == ']')
		host++, n -= 2;
	if (n == 1 && *host == '?')
		n = 0;
	if (n > STORE_HOST_MAX)
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	return !n || host_valid(name);
}

static const redisReply *redis_reply(const struct store_reply *r)
{
	return (const redisReply *)r;
}

const char *store_error(const struct store_reply *r)
{
	return r && redis_reply(r)->type == REDIS_REPLY_ERROR ? redis_reply(r)->str : NULL;
}

const char *store_text(const struct store_reply *r)
{
	return r && (redis_reply(r)->type == REDIS_REPLY_STRING ||
			    redis_reply(r)->type == REDIS_REPLY_STATUS)
		? redis_reply(r)->str
		: NULL;
}

size_t store_size(const struct store_reply *r)
{
	return store_text(r) ? redis_reply(r)->len : 0;
}

long long store_int(const struct store_reply *r, long long otherwise)
{
	const char *s = store_text(r);
	long long v;

	if (r && redis_reply(r)->type == REDIS_REPLY_INTEGER)
		return redis_reply(r)->integer;
	return s && num_parse(s, -(1LL << 53), 1LL << 53, &v) ? v : otherwise;
}

size_t store_count(const struct store_reply *r)
{
	return r && redis_reply(r)->type == REDIS_REPLY_ARRAY ? redis_reply(r)->elements : 0;
}

const struct store_reply *store_item(const struct store_reply *r, size_t i)
{
	return i < store_count(r)
		? (const struct store_reply *)redis_reply(r)->element[i]
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

void reply_edit(struct store_reply *reply, size_t (*edit)(char *s, size_t n))
{
	redisReply *r = (redisReply *)reply;

	for (size_t i = 0; i < store_count(reply); i++) {
		redisReply *item = r->element[i];

		if (item->type == REDIS_REPLY_STRING) {
			item->len = edit(item->str, item->len);
			item->str[item->len] = '\0';
		} else if (item->type == REDIS_REPLY_ARRAY) {
			reply_edit((struct store_reply *)item, edit);
		}
	}
}
