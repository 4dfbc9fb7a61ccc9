/* SPDX-License-Identifier: MIT */
/*
 * status_screen.c: see status_screen.h. The columns are fixed, and fit 80; a long slug
 * and many regions are shown in full, and move the rest of their line.
 */
#include "commands/status_screen.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLUG 26
#define STATE 8
#define REGIONS 12
/* On a terminal that is wide enough all STATUS_HOURS are shown. */
#define HOURS 12
#define WIDE (80 + STATUS_HOURS - HOURS)

static const char *status_state_name(enum status_state s)
{
	static const char *const names[] = {
		"red", "unknown", "stale", "unjudged", "amber", "green"};

	return names[s];
}

enum status_state status_state(const struct status_server *s, double now)
{
	if (!s->published)
		return STATUS_UNJUDGED;
	if (isnan(s->as_of))
		return STATUS_UNKNOWN;
	if (fabs(now - s->as_of) > STATUS_FRESH_S)
		return s->no_data ? STATUS_UNKNOWN : STATUS_STALE;
	switch (s->colour) {
	case VERDICT_RED:
		return STATUS_RED;
	case VERDICT_AMBER:
		return STATUS_AMBER;
	case VERDICT_GREEN:
		return STATUS_GREEN;
	case VERDICT_UNKNOWN:
		break;
	}
	return STATUS_UNKNOWN;
}

/* An element for qsort(3), which passes no instant on. */
struct rank {
	enum status_state state;
	struct status_server server;
};

static int by_rank(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return strcmp(x->server.slug, y->server.slug);
}

void status_sort(struct status *st)
{
	struct rank *all = xcalloc(st->n, sizeof *all);

	for (size_t i = 0; i < st->n; i++)
		all[i] = (struct rank) {
			status_state(&st->servers[i], st->now), st->servers[i]};
	if (st->n)
		qsort(all, st->n, sizeof *all, by_rank);
	for (size_t i = 0; i < st->n; i++)
		st->servers[i] = all[i].server;
	free(all);
}

/* Columns, where each character takes one. */
static size_t width_of(const char *s, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++)
		out += ((unsigned char)s[i] & 0xc0) != 0x80;
	return out;
}

/* Append as lines of whole words. */
static void status_wrap(struct buf *b, int width, int indent, const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t wide = width_of(text, n);

		if (at && at + 1 + wide > (size_t)width) {
			buf_char(b, '\n');
			at = 0;
		}
		if (at) {
			buf_char(b, ' ');
			at++;
		} else {
			buf_fmt(b, "%*s", indent, "");
			at = (size_t)indent;
		}
		buf_add(b, text, n);
		at += wide;
		text += n + strspn(text + n, " ");
	}
	buf_char(b, '\n');
}

/* ---- One server: a line with remarks below it. */

static int hours_shown(const struct status_look *look)
{
	return look->width < WIDE ? HOURS : STATUS_HOURS;
}

#define NOTES_MAX (64 * 1024)

/* A word in colour, or plain: nothing depends on the colour. */
static void put_painted(struct buf *b, const struct status_look *look,
	const char *code, const char *word)
{
	if (look->colour)
		buf_fmt(b, "\033[%sm%s\033[0m", code, word);
	else
		buf_str(b, word);
}

static const char *state_paint(enum status_state s)
{
	static const char *const codes[] = {
		"1;31", "35", "35", "35", "33", "32"};

	return codes[s];
}

static const char *dot_text(enum dot d, bool unicode)
{
	static const char *const ascii[] = {"-", "o", "a", "x"};
	/* U+00B7, U+25CF, U+25D0, U+2717 */
	static const char *const pretty[] = {
		"\xc2\xb7", "\xe2\x97\x8f", "\xe2\x97\x90", "\xe2\x9c\x97"};

	return unicode ? pretty[d] : ascii[d];
}

static void put_dots(struct buf *b, const struct status_server *s,
	const struct status_look *look)
{
	static const char *const codes[] = {"35", "32", "33", "1;31"};

	for (size_t i = 0; i < s->n_regions; i++)
		put_painted(b, look, codes[s->regions[i].dot],
			dot_text(s->regions[i].dot, look->unicode));
	for (size_t n = s->n_regions; n < REGIONS; n++)
		buf_char(b, ' ');
}

