/* SPDX-License-Identifier: MIT */
/*
 * status_page_history.c: the past on the status page: the bars of 90 days, and
 * the curves of 24 hours. Both drawings are stretched to the width of the page,
 * so words stand beside them, and each can be read as text, too. Behind the
 * bars stands a list of days that is folded up, for the keyboard, for fingers
 * and for those who do not see colours and heights. Days without anything to
 * tell are one line for as long as they last, so that the list is short.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "data/entries.h"
#include "data/history.h"
#include "data/page_data.h"
#include "pages/html.h"
#include "records/listing_row.h"
#include "words/words.h"

#include <inttypes.h>
#include <math.h>

#define DAY_S 86400
/* How many incidents of a day are named; the page of the month has them all. */
#define NAMED 5

const struct day_kind day_kinds[DAY_KINDS] = {
	{LISTING_DAY_DOWN, "down", "not working at times", 16},
	{LISTING_DAY_PART, "part", "partly working at times", 13},
	{LISTING_DAY_WORK, "work", "not working for maintenance", 11},
	{LISTING_DAY_UP, "up", "working", 9},
	{LISTING_DAY_NONE, "none", "without data", 2},
};

static char letter_of(const struct history_day *d)
{
	return history_unplanned(d)		? LISTING_DAY_DOWN
		: d->minutes[VERDICT_AMBER]	? LISTING_DAY_PART
		: d->planned			? LISTING_DAY_WORK
		: history_known(d)		? LISTING_DAY_UP
						: LISTING_DAY_NONE;
}

/* The worst of a day. */
static const struct day_kind *day_kind_of(const struct history_day *d)
{
	size_t i = 0;

	while (i + 1 < DAY_KINDS && day_kinds[i].letter != letter_of(d))
		i++;
	return &day_kinds[i];
}

void day_legend_put(struct html *b)
{
	html_fmt(b, "<p class='legend dim'><span>Each bar is a day in its "
		   "worst state, the newest on the right:</span> ");
	for (size_t i = DAY_KINDS; i--;)
		html_fmt(b,
			"<span><svg class='day-key' viewBox='0 0 8 16' "
			"aria-hidden='true'><rect class='day-%s' y='%d' "
			"width='8' height='%d'/></svg> %s</span> ",
			day_kinds[i].class, DAY_HIGH - day_kinds[i].high,
			day_kinds[i].high, day_kinds[i].words);
	html_fmt(b, "</p>\n");
}

static int month_of_day(int64_t day)
{
	return month_of((double)(day * DAY_S));
}

static bool touches(const struct incident *in, int64_t day)
{
	return in->started_at < (day + 1) * DAY_S &&
		(!in->ended_at || in->ended_at >= day * DAY_S);
}

static size_t count_incidents(const struct incidents *l, int64_t day)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += touches(&l->v[i], day);
	return n;
}

/* Whether there is nothing to say of a day but that it worked, or is not known. */
static bool is_plain(const struct page_data *d, int ago)
{
	const struct history_day *day = &d->history.days[ago];

	return !history_trouble(day) && !day->planned && !day->unchecked &&
		!count_incidents(&d->incidents, d->history.today - ago);
}

/* How many days from this one back are one line: of one month, and alike. */
static int run_of(const struct page_data *d, int ago)
{
	const struct history *p = &d->history;
	int month = month_of_day(p->today - ago), n = 1;
	bool known = history_known(&p->days[ago]) > 0;

	if (!is_plain(d, ago))
		return 1;
	while (ago + n < HISTORY_DAYS && is_plain(d, ago + n) &&
		(history_known(&p->days[ago + n]) > 0) == known &&
		month_of_day(p->today - ago - n) == month)
		n++;
	return n;
}

