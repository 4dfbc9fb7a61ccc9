/* SPDX-License-Identifier: MIT */
#include "words/message.h"

#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "terms/names.h"
#include "terms/regions.h"
#include "words/words.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The longest text of an event, and of a digest. */
#define TEXT_ROOM 16384
#define DIGEST_ROOM (512 * 1024)

static void add_line(struct message *m, const char *label, struct buf *text)
{
	if (m->n < MESSAGE_LINES && text->len)
		m->lines[m->n++] = (struct message_line) {
			label, buf_take(text)};
	buf_release(text);
}

static void add_text(struct message *m, const char *label, const char *text)
{
	if (m->n < MESSAGE_LINES && text && *text)
		m->lines[m->n++] =
			(struct message_line) {label, xstrdup(text)};
}

static void add_link(struct message *m, const char *label, const char *url)
{
	if (url)
		m->links[m->n_links++] =
			(struct message_line) {label, xstrdup(url)};
}

/* The worst severity of a digest: a lower number is worse. */
static enum severity worst(const struct sink_event *e)
{
	enum severity s = SEVERITY_P3;

	for (size_t i = 0; i < e->n; i++)
		s = e->events[i].severity < s ? e->events[i].severity : s;
	return s;
}

/* Each severity has one colour and one icon, in every kind of message. */
static enum message_mood mood(const struct sink_event *e)
{
	enum severity severity = e->digest ? worst(e) : e->severity;

	if (!e->digest && e->phase == ALERT_RESOLVED)
		return MESSAGE_GOOD;
	if (!e->digest && e->phase == ALERT_ACKNOWLEDGED)
		return MESSAGE_TAKEN;
	return severity == SEVERITY_P1 ? MESSAGE_BAD
		: severity == SEVERITY_P2 ? MESSAGE_WORRY
					  : MESSAGE_NEWS;
}

/* How long the first statement of a sentence is: up to ';', or to its end. */
static size_t statement(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (s[i] == ';' || (s[i] == '.' && (s[i + 1] == ' ' || !s[i + 1])))
			return i;
	return n;
}

/* "P2: certificate of shop ends …" */
static void put_statement(struct buf *b, const struct sink_event *e)
{
	const char *s = e->summary;
	size_t n = statement(s);

	if (strncmp(s, "The ", 4) == 0)
		s += 4, n -= 4;
	buf_fmt(b, "%s%s: %.*s", severity_name(e->severity),
		e->phase == ALERT_RESOLVED ? " over" : "", (int)n, s);
}

static char *make_title(const struct sink_event *e)
{
	struct buf b;

	if (e->headline)
		return xstrdup(e->headline);
	buf_init(&b, TEXT_ROOM);
	if (sink_event_tests(e))
		buf_fmt(&b,
			"[TEST] This is a test of the P1 route for %s. "
			"Nothing is wrong.",
			strcmp(e->slug, SLUG_FLEET) == 0 ? "the fleet"
							 : e->slug);
	else
		put_statement(&b, e);
	return buf_take(&b);
}

/* The sentence without the words that it shares with the title. */
static char *make_text(const char *title, const struct sink_event *e)
{
	const char *core = strstr(title, ": ");
	size_t n = core ? strlen(core + 2) : 0;
	const char *same = n ? strstr(e->summary, core + 2) : NULL;
	char *text;

	/* Before it may stand an article that the title leaves out. */
	if (!same || same > e->summary + 4 || !strchr(":;.", same[n]))
		return xstrdup(e->summary);
	same += n;
	text = xstrdup(same + strspn(same, ":;. "));
	/* Behind a headline comes the name of a step, and behind a drift that
	   of a tool: these stay as they are written. */
	if (!e->headline && strcmp(e->name, "schema_drift_detected") != 0)
		*text = (char)toupper((unsigned char)*text);
	return text;
}

static const char *zone_of(const struct message_view *v)
{
	if (v->route && v->route->zone)
		return v->route->zone;
	return v->conf && v->conf->zone ? v->conf->zone
						 : "UTC";
}

/* "Sun 22 Nov 02:05", and the zone. */
static void put_moment(struct buf *b, const struct message_view *v, int64_t t)
{
	phrase_date(b, t, v->now, zone_of(v));
	phrase_zone(b, zone_of(v));
}

/* " to 02:28", with its day unless it is that of b, a date. */
static void put_end(struct buf *b, int64_t t, const struct message_view *v)
{
	const size_t clock = sizeof "02:28" - 1;
	struct buf end;

	buf_init(&end, TEXT_ROOM);
	phrase_date(&end, t, v->now, zone_of(v));
	buf_fmt(b, " to %s",
		end.len == b->len && strncmp(b->p, end.p, b->len - clock) == 0
			? end.p + end.len - clock
			: end.p);
	buf_release(&end);
}

