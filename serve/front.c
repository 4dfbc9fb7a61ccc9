/*
 * front.c: an answer depends on its path, on what it looks at of its query, and
 * on who asks. A request is cut down to that before it is answered, so nothing
 * else can make a difference, and strangers who vary the rest ask for the same.
 * Whoever shows a token is never answered from memory, and no answer to them is
 * kept: what is for one is so never told to another.
 */
#include "front.h"

#include "answer.h"
#include "base/clock.h"
#include "cgi/bearer.h"
#include "cgi/request.h"
#include "http/respond.h"
#include "http/response_cache.h"
#include "http/route.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KEY_SIZE (REQUEST_PATH + ROUTE_QUERY + 2)

/* A body, see http/respond.c, and its header. */
#define OUTPUT_MAX (5u * 1024 * 1024)

void front_init(struct front *f, const char *site, double now, bool remember)
{
	*f = (struct front) {.setting.site = site, .now = now};
	f->memory = remember ? response_cache_new() : NULL;
	f->source.once = !remember;
	buf_init(&f->own, OUTPUT_MAX);
}

void front_release(struct front *f)
{
	if (f->memory)
		response_cache_free(f->memory);
	buf_release(&f->own);
	fetch_close(&f->source);
}

/* A request, cut down to what its answer depends on. */
struct question {
	struct request request;
	struct route route;
	char query[ROUTE_QUERY];
	char key[KEY_SIZE];
	bool free;  /* it holds a text that who asks has made up */
	bool keeps; /* the answer may be kept under the key */
};

/* The metrics of all servers are for everybody, those of one not always. */
static bool is_open(const struct question *q)
{
	return !route_knows_readers(q->route.kind) ||
		(q->route.kind == ROUTE_METRICS && !*q->query);
}

static void read_question(struct question *q, char *const *env)
{
	struct request *r = &q->request;
	char token[SHA256_HEX];

	request_read(r, env);
	route_request(r, &q->route);
	q->free = route_query(q->route.kind, r, q->query);
	r->query = q->query;
	if (is_open(q) || !bearer_token(r->authorization, token))
		r->authorization = NULL;
	/* No name has a control character in it, and so none is mistaken. */
	snprintf(q->key, sizeof q->key, "%c%s\n%s",
		(char)('A' + q->route.kind), q->route.name, q->query);
	q->keeps = !r->authorization &&
		(r->method == METHOD_GET || r->method == METHOD_HEAD);
}

/*
 * Of what is there, the questions can be counted. Of what is not, and of what a
 * stranger has made up, there are as many as he likes.
 */
static enum response_cache_part html_of(const struct question *q,
	const struct response *r)
{
	return q->free || r->status != 200 || r->audience != AUDIENCE_ALL
		? RESPONSE_CACHE_PASSING
		: RESPONSE_CACHE_LASTING;
}

static struct output choose(const struct kept *k, const struct request *request)
{
	if (*k->etag && respond_matches(request->if_none_match, k->etag))
		return (struct output) {k->unchanged, k->unchanged_len};
	return (struct output) {k->text,
		request->method == METHOD_HEAD ? k->header : k->len};
}

struct output front_answer(struct front *f, char *const *env)
{
	double now_ms = clock_mono_ms();
	const struct kept *kept = NULL;
	struct question q;
	struct response r;
	bool keeps;

	read_question(&q, env);
	keeps = f->memory && q.keeps;
	kept = keeps ? response_cache_find(f->memory, q.key, now_ms) : NULL;
	if (kept)
		return choose(kept, &q.request);
	f->setting.now = isnan(f->now) ? clock_wall() : f->now;
	respond_init(&r);
	answer(&q.request, &f->setting, &f->source, &r);
	if (keeps)
		kept = response_cache_keep(f->memory, q.key, &r, now_ms,
			html_of(&q, &r));
	if (!kept) {
		buf_clear(&f->own);
		respond_write(&r, &q.request, &f->own);
	}
	respond_release(&r);
	return kept ? choose(kept, &q.request)
		    : (struct output) {f->own.p, f->own.len};
}