/* How long a day's trouble lasted, in words. */
static void put_minutes(struct html *b, const struct history_day *d)
{
	const struct {
		int64_t minutes;
		const char *words;
	} parts[] = {{history_unplanned(d), "not working"},
		{d->minutes[VERDICT_AMBER], "partly working"},
		{d->planned, "not working for maintenance"},
		{d->unchecked, "not checked"}};
	const char *comma = "";

	if (!history_known(d) && !d->unchecked)
		html_fmt(b, "no data");
	else if (history_known(d) && !history_trouble(d) && !d->planned)
		html_fmt(b, d->unchecked ? "working, " : "working");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].minutes)
			continue;
		html_fmt(b, "%s%ls %s", comma, HTML_SPAN(60 * parts[i].minutes),
			parts[i].words);
		comma = ", ";
	}
}

static void put_date(struct html *b, const char *slug, int64_t day)
{
	html_fmt(b, "<a href='%ls'>%ls</a>", PATH_DAY(slug, day),
		HTML_DAY(day));
}

/* Up to NAMED incidents of a day, behind `before`, which is markup. */
static void put_incidents(struct html *b, const struct status_page *s,
	const struct places *places, int64_t day, const char *before)
{
	const struct incidents *l = &s->data->incidents;
	size_t all = count_incidents(l, day), n = 0;

	for (size_t i = 0; i < l->n && n < NAMED; i++) {
		if (!touches(&l->v[i], day))
			continue;
		html_fmt(b, "%ls<a href='%ls'>%s</a>",
			HTML_MARKUP(n++ ? ", " : before),
			PATH_INCIDENT(s->slug, &l->v[i]),
			incident_words_title(&l->v[i], places));
	}
	phrase_and_more(&b->out, n, all);
}

/* n days from this one back, which are alike where they are several. */
static void put_days(struct html *b, const struct status_page *s,
	const struct places *places, int ago, int n)
{
	const struct history *p = &s->data->history;
	const struct history_day *d = &p->days[ago];
	double uptime = history_uptime(d, n, s->brand->maintenance_counts);

	html_fmt(b, "<li><span>");
	if (n > 1) {
		put_date(b, s->slug, p->today - ago - n + 1);
		html_fmt(b, " to ");
	}
	put_date(b, s->slug, p->today - ago);
	html_fmt(b, "</span> <span>%ls ", HTML_ICON(day_kind_of(d)->class));
	put_minutes(b, d);
	if (!isnan(uptime))
		html_fmt(b, ", %.2f&#8239;%% uptime", uptime);
	put_incidents(b, s, places, p->today - ago, ". Incidents: ");
	html_fmt(b, "</span></li>\n");
}

/* The newest first, by month. */
static void put_day_list(struct html *b, const struct status_page *s,
	const struct places *places, int bad)
{
	int64_t today = s->data->history.today;
	int month = -1, n;

	html_fmt(b, "<details class='day-list'><summary>Day by day: ");
	if (bad)
		html_fmt(b, "%d day%s with problems", bad, bad == 1 ? "" : "s");
	else
		html_fmt(b, "no problems");
	html_fmt(b, "</summary>\n");
	for (int ago = 0; ago < HISTORY_DAYS; ago += n) {
		if (month_of_day(today - ago) != month) {
			html_fmt(b, month < 0 ? "<h3>" : "</ul>\n<h3>");
			month = month_of_day(today - ago);
			paths_month(b, s->slug, month, "", "");
			html_fmt(b, "</h3>\n<ul>\n");
		}
		n = run_of(s->data, ago);
		put_days(b, s, places, ago, n);
	}
	html_fmt(b, "</ul></details>\n");
}

#define CHART_HOUR 30
#define CHART_BAR 22
#define CHART_WIDTH (HISTORY_HOURS * CHART_HOUR)
#define CHART_HEIGHT 120

/*
 * A bar with a card, which shows while a pointer is over it, or a finger or the
 * keyboard has chosen it: no script is needed. Those who do not see the bars
 * have the list below; days without anything to tell would only be in their way.
 */
static void put_bar(struct html *b, const struct status_page *s,
	const struct places *places, int ago)
{
	const struct history *p = &s->data->history;
	const struct history_day *d = &p->days[ago];
	int64_t day = p->today - ago;
	const char *class = day_kind_of(d)->class;

	if (is_plain(s->data, ago)) {
		html_fmt(b,
			"<li class='day-%s' aria-hidden='true'><div><b>%ls</b> ",
			class, HTML_DAY(day));
		put_minutes(b, d);
		html_fmt(b, "</div></li>\n");
		return;
	}
	html_fmt(b, "<li class='day-%s'><button type='button' aria-label='%ls'>"
		   "</button><div><b>",
		class, HTML_DAY(day));
	put_date(b, s->slug, day);
	html_fmt(b, "</b> ");
	put_minutes(b, d);
	put_incidents(b, s, places, day, "<br>");
	html_fmt(b, "</div></li>\n");
}

