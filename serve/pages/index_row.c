#include "pages/index_row.h"

#include "pages/html.h"
#include "pages/index_page.h"

#include <math.h>
#include <string.h>

/* The pitch of the bars of days, of which a bar takes three quarters. */
#define PITCH 4
/* Where the bars stand, see put_bars. */
#define FOOT 16

/* ---- Links to other lists. */

static void put_parameter(struct html *b, const char **before, const char *name,
	const char *value)
{
	if (!*value)
		return;
	html_fmt(b, "%s%s=", *before, name);
	escape_put_query(&b->out, value);
	*before = "&amp;";
}

void index_row_address(struct html *b, const struct index_query *q)
{
	const char *before = "?";

	put_parameter(b, &before, "state",
		q->state < 0 ? ""
			     : condition_name((enum condition_state)q->state));
	put_parameter(b, &before, "q", q->text);
	put_parameter(b, &before, "group", q->group);
	put_parameter(b, &before, "tag", q->tag);
	put_parameter(b, &before, "sort", index_sort_name(q->sort));
	if (*before == '?')
		html_char(b, '?');
}

static void put_label(struct html *b, const char *class, const char *text,
	const struct index_page *page, const struct index_query *query)
{
	if (page->is_file) {
		html_fmt(b, "<span class=\"%s\">", class);
		escape_put(b, text);
		html_str(b, "</span> ");
		return;
	}
	html_fmt(b, "<a class=\"%s\" href=\"", class);
	index_row_address(b, query);
	html_str(b, "\">");
	escape_put(b, text);
	html_str(b, "</a> ");
}

/* The group and the tags, each with all servers that have it. */
static void put_labels(struct html *b, const struct index_entry *e,
	const struct index_page *page)
{
	const char *tags = e->row.tags;
	struct index_query query = {.state = -1};
	char tag[INDEX_TEXT];

	if (!*e->row.group && !*tags)
		return;
	html_str(b, "<span class=\"labels\">");
	if (*e->row.group) {
		snprintf(query.group, sizeof query.group, "%s", e->row.group);
		put_label(b, "group", e->row.group, page, &query);
		*query.group = '\0';
	}
	while (index_tag(&tags, tag)) {
		snprintf(query.tag, sizeof query.tag, "%s", tag);
		put_label(b, "tag", tag, page, &query);
	}
	html_str(b, "</span>");
}

/* ---- The days. */

/* A bar is as high as the day was bad: colour is not the only sign. */
static const struct kind {
	char letter;
	const char *class, *words;
	int high;
} kinds[] = {
	{LISTING_DAY_DOWN, "down", "not working at times", 16},
	{LISTING_DAY_PART, "part", "partly working at times", 12},
	{LISTING_DAY_WORK, "work", "not working for maintenance", 10},
	{LISTING_DAY_UP, "up", "working", 7},
	{LISTING_DAY_NONE, "none", "without data", 2},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* All bars of a kind are one line with gaps, a piece for each run of days. */
static void put_bars(struct html *b, const char *days, const struct kind *k)
{
	const char *p = days;

	html_fmt(b, "<path class=\"%s\" d=\"", k->class);
	while ((p = strchr(p, k->letter))) {
		char run[] = {k->letter, '\0'};
		size_t n = strspn(p, run);

		html_fmt(b, "M%zu %dh%zu", PITCH * (size_t)(p - days),
			FOOT - k->high / 2, PITCH * n - 1);
		p += n;
	}
	html_str(b, "\"/>");
}

static size_t count(const char *days, char letter)
{
	size_t n = 0;

	for (; *days; days++)
		n += *days == letter;
	return n;
}

static void put_days(struct html *b, const char *days)
{
	const char *comma = "";

	html_fmt(b, "<svg class=\"strip\" viewBox=\"0 0 %d %d\" role=\"img\" "
		   "aria-label=\"%d days: ",
		PITCH * LISTING_DAYS, FOOT, LISTING_DAYS);
	for (size_t i = 0; i < KINDS; i++) {
		size_t n = count(days, kinds[i].letter);

		if (!n)
			continue;
		html_fmt(b, "%s%zu %s", comma, n, kinds[i].words);
		comma = ", ";
	}
	html_str(b, "\">");
	for (size_t i = 0; i < KINDS; i++)
		if (count(days, kinds[i].letter))
			put_bars(b, days, &kinds[i]);
	html_str(b, "</svg>");
}

/* ---- */

static void put_since(struct html *b, const struct index_item *item, double now)
{
	enum condition_state state = item->condition.state;
	int64_t since = item->e->since;

	if (since < item->condition.since)
		since = item->condition.since;
	if (!since)
		return;
	html_fmt(b, "<small>%s ",
		state == CONDITION_STALE ? "last result" : "since");
	html_time(b, since, now);
	html_str(b, "</small>");
}

/* What runs is the state of the row; what is announced stands beside it. */
static void put_work(struct html *b, const struct index_item *item, double now)
{
	if (item->condition.state == CONDITION_MAINTENANCE ||
		(double)item->work <= now)
		return;
	html_str(b, "<small class=\"text-work\">Maintenance from ");
	html_time(b, item->work, now);
	html_str(b, "</small>");
}

/* A figure that is not known leaves its column empty. */
static void put_figure(
	struct html *b, const char *format, double v, const char *name)
{
	html_str(b, "<span class=\"figure\">");
	if (!isnan(v)) {
		html_fmt(b, format, v);
		html_fmt(b, " <small>%s</small>", name);
	}
	html_str(b, "</span>");
}

void index_row_put(struct html *b, const struct index_item *item,
	const struct index_page *page)
{
	const struct index_entry *e = item->e;
	struct word w = html_condition(item->condition);

	html_fmt(
		b, "<li><span class=\"name\"><a href=\"/status/%s\">", e->slug);
	escape_put(b, index_name(e));
	html_str(b, "</a>");
	put_labels(b, e, page);
	html_str(b, "</span><span class=\"how\"><span class=\"state\">");
	html_icon(b, w.class);
	html_str(b, "<span>");
	escape_whole(b, item->sentence ? item->sentence : w.text);
	html_str(b, "</span></span>");
	put_since(b, item, page->checks.now);
	put_work(b, item, page->checks.now);
	html_str(b, "</span>");
	put_days(b, item->days);
	put_figure(b, "%.2f%%", e->row.uptime_30d, "uptime");
	put_figure(b, "%.0f ms", e->row.p95_ms, "p95");
	html_str(b, "</li>\n");
}
