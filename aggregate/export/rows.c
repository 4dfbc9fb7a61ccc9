/* SPDX-License-Identifier: MIT */
#include "export/export.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Characters that need quotes, by RFC 4180; and a space: some readers trim it. */
#define QUOTED ",\"\r\n "

/* Append n bytes as a cell of CSV, in quotes if it needs them. */
static void rows_cell(struct buf *b, const char *p, size_t n)
{
	bool quoted = false;

	for (size_t i = 0; i < n && !quoted; i++)
		quoted = p[i] && strchr(QUOTED, p[i]);
	if (!quoted) {
		buf_add(b, p, n);
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			buf_char(b, '"');
		buf_char(b, p[i]);
	}
	buf_char(b, '"');
}

void rows_begin(struct rows *r, const char *what, const char *const *columns,
	bool csv)
{
	*r = (struct rows) {.what = what, .columns = columns, .csv = csv};
	buf_init(&r->out, ROWS_LINE_MAX + ROWS_WRITE_BYTES);
	for (size_t i = 0; csv && columns[i]; i++)
		buf_fmt(&r->out, "%s%s", i ? "," : "", columns[i]);
	if (csv)
		buf_str(&r->out, "\r\n");
}

void rows_release(struct rows *r)
{
	buf_release(&r->out);
}

/* Write what comes before a value. */
static void open_value(struct rows *r)
{
	if (r->column == 0)
		r->start = r->out.len;
	if (r->csv) {
		if (r->column)
			buf_char(&r->out, ',');
		return;
	}
	if (r->column == 0)
		buf_fmt(&r->out, "{\"v\":%d,\"type\":\"export\",\"of\":\"%s\"",
			RECORD_VERSION, r->what);
	buf_fmt(&r->out, ",\"%s\":", r->columns[r->column]);
}

static void close_value(struct rows *r)
{
	if (r->columns[++r->column])
		return;
	buf_str(&r->out, r->csv ? "\r\n" : "}\n");
	r->column = 0;
	if (buf_ok(&r->out)) {
		r->count++;
		return;
	}
	buf_cut(&r->out, r->start);
	r->out.bad = false;
	r->left_out++;
}

void rows_text(struct rows *r, const char *s)
{
	char text[TEXT_SIZE];
	size_t n = s ? text_clean(s, strlen(s), text, sizeof text, TEXT_MAX)
		     : 0;

	open_value(r);
	if (r->csv)
		rows_cell(&r->out, text, n);
	else
		json_put_str(&r->out, s ? text : NULL);
	close_value(r);
}

void rows_number(struct rows *r, double v)
{
	open_value(r);
	if (!r->csv || isfinite(v))
		json_put_num(&r->out, v);
	close_value(r);
}

void rows_month(struct rows *r, double t)
{
	char text[MONTH_TEXT];

	rows_text(r, month_text(month_of(t), text));
}

/* White space between the tokens of JSON; within a string there is no line break. */
static void put_flat(struct buf *b, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] >= ' ')
			buf_char(b, p[i]);
}

/*
 * Whether the bytes are a list or an object, which may hold anything else that JSON
 * has, such as numbers that are too large for a double.
 */
static bool is_container(const char *p, size_t n)
{
	const struct json_limits limits = {.depth = 512, .values = 1000000};
	char why[JSON_WHY];
	cJSON *doc;

	if (!n || (*p != '[' && *p != '{') || !text_is_utf8(p, n))
		return false;
	doc = json_parse(p, n, &limits, why);
	cJSON_Delete(doc);
	return doc;
}

void rows_json(struct rows *r, const char *p, size_t n)
{
	struct buf flat;

	open_value(r);
	if (!is_container(p, n)) {
		buf_str(&r->out, r->csv ? "" : "null");
		close_value(r);
		return;
	}
	buf_init(&flat, ROWS_LINE_MAX);
	put_flat(&flat, p, n);
	if (!buf_ok(&flat))
		r->out.bad = true;
	else if (r->csv)
		rows_cell(&r->out, flat.p, flat.len);
	else
		buf_add(&r->out, flat.p, flat.len);
	buf_release(&flat);
	close_value(r);
}

bool cursor_read(const char *s, double *out)
{
	int64_t t;

	if (num_decimal(s, out))
		return true;
	if (!clock_rfc3339_parse(s, &t) || t < 0)
		return false;
	*out = (double)t;
	return true;
}

void cursor_write(char out[CURSOR_TEXT], double t)
{
	snprintf(out, CURSOR_TEXT, "%.3f\n", floor(t * 1000) / 1000);
}

/* The first start of a span after an instant. */
static int64_t start_after(double t, int64_t span)
{
	return ((int64_t)floor(t / (double)span) + 1) * span;
}

bool cursor_spans(const struct cursor *c, int64_t span, int64_t kept,
	int64_t *first, int64_t *last)
{
	double settles = (double)span + CURSOR_SETTLE;
	int64_t oldest = start_after(c->now - (double)(kept + span), span);

	*first = start_after(c->since - settles, span);
	if (*first < oldest)
		*first = oldest;
	if (*first < 0)
		*first = 0;
	*last = start_after(c->now - settles, span) - span;
	return *first <= *last;
}