struct sums {
	/* Minutes; red without planned. */
	int64_t red, amber, planned, unchecked;
	int days, bad; /* of which anything is known; that had trouble */
	double uptime; /* percent; NAN where it is not known */
	int64_t young; /* see history_young */
};

static struct sums add_up(
	const struct history_day *days, int n, bool planned_counts)
{
	struct sums s = {.uptime = history_uptime(days, n, planned_counts),
		.young = history_young(days, n)};

	for (int i = 0; i < n; i++) {
		const struct history_day *d = &days[i];

		s.red += history_unplanned(d);
		s.amber += d->minutes[VERDICT_AMBER];
		s.planned += d->planned;
		s.unchecked += d->unchecked;
		s.days += history_known(d) > 0;
		s.bad += history_trouble(d);
	}
	return s;
}

static void put_sum(struct html *b, const char *words, int64_t minutes)
{
	if (minutes)
		html_fmt(b, "%s%ls", words, HTML_SPAN(60 * minutes));
}

static void put_sums(struct html *b, const struct sums *s, bool planned_counts)
{
	if (isnan(s->uptime)) {
		html_fmt(b, "No data yet.");
		return;
	}
	if (s->young)
		html_fmt(b, "%ls of data", HTML_SPAN(60 * s->young));
	else
		html_fmt(b, "%.2f&#8239;%% uptime in %d day%s of data",
			s->uptime, s->days, s->days == 1 ? "" : "s");
	put_sum(b, ", not working for ", s->red);
	put_sum(b, ", partly working for ", s->amber);
	put_sum(b, ", in maintenance for ", s->planned);
	if (s->planned)
		html_fmt(b, planned_counts ? " (counts as not working)"
					  : " (does not count)");
	put_sum(b, ", not checked for ", s->unchecked);
	if (s->unchecked)
		html_fmt(b, " (does not count)");
	html_fmt(b, ".");
}

void status_page_sums(struct html *b, const struct status_page *page,
	const struct history_day *days, int n)
{
	bool counts = page->brand->maintenance_counts;
	struct sums s = add_up(days, n, counts);

	put_sums(b, &s, counts);
}

void status_page_days(struct html *b, const struct status_page *page,
	const struct places *places)
{
	const struct page_data *d = page->data;
	bool counts = page->brand->maintenance_counts;
	struct sums s = add_up(d->history.days, HISTORY_DAYS, counts);

	html_fmt(b, "<section><h2>90 days</h2>\n<p>");
	put_sums(b, &s, counts);
	html_fmt(b, "</p>\n<ol class='days'>\n");
	for (int i = HISTORY_DAYS - 1; i >= 0; i--)
		put_bar(b, page, places, i);
	html_fmt(b,
		"</ol>\n<p class='axis'><span>%ls</span><span>today, UTC"
		"</span></p>\n",
		HTML_DAY(d->history.today - HISTORY_DAYS + 1));
	day_legend_put(b);
	if (s.days)
		put_day_list(b, page, places, s.bad);
	html_fmt(b, "</section>\n");
}

/* Up to the next nice step, whose half is nice, too. */
static double round_up(double v)
{
	static const double steps[] = {1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10};
	double unit = pow(10, floor(log10(v)));
	size_t i = 0;

	while (i + 1 < sizeof steps / sizeof *steps && v > steps[i] * unit)
		i++;
	return steps[i] * unit;
}

static void put_column(
	struct html *b, const char *class, int i, double ms, double top)
{
	double high = CHART_HEIGHT * ms / top;

	html_fmt(b,
		"<rect class='%s' x='%d' y='%.1f' width='%d' height='%.1f'/>",
		class, i * CHART_HOUR + (CHART_HOUR - CHART_BAR) / 2,
		CHART_HEIGHT - high, CHART_BAR, high);
}

