/*
 * status_screen_pipeline.c: the end of the screen of status_screen.h: whether the fleet
 * itself works.
 */
#include "commands/status_screen.h"

#include <math.h>
#include <string.h>

/* A stage that did not run for so long is late: what is published is stale. */
#define LATE_S STATUS_FRESH_S
#define REGION_SHOWN 20
#define TEXT_ROOM (256 * 1024)
/* Clocks of the machines that share a store differ by a little. */
#define AHEAD_S 2

static void put_warned(
	struct buf *b, const struct status_look *look, const char *text)
{
	if (look->colour)
		buf_fmt(b, "\033[1;31m%s\033[0m", text);
	else
		buf_str(b, text);
}

/* "12s ago", or "40s ahead" of this clock; at most 14 characters. */
static const char *ago(double s, char *out, size_t size)
{
	char age[STATUS_AGE];

	if (s < -AHEAD_S)
		snprintf(out, size, "%s ahead", status_age(-s, age));
	else
		snprintf(out, size, "%s ago", status_age(s, age));
	return out;
}

static void put_stages(const struct status *st, struct buf *b)
{
	char text[32];

	buf_str(b, "Last run: ");
	for (int i = 0; i < STATUS_STAGES; i++) {
		double age = st->now - st->stages[i];

		buf_fmt(b, "%s%s ", i ? ", " : "",
			status_stage_name((enum status_stage)i));
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
	char age[STATUS_AGE];

	if (fabs(s) < 0.05)
		buf_str(b, "0.0");
	else if (fabs(s) < 1000)
		buf_fmt(b, "%+.1f", s);
	else
		buf_fmt(b, "%c%s", s < 0 ? '-' : '+', status_age(fabs(s), age));
	if (unit && fabs(s) < 1000)
		buf_str(b, " s");
}

/*
 * What is certain, and no more: a clock that may be right is not warned of. A
 * record from ahead of our clock is certain too.
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

/* Fit for a terminal that knows ASCII only. */
static void put_plain(char *text, const struct status_look *look)
{
	for (; *text && !look->unicode; text++)
		if ((unsigned char)*text > 0x7e)
			*text = '?';
}

static void put_machine(const struct status_runner *r,
	const struct status_look *look, struct buf *b)
{
	char text[200];

	if (!*r->machine)
		return;
	snprintf(text, sizeof text,
		"one machine with %s, by its %s: they count as one reporter",
		r->machine, r->machine_by);
	status_wrap(b, look->width, 2, text);
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
	while (b->len && b->p[b->len - 1] == ' ')
		b->p[--b->len] = '\0';
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

/* What a spool keeps, and what to do about it. */
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
		buf_fmt(&text, " for a second try%s", r->set_aside ? ", " : "");
	}
	if (r->set_aside) {
		put_files(&text, r->set_aside, " is", "s are");
		buf_fmt(&text, " set aside in %s", r->folder);
	}
	for (int i = 0; i < r->n_files; i++)
		buf_fmt(&text, "%s%s", i ? ", " : ": ", r->files[i]);
	if (r->set_aside > r->n_files)
		buf_fmt(&text, " and %d more", r->set_aside - r->n_files);
	if (r->set_aside)
		buf_str(&text, ". mcp-aggregate ingest <FILE says what is wrong with "
			       "it; then remove it, or move it to the folder "
			       "above to have it tried again.");
	put_plain(text.p, look);
	status_wrap(b, look->width, 0, text.p);
	buf_release(&text);
}

void status_pipeline_text(
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
	for (size_t i = 0; i < st->n_spools; i++)
		put_spool(&st->spools[i], st->now, look, b);
	put_runners(st, look, b);
}
