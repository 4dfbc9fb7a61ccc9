/*
 * status_screen_server.c: one server of status_screen.h, as a line with what is to be said of
 * it below, and as JSON.
 */
#include "commands/status_screen.h"

#include "base/clock.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <string.h>

#define NOTES_MAX (64 * 1024)

/* A word that a colour makes stand out; nothing depends on the colour. */
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

static void put_slug(struct buf *b, const char *slug, int width, bool unicode)
{
	const char *dots = unicode ? "\xe2\x80\xa6" : "...";
	int cut = width - (unicode ? 1 : 3);

	if (strlen(slug) <= (size_t)width)
		buf_fmt(b, "%-*s", width, slug);
	else
		buf_fmt(b, "%.*s%s", cut, slug, dots);
}

static void put_dots(struct buf *b, const struct status_server *s,
	const struct status_look *look, size_t width)
{
	static const char *const codes[] = {"35", "32", "33", "1;31"};
	bool cut = s->n_regions > width;
	size_t n = cut ? width - 1 : s->n_regions;

	for (size_t i = 0; i < n; i++)
		put_painted(b, look, codes[s->regions[i].dot],
			dot_text(s->regions[i].dot, look->unicode));
	if (cut)
		buf_char(b, '+');
	for (n += cut; n < width; n++)
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

/* Bars as high as their part of the highest; an hour without any is blank. */
static void put_hours(struct buf *b, const double *hours, int n, bool unicode)
{
	static const char ascii[] = "_.-~=+*#";
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
		if (unicode) /* U+2581 and on */
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

/* ---- What is to be said of it. */

static void note_state(const struct status_server *s, double now, struct buf *b)
{
	enum status_state state = status_state(s, now);
	char age[STATUS_AGE];

	if (state == STATUS_UNJUDGED)
		buf_str(b, "never judged");
	else if (isnan(s->as_of))
		buf_str(b, "what is published cannot be read");
	else if (state == STATUS_STALE || state == STATUS_UNKNOWN)
		buf_fmt(b, "was %s %s%s", verdict_colour_name(s->colour),
			status_age(fabs(now - s->as_of), age),
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
}

static void note_silent(
	const struct status_server *s, double now, struct buf *b)
{
	const char *sep = "silent: ";
	char full[CLOCK_RFC3339], age[STATUS_AGE];

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct status_region *r = &s->regions[i];
		double past = now - r->newest;

		if (r->dot != DOT_SILENT)
			continue;
		buf_fmt(b, "%s%s ", sep, r->name);
		sep = ", ";
		if (isnan(r->newest)) {
			buf_str(b, "(never heard of)");
			continue;
		}
		clock_rfc3339((int64_t)floor(r->newest), full);
		buf_fmt(b, "since %.*s (%s%s)", past < 86400 ? 5 : 10,
			past < 86400 ? full + strlen("2026-04-29T") : full,
			status_age(fabs(past), age), past < 0 ? " ahead" : "");
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

void status_server_text(const struct status_server *s, double now,
	const struct status_look *look, const struct status_columns *c,
	struct buf *b)
{
	enum status_state state = status_state(s, now);
	const char *name = status_state_name(state);

	put_slug(b, s->slug, c->slug, look->unicode);
	buf_str(b, "  ");
	put_painted(b, look, state_paint(state), name);
	buf_fmt(b, "%*s", (int)(8 + 2 - strlen(name)), "");
	put_dots(b, s, look, (size_t)c->regions);
	if (isnan(s->uptime_30d))
		buf_fmt(b, "  %6s  ", "-");
	else
		buf_fmt(b, "  %6.2f  ", s->uptime_30d);
	put_ms(b, s->p95_ms);
	buf_str(b, "  ");
	put_hours(
		b, s->hours + STATUS_HOURS - c->hours, c->hours, look->unicode);
	trim(b);
	buf_char(b, '\n');
	put_notes(s, now, look->width, b);
}

/* ---- For scripts. */

static void put_region(const struct status_region *r, struct buf *b)
{
	static const char *const states[] = {
		"silent", "healthy", "auth-walled", "broken"};

	buf_str(b, "{\"region\":");
	json_put_str(b, r->name);
	buf_fmt(b, ",\"state\":\"%s\",\"newest\":", states[r->dot]);
	json_put_num(b, r->newest);
	buf_fmt(b, ",\"failing\":%s,\"tool_hash\":",
		r->failing ? "true" : "false");
	json_put_str(b, *r->hash ? r->hash : NULL);
	buf_char(b, '}');
}

void status_json(const struct status_server *s, double now, struct buf *b)
{
	bool known = s->published && !isnan(s->as_of);

	buf_fmt(b, "{\"v\":%d,\"type\":\"status\",\"slug\":", RECORD_VERSION);
	json_put_str(b, s->slug);
	buf_fmt(b, ",\"state\":\"%s\",\"verdict\":",
		status_state_name(status_state(s, now)));
	json_put_str(b, known ? verdict_colour_name(s->colour) : NULL);
	json_put_member(b, "tier", known ? tier_name(s->tier) : NULL);
	json_put_member(b, "step", known && s->step ? step_name(s->step) : "");
	buf_str(b, ",\"age_s\":");
	json_put_num(b, known ? round(now - s->as_of) : NAN);
	buf_fmt(b, ",\"reporters\":%d,\"divergence\":%s,\"regions\":[",
		s->reporters, s->tools_differ ? "true" : "false");
	for (size_t i = 0; i < s->n_regions; i++) {
		if (i)
			buf_char(b, ',');
		put_region(&s->regions[i], b);
	}
	buf_str(b, "],\"uptime_30d\":");
	json_put_num(b, s->uptime_30d);
	buf_str(b, ",\"p95_ms\":");
	json_put_num(b, round(s->p95_ms));
	buf_str(b, ",\"hours\":[");
	for (int i = 0; i < STATUS_HOURS; i++) {
		if (i)
			buf_char(b, ',');
		json_put_num(b, round(s->hours[i]));
	}
	buf_str(b, "]}\n");
}