/* At most 6 characters. */
static void put_ms(struct buf *b, double ms)
{
	char text[24] = "-";

	if (ms < 9999.5)
		snprintf(text, sizeof text, "%.0fms", ms);
	else if (!isnan(ms))
		snprintf(text, sizeof text, "%.1fs", fmin(ms / 1000, 9999.9));
	buf_fmt(b, "%6s", text);
}

/* Bars in proportion to the highest; an hour without probes is blank. */
static void put_hours(
	struct buf *b, const double *all, const struct status_look *look)
{
	static const char ascii[] = "_.-~=+*#";
	int n = hours_shown(look);
	const double *hours = all + STATUS_HOURS - n;
	double most = 0;

	for (int i = 0; i < n; i++)
		most = fmax(most, hours[i]);
	for (int i = 0; i < n; i++) {
		int level;

		if (isnan(hours[i])) {
			buf_char(b, ' ');
			continue;
		}
		level = most > 0 ? (int)ceil(8 * hours[i] / most) : 1;
		level = level < 1 ? 1 : level > 8 ? 8 : level;
		if (look->unicode) /* U+2581 and on */
			buf_fmt(b, "\xe2\x96%c", (char)(0x80 + level));
		else
			buf_char(b, ascii[level - 1]);
	}
}

static void trim(struct buf *b)
{
	while (b->len && b->p[b->len - 1] == ' ')
		b->p[--b->len] = '\0';
}

/* ---- The remarks below a line. */

static void note_state(const struct status_server *s, double now, struct buf *b)
{
	enum status_state state = status_state(s, now);
	char age[PHRASE_AGE];

	if (state == STATUS_UNJUDGED)
		buf_str(b, "never judged");
	else if (isnan(s->as_of))
		buf_str(b, "its verdict cannot be read");
	else if (state == STATUS_STALE || state == STATUS_UNKNOWN)
		buf_fmt(b, "was %s %s%s", verdict_colour_name(s->colour),
			phrase_age(fabs(now - s->as_of), true, age),
			now < s->as_of ? " ahead of this clock" : " ago");
	else
		return;
	if (s->no_data)
		buf_fmt(b, "; %d of %zu region%s report%s", s->reporters,
			s->n_regions, s->n_regions == 1 ? "" : "s",
			s->reporters == 1 ? "s" : "");
}

static void note_failing(
	const struct status_server *s, double now, struct buf *b)
{
	enum status_state state = status_state(s, now);
	const char *sep = ": ";

	if (state != STATUS_RED && state != STATUS_AMBER)
		return;
	buf_str(b, tier_name(s->tier));
	if (s->step)
		buf_fmt(b, " at %s", step_name(s->step));
	for (size_t i = 0; i < s->n_regions; i++) {
		if (!s->regions[i].failing)
			continue;
		buf_fmt(b, "%s%s", sep, s->regions[i].name);
		sep = ", ";
	}
	if (s->checks == CHECKS_REFUSED)
		buf_str(b, "; our credential is refused");
	if (s->checks == CHECKS_LIMITED)
		buf_str(b, "; our checks are rate-limited");
}

static void note_silent(
	const struct status_server *s, double now, struct buf *b)
{
	const char *sep = "silent: ";
	char full[CLOCK_RFC3339], age[PHRASE_AGE];

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct status_region *r = &s->regions[i];
		double past = now - r->newest;

		if (r->dot != DOT_SILENT)
			continue;
		buf_fmt(b, "%s%s ", sep, r->name);
		sep = ", ";
		if (isnan(r->newest)) {
			buf_str(b, "(never reported)");
			continue;
		}
		clock_rfc3339((int64_t)floor(r->newest), full);
		buf_fmt(b, "since %.*s (%s%s)", past < 86400 ? 5 : 10,
			past < 86400 ? full + strlen("2026-04-29T") : full,
			phrase_age(fabs(past), true, age), past < 0 ? " ahead" : "");
	}
}

static void put_notes(
	const struct status_server *s, double now, int width, struct buf *b)
{
	struct buf notes[4];

	for (int i = 0; i < 4; i++)
		buf_init(&notes[i], NOTES_MAX);
	note_state(s, now, &notes[0]);
	note_failing(s, now, &notes[1]);
	if (s->tools_differ)
		buf_fmt(&notes[2], "tools differ: %s", s->tools_differ);
	note_silent(s, now, &notes[3]);
	for (int i = 0; i < 4; i++) {
		if (notes[i].len)
			status_wrap(b, width, 2, notes[i].p);
		buf_release(&notes[i]);
	}
}