/* An event that is sent once names its time in its own words. */
static char *make_since(const struct sink_event *e,
	const struct message_view *v)
{
	int64_t now = (int64_t)fmax(v->now, e->at);
	struct buf b;

	if (!e->started_at || e->phase == ALERT_ONCE)
		return NULL;
	buf_init(&b, TEXT_ROOM);
	phrase_date(&b, e->started_at, v->now, zone_of(v));
	if (e->resolved_at)
		put_end(&b, e->resolved_at, v);
	phrase_zone(&b, zone_of(v));
	buf_str(&b, " (");
	phrase_duration(&b,
		(e->resolved_at ? e->resolved_at : now) - e->started_at);
	buf_str(&b, e->resolved_at ? ")" : " ago)");
	return buf_take(&b);
}

/* "Sun 22 Nov 14:05 UTC", until when somebody has it. */
static void add_until(struct message *m, const struct sink_event *e,
	const struct message_view *v)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	if (e->acknowledged_until)
		put_moment(&b, v, e->acknowledged_until);
	add_line(m, "Until", &b);
}

/* "Ashburn"; the region itself where its city is not known. */
static const char *city_of(const struct message_view *v, const char *region)
{
	const struct conf_region *g =
		v->conf ? conf_region(v->conf, region) : NULL;
	const char *city = g && g->city ? g->city : region_city(region);

	return city ? city : region;
}

/* "Ashburn and London"; with `both`, "Ashburn (us-east-1) and …". */
static char *make_places(const struct sink_event *e,
	const struct message_view *v, bool both)
{
	struct strings l = {0};
	struct buf b;

	for (size_t i = 0; i < e->regions.n; i++) {
		const char *region = e->regions.v[i], *city = city_of(v, region);

		buf_init(&b, TEXT_ROOM);
		buf_str(&b, city);
		if (both && strcmp(city, region) != 0)
			buf_fmt(&b, " (%s)", region);
		strings_add(&l, b.p);
		buf_release(&b);
	}
	buf_init(&b, TEXT_ROOM);
	if (l.n)
		phrase_regions(&b, &l);
	strings_release(&l);
	return l.n || b.len ? buf_take(&b) : (buf_release(&b), NULL);
}

/* The label of the regions of an event: see mcp-records(5). */
static const char *what_regions(const struct sink_event *e)
{
	return strcmp(e->kind, "probe_silent") == 0 ? "Silent"
		: strcmp(e->kind, "cdn_cache_divergence") == 0 ? "Behind"
								: "Seen from";
}

static void add_servers(struct message *m, const struct sink_event *e)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	if (e->servers.n)
		phrase_regions(&b, &e->servers);
	add_line(m, "Servers", &b);
}

/* Count failures by the minute, or by the probe if probes are rarer; incidents
   of other kinds measure something else. */
static void add_minutes(struct message *m, const struct sink_event *e)
{
	char count[32];

	if (!e->probe_count || !e->tier)
		return;
	snprintf(count, sizeof count, "%d", e->probe_count);
	add_text(m, e->slow ? "Failing probes" : "Failing minutes", count);
}

/* Quoted: it is the server's, and not ours. */
static void add_said(struct message *m, const struct sink_event *e)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	if (e->said && *e->said)
		buf_fmt(&b, "\u201c%s\u201d", e->said);
	add_line(m, "The server says", &b);
}

static void add_hint(struct message *m, const struct sink_event *e)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	hint_put(&b, e);
	add_line(m, "Look first at", &b);
}

static char *make_core(const struct sink_event *e, const struct message_view *v)
{
	struct buf b;

	if (!e->started_at || e->phase == ALERT_ONCE)
		return NULL;
	buf_init(&b, TEXT_ROOM);
	buf_fmt(&b, "%s, ",
		strcmp(e->slug, SLUG_FLEET) == 0 ? "fleet" : e->slug);
	/* Without a year, whenever it is sent. */
	phrase_date(&b, e->started_at, (double)e->started_at, zone_of(v));
	phrase_zone(&b, zone_of(v));
	return buf_take(&b);
}

const char *message_ack_label(const struct sink_event *e)
{
	return e->phase == ALERT_ACKNOWLEDGED ? "Take over" : "Acknowledge";
}

/* How many regions probe the server; 0: that is not known. */
static size_t expected(const struct sink_event *e, const struct message_view *v)
{
	struct conf_server s;

	if (!v->conf)
		return 0;
	return conf_server(v->conf, e->slug, &s) ? s.n_regions
						 : v->conf->n_regions;
}

