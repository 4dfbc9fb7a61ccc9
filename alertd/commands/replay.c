/* SPDX-License-Identifier: MIT */
/*
 * replay.c: the recording is the clock: it stands at the newest minute of a
 * line, and runs a tick for each minute that it passes. A line from far ahead
 * counts only when the next line is not from before it; else one wrong clock
 * would hide all that follows.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "incident/event.h"
#include "incident/expiry.h"
#include "incident/machine.h"
#include "input.h"
#include "json/json.h"
#include "notifier.h"
#include "records/expiry.h"
#include "records/maintenance.h"
#include "records/probe.h"
#include "records/verdict.h"
#include "routing/routing.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "words/print.h"
#include "words/words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines of one minute may come in any order, and some come late. */
#define BACK_S (10 * 60)
/* A line further ahead than this has to be confirmed by the next one. */
#define CONFIRM_S 86400
/* One wrong instant must not make a replay of centuries. */
#define DAYS_MAX 400
/* Output is written when it has reached this length. */
#define WRITE_BYTES (64 * 1024)
#define TEXT_BYTES (64 * 1024)

/* A line of a recording, with a time of its own. */
enum recorded_what {
	RECORDED_VERDICT,
	RECORDED_EXPIRY,
	/* These have no minute: they are known from now on. */
	RECORDED_MAINTENANCE,
	RECORDED_SILENCE,
	RECORDED_NOTHING /* of a type that is passed over */
};

struct recorded {
	enum recorded_what what;
	int64_t at; /* its minute, epoch seconds */
	struct verdict_record verdict;
	struct expiry_record expiry;
	/*
	 * Owns its strings and lists, unless a caller keeps it: see
	 * recorded_read.
	 */
	struct maintenance maintenance;
	struct silence silence;
	cJSON *doc; /* owns the strings of the expiry record */
};

static void recorded_release(struct recorded *r)
{
	if (r->what == RECORDED_VERDICT)
		verdict_record_release(&r->verdict);
	else if (r->what == RECORDED_MAINTENANCE)
		maintenance_release(&r->maintenance);
	else if (r->what == RECORDED_SILENCE)
		silence_release(&r->silence);
	cJSON_Delete(r->doc);
}

/* A record of that type; doc becomes r's, or is freed. 0; or -1 and why. */
static int read_type(cJSON *doc, const char *type, struct recorded *r,
	char *why)
{
	if (strcmp(type, "verdict") == 0) {
		if (verdict_take(doc, &r->verdict, why))
			return -1;
		r->what = RECORDED_VERDICT;
		r->at = r->verdict.verdict.window;
		return 0;
	}
	if (strcmp(type, "maintenance") == 0) {
		if (!maintenance_take(doc, &r->maintenance, why))
			return -1;
		r->what = RECORDED_MAINTENANCE;
		return 0;
	}
	if (strcmp(type, "silence") == 0) {
		if (!silence_take(doc, &r->silence, why))
			return -1;
		r->what = RECORDED_SILENCE;
		return 0;
	}
	r->doc = doc;
	if (strcmp(type, "expiry") == 0) {
		if (expiry_take(doc, &r->expiry, why)) {
			r->what = RECORDED_EXPIRY;
			r->at = clock_window(r->expiry.at);
			return 0;
		}
	} else if (strcmp(type, "runner") == 0) {
		return 0;
	} else if (strcmp(type, "probe") == 0) {
		field_fail(why, "type", "a probe record; make verdicts of "
			"them with 'mcp-aggregate replay'");
	} else {
		field_fail(why, "type", "not verdict, expiry, maintenance or "
			"silence");
	}
	recorded_release(r);
	return -1;
}

/*
 * Reads a line. 0, and recorded_release frees what *r holds; or -1 and the
 * reason in why, which has RECORD_WHY bytes. A caller that keeps r->maintenance
 * or r->silence sets r->what to RECORDED_NOTHING.
 */
static int recorded_read(const char *p, size_t n, struct recorded *r, char *why)
{
	const char *type;
	cJSON *doc;

	*r = (struct recorded) {.what = RECORDED_NOTHING};
	doc = json_parse(p, n, &json_record, why);
	type = doc ? record_type(doc, why) : NULL;
	if (type)
		return read_type(doc, type, r, why);
	cJSON_Delete(doc);
	return -1;
}

struct replay;

/* The machine with one policy. */
struct side {
	struct replay *replay;
	struct state_store *states;
	struct notifier *pager;
	struct replay_report report;
	bool shown; /* its events are printed */
};

