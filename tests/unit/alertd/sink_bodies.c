/* SPDX-License-Identifier: MIT */
#include "sink_bodies.h"

#include "base/xalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OR(s, otherwise) ((s) ? (s) : (otherwise))

static void put(struct buf *b, const char *key, const char *s)
{
	buf_fmt(b, ",\"%s\":", key);
	json_put_str(b, s);
}

char *body_of(const struct told *t)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_str(&b, "{\"v\":1,\"type\":\"alert\",\"at\":1777494660");
	put(&b, "event", OR(t->event, "downtime_started"));
	put(&b, "dedup_key", "example-mcp:downtime:1777493520");
	put(&b, "server_slug", "example-mcp");
	put(&b, "server_url", "https://mcp.example.com/mcp");
	put(&b, "severity", OR(t->severity, "P1"));
	put(&b, "tier", "hard-outage");
	put(&b, "probe_step", t->step);
	put(&b, "failure_layer", t->layer);
	put(&b, "last_error", t->error);
	if (t->headline)
		put(&b, "headline", t->headline);
	put(&b, "summary", OR(t->summary, "example-mcp is down."));
	buf_fmt(&b, ",\"regions\":%s", OR(t->regions, "[\"eu\",\"us\"]"));
	put(&b, "started_at", "2026-04-29T20:12:00Z");
	buf_fmt(&b, ",\"probe_count\":19%s}", OR(t->more, ""));
	return buf_take(&b);
}

/* A credential has to be a file: writes one, reads it, and removes it. */
static struct secret *open_secret(void)
{
	char folder[] = "/tmp/sinks-XXXXXX", path[64], why[SECRET_WHY];
	struct secret *s;
	FILE *f;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof path, "%s/all", folder);
	umask(077);
	f = fopen(path, "w");
	if (!f)
		abort();
	fputs("token = t0ken\naccount = AC01\nurl = http://127.0.0.1/h\n", f);
	fclose(f);
	s = secret_open(folder, "all", why);
	if (!s || unlink(path) || rmdir(folder))
		abort();
	return s;
}

bool made_init(struct made *m, enum conf_route_type type, char *body)
{
	static char channel[] = "C1", url[] = "https://api.example.com/";
	static char number[] = "+15551230123";
	static char *to[] = {number, number, NULL};
	char why[JSON_WHY];

	*m = (struct made) {.body = body};
	m->route = (struct conf_route) {.type = type, .channel = channel,
		.url = url, .from = number, .to = to, .n_to = 2};
	if (!sink_event_read(body, &m->event, why)) {
		free(body);
		return false;
	}
	m->secret = open_secret();
	message_make(&m->event,
		&(struct message_view) {.route = &m->route, .now = 1777494660},
		&m->message);
	m->job = (struct sink_job) {
		.route = &m->route,
		.body = body,
		.event = &m->event,
		.message = &m->message,
		.secret = m->secret,
	};
	return true;
}

void made_release(struct made *m)
{
	message_release(&m->message);
	sink_event_release(&m->event);
	secret_close(m->secret);
	free(m->body);
}

struct delivered made_judge(struct made *m, int n, int status,
	const char *body, size_t size)
{
	struct http_answer a = {.status = status};
	struct delivered d;

	buf_init(&a.body, HTTP_ANSWER_MAX);
	buf_add(&a.body, body, size);
	d = sink_judge(&a);
	sink_of(m->route.type)->judge(&m->job, n, &a, &d);
	http_answer_release(&a);
	return d;
}