static void put_server(const struct status_server *s, double now,
	const struct status_look *look, struct buf *b)
{
	enum status_state state = status_state(s, now);
	const char *name = status_state_name(state);

	buf_fmt(b, "%-*s  ", SLUG, s->slug);
	put_painted(b, look, state_paint(state), name);
	buf_fmt(b, "%*s", (int)(STATE + 2 - strlen(name)), "");
	put_dots(b, s, look);
	if (isnan(s->uptime_30d))
		buf_fmt(b, "  %6s  ", "-");
	else
		buf_fmt(b, "  %6.2f  ", s->uptime_30d);
	put_ms(b, s->p95_ms);
	buf_str(b, "  ");
	put_hours(b, s->hours, look);
	trim(b);
	buf_char(b, '\n');
	put_notes(s, now, look->width, b);
}

/* ---- For scripts. */

static void put_region(const struct status_region *r, struct buf *b)
{
	static const char *const states[] = {
		"silent", "healthy", "auth-walled", "broken"};

	json_fmt(b,
		",{'region':%s,'state':%s,'newest':%g,'failing':%i,"
		"'tool_hash':%s}",
		r->name, states[r->dot], r->newest, r->failing,
		*r->hash ? r->hash : NULL);
}

void status_json(const struct status_server *s, double now, struct buf *b)
{
	bool known = s->published && !isnan(s->as_of);

	json_fmt(b,
		"{'v':%d,'type':'status','slug':%s,'state':%s,'verdict':%s,"
		"'tier':%s,'step':%s,'age_s':%g,'reporters':%d,"
		"'divergence':%i,'regions':[",
		RECORD_VERSION, s->slug,
		status_state_name(status_state(s, now)),
		known ? verdict_colour_name(s->colour) : NULL,
		known ? tier_name(s->tier) : NULL,
		known && s->step ? step_name(s->step) : "",
		known ? round(now - s->as_of) : NAN, s->reporters,
		s->tools_differ != NULL);
	for (size_t i = 0; i < s->n_regions; i++)
		put_region(&s->regions[i], b);
	json_fmt(b, "],'uptime_30d':%g,'p95_ms':%g,'hours':[", s->uptime_30d,
		round(s->p95_ms));
	for (int i = 0; i < STATUS_HOURS; i++)
		json_fmt(b, ",%g", round(s->hours[i]));
	buf_str(b, "]}\n");
}

/* ---- The end of the screen: whether the fleet itself works. */

/* A stage that did not run for this long is late: what is published is stale. */
#define LATE_S STATUS_FRESH_S
#define REGION_SHOWN 20
#define TEXT_ROOM (256 * 1024)
/* Clocks of the machines that share a store differ by a little. */
#define AHEAD_S 2
/* How long it is shown that a clock was ahead. */
#define JUMP_SHOWN_S 86400

static void put_warned(
	struct buf *b, const struct status_look *look, const char *text)
{
	put_painted(b, look, "1;31", text);
}

/* "12s ago", or "40s ahead" of this clock; at most 14 characters. */
static const char *ago(double s, char *out, size_t size)
{
	char age[PHRASE_AGE];

	if (s < -AHEAD_S)
		snprintf(out, size, "%s ahead", phrase_age(-s, true, age));
	else
		snprintf(out, size, "%s ago", phrase_age(s, true, age));
	return out;
}

static void put_stages(const struct status *st, struct buf *b)
{
	char text[32];

	buf_str(b, "Last run: ");
	for (int i = 0; i < STAGES; i++) {
		double age = st->now - st->stages[i];

		buf_fmt(b, "%s%s ", i ? ", " : "",
			stage_name((enum stage)i));
		if (isnan(age))
			buf_str(b, "never");
		else
			buf_str(b, ago(age, text, sizeof text));
		if (age > LATE_S)
			buf_str(b, " (late)");
	}
}

static void put_undelivered(const struct status *st, struct buf *b)
{
	buf_fmt(b, "Undelivered events: %s",
		st->n_undelivered ? "of " : "none");
	for (size_t i = 0; i < st->n_undelivered; i++)
		buf_fmt(b, "%s%s", i ? ", " : "", st->undelivered[i]);
}

