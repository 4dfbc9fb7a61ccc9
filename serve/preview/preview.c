/* SPDX-License-Identifier: MIT */
/*
 * preview.c: where everything stands in the image. It is also seen in a quarter of
 * its size, so the state is as large as the name, and has an icon, and no more
 * than a few words are small.
 */
#include "preview/preview.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/condition.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "pages/html.h"
#include "pages/pages.h"
#include "preview/canvas.h"
#include "words/words.h"

#include <math.h>

#define DAY_S 86400
#define LEFT 60
#define ROOM (PREVIEW_WIDTH - 2 * LEFT)
#define BRAND_HEIGHT 14
#define SITE_Y 84
/* The name and the state are in the middle of what is between these. */
#define BLOCK_TOP 112
#define BLOCK_BOTTOM 380
#define LINE_PITCH 64
#define NAME_GAP 10
#define LINES 4
#define NAME_LINES 2
#define STATE_LINES 3
/* From its line to the top of a capital letter. */
#define CAPITAL 41
#define ICON 48
#define ICON_ROOM 68
#define FOOT_Y 592
/* A line in small letters about an incident: a label, and a text. */
#define FACTS_Y 432
#define FACT_PITCH 50
#define LABEL_ROOM 150
#define FACT_LINES 2
/* 90 bars of 9 pixels, 3 apart. */
#define STRIP_Y 404
#define STRIP_HEIGHT 76
#define STRIP_LEAST 12
#define BAR_PITCH (ROOM / HISTORY_DAYS)
#define BAR_WIDTH 9
#define TICK_GAP 6
#define TICK_DOWN 20
#define TICK_PART 9
#define STRIP_WORDS_Y 540
#define NOT_KNOWN_LEVEL 7
/* The most places of an incident that are named. */
#define NAMED 4
/* Bytes of a sentence. */
#define SENTENCE_MAX 4096

/* Pictures, which a name can do without. */
static bool is_pictograph(uint32_t c)
{
	return c == 0x20e3 || (c >= 0x2300 && c <= 0x23ff) ||
		(c >= 0x2460 && c <= 0x27bf) || (c >= 0x2900 && c <= 0x2bff) ||
		(c >= 0x1f000 && c <= 0x1faff);
}

/*
 * Write a name to out as it can be drawn: without what shows nothing, without
 * pictographs, and without the spaces around them. False where a letter cannot be
 * drawn, or nothing is left.
 */
static bool drawable(const char *name, struct buf *out)
{
	char clean[TEXT_SIZE];
	size_t n, len;

	n = text_clean(name, strlen(name), clean, sizeof clean, TEXT_MAX);
	for (const char *p = clean; n; p += len, n -= len) {
		uint32_t c;

		len = text_utf8(p, n, &c);
		if (!len)
			return false;
		if (text_unseen(c) || is_pictograph(c) ||
			(c == ' ' && (!out->len || out->p[out->len - 1] == ' ')))
			continue;
		buf_add(out, p, len);
	}
	return out->len && font_has(out->p);
}

/* The name of the server; its slug where that cannot be drawn. */
static void put_name(struct buf *b, const struct status_page *s)
{
	if (s->server->title && drawable(s->server->title, b))
		return;
	buf_clear(b);
	buf_str(b, s->slug);
}

static void draw_line(struct canvas *c, enum font f, int x, int y,
	const char *s, const struct font_line *line, enum colour colour)
{
	canvas_text(c, f, x, y, s + line->start, line->n, colour);
	if (line->cut)
		canvas_text(c, f, x + font_width(f, s + line->start, line->n), y,
			FONT_ELLIPSIS, strlen(FONT_ELLIPSIS), colour);
}

/* The name of the site; its host where that cannot be drawn. */
static void draw_site(struct canvas *c, const struct brand *brand)
{
	struct font_line line;
	struct buf name;
	const char *host;

	canvas_box(c, (struct box) {0, 0, PREVIEW_WIDTH, BRAND_HEIGHT},
		COLOUR_BRAND, FONT_LEVELS - 1);
	buf_init(&name, TEXT_SIZE);
	if (!drawable(brand->title, &name)) {
		buf_clear(&name);
		host = strstr(brand->url, "://");
		host = host ? host + 3 : "";
		buf_add(&name, host, strcspn(host, "/"));
	}
	if (font_wrap(FONT_TEXT, name.p, ROOM, &line, 1))
		draw_line(c, FONT_TEXT, LEFT, SITE_Y, name.p, &line,
			COLOUR_DIM);
	buf_release(&name);
}