struct replay {
	const struct replay_setup *setup;
	struct input in;
	struct maintenance_store *calendar; /* of both sides */
	struct side sides[2]; /* with a policy, the second has it */
	size_t n_sides;
	bool began;
	int64_t clock, first; /* minutes, as epoch seconds */
	double expiry_at; /* of the oldest not sent; 0: none */
	unsigned long verdicts;
	char *held; /* a line to be confirmed, or NULL */
	size_t held_n;
	int64_t held_at;
	unsigned long held_line;
	struct buf out;
	bool failed; /* standard output */
};

static void flush(struct replay *r)
{
	if (!r->failed)
		r->failed = line_print(r->out.p, r->out.len) != 0;
	buf_clear(&r->out);
}

/* With a configuration, the line ends with the routes that would be notified.
   */
static void put_line(struct buf *b, const struct alert_record *e,
	const struct strings *routes, const struct strings *later,
	const struct replay_setup *s)
{
	alert_record_json(b, e);
	if (s->conf) {
		b->p[--b->len] = '\0';
		json_put_list(b, "routes", routes->v, routes->n);
		json_put_list(b, "digests", later->v, later->n);
		buf_char(b, '}');
	}
	buf_char(b, '\n');
}

static void put_text(struct buf *b, const struct alert_record *e,
	const struct strings *routes, const struct strings *later,
	const struct replay_setup *s)
{
	print_event(b, e, s->conf ? s->conf->zone : NULL, s->colour);
	if (!s->conf)
		return;
	b->p[--b->len] = '\0';
	buf_str(b, routes->n || later->n ? " ->" : " -> nobody");
	for (size_t i = 0; i < routes->n; i++)
		buf_fmt(b, "%s %s", i ? "," : "", routes->v[i]);
	for (size_t i = 0; i < later->n; i++)
		buf_fmt(b, "%s %s (digest)", i || routes->n ? "," : "",
			later->v[i]);
	buf_char(b, '\n');
}

static void on_event(void *arg, const struct alert_event *e,
	const struct strings *routes, const struct strings *later)
{
	struct side *side = arg;
	struct replay *r = side->replay;
	const struct replay_setup *s = r->setup;

	replay_report_add(&side->report, &e->record,
		replay_report_pages(&e->record, routes, s->conf));
	if (!side->shown)
		return;
	(s->text ? put_text : put_line)(&r->out, &e->record, routes, later, s);
	if (r->out.len >= WRITE_BYTES)
		flush(r);
}

/* Runs a tick. Returns whether one in the next minute may do something, too. */
static bool tick(struct replay *r)
{
	bool awake = r->expiry_at > 0;

	for (size_t i = 0; i < r->n_sides; i++) {
		struct side *s = &r->sides[i];
		struct strings slugs = {0};

		notifier_flush(s->pager);
		state_store_awake(s->states, &slugs);
		awake |= slugs.n > 0;
		notifier_tick(s->pager, &slugs);
		strings_release(&slugs);
	}
	return awake;
}

static void set_clock(struct replay *r, int64_t at)
{
	r->clock = at;
	for (size_t i = 0; i < r->n_sides; i++)
		notifier_now(r->sides[i].pager, (double)at);
}

/* Expiries that the regions report within an hour are sent together. */
static void emit_expiries(struct replay *r)
{
	for (size_t i = 0; i < r->n_sides; i++)
		notifier_sweep(r->sides[i].pager);
	r->expiry_at = 0;
}

/* Runs all minutes until `to`; while nothing is awake it skips them. */
static void advance(struct replay *r, int64_t to)
{
	bool awake = true;

	if (!r->began) {
		r->began = true;
		r->first = to;
		set_clock(r, to);
	}
	while (r->clock < to) {
		awake = awake && tick(r);
		if (r->expiry_at > 0 &&
			(double)r->clock - r->expiry_at >= EXPIRY_ROUND_S)
			emit_expiries(r);
		set_clock(r, awake ? r->clock + 60 : to);
	}
}

static void take(struct replay *r, const struct recorded *i)
{
	advance(r, i->at);
	r->verdicts += i->what == RECORDED_VERDICT;
	if (i->what == RECORDED_EXPIRY && r->expiry_at <= 0)
		r->expiry_at = i->expiry.at;
	for (size_t k = 0; k < r->n_sides; k++) {
		if (i->what == RECORDED_VERDICT)
			notifier_verdicts(r->sides[k].pager, &i->verdict, 1);
		else
			notifier_expiry(r->sides[k].pager, &i->expiry);
	}
}

static void hold(struct replay *r, const char *p, size_t n, int64_t at)
{
	r->held = xstrndup(p, n);
	r->held_n = n;
	r->held_at = at;
	r->held_line = r->in.line;
}