/* "+0.3" or "+0.3 s"; or "+9204d" */
static void put_offset(struct buf *b, double s, bool unit)
{
	char age[PHRASE_AGE];

	if (fabs(s) < 0.05)
		buf_str(b, "0.0");
	else if (fabs(s) < 1000)
		buf_fmt(b, "%+.1f", s);
	else
		buf_fmt(b, "%c%s", s < 0 ? '-' : '+',
			phrase_age(fabs(s), true, age));
	if (unit && fabs(s) < 1000)
		buf_str(b, " s");
}

/*
 * Warn only of clocks that are certainly off: by what was measured, or by a
 * record from the future.
 */
static void put_clock(const struct status_runner *r, double now,
	const struct status_look *look, struct buf *b)
{
	bool measured = !isnan(r->offset_min) && !isnan(r->offset_max);

	if (!r->known)
		return;
	if (measured) {
		put_offset(b, r->offset_min, false);
		buf_str(b, " to ");
		put_offset(b, r->offset_max, true);
	} else if (r->at - now > STATUS_OFFSET_S) {
		put_offset(b, r->at - now, true);
		buf_str(b, " or more");
	} else {
		buf_str(b, "not measured");
	}
	if (measured ? r->offset_min > STATUS_OFFSET_S ||
				r->offset_max < -STATUS_OFFSET_S
		     : r->at - now > STATUS_OFFSET_S)
		put_warned(b, look, "  off by over 1 s");
}

/* Replace what a terminal without Unicode cannot show. */
static void put_plain(char *text, const struct status_look *look)
{
	for (; *text && !look->unicode; text++)
		if ((unsigned char)*text > 0x7e)
			*text = '?';
}

static void put_machine(const struct status_runner *r,
	const struct status_look *look, struct buf *b)
{
	struct buf text;

	if (!*r->machine)
		return;
	buf_init(&text, 200);
	words_machine(&text, r->machine, r->machine_by);
	status_wrap(b, look->width, 2, text.p);
	buf_release(&text);
}

static void put_runner(const struct status_runner *r, double now, int width,
	const struct status_look *look, struct buf *b)
{
	const char *status = r->known ? runner_status_name(r->status) : "-";
	char text[32] = "never";
	char clean[STATUS_MESSAGE];

	if (r->known)
		ago(now - r->at, text, sizeof text);
	buf_fmt(b, "%-*.*s  %-9s  ", width, width, r->region, text);
	if (r->known && r->status != RUNNER_OK)
		put_warned(b, look, status);
	else
		buf_str(b, status);
	buf_fmt(b, "%*s", (int)(7 + 2 - strlen(status)), "");
	put_clock(r, now, look, b);
	trim(b);
	buf_char(b, '\n');
	put_machine(r, look, b);
	if (!*r->message || r->status == RUNNER_OK)
		return;
	memcpy(clean, r->message, sizeof clean);
	put_plain(clean, look);
	status_wrap(b, look->width, 2, clean);
}

static void put_runners(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	int width = (int)strlen("RUNNER");

	for (size_t i = 0; i < st->n_runners; i++)
		if (strlen(st->runners[i].region) > (size_t)width)
			width = (int)strlen(st->runners[i].region);
	if (width > REGION_SHOWN)
		width = REGION_SHOWN;
	if (st->n_runners)
		buf_fmt(b, "\n%-*s  %-9s  %-7s  CLOCK\n", width, "RUNNER",
			"LAST", "STATUS");
	for (size_t i = 0; i < st->n_runners; i++)
		put_runner(&st->runners[i], st->now, width, look, b);
}

static void put_files(struct buf *b, int n, const char *one, const char *many)
{
	buf_fmt(b, "%d file%s", n, n == 1 ? one : many);
}