/* The name, and the state with its icon; the name has the lines that are left. */
static void draw_block(struct canvas *c, const char *name, const char *state,
	const char *class)
{
	struct font_line names[NAME_LINES], states[STATE_LINES];
	size_t n_states = font_wrap(FONT_HEADLINE, state, ROOM - ICON_ROOM,
		states, STATE_LINES);
	size_t most = LINES - n_states;
	size_t n_names = font_wrap(FONT_HEADLINE, name, ROOM, names,
		most < NAME_LINES ? most : NAME_LINES);
	int height = (int)(n_names + n_states - 1) * LINE_PITCH + NAME_GAP +
		CAPITAL;
	int y = (BLOCK_TOP + BLOCK_BOTTOM - height) / 2 + CAPITAL;

	for (size_t i = 0; i < n_names; i++, y += LINE_PITCH)
		draw_line(c, FONT_HEADLINE, LEFT, y, name, &names[i],
			COLOUR_TEXT);
	y += NAME_GAP;
	canvas_icon(c, class, LEFT, y - CAPITAL - (ICON - CAPITAL) / 2, ICON);
	for (size_t i = 0; i < n_states; i++, y += LINE_PITCH)
		draw_line(c, FONT_HEADLINE, LEFT + ICON_ROOM, y, state,
			&states[i], canvas_colour(class));
}

/* "29 Apr 2026, 20:31". */
static void put_time(struct buf *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	times_day(b, t / DAY_S);
	buf_fmt(b, " %.4s, %.5s", s, s + 11);
}

static void draw_right(struct canvas *c, int y, const char *s)
{
	canvas_text(c, FONT_TEXT,
		PREVIEW_WIDTH - LEFT - font_width(FONT_TEXT, s, strlen(s)), y,
		s, strlen(s), COLOUR_DIM);
}

static void draw_as_of(struct canvas *c, const struct view *v)
{
	struct buf b;

	if (v->freshness == VIEW_NONE)
		return;
	buf_init(&b, SENTENCE_MAX);
	buf_str(&b, v->freshness == VIEW_FRESH ? "As of " : "Last checked ");
	put_time(&b, v->as_of);
	buf_str(&b, " UTC");
	canvas_text(c, FONT_TEXT, LEFT, FOOT_Y, b.p, b.len, COLOUR_DIM);
	buf_release(&b);
}

static void draw_uptime(struct canvas *c, const struct view *v)
{
	char text[48];

	if (v->freshness != VIEW_FRESH || isnan(v->uptime_30d))
		return;
	snprintf(text, sizeof text, "%.2f%% uptime, 30 days", v->uptime_30d);
	draw_right(c, FOOT_Y, text);
}

/* How high a part of a bar is: short trouble must still be seen. */
static int part_height(int64_t minutes, int64_t known, int most)
{
	int h = (int)(STRIP_HEIGHT * minutes / known);

	if (minutes > 0 && h < STRIP_LEAST)
		h = STRIP_LEAST;
	return h < most ? h : most;
}

static void draw_day(struct canvas *c, const struct history_day *d, int x)
{
	int64_t known = history_known(d);
	bool ticked = false;
	int foot = STRIP_Y + STRIP_HEIGHT;
	struct box part = {.x = x, .y = foot, .width = BAR_WIDTH};
	const struct {
		int64_t minutes;
		enum colour colour;
		int tick;
	} parts[] = {
		{d->minutes[VERDICT_RED] - d->planned, COLOUR_DOWN, TICK_DOWN},
		{d->minutes[VERDICT_AMBER], COLOUR_PART, TICK_PART},
		{d->planned, COLOUR_WORK, 0},
	};

	if (!known) {
		part.height = STRIP_LEAST;
		part.y -= part.height;
		canvas_box(c, part, COLOUR_NONE, NOT_KNOWN_LEVEL);
		return;
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		part.height = part_height(
			parts[i].minutes, known, part.y - STRIP_Y);
		if (part.height <= 0)
			continue;
		part.y -= part.height;
		canvas_box(c, part, parts[i].colour, FONT_LEVELS - 1);
		if (!ticked && parts[i].tick)
			canvas_box(c,
				(struct box) {x, foot + TICK_GAP, BAR_WIDTH,
					parts[i].tick},
				parts[i].colour, FONT_LEVELS - 1);
		ticked = true;
	}
	canvas_box(c, (struct box) {x, STRIP_Y, BAR_WIDTH, part.y - STRIP_Y},
		COLOUR_UP, FONT_LEVELS - 1);
}

/* The bars of 90 days as on the page: trouble is at the foot, a tick below. */
static void draw_strip(struct canvas *c, const struct history *p)
{
	static const char today[] = "today, UTC";
	struct buf first;

	for (int i = 0; i < HISTORY_DAYS; i++)
		draw_day(c, &p->days[HISTORY_DAYS - 1 - i],
			LEFT + i * BAR_PITCH);
	buf_init(&first, 64);
	times_day(&first, p->today - HISTORY_DAYS + 1);
	canvas_text(c, FONT_TEXT, LEFT, STRIP_WORDS_Y, first.p, first.len,
		COLOUR_DIM);
	buf_release(&first);
	draw_right(c, STRIP_WORDS_Y, today);
}

