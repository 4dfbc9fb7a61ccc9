/* SPDX-License-Identifier: MIT */
#include "words/message.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "records/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MAX 1e11
#define COUNT_MAX 1000000000
/* Longer links are left out. */
#define LINK_MAX 2048
#define EVENTS_MAX 1000

static char *cleaned(const char *s, size_t max)
{
	char out[TEXT_SIZE];

	if (!s)
		return NULL;
	text_clean(s, strlen(s), out, sizeof out, max);
	return xstrdup(out);
}

static char *take(const cJSON *o, const char *key, size_t max)
{
	return cleaned(json_str(o, key), max);
}

/* A URL in which nothing could end the link, or the markup around it. */
static char *take_link(const cJSON *o, const char *key)
{
	const char *s = json_str(o, key);

	if (!s || strlen(s) > LINK_MAX ||
		(strncmp(s, "https://", 8) != 0 &&
			strncmp(s, "http://", 7) != 0))
		return NULL;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
			strchr("<>\"'`|\\^{}()", *p))
			return NULL;
	return xstrdup(s);
}

static double take_number(const cJSON *o, const char *key, double max)
{
	double v;

	return json_num(o, key, &v) && v >= 0 && v <= max ? v : 0;
}

static int64_t take_instant(const cJSON *o, const char *key)
{
	const char *s = json_str(o, key);
	int64_t t;

	return s && clock_rfc3339_parse(s, &t) && t > 0 ? t : 0;
}

static void take_list(const cJSON *o, const char *key, size_t max,
	struct strings *out)
{
	const cJSON *l = json_get(o, key);

	for (const cJSON *e = cJSON_IsArray(l) ? l->child : NULL;
		e && out->n < max; e = e->next) {
		char *s = cJSON_IsString(e) ? cleaned(e->valuestring, SLUG_MAX)
					    : NULL;

		if (s)
			strings_add(out, s);
		free(s);
	}
}

/* "team=payments, env=prod"; NULL where there is none. */
static char *take_labels(const cJSON *o)
{
	const cJSON *l = json_get(o, "labels");
	size_t n = 0;
	struct buf b;

	buf_init(&b, ALERT_LABELS * (ALERT_LABEL_NAME + ALERT_LABEL_VALUE + 4) * 4);
	for (const cJSON *e = cJSON_IsObject(l) ? l->child : NULL;
		e && n < ALERT_LABELS; e = e->next) {
		char *name = cleaned(e->string, ALERT_LABEL_NAME);
		char *value = cJSON_IsString(e)
			? cleaned(e->valuestring, ALERT_LABEL_VALUE)
			: NULL;

		if (value)
			buf_fmt(&b, "%s%s=%s", n++ ? ", " : "", name, value);
		free(name);
		free(value);
	}
	return n ? buf_take(&b) : (buf_release(&b), NULL);
}

/* "downtime_started" is a kind and a phase; what has no phase is sent once. */
static void take_phase(struct sink_event *e)
{
	static const struct {
		const char *end;
		enum alert_phase phase;
	} phases[] = {
		{"_started", ALERT_STARTED},
		{"_escalated", ALERT_ESCALATED},
		{"_reminder", ALERT_REMINDER},
		{"_acknowledged", ALERT_ACKNOWLEDGED},
		{"_updated", ALERT_UPDATED},
		{"_resolved", ALERT_RESOLVED},
	};
	size_t n = strlen(e->name);

	e->kind = xstrdup(e->name);
	e->phase = ALERT_ONCE;
	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
		size_t end = strlen(phases[i].end);

		if (n <= end || strcmp(e->name + n - end, phases[i].end) != 0)
			continue;
		e->kind[n - end] = '\0';
		e->phase = phases[i].phase;
		return;
	}
}

static bool says_refused(const cJSON *o)
{
	const char *word = json_str(o, "checks");
	enum checks checks;

	return word && checks_parse(word, &checks) && checks == CHECKS_REFUSED;
}