/* Say how much a spool holds, and how to empty it. */
static void put_spool(const struct spool_record *r, double now,
	const struct status_look *look, struct buf *b)
{
	char when[32];
	struct buf text;

	buf_init(&text, TEXT_ROOM);
	buf_fmt(&text, "Spool of %s, %s: ", r->host,
		ago(now - r->at, when, sizeof when));
	if (r->waiting) {
		put_files(&text, r->waiting, " waits", "s wait");
		buf_fmt(&text, " for a retry%s", r->set_aside ? ", " : "");
	}
	if (r->set_aside) {
		put_files(&text, r->set_aside, " is", "s are");
		buf_fmt(&text, " set aside in %s", r->folder);
	}
	for (int i = 0; i < r->n_files; i++)
		buf_fmt(&text, "%s%s", i ? ", " : ": ", r->files[i]);
	phrase_and_more(&text, (size_t)r->n_files, (size_t)r->set_aside);
	if (r->set_aside)
		buf_str(&text, ". mcp-aggregate ingest <FILE says what is "
			       "wrong with it; then remove it, or move it to "
			       "the folder above for a retry.");
	put_plain(text.p, look);
	status_wrap(b, look->width, 0, text.p);
	buf_release(&text);
}

/* A clock that was ahead, for as long as people may ask. */
static void put_jump(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	char found[32], to[CLOCK_RFC3339];
	struct buf text;

	if (!(st->now - st->jumped_at < JUMP_SHOWN_S))
		return;
	buf_init(&text, TEXT_ROOM);
	clock_rfc3339((int64_t)st->jumped_to, to);
	buf_fmt(&text,
		"clock_jumped: a clock was ahead and published verdicts up to "
		"%s; found %s. They are ignored.",
		to, ago(st->now - st->jumped_at, found, sizeof found));
	status_wrap(b, look->width, 0, text.p);
	buf_release(&text);
}

/* Lines of lists that give no server, and why. */
static void put_left_out(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	size_t n = st->n_left_out, named = 0;
	struct buf text;

	if (!n)
		return;
	buf_init(&text, TEXT_ROOM);
	buf_fmt(&text, "Left out of the lists: %zu server%s", n,
		n == 1 ? "" : "s");
	for (; named < n && named < CONF_LEFT_OUT_NAMED; named++) {
		const struct conf_left_out *l = &st->left_out[named];

		buf_fmt(&text, "%s%s%s%s: %s", named ? "; " : ": ",
			l->slug ? l->slug : "", l->slug ? ", " : "", l->at,
			l->why);
	}
	if (n > named)
		buf_fmt(&text, "; and %zu more", n - named);
	put_plain(text.p, look);
	status_wrap(b, look->width, 0, text.p);
	buf_release(&text);
}

static void put_pipeline(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	struct buf text;

	buf_init(&text, TEXT_ROOM);
	put_stages(st, &text);
	status_wrap(b, look->width, 0, text.p);
	buf_clear(&text);
	put_undelivered(st, &text);
	status_wrap(b, look->width, 0, text.p);
	buf_release(&text);
	put_jump(st, look, b);
	put_left_out(st, look, b);
	for (size_t i = 0; i < st->n_spools; i++)
		put_spool(&st->spools[i], st->now, look, b);
	put_runners(st, look, b);
}

/* ---- The whole screen. */

/* The first line: when, and how many of each state. */
static void put_count(const struct status *st, int width, struct buf *out)
{
	int count[STATUS_STATES] = {0};
	const char *sep = ": ";
	char text[256], when[CLOCK_RFC3339];
	size_t n;

	for (size_t i = 0; i < st->n; i++)
		count[status_state(&st->servers[i], st->now)]++;
	clock_rfc3339((int64_t)floor(st->now), when);
	n = (size_t)snprintf(text, sizeof text, "%s %zu server%s", when, st->n,
		st->n == 1 ? "" : "s");
	for (int i = 0; i < STATUS_STATES; i++) {
		if (!count[i])
			continue;
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%d %s", sep,
			count[i], status_state_name((enum status_state)i));
		sep = ", ";
	}
	status_wrap(out, width, 0, text);
}

void status_text(
	const struct status *st, const struct status_look *look, struct buf *b)
{
	put_count(st, look->width, b);
	buf_fmt(b, "\n%-*s  %-*s  %-*s  %6s  %6s  %d HOURS\n", SLUG, "SERVER",
		STATE, "STATE", REGIONS, "REGIONS", "UP 30D", "P95",
		hours_shown(look));
	for (size_t i = 0; i < st->n; i++)
		put_server(&st->servers[i], st->now, look, b);
	buf_char(b, '\n');
	put_pipeline(st, look, b);
}