/*
 * The sentence of the page. Where the name of a place in it cannot be drawn, it
 * names none.
 */
static void put_sentence(struct buf *b, const struct status_page *s,
	struct condition condition)
{
	static const struct incidents none;
	static const struct tool_split no_split;
	static const struct places nowhere;
	struct condition_facts facts = status_page_facts(s);
	struct places places;

	places_read(&places, s->server, s->view);
	condition_put(b, condition, &facts, &places);
	if (!font_has(b->p)) {
		facts.incidents = &none;
		facts.tool_split = &no_split;
		buf_clear(b);
		condition_put(b, condition, &facts, &nowhere);
	}
	places_release(&places);
}

void preview_put(struct buf *b, const struct status_page *s)
{
	struct condition_facts facts = status_page_facts(s);
	struct condition condition = condition_of(&facts);
	struct buf name, sentence;
	struct canvas c;

	buf_init(&name, TEXT_SIZE);
	buf_init(&sentence, SENTENCE_MAX);
	put_name(&name, s);
	put_sentence(&sentence, s, condition);
	canvas_init(&c, PREVIEW_WIDTH, PREVIEW_HEIGHT, s->brand->colour);
	draw_site(&c, s->brand);
	draw_block(&c, name.p, sentence.p, html_condition(condition).class);
	draw_strip(&c, &s->data->history);
	draw_as_of(&c, s->view);
	draw_uptime(&c, s->view);
	canvas_put(b, &c);
	canvas_release(&c);
	buf_release(&name);
	buf_release(&sentence);
}

/* Returns where the next one stands. */
static int draw_fact(struct canvas *c, int y, const char *label, const char *s)
{
	struct font_line lines[FACT_LINES];
	size_t n = font_wrap(FONT_TEXT, s, ROOM - LABEL_ROOM, lines, FACT_LINES);

	canvas_text(c, FONT_TEXT, LEFT, y, label, strlen(label), COLOUR_DIM);
	for (size_t i = 0; i < n; i++, y += FACT_PITCH)
		draw_line(c, FONT_TEXT, LEFT + LABEL_ROOM, y, s, &lines[i],
			COLOUR_TEXT);
	return y;
}

/* Names of places; how many where there is no room for them, or no letters. */
static void put_where(struct buf *b, const struct status_page *s,
	const struct incident *in)
{
	const char (*names)[REGION_MAX + 1] =
		(const char (*)[REGION_MAX + 1])in->regions;
	struct places places;

	places_read(&places, s->server, s->view);
	places_put_where(b, &places, names, in->n_regions);
	if (!buf_ok(b) || !font_has(b->p) ||
		(in->n_regions > NAMED &&
			!places_all(&places, names, in->n_regions))) {
		buf_clear(b);
		buf_fmt(b, "%zu of %zu locations", in->n_regions, places.n);
	}
	places_release(&places);
}

/* "28 Apr 2026, 18:14 to 18:40 UTC, 26 min"; while it goes on, its beginning. */
static void put_when(struct buf *b, const struct incident *in)
{
	int64_t begin = in->started_at, end = in->ended_at;

	put_time(b, begin);
	if (end) {
		buf_str(b, " to ");
		if (end / DAY_S == begin / DAY_S)
			times_clock(b, end);
		else
			put_time(b, end);
	}
	buf_str(b, " UTC");
	if (end) {
		buf_str(b, ", ");
		times_span(b, (double)(end - begin));
	}
}

static void draw_facts(struct canvas *c, const struct status_page *s,
	const struct incident *in)
{
	struct buf text;
	int y = FACTS_Y;

	buf_init(&text, SENTENCE_MAX);
	if (in->n_regions) {
		put_where(&text, s, in);
		y = draw_fact(c, y, "Where", text.p);
		buf_clear(&text);
	}
	put_when(&text, in);
	draw_fact(c, y, in->ended_at ? "When" : "Since", text.p);
	buf_release(&text);
}

bool preview_put_incident(struct buf *b, const struct status_page *s,
	const char *id)
{
	const struct incident *in = incidents_find(&s->data->incidents, id);
	struct word state;
	struct buf name, what;
	struct places places;
	struct canvas c;

	if (!in)
		return false;
	state = incident_page_state(s, in);
	buf_init(&name, TEXT_SIZE);
	buf_init(&what, SENTENCE_MAX);
	places_read(&places, s->server, s->view);
	put_name(&name, s);
	buf_fmt(&what, "%s: %s", state.text, incident_words_title(in, &places));
	canvas_init(&c, PREVIEW_WIDTH, PREVIEW_HEIGHT, s->brand->colour);
	draw_site(&c, s->brand);
	draw_block(&c, name.p, what.p, state.class);
	draw_facts(&c, s, in);
	if (!in->ended_at)
		draw_as_of(&c, s->view);
	canvas_put(b, &c);
	canvas_release(&c);
	places_release(&places);
	buf_release(&name);
	buf_release(&what);
	return true;
}
