/* SPDX-License-Identifier: MIT */
/*
 * front.c: an answer depends on its path, on some parameters of its query, and
 * on who asks. A request is cut down to these before it is answered, so nothing
 * else can make a difference, and strangers who vary the rest ask for the same.
 * Whoever shows a token or the cookie of a session is never answered from the
 * cache, and the answer is not kept: so what is for one reader is never sent to
 * another.
 */
#include "http/front.h"

#include "access/credentials.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "http/respond.h"
#include "http/response_cache.h"
#include "http/route.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE (REQUEST_PATH + ROUTE_REST + ROUTE_QUERY + 3)

/* A body, see http/respond.c, and its header. */
#define OUTPUT_MAX (5u * 1024 * 1024)

void front_init(struct front *f, front_handler *handler,
	struct service *service, double now, bool cached)
{
	*f = (struct front) {.handler = handler,
		.service = service,
		.now = now,
		.cache = cached ? response_cache_new() : NULL};
	buf_init(&f->uncached, OUTPUT_MAX);
	buf_init(&f->body, FRONT_BODY_MAX);
}

/* Nothing more is sent of the answer at hand. */
static void end_answer(struct front *f)
{
	if (f->rest)
		respond_release(f->rest);
	free(f->rest);
	f->rest = NULL;
}

void front_release(struct front *f)
{
	end_answer(f);
	if (f->cache)
		response_cache_free(f->cache);
	buf_release(&f->uncached);
	buf_release(&f->body);
}

/* A request, cut down to what its answer depends on. */
struct question {
	struct request request;
	struct route route;
	char query[ROUTE_QUERY];
	char key[KEY_SIZE]; /* of the response cache */
	bool free_text;	    /* the query holds text that the client made up */
	bool cacheable;	    /* the answer may be kept under the key */
};

/*
 * Whether the answer is the same with and without a token. The metrics of all
 * servers are, those of one server need not be.
 */
static bool is_public(const struct question *q)
{
	return !route_knows_readers(q->route.kind) ||
		(q->route.kind == ROUTE_METRICS && !*q->query);
}

/* A string and the end of a line; returns where the next one belongs. */
static char *put_line(char *p, const char *s)
{
	size_t n = strlen(s);

	memcpy(p, s, n);
	p[n] = '\n';
	return p + n + 1;
}

/* A name holds no control character, so no two keys are alike. */
static void put_key(struct question *q)
{
	char *p = q->key;

	*p++ = (char)('A' + q->route.kind);
	p = put_line(p, q->route.name);
	p = put_line(p, q->route.rest);
	memcpy(p, q->query, strlen(q->query) + 1);
}

static void read_question(struct question *q, char *const *env)
{
	struct request *r = &q->request;
	struct session session;

	request_read(r, env);
	route_request(r, &q->route);
	q->free_text = route_query(q->route.kind, r, q->query);
	if (q->route.kind != ROUTE_MOVED)
		r->query = q->query;
	if (is_public(q) || !credentials_read(r->authorization, NULL))
		r->authorization = NULL;
	if (!route_takes_cookies(q->route.kind) ||
		!session_of_cookie(r->cookie, &session))
		r->cookie = NULL;
	put_key(q);
	q->cacheable = !r->authorization && !r->cookie &&
		q->route.kind != ROUTE_MOVED && q->route.kind != ROUTE_MCP &&
		(r->method == METHOD_GET || r->method == METHOD_HEAD);
}

/*
 * The body of a POST to the one address that takes it. Others are read and
 * dropped: a gateway of CGI that cannot hand over all of a body may answer 502.
 * One that is longer than FRONT_BODY_MAX, or does not say how long it is, is not
 * read.
 */
static void read_body(struct front *f, struct question *q)
{
	struct request_post *post = &q->request.post;
	const char *length = post->length;
	bool wanted = q->route.kind == ROUTE_MCP &&
		q->request.method == METHOD_POST;
	long long left = 0;

	buf_clear(&f->body);
	post->too_large = length && *length &&
		!num_parse(length, 0, (long long)FRONT_BODY_MAX, &left);
	while (left > 0 && f->reader) {
		char piece[4096];
		size_t want = (size_t)left < sizeof piece ? (size_t)left
							  : sizeof piece;
		size_t n = f->reader(f->from, piece, want);

		if (!n)
			break;
		if (wanted)
			buf_add(&f->body, piece, n);
		left -= (long long)n;
	}
	post->body = f->body.p;
	post->n = f->body.len;
}

/*
 * The number of pages that exist is bounded; that of names that do not exist,
 * or of queries that strangers make up, is not.
 */
static enum response_cache_part cache_part(const struct question *q,
	const struct response *r)
{
	return q->free_text || r->status != 200 || r->audience != AUDIENCE_ALL
		? RESPONSE_CACHE_PASSING
		: RESPONSE_CACHE_LASTING;
}

static struct output cached_output(struct front *f,
	const struct cached_response *k, const struct request *request)
{
	if (*k->etag && etag_matches(request->if_none_match, k->etag)) {
		buf_clear(&f->uncached);
		respond_unchanged(k->text, &f->uncached);
		return (struct output) {f->uncached.p, f->uncached.len};
	}
	return (struct output) {k->text,
		request->method == METHOD_HEAD ? k->header : k->len};
}

/* The first piece; the response is kept for the others. */
static void begin_pieces(struct front *f, const struct response *r)
{
	f->rest = xcalloc(1, sizeof *f->rest);
	*f->rest = *r;
}

bool front_more(struct front *f, struct output *out)
{
	struct response *r = f->rest;

	if (!r || !r->more)
		return false;
	buf_clear(&r->body);
	if (!r->more(r->rest, &r->body))
		r->more = NULL;
	*out = (struct output) {r->body.p, r->body.len};
	return buf_ok(&r->body);
}

struct output front_answer(struct front *f, char *const *env)
{
	double now_ms = clock_mono_ms();
	const struct cached_response *kept = NULL;
	struct question q;
	struct response r;
	bool cacheable;

	stats_add(COUNT_REQUESTS, 1);
	end_answer(f);
	read_question(&q, env);
	read_body(f, &q);
	cacheable = f->cache && q.cacheable;
	if (cacheable)
		kept = response_cache_find(f->cache, q.key, now_ms);
	stats_add(COUNT_CACHE_HITS, kept != NULL);
	if (kept)
		return cached_output(f, kept, &q.request);
	respond_init(&r);
	f->handler(f->service, &q.request,
		isnan(f->now) ? clock_wall() : f->now, &r);
	if (cacheable && !r.more)
		kept = response_cache_keep(f->cache, q.key, &r, now_ms,
			cache_part(&q, &r));
	if (!kept) {
		buf_clear(&f->uncached);
		respond_write(&r, &q.request, &f->uncached);
	}
	if (r.more && q.request.method != METHOD_HEAD)
		begin_pieces(f, &r);
	else
		respond_release(&r);
	return kept ? cached_output(f, kept, &q.request)
		    : (struct output) {f->uncached.p, f->uncached.len};
}
