/*
 * front.c: an answer depends on its path, its query, and on who asks. Whoever
 * shows a token is never answered from memory, and no answer to them is kept:
 * what is for one is so never told to another.
 */
#include "front.h"

#include "clock.h"
#include "memory.h"
#include "request.h"
#include "respond.h"
#include "route.h"

#include <math.h>
#include <string.h>

/* A query beyond this is no question of ours. */
#define QUERY_MAX 512
#define KEY_SIZE (REQUEST_PATH + QUERY_MAX + 32)

/* A body, see respond.c, and its header. */
#define OUTPUT_MAX (5u * 1024 * 1024)

void front_init(struct front *f, const char *site, double now, bool remember)
{
	*f = (struct front) {.setting.site = site, .now = now};
	f->memory = remember ? memory_new() : NULL;
	buf_init(&f->own, OUTPUT_MAX);
}

void front_release(struct front *f)
{
	if (f->memory)
		memory_free(f->memory);
	buf_release(&f->own);
	fetch_close(&f->source);
}

/* What an answer can be found by; false where it is not to be kept. */
static bool key_of(const struct request *request, char *const *env, char *key)
{
	const char *query = request_env(env, "QUERY_STRING");
	struct route route;
	size_t n;

	if (request->authorization || (request->method != METHOD_GET &&
					      request->method != METHOD_HEAD))
		return false;
	route_request(request, &route);
	/* No name has a control character in it, and so none is mistaken. */
	n = strlen(route.name);
	key[0] = (char)('A' + route.kind);
	memcpy(key + 1, route.name, n + 1);
	if (!query || !*query || route_ignores_query(route.kind))
		return true;
	if (strlen(query) > QUERY_MAX)
		return false;
	key[++n] = '\n';
	memcpy(key + n + 1, query, strlen(query) + 1);
	return true;
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
	struct request request;
	struct response r;
	char key[KEY_SIZE];
	bool keep;

	request_read(&request, env);
	keep = f->memory && key_of(&request, env, key);
	kept = keep ? memory_find(f->memory, key, now_ms) : NULL;
	if (kept)
		return choose(kept, &request);
	f->setting.now = isnan(f->now) ? clock_wall() : f->now;
	respond_init(&r);
	answer(&request, &f->setting, &f->source, &r);
	if (keep)
		kept = memory_keep(f->memory, key, &r, now_ms);
	if (!kept) {
		buf_clear(&f->own);
		respond_write(&r, &request, &f->own);
	}
	respond_release(&r);
	return kept ? choose(kept, &request)
		    : (struct output) {f->own.p, f->own.len};
}
