/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a web server passes on, a path that is taken is an absolute
 * one that means no other place, and a field is one that was sent.
 *
 * An input is the lines of an environment.
 */
#include "fuzz.h"

#include "access/credentials.h"
#include "cgi/request.h"
#include "http/route.h"

#define LINES 32

static void check_path(const char *path)
{
	size_t n = strnlen(path, REQUEST_PATH);

	need(n < REQUEST_PATH && (!n || *path == '/'));
	for (const char *p = path; *p; p++) {
		size_t len = strcspn(p + 1, "/");

		need((unsigned char)*p >= 0x20 && *p != 0x7f);
		need(*p != '/' || !((len == 1 && p[1] == '.') ||
			(len == 2 && p[1] == '.' && p[2] == '.')));
	}
}

/* Where a path leads to is that of a page, and leads no further. */
static void check_moved(const char *path)
{
	struct request r;
	struct route there;

	need(path[0] == '/' && path[1] != '/');
	check_path(path);
	memset(&r, 0, sizeof r);
	memcpy(r.path[0], path, strlen(path) + 1);
	route_request(&r, &there);
	need(there.kind > ROUTE_NONE_API && there.kind != ROUTE_MOVED);
}

static void check_route(const struct request *r)
{
	struct route all, one;
	int found = 0;

	route_request(r, &all);
	need(strnlen(all.name, sizeof all.name) < sizeof all.name);
	if (all.kind == ROUTE_MOVED)
		check_moved(all.name);
	for (int i = 0; i < REQUEST_FORMS; i++) {
		route_find(r->path[i], &one);
		found += one.kind == all.kind &&
			strcmp(one.name, all.name) == 0;
		need(strlen(one.name) <= strlen(r->path[i]));
		need(!*one.name || strstr(r->path[i], one.name));
	}
	need(found || all.kind <= ROUTE_NONE_API || all.kind == ROUTE_MOVED);
}

/* A value is shorter than its room, and no longer than the query. */
static void check_query(const struct request *r)
{
	char value[64];
	bool found = request_query(r, "slug", value, sizeof value);
	size_t n = strnlen(value, sizeof value);

	need(n < sizeof value);
	need(found || !n);
	need(!found || (r->query && n <= strlen(r->query)));
}

/* What is taken out of a hostile field is the name of an account, and a time. */
static void check_readers(const struct request *r)
{
	char digest[SHA256_HEX];
	struct session s;

	memset(&s, 0xaa, sizeof s);
	if (session_of_cookie(r->cookie, &s)) {
		need(slug_valid(s.account) && s.until > 0);
		need(strlen(s.mac) == SESSION_MAC);
		need(strstr(r->cookie, s.account) && strstr(r->cookie, s.mac));
		need(!session_good(SESSION_LINK, &s, "key", 1777494710));
	}
	if (credentials_read(r->authorization, digest))
		need(hash_valid(digest));
}

static void check(const struct request *r, char *const *env)
{
	const char *method = request_env(env, "REQUEST_METHOD");

	for (int i = 0; i < REQUEST_FORMS; i++)
		check_path(r->path[i]);
	need((r->method == METHOD_GET) ==
		(method && strcmp(method, "GET") == 0));
	need((r->method == METHOD_HEAD) ==
		(method && strcmp(method, "HEAD") == 0));
	need((r->method == METHOD_POST) ==
		(method && strcmp(method, "POST") == 0));
	need(!r->if_none_match ||
		r->if_none_match == request_env(env, "HTTP_IF_NONE_MATCH"));
	need(!r->authorization ||
		r->authorization == request_env(env, "HTTP_AUTHORIZATION"));
	need(!r->cookie || r->cookie == request_env(env, "HTTP_COOKIE"));
	check_route(r);
	check_query(r);
	check_readers(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request r;
	char *env[LINES + 1];
	size_t n = 0;

	while (size && n < LINES) {
		size_t len = fuzz_cut(data, size, '\n');

		env[n++] = fuzz_string(data, len);
		len += len < size;
		data += len;
		size -= len;
	}
	env[n] = NULL;
	memset(&r, 0xaa, sizeof r);
	request_read(&r, env);
	check(&r, env);
	while (n)
		free(env[--n]);
	return 0;
}