/* Takes or refuses the held line, if any; `next` is the next one's minute. */
static void settle(struct replay *r, int64_t next)
{
	char why[RECORD_WHY];
	struct recorded i;

	if (!r->held)
		return;
	if (next < r->held_at - BACK_S) {
		snprintf(why, sizeof why,
			"as_of: far ahead of the lines around it");
		input_refuse(&r->in, r->held_line, why);
	} else if (recorded_read(r->held, r->held_n, &i, why) == 0) {
		take(r, &i);
		recorded_release(&i);
	}
	free(r->held);
	r->held = NULL;
}

/* Whether a line can be of that minute: 0; 1 if confirmed; or -1 and why. */
static int admit(const struct replay *r, int64_t at, char *why)
{
	char now[CLOCK_RFC3339];

	if (!r->began)
		return 1;
	clock_rfc3339(r->clock, now);
	if (at < r->clock - BACK_S) {
		snprintf(why, RECORD_WHY,
			"as_of: goes back by more than %d minutes, from %s",
			BACK_S / 60, now);
		return -1;
	}
	if (at - r->first > (int64_t)DAYS_MAX * 86400) {
		snprintf(why, RECORD_WHY,
			"as_of: more than %d days after the first line",
			DAYS_MAX);
		return -1;
	}
	return at > r->clock + CONFIRM_S;
}

static int use(void *arg, const char *p, size_t n, char *why)
{
	struct replay *r = arg;
	struct recorded i;
	int admitted;

	if (recorded_read(p, n, &i, why))
		return -1;
	if (i.what == RECORDED_MAINTENANCE) {
		maintenance_store_add(r->calendar, &i.maintenance);
		return 0;
	}
	if (i.what == RECORDED_SILENCE) {
		maintenance_store_silence(r->calendar, &i.silence);
		return 0;
	}
	if (i.what == RECORDED_NOTHING) {
		recorded_release(&i);
		return 0;
	}
	settle(r, i.at);
	admitted = admit(r, i.at, why);
	if (admitted == 0)
		take(r, &i);
	else if (admitted > 0)
		hold(r, p, n, i.at);
	recorded_release(&i);
	return admitted < 0 ? -1 : 0;
}

/* The end of the input: use the held line, and print the last events. */
static void finish(struct replay *r)
{
	/* The only line of a recording needs no confirmation. */
	if (r->held)
		settle(r, r->began ? INT64_MIN : r->held_at);
	if (!r->began)
		return;
	tick(r);
	emit_expiries(r);
}

static int replay_emit(struct replay *r)
{
	const struct replay_setup *s = r->setup;
	struct replay_report_span span = {
		.from = r->first,
		.to = r->clock,
		.verdicts = r->verdicts,
		.servers = state_store_count(r->sides[0].states),
	};
	int fd = s->text ? STDOUT_FILENO : STDERR_FILENO;
	struct buf b;

	buf_init(&b, TEXT_BYTES);
	if (s->policy)
		replay_report_compare(&b, &r->sides[0].report,
			&r->sides[1].report, &span, s->policy);
	else
		replay_report_put(&b, &r->sides[0].report, &span);
	if (line_write(fd, b.p, b.len)) {
		log_error("the summary: %s", strerror(errno));
		r->failed = true;
	}
	buf_release(&b);
	return r->failed ? EXIT_ENV : EXIT_GOOD;
}

static int run(struct replay *r, int fd, const char *name)
{
	int status = input_read(&r->in, fd, name, use, r);
	unsigned long named = r->in.refused;

	finish(r);
	if (status == EXIT_GOOD && r->in.refused > named)
		status = EXIT_USAGE;
	flush(r);
	if (!r->began && status != EXIT_ENV) {
		log_error("%s: no verdict in it", name);
		return EXIT_USAGE;
	}
	if (r->began && replay_emit(r))
		return EXIT_ENV;
	return r->failed ? EXIT_ENV : status;
}

static void add_side(struct replay *r, const struct conf_policy *policy)
{
	struct side *s = &r->sides[r->n_sides++];

	s->replay = r;
	s->states = state_store_new(NULL);
	s->pager = notifier_new(&(struct run) {
		.states = s->states,
		.maintenances = r->calendar,
		.conf = r->setup->conf,
		.policy = policy,
		.on_event = on_event,
		.arg = s,
	});
}

static void release(struct replay *r)
{
	for (size_t i = 0; i < r->n_sides; i++) {
		notifier_free(r->sides[i].pager);
		state_store_free(r->sides[i].states);
		replay_report_release(&r->sides[i].report);
	}
	maintenance_store_free(r->calendar);
	buf_release(&r->out);
	free(r->held);
}