static bool read_event(const cJSON *o, struct sink_event *e)
{
	const char *type = json_str(o, "type");
	const char *severity = json_str(o, "severity");

	*e = (struct sink_event) {.severity = SEVERITY_P3};
	if (!type || strcmp(type, "alert") != 0 || !json_str(o, "event") ||
		!json_str(o, "dedup_key") || !json_str(o, "server_slug") ||
		!json_str(o, "summary") || !severity ||
		!severity_parse(severity, &e->severity))
		return false;
	e->at = take_number(o, "at", EPOCH_MAX);
	e->key = take(o, "dedup_key", ALERT_KEY_SIZE);
	e->name = take(o, "event", ALERT_EVENT_SIZE);
	take_phase(e);
	e->slug = take(o, "server_slug", SLUG_MAX);
	e->url = take(o, "server_url", TEXT_MAX);
	e->tier = take(o, "tier", SLUG_MAX);
	e->step = take(o, "probe_step", SLUG_MAX);
	e->layer = take(o, "failure_layer", SLUG_MAX);
	e->checks_refused = says_refused(o);
	e->error = take(o, "last_error", TEXT_MAX);
	e->said = take(o, "server_says", RECORD_SAID_MAX);
	e->headline = take(o, "headline", TEXT_MAX);
	e->summary = take(o, "summary", TEXT_MAX);
	take_list(o, "regions", SINK_REGIONS, &e->regions);
	take_list(o, "silent", SINK_REGIONS, &e->silent);
	take_list(o, "servers", SINK_SERVERS, &e->servers);
	e->server_count = (int)take_number(o, "server_count", COUNT_MAX);
	if (e->server_count < (int)e->servers.n)
		e->server_count = (int)e->servers.n;
	e->probe_count = (int)take_number(o, "probe_count", COUNT_MAX);
	e->slow = take_number(o, "probe_interval_seconds", EPOCH_MAX) > 60;
	e->started_at = take_instant(o, "started_at");
	e->resolved_at = take_instant(o, "resolved_at");
	e->acknowledged_until = take_instant(o, "acknowledged_until");
	e->dashboard_url = take_link(o, "dashboard_url");
	e->runbook_url = take_link(o, "runbook_url");
	e->owner = take(o, "owner", TEXT_MAX);
	e->labels = take_labels(o);
	e->ack_url = take_link(o, "ack_url");
	e->ack_short_url = take_link(o, "ack_short_url");
	return true;
}

static bool read_digest(const cJSON *o, struct sink_event *e)
{
	const cJSON *events = json_get(o, "events");
	size_t cap = 0;

	*e = (struct sink_event) {.digest = true};
	if (!json_str(o, "dedup_key") || !json_str(o, "route") ||
		!json_str(o, "period") || !cJSON_IsArray(events))
		return false;
	e->at = take_number(o, "at", EPOCH_MAX);
	e->key = take(o, "dedup_key", ALERT_KEY_SIZE);
	e->route = take(o, "route", SLUG_MAX);
	e->period = take(o, "period", SLUG_MAX);
	e->budget = json_str(o, "because");
	e->count = (int)take_number(o, "count", COUNT_MAX);
	for (const cJSON *v = events->child; v && e->n < EVENTS_MAX;
		v = v->next) {
		e->events = xgrow(e->events, &cap, e->n + 1, sizeof *e->events);
		if (read_event(v, &e->events[e->n]))
			e->n++;
	}
	return true;
}

bool sink_event_read(const char *body, struct sink_event *e, char *why)
{
	cJSON *doc = json_parse(body, strlen(body), &json_record, why);
	const char *type = json_str(doc, "type");
	bool ok;

	if (!doc)
		return false;
	ok = type && strcmp(type, "digest") == 0 ? read_digest(doc, e)
						 : read_event(doc, e);
	if (!ok)
		snprintf(why, JSON_WHY, "neither an event nor a digest");
	cJSON_Delete(doc);
	return ok;
}

void sink_event_release(struct sink_event *e)
{
	char *const texts[] = {e->key, e->name, e->kind, e->slug, e->url,
		e->tier, e->step, e->layer, e->error, e->said, e->headline,
		e->summary, e->dashboard_url, e->runbook_url, e->ack_url,
		e->ack_short_url, e->owner, e->labels, e->route, e->period};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	strings_release(&e->regions);
	strings_release(&e->silent);
	strings_release(&e->servers);
	for (size_t i = 0; i < e->n; i++)
		sink_event_release(&e->events[i]);
	free(e->events);
	*e = (struct sink_event) {0};
}

bool sink_event_tests(const struct sink_event *e)
{
	return !e->digest && e->severity == SEVERITY_P1 &&
		strcmp(e->kind, alert_kind_name(ALERT_TEST)) == 0;
}
