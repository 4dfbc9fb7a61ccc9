/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a body in the outbox, a handle in the store, or a vendor's
 * answer says: what is sent is well formed, goes where the route is, and stays
 * bounded; what is kept is a name, and what is told is one line.
 */
#include "fuzz.h"

#include "../unit/alertd/sink_bodies.h"

#include "conf/schema.h"

#include <stdlib.h>
#include <string.h>

#define REQUESTS 5

static bool printable(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* What more the vendor refuses, or makes something else of: bytes of a body. */
static size_t limit(enum conf_route_type type)
{
	return type == CONF_ROUTE_TEAMS ? 28 * 1024
		: type == CONF_ROUTE_NTFY ? 8192
		: type == CONF_ROUTE_MATTERMOST ? 4 * 7600
						: HTTP_REQUEST_MAX;
}

static void check_request(const struct http_request *r,
	enum conf_route_type type)
{
	char why[JSON_WHY];
	cJSON *body;

	need(r->body.len <= limit(type));
	need(buf_ok(&r->url) && buf_ok(&r->body) && buf_ok(&r->field));
	need(printable(r->url.p) && !strchr(r->field.p, '\n'));
	need(strncmp(r->url.p, "https://api.example.com/", 24) == 0 ||
		strncmp(r->url.p, "http://127.0.0.1/", 17) == 0);
	if (strncmp(r->type, "application/json", 16) != 0) {
		need(printable(r->body.p) && r->body.len < 16384);
		return;
	}
	body = json_parse(r->body.p, r->body.len, &json_record, why);
	need(body);
	cJSON_Delete(body);
}

static void build(struct made *m)
{
	for (int n = 0; n <= REQUESTS; n++) {
		struct http_request r;
		bool more;

		http_request_init(&r);
		more = sink_of(m->route.type)->build(&m->job, n, &r);
		need(!more || n < REQUESTS);
		if (more)
			check_request(&r, m->route.type);
		http_request_release(&r);
	}
}

static void judge(struct made *m, const char *p, size_t n)
{
	static const int statuses[] = {200, 201, 202, 400, 404, 429, 500};

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct delivered d = made_judge(m, (int)(i % 2), statuses[i],
			p, n);

		need(!(d.ok && (d.down || d.refused || d.mend)));
		need(d.ok || fuzz_line(d.why, sizeof d.why));
		need(d.retry_after_s >= 0 && d.retry_after_s <= 86400);
		need(memchr(d.handle, '\0', sizeof d.handle));
		for (const char *s = d.handle; *s; s++)
			need(*s >= ' ' && *s <= '~');
	}
}

/* A row of the table of sinks, of all that there are. */
static enum conf_route_type type_of(uint8_t byte)
{
	unsigned n = 0;

	while (conf_route_types[n])
		n++;
	return (enum conf_route_type)(byte % n);
}

/* Type, a handle and a newline, then the record, or else the answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t handle;
	char *name, *body;
	struct made m;
	enum conf_route_type type;

	if (size < 2)
		return 0;
	type = type_of(data[0]);
	if (!sink_of(type)->build)
		return 0;
	handle = fuzz_cut((const char *)data + 1, size - 1, '\n');
	name = fuzz_string(data + 1, handle);
	body = fuzz_string(data + 1 + handle, size - 1 - handle);
	if (!made_init(&m, type, strdup(body)))
		made_init(&m, type, body_of(&(struct told) {0}));
	m.job.handle = name;
	build(&m);
	judge(&m, body, strlen(body));
	made_release(&m);
	free(name);
	free(body);
	return 0;
}
