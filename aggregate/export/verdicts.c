/* SPDX-License-Identifier: MIT */
/*
 * verdicts.c: the published minutes of hours and days, and the newest verdict, which is
 * a row of one minute.
 */
#include "export/export.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const export_verdict_columns[] = {"slug", "span", "start", "month",
	"verdict", "step", "green", "amber", "red", "red_maintenance",
	"red_unchecked", "amber_unchecked", "minutes", "url", "regions", NULL};

#define DAY_MINUTES 1440
#define HOUR_MINUTES 60

/* How many minutes of a span are of each colour; the order of columns. */
enum { GREEN, AMBER, RED, RED_MAINTENANCE, RED_UNCHECKED, AMBER_UNCHECKED,
	COUNTS };

static const char *const names[COUNTS] = {"green", "amber", "red",
	"red-maintenance", "red-unchecked", "amber-unchecked"};

static void put_head(struct rows *r, const char *slug, int64_t span, int64_t start)
{
	rows_text(r, slug);
	rows_number(r, (double)span);
	rows_number(r, (double)start);
	rows_month(r, (double)start);
}

static void put_nothing(struct rows *r, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		rows_text(r, NULL);
}

/* The letters of a day, see key_counted; a day of an older version has none. */
static void read_letters(const char *text, char out[DAY_MINUTES + 1])
{
	size_t n = 0;

	memset(out, 'n', DAY_MINUTES);
	out[DAY_MINUTES] = '\0';
	if (!text || strncmp(text, "runs:", 5) != 0)
		return;
	for (text += 5; *text; text++) {
		char *end;
		unsigned long many = strtoul(text, &end, 10);

		if (end == text || !strchr("garun", *end) || !*end)
			return;
		for (; many && n < DAY_MINUTES; many--)
			out[n++] = *end;
		text = end;
	}
}

static void put_hour(struct rows *r, const char *slug, int64_t start,
	const char *day)
{
	const char *letters = day + start % CURSOR_DAY / 60;
	char minutes[HOUR_MINUTES + 1];
	double count[3] = {0};
	bool any = false;

	memcpy(minutes, letters, HOUR_MINUTES);
	minutes[HOUR_MINUTES] = '\0';
	for (size_t i = 0; i < HOUR_MINUTES; i++) {
		const char *at = strchr("gar", minutes[i]);

		any = any || minutes[i] != 'n';
		if (at)
			count[at - "gar"]++;
	}
	if (!any)
		return;
	put_head(r, slug, CURSOR_HOUR, start);
	put_nothing(r, 2);
	for (size_t i = 0; i < 3; i++)
		rows_number(r, count[i]);
	put_nothing(r, 3);
	rows_text(r, minutes);
	put_nothing(r, 2);
}

static int put_hours(struct export *e, const char *slug)
{
	char key[KEY_MAX], letters[DAY_MINUTES + 1];
	int64_t first, last, day;

	if (!cursor_spans(&e->cursor, CURSOR_HOUR, RETENTION_ROLLUP_S, &first,
		    &last))
		return 0;
	day = first / CURSOR_DAY;
	for (int64_t d = day; d <= last / CURSOR_DAY; d++)
		store_add(e->store, "GET", key_counted(key, slug, d), NULL);
	if (store_run(e->store))
		return store_failed(e->store);
	for (int64_t h = first; h <= last; h += CURSOR_HOUR) {
		if (h == first || h % CURSOR_DAY == 0)
			read_letters(store_text(store_reply(e->store,
					     (size_t)(h / CURSOR_DAY - day))),
				letters);
		put_hour(&e->rows, slug, h, letters);
	}
	return 0;
}

/* The counts of days from the first to the last one. */
struct days {
	int64_t first, n;
	double (*count)[COUNTS];
};

static void add_days(struct days *days, const struct store_reply *r)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);) {
		long long n = store_int(f.value, 0);
		char *end;
		int64_t day = strtoll(f.name, &end, 10) - days->first;

		if (n <= 0 || n > DAY_MINUTES)
			continue;
		if (*end != ':' || day < 0 || day >= days->n)
			continue;
		for (size_t k = 0; k < COUNTS; k++)
			if (strcmp(end + 1, names[k]) == 0)
				days->count[day][k] = (double)n;
	}
}

static int put_days(struct export *e, const char *slug)
{
	char key[KEY_MAX];
	const struct store_reply *r;
	int64_t first, last;
	struct days days;

	if (!cursor_spans(&e->cursor, CURSOR_DAY, RETENTION_MINUTES_S, &first,
		    &last))
		return 0;
	r = store_one(e->store, "HGETALL", key_minutes(key, slug), NULL);
	if (!r)
		return store_failed(e->store);
	days = (struct days) {.first = first / CURSOR_DAY,
		.n = (last - first) / CURSOR_DAY + 1};
	days.count = xcalloc((size_t)days.n, sizeof *days.count);
	add_days(&days, r);
	for (int64_t i = 0; i < days.n; i++) {
		const double *count = days.count[i];

		if (count[GREEN] + count[AMBER] + count[RED] <= 0)
			continue;
		put_head(&e->rows, slug, CURSOR_DAY, first + i * CURSOR_DAY);
		put_nothing(&e->rows, 2);
		for (size_t k = 0; k < COUNTS; k++)
			rows_number(&e->rows, count[k]);
		put_nothing(&e->rows, 3);
	}
	free(days.count);
	return 0;
}

/* The regions of a verdict by their names. */
static void put_keyed_regions(struct rows *r, const cJSON *list)
{
	const cJSON *o;
	struct buf b;

	buf_init(&b, ROWS_LINE_MAX);
	buf_char(&b, '{');
	cJSON_ArrayForEach(o, list)
	{
		if (!json_str(o, "region"))
			continue;
		json_put_key(&b, json_str(o, "region"));
		json_put(&b, o);
	}
	buf_char(&b, '}');
	rows_json(r, b.p, b.len);
	buf_release(&b);
}

static void put_verdict(struct export *e, const char *slug, const cJSON *doc)
{
	double window, published;
	struct rows *r = &e->rows;

	if (!json_num(doc, "window", &window) || !(window >= 0 && window < 1e11))
		return;
	if (json_num(doc, "published_at", &published) &&
		(published <= e->cursor.since || published > e->cursor.now))
		return;
	put_head(r, slug, 60, (int64_t)window);
	rows_text(r, json_str(doc, "verdict"));
	rows_text(r, json_str(doc, "step"));
	put_nothing(r, COUNTS + 1);
	rows_text(r, json_str(doc, "url"));
	put_keyed_regions(r, json_get(doc, "regions"));
}

static int put_newest(struct export *e, const char *slug)
{
	char key[KEY_MAX], why[JSON_WHY];
	const struct store_reply *r =
		store_one(e->store, "GET", key_verdict(key, slug), NULL);
	cJSON *doc;

	if (!r)
		return store_failed(e->store);
	doc = store_text(r) ? json_parse(store_text(r), store_size(r),
				      &json_record, why)
			    : NULL;
	if (doc)
		put_verdict(e, slug, doc);
	cJSON_Delete(doc);
	return 0;
}

int export_verdicts(struct export *e, const char *slug)
{
	return put_days(e, slug) || put_hours(e, slug) || put_newest(e, slug)
		? -1
		: 0;
}