/* The median is inside the bar of p95; an hour without a probe has no bar. */
static void put_hour_bars(struct html *b, const struct history *p, double top)
{
	for (int i = 0; i < HISTORY_HOURS; i++) {
		int ago = HISTORY_HOURS - 1 - i;
		const struct history_hour *h = &p->hours[ago];

		if (isnan(h->p95_ms))
			continue;
		html_fmt(b, "<g><title>");
		times_clock(&b->out, (p->hour - ago) * 3600);
		html_fmt(b, " UTC: median %ls, p95 %ls</title>",
			HTML_MS(h->p50_ms), HTML_MS(h->p95_ms));
		put_column(b, "p95", i, h->p95_ms, top);
		put_column(b, "p50", i, h->p50_ms, top);
		html_fmt(b, "</g>\n");
	}
}

static void put_hours(struct html *b, const struct history *p)
{
	html_fmt(b, "<details><summary>As a table</summary><table><thead><tr>"
		   "<th scope='col'>From, " HTML_ZONE "</th>"
		   "<th scope='col'>median</th><th scope='col'>p95</th></tr>"
		   "</thead><tbody>\n");
	for (int i = 0; i < HISTORY_HOURS; i++) {
		const struct history_hour *h = &p->hours[i];

		html_fmt(b, "<tr><th scope='row'>%ls</th>",
			HTML_CLOCK((p->hour - i) * 3600));
		if (isnan(h->p95_ms))
			html_fmt(b, "<td>&ndash;</td><td>&ndash;</td></tr>\n");
		else
			html_fmt(b,
				"<td>%ls</td><td>%ls</td></tr>\n",
				HTML_MS(h->p50_ms), HTML_MS(h->p95_ms));
	}
	html_fmt(b, "</tbody></table></details>\n");
}

static void put_chart(struct html *b, const struct history *p, double top)
{
	html_fmt(b,
		"<p class='legend dim'><span><svg class='key' viewBox='0 0 8 8' "
		"aria-hidden='true'><rect class='p95' width='8' height='8'/>"
		"</svg> p95</span> <span><svg class='key' viewBox='0 0 8 8' "
		"aria-hidden='true'><rect class='p50' width='8' height='8'/>"
		"</svg> median</span></p>\n"
		"<div class='plot'><p class='scale dim'><span>%ls</span><span>"
		"%ls</span><span>0</span></p>\n"
		"<svg class='chart' viewBox='0 0 %d %d' "
		"preserveAspectRatio='none' role='img' aria-label='Response "
		"time of each of 24 hours; the table below has the numbers'>"
		"<path class='grid' d='M0 0h%dM0 %dh%dM0 %dh%d'/>\n",
		HTML_MS(top), HTML_MS(top / 2), CHART_WIDTH, CHART_HEIGHT,
		CHART_WIDTH, CHART_HEIGHT / 2, CHART_WIDTH, CHART_HEIGHT,
		CHART_WIDTH);
	put_hour_bars(b, p, top);
	html_fmt(b,
		"</svg>\n<p class='axis'><span>%ls</span><span>%ls</span>"
		"<span>%ls</span></p></div>\n",
		HTML_DATE_CLOCK((p->hour - HISTORY_HOURS + 1) * 3600),
		HTML_CLOCK((p->hour - HISTORY_HOURS / 2 + 1) * 3600),
		HTML_DATE_CLOCK(p->hour * 3600));
}

void status_page_latency(struct html *b, const struct page_data *d)
{
	double most = NAN;

	for (int i = 0; i < HISTORY_HOURS; i++)
		most = fmax(most, d->history.hours[i].p95_ms);
	html_fmt(b,
		"<section><h2>Response time, last 24 hours, " HTML_ZONE
		"</h2>\n");
	if (most > 0) {
		put_chart(b, &d->history, round_up(most));
		put_hours(b, &d->history);
	} else {
		html_fmt(b, "<p>No responses measured.</p>\n");
	}
	html_fmt(b, "</section>\n");
}
