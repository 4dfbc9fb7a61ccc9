/*
 * status_page_days.c: the days behind the bars, as a list that is folded up: what
 * a bar shows by its colour and its height, in words, for the keyboard, for
 * fingers and for those who do not see it. Days without anything to tell are one
 * line for as long as they last, so that the list is short.
 */
#include "pages/status_page.h"

#include "base/clock.h"
#include "data/brand.h"
#include "data/incident_words.h"
#include "data/page_data.h"
#include "pages/history_page.h"
#include "pages/html.h"
#include "pages/incident_page.h"

#include <math.h>

#define DAY_S 86400
/* So many incidents of a day are named; the page of the month has them all. */
#define NAMED 5

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

static void put_date(struct html *b, const char *slug, int64_t day)
{
	html_str(b, "<a href=\"");
	history_page_day(b, slug, day);
	html_str(b, "\">");
	html_day(b, day);
	html_str(b, "</a>");
}

static const char *class_of(const struct history_day *d)
{
	return history_unplanned(d)		? "down"
		: d->minutes[VERDICT_AMBER]	? "part"
		: d->planned			? "work"
		: history_known(d)		? "up"
						: "none";
}

static void put_incidents(struct html *b, const struct status_page *s,
	const struct places *places, int64_t day)
{
	const struct incidents *l = &s->data->incidents;
	size_t all = count_incidents(l, day), n = 0;

	for (size_t i = 0; i < l->n && n < NAMED; i++) {
		if (!touches(&l->v[i], day))
			continue;
		html_str(b, n++ ? ", <a href=\"" : ". Incidents: <a href=\"");
		incident_page_path(&b->out, s->slug, &l->v[i]);
		html_fmt(b, "\">%s</a>",
			incident_words_title(&l->v[i], places));
	}
	if (all > n)
		html_fmt(b, " and %zu more", all - n);
}

/* n days from this one back, which are alike where they are several. */
static void put_days(struct html *b, const struct status_page *s,
	const struct places *places, int ago, int n)
{
	const struct history *p = &s->data->history;
	const struct history_day *d = &p->days[ago];
	double uptime = history_uptime(d, n, s->brand->maintenance_counts);

	html_str(b, "<li><span>");
	if (n > 1) {
		put_date(b, s->slug, p->today - ago - n + 1);
		html_str(b, " to ");
	}
	put_date(b, s->slug, p->today - ago);
	html_str(b, "</span> <span>");
	html_icon(b, class_of(d));
	html_char(b, ' ');
	status_page_minutes(b, d);
	if (!isnan(uptime))
		html_fmt(b, ", %.2f&#8239;%% uptime", uptime);
	put_incidents(b, s, places, p->today - ago);
	html_str(b, "</span></li>\n");
}

/* The newest first, by month. */
void status_page_day_list(struct html *b, const struct status_page *s,
	const struct places *places, int bad)
{
	int64_t today = s->data->history.today;
	int month = -1, n;

	html_str(b, "<details class=\"day-list\"><summary>Day by day: ");
	if (bad)
		html_fmt(b, "%d day%s with problems", bad, bad == 1 ? "" : "s");
	else
		html_str(b, "no problems");
	html_str(b, "</summary>\n");
	for (int ago = 0; ago < HISTORY_DAYS; ago += n) {
		if (month_of_day(today - ago) != month) {
			html_str(b, month < 0 ? "<h3>" : "</ul>\n<h3>");
			month = month_of_day(today - ago);
			history_page_month(b, s->slug, month);
			html_str(b, "</h3>\n<ul>\n");
		}
		n = run_of(s->data, ago);
		put_days(b, s, places, ago, n);
	}
	html_str(b, "</ul></details>\n");
}
