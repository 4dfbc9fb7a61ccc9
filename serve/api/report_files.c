/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/page_data.h"
#include "json/json.h"

#include <math.h>

#define TITLE_MAX 400

void report_json_begin(struct buf *b, const struct report_head *head)
{
	month_report_put(b, head);
	if (buf_ok(b))
		buf_cut(b, b->len - 1);
	json_fmt(b, ",'leaderboard':[");
}

void report_json_entry(struct buf *b, const struct report_entry *e, bool first)
{
	buf_str(b, first ? "\n" : ",\n");
	month_report_row_put(b, &e->row);
	if (buf_ok(b))
		buf_cut(b, b->len - 1);
	json_fmt(b, ",'title':%.*s}", TITLE_MAX, e->title);
}

void report_json_end(struct buf *b)
{
	buf_str(b, "]}\n");
}

/*
 * Whether a program for tables may take the text for a formula: one that begins
 * with one of these, which also exist in full width (U+FF1D and so on), blanks
 * before it or not.
 */
static bool is_formula(const char *s)
{
	static const char *const signs[] = {"=", "+", "-", "@", "\xef\xbc\x9d",
		"\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	s += strspn(s, " ");
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

/* Text from outside; control characters, tabs among them, are '?' in it. */
static void put_text(struct buf *b, const char *s)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, TITLE_MAX);
	buf_str(b, is_formula(clean) ? "\"'" : "\"");
	for (const char *p = clean; *p; p++) {
		if (*p == '"')
			buf_char(b, '"');
		buf_char(b, *p);
	}
	buf_char(b, '"');
}

static void put_end(struct buf *b)
{
	buf_add(b, "\r\n", 2);
}

void report_csv_begin(struct buf *b)
{
	buf_str(b, "month,rank,server,title,uptime_percent,known_minutes,"
		   "known_days,p95_ms,tool_changes,tools_since,tools_churn,"
		   "bucket");
	put_end(b);
}

void report_csv_entry(
	struct buf *b, const char *month, const struct report_entry *e)
{
	const struct report_row *r = &e->row;
	char since[CLOCK_RFC3339] = "";

	if (r->tools_since)
		clock_rfc3339(r->tools_since, since);
	buf_fmt(b, "%s,", month);
	if (r->rank)
		buf_int(b, r->rank);
	/* A slug needs no quotes, and begins with a letter or a digit. */
	buf_fmt(b, ",%s,", r->slug);
	if (e->title)
		put_text(b, e->title);
	buf_char(b, ',');
	if (!isnan(r->uptime))
		buf_fixed(b, r->uptime, 2);
	buf_fmt(b, ",%ld,%ld,", r->known_minutes, r->known_days);
	if (!isnan(r->p95_ms))
		buf_fixed(b, r->p95_ms, 0);
	buf_char(b, ',');
	if (r->tool_changes >= 0)
		buf_int(b, r->tool_changes);
	buf_fmt(b, ",%s,%s,", since, r->tools_churn ? "yes" : "no");
	put_text(b, r->bucket);
	put_end(b);
}