int replay_run(const struct replay_setup *s)
{
	struct conf_policy policy = conf_policy_of(s->conf);
	struct replay r = {.setup = s};
	bool piped = strcmp(s->file, "-") == 0;
	char why[CONF_POLICY_WHY];
	int fd = STDIN_FILENO, status;

	if (s->policy && conf_policy(s->policy, &policy, why)) {
		log_error("--policy: %s", why);
		return EXIT_USAGE;
	}
	if (!piped)
		fd = open(s->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_error("%s: %s", s->file, strerror(errno));
		return EXIT_USAGE;
	}
	buf_init(&r.out, 2 * WRITE_BYTES + 2 * LINE_MAX_BYTES);
	r.calendar = maintenance_store_new(NULL);
	add_side(&r, NULL);
	if (s->policy)
		add_side(&r, &policy);
	r.sides[r.n_sides - 1].shown = true;
	status = run(&r, fd, piped ? "standard input" : s->file);
	release(&r);
	if (!piped)
		close(fd);
	return status;
}

#define WINDOW_S 60
/* No setting asks for more windows in a row. */
#define WINDOWS_MAX 60
#define OUTPUT_MAX (16u * 1024 * 1024)

void forecast_note(struct forecast *w, const struct verdict_record *v)
{
	for (size_t i = 0; i < w->n; i++) {
		struct verdict_record *old = &w->v[i];

		if (strcmp(old->verdict.slug, v->verdict.slug) != 0)
			continue;
		verdict_record_release(old);
		*old = *v;
		return;
	}
	w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof *w->v);
	w->v[w->n++] = *v;
}

void forecast_release(struct forecast *w)
{
	for (size_t i = 0; i < w->n; i++)
		verdict_record_release(&w->v[i]);
	free(w->v);
	*w = (struct forecast) {0};
}

static bool fails(const struct verdict *v)
{
	bool throttled = false;

	for (size_t i = 0; i < v->n_regions; i++)
		throttled = throttled || severity_throttled(&v->regions[i]);
	return v->n_failing || throttled;
}

/* The same verdict once more, that much later. */
static void repeat(struct verdict *v, int64_t later_s)
{
	v->window += later_s;
	for (size_t i = 0; i < v->n_regions; i++)
		v->regions[i].started_at += (double)later_s;
}

/* How many more windows it takes until something is sent; 0: it never is. */
static int foresee(struct verdict *v, struct alert_state *st,
	const struct conf_policy *p, int64_t interval_s,
	struct alert_events *out)
{
	for (int n = 1; n <= WINDOWS_MAX; n++) {
		repeat(v, interval_s);
		machine_verdict(st, v, p, INFINITY, out);
		events_words(out);
		if (out->n)
			return n;
	}
	return 0;
}

static void say_wait(struct buf *b, const struct alert_record *r, int n,
	bool minutes)
{
	buf_fmt(b, "%s  would page after %d more failing %s%s: %s, %s\n",
		r->slug, n, minutes ? "minute" : "probe", n == 1 ? "" : "s",
		severity_name(r->severity), r->summary);
}

static void write_wait(struct buf *b, const struct alert_record *r, int n)
{
	char event[ALERT_EVENT_SIZE];

	json_fmt(b, "{'v':%d,'type':'waiting','server_slug':%s,'windows':%d,"
		"'event':%s,'severity':%s,'summary':%s}\n",
		RECORD_VERSION, r->slug, n, alert_event(r, event),
		severity_name(r->severity), r->summary);
}

static void put_server(struct buf *b, struct verdict *v, struct alert_state *st,
	const struct conf *conf, bool text)
{
	const struct conf_policy p = conf_policy_of(conf);
	struct conf_server s;
	int64_t interval_s = conf_server(conf, v->slug, &s)
				     ? (int64_t)s.interval_s
				     : WINDOW_S;
	struct alert_events events = {0};
	int n;

	if (interval_s < WINDOW_S)
		interval_s = WINDOW_S;
	n = foresee(v, st, &p, interval_s, &events);
	if (n && text)
		say_wait(b, &events.v[0].record, n, interval_s == WINDOW_S);
	else if (n)
		write_wait(b, &events.v[0].record, n);
	events_release(&events);
}

bool forecast_print(struct forecast *w, struct state_store *states,
	const struct conf *conf, bool text)
{
	struct buf b;
	bool ok;

	buf_init(&b, OUTPUT_MAX);
	for (size_t i = 0; i < w->n; i++) {
		struct verdict *v = &w->v[i].verdict;
		struct transaction *t;
		struct alert_state *st;

		if (!fails(v))
			continue;
		t = transaction_begin(states, NULL);
		transaction_add(t, v->slug);
		st = transaction_get(t, 0);
		if (st && !state_open(st)) {
			put_server(&b, v, st, conf, text);
			transaction_put(t);
		}
		transaction_end(t);
	}
	ok = !b.len || line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok;
}