/* Not one that became P1 because it lasts: that has to wake somebody. */
static bool is_partial(const struct sink_event *e, const struct message_view *v)
{
	enum step step = STEP_NONE;
	size_t n = e->regions.n;

	/* Nobody knows whether these reach the server. */
	for (size_t i = 0; i < e->silent.n; i++)
		n += !strings_has(&e->regions, e->silent.v[i]);
	if (e->step)
		step_parse(e->step, &step);
	return e->tier && strcmp(e->tier, tier_name(TIER_STEP_ALERT)) == 0 &&
		(e->checks_refused ||
			severity_of_step(step, e->error) == SEVERITY_P1) &&
		n < expected(e, v);
}

static void of_event(const struct sink_event *e, const struct message_view *v,
	struct message *m)
{
	const struct message_words *w = message_words(e);
	bool over = e->phase == ALERT_RESOLVED;
	char *places = make_places(e, v, true);

	m->partial = is_partial(e, v);
	m->title = make_title(e);
	m->means = xstrdup(over || !w->means ? "" : w->means);
	m->text = make_text(m->title, e);
	m->since = make_since(e, v);
	m->where = what_regions(e);
	m->cities = make_places(e, v, false);
	m->core = make_core(e, v);
	add_text(m, over ? "Lasted" : "Since", m->since);
	add_until(m, e, v);
	add_text(m, m->where, places);
	add_servers(m, e);
	add_text(m, "URL", e->url);
	add_text(m, "Owner", e->owner);
	add_text(m, "Labels", e->labels);
	if (!over) {
		add_said(m, e);
		add_minutes(m, e);
		add_hint(m, e);
	}
	add_link(m, message_ack_label(e), e->ack_url);
	add_link(m, "Runbook", e->runbook_url);
	add_link(m, "Dashboard", e->dashboard_url);
	free(places);
}

static void of_digest(const struct sink_event *e, const struct message_view *v,
	struct message *m)
{
	struct buf b;

	buf_init(&b, TEXT_ROOM);
	buf_fmt(&b, "%s digest, %s: %d event%s%s", severity_name(worst(e)),
		e->period, e->count, e->count == 1 ? "" : "s",
		e->budget ? ", more than the budget of this route" : "");
	m->title = buf_take(&b);
	m->means = xstrdup("");
	buf_init(&b, DIGEST_ROOM);
	for (size_t i = 0; i < e->n; i++) {
		char *title = make_title(&e->events[i]);

		buf_str(&b, i ? "\n" : "");
		put_moment(&b, v, (int64_t)e->events[i].at);
		buf_fmt(&b, "  %s", title);
		free(title);
	}
	if (e->count > (int)e->n)
		buf_fmt(&b, "\nand %d more", e->count - (int)e->n);
	m->text = buf_take(&b);
}

void message_make(const struct sink_event *e, const struct message_view *v,
	struct message *m)
{
	*m = (struct message) {.mood = mood(e)};
	if (e->digest)
		of_digest(e, v, m);
	else
		of_event(e, v, m);
}

void message_release(struct message *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->lines[i].text);
	for (size_t i = 0; i < m->n_links; i++)
		free(m->links[i].text);
	free(m->title);
	free(m->means);
	free(m->text);
	free(m->since);
	free(m->cities);
	free(m->core);
	*m = (struct message) {0};
}

void message_says(struct buf *b, const struct message *m)
{
	buf_fmt(b, "%s%s%s", m->means, *m->means && *m->text ? "\n" : "",
		m->text);
}

void message_plain(struct buf *b, const struct message *m)
{
	message_says(b, m);
	buf_char(b, '\n');
	for (size_t i = 0; i < m->n; i++)
		buf_fmt(b, "%s%s: %s\n", i ? "" : "\n", m->lines[i].label,
			m->lines[i].text);
	for (size_t i = 0; i < m->n_links; i++)
		buf_fmt(b, "%s%s: %s\n", i ? "" : "\n", m->links[i].label,
			m->links[i].text);
}

const char *message_colour(enum message_mood v)
{
	static const char *const colours[] = {
		[MESSAGE_BAD] = "#c40040",
		[MESSAGE_WORRY] = "#d97706",
		[MESSAGE_NEWS] = "#64748b",
		[MESSAGE_TAKEN] = "#2563eb",
		[MESSAGE_GOOD] = "#15803d",
	};

	return colours[v];
}

const char *message_dot(enum message_mood v)
{
	static const char *const dots[] = {
		[MESSAGE_BAD] = "\U0001f534",
		[MESSAGE_WORRY] = "\U0001f7e0",
		[MESSAGE_NEWS] = "\u26aa",
		[MESSAGE_TAKEN] = "\U0001f535",
		[MESSAGE_GOOD] = "\U0001f7e2",
	};

	return dots[v];
}
