/* SPDX-License-Identifier: MIT */
/*
 * alertmanager.c: Prometheus Alertmanager, API v2: POST /api/v2/alerts
 * (api/v2/openapi.yaml of its source). Alerts with different labels are
 * different alerts, and severity is a label: when it rises, the request ends
 * the alert of the old severity, which is kept as the handle.
 */
#include "sinks/sink.h"

#include "base/clock.h"
#include "json/json.h"

#include <ctype.h>
#include <string.h>

/*
 * An alert ends by itself at its endsAt. Reminders and acknowledgements renew
 * it at least every week; one day more in case this program does not run.
 */
#define OPEN_S (8 * 86400)
/* An event without an end is shown this long. */
#define ONCE_S 3600

static void put_time(struct buf *b, const char *key, int64_t t)
{
	char at[CLOCK_RFC3339];

	clock_rfc3339(t, at);
	buf_fmt(b, ",\"%s\":\"%s\"", key, at);
}

static void put_annotation(struct buf *b, const char *key, const char *s)
{
	if (!s || !*s)
		return;
	buf_fmt(b, "%s\"%s\":", b->p[b->len - 1] == '{' ? "" : ",", key);
	json_put_str(b, s);
}

/* "MCPRateLimited" */
static void put_name(struct buf *b, const char *kind)
{
	bool upper = true;

	buf_str(b, "\"alertname\":\"MCP");
	for (; *kind; kind++) {
		unsigned char c = (unsigned char)*kind;

		if (isascii(c) && isalnum(c))
			buf_char(b, (char)(upper ? toupper(c) : c));
		upper = c == '_';
	}
	buf_char(b, '"');
}

static int64_t ends_at(const struct sink_job *job, const struct sink_event *e)
{
	if (e->phase == ALERT_RESOLVED)
		return e->resolved_at ? e->resolved_at : (int64_t)e->at;
	return (int64_t)job->now + (e->phase == ALERT_ONCE ? ONCE_S : OPEN_S);
}

static void put_servers(struct buf *b, const struct strings *servers)
{
	struct buf names;

	buf_init(&names, HTTP_REQUEST_MAX);
	for (size_t i = 0; i < servers->n; i++)
		buf_fmt(&names, "%s%s", i ? ", " : "", servers->v[i]);
	put_annotation(b, "servers", names.p);
	buf_release(&names);
}

static void put_alert(struct buf *b, const struct sink_event *e,
	const char *severity, int64_t ends)
{
	int64_t began = e->started_at ? e->started_at : (int64_t)e->at;

	buf_str(b, b->len > 1 ? ",{\"labels\":{" : "{\"labels\":{");
	put_name(b, e->kind);
	put_annotation(b, "slug", e->slug);
	put_annotation(b, "severity", severity);
	put_annotation(b, "kind", e->kind);
	put_annotation(b, "dedup_key", e->key);
	buf_str(b, "},\"annotations\":{");
	put_annotation(b, "summary", e->summary);
	put_servers(b, &e->servers);
	put_annotation(b, "owner", e->owner);
	put_annotation(b, "labels", e->labels);
	put_annotation(b, "runbook", e->runbook_url);
	put_annotation(b, "dashboard", e->dashboard_url);
	put_annotation(b, "acknowledge", e->ack_url);
	buf_char(b, '}');
	put_time(b, "startsAt", began);
	put_time(b, "endsAt", ends > began ? ends : began + 1);
	put_annotation(b, "generatorURL", e->dashboard_url);
	buf_char(b, '}');
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const struct sink_event *e = job->event;
	enum severity was;

	if (n > 0)
		return false;
	http_join(&r->url, job->route->url, "/api/v2/alerts");
	r->user = secret_get(job->secret, "user", NULL);
	r->password = secret_get(job->secret, "password", NULL);
	buf_char(&r->body, '[');
	for (size_t i = 0; i < e->n; i++)
		put_alert(&r->body, &e->events[i],
			severity_name(e->events[i].severity),
			ends_at(job, &e->events[i]));
	if (!e->digest) {
		/* The handle comes from the store, where others can write. */
		if (job->handle && severity_parse(job->handle, &was) &&
			was != e->severity)
			put_alert(&r->body, e, severity_name(was),
				(int64_t)e->at);
		put_alert(&r->body, e, severity_name(e->severity),
			ends_at(job, e));
	}
	buf_char(&r->body, ']');
	return true;
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	const struct sink_event *e = job->event;

	(void)n;
	if (d->ok && a->status != 200)
		sink_unsound(d, "Alertmanager's");
	else if (d->ok && !e->digest && e->phase != ALERT_RESOLVED &&
		e->phase != ALERT_ONCE)
		snprintf(d->handle, sizeof d->handle, "%s",
			severity_name(e->severity));
}

static const char *wrong(const struct sink_job *job)
{
	bool user = secret_get(job->secret, "user", NULL) != NULL;
	bool password = secret_get(job->secret, "password", NULL) != NULL;

	return user != password || (job->secret && !user)
		? "its secret: needs both user and password"
		: NULL;
}

const struct sink sink_alertmanager = {
	.build = build, .judge = judge, .wrong = wrong};
