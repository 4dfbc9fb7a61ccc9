/* SPDX-License-Identifier: MIT */
/*
 * console_fields.c: the fields of the console's forms, each with its label and its
 * option of the command, so that errors name labels instead of options; and the
 * markup, texts of strangers and times of its pages.
 */
#include "web/console.h"

#include "base/text.h"
#include "words/words.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define NAMES "autocapitalize=\"none\""

/* A field; of a form that has its own row, that one counts. */
static const struct field_row {
	const char *form; /* what it does; NULL: each */
	const char *name; /* NULL: the option of a field with another row */
	const char *option; /* of the command; NULL: none is named in errors */
	const char *label, *hint;
	bool required;
	const char *more; /* attributes */
} rows[] = {
	{"sign-in", "who", NULL, "Your name", NULL, true,
		"maxlength=\"40\" autocomplete=\"name\""},
	{"sign-in", "token", NULL, "The token with which your account writes",
		NULL, true,
		"type=\"password\" maxlength=\"500\" "
		"autocomplete=\"current-password\""},
	{NULL, "servers", NULL, "Servers", NULL, false,
		"placeholder=\"shop search\" " NAMES},
	{NULL, "start", "start", "From", NULL, false,
		"placeholder=\"02:00, +10m, tomorrow 02:00\" size=\"28\" "
		"list=\"starts\" " NAMES},
	{NULL, "for", "for", "How long", NULL, false,
		"placeholder=\"4h\" size=\"6\""},
	{NULL, "custom", NULL, "or exactly", NULL, false,
		"placeholder=\"90m\" size=\"6\""},
	{NULL, "every", "every", "Every", NULL, false,
		"placeholder=\"mon,thu or daily\""},
	{NULL, "end", "end", "Until", "instead of how long", false,
		"placeholder=\"18:00\""},
	{NULL, "kind", "kind", "Kinds of incidents", "if not all", false,
		"placeholder=\"regional\" " NAMES},
	{NULL, "region", "region", "Regions", "seen by these alone", false,
		NAMES},
	{NULL, "step", "step", "Steps", "if not all", false,
		"placeholder=\"tls,initialize\" " NAMES},
	{NULL, "account", "account", "Account", "all of its servers", false,
		NAMES},
	{"silence", "text", "reason", "Why", NULL, true, "maxlength=\"300\""},
	{"maintenance", "text", "reason", "Why", NULL, false,
		"maxlength=\"300\""},
	{"take", "text", "reason", "Note", NULL, false, "maxlength=\"300\""},
	{"take", "to", "to", "Who, if not you", NULL, false,
		"maxlength=\"60\""},
	{"note", "text", "public", "Note", NULL, false, "maxlength=\"500\""},
	{"note", NULL, "postmortem", "Note", NULL, false, NULL},
	{"note", "who", NULL, "Who sees the note", NULL, false, NULL},
	{"close", "text", "reason", "Why it is over", NULL, true,
		"maxlength=\"300\""},
	{"close", "public", "public", "What visitors read", NULL, false,
		"maxlength=\"500\""},
	{"open", "servers", NULL, "Server, group or all", NULL, true,
		NAMES},
	{"open own", "servers", NULL, "Server", NULL, true, NAMES},
	{"open", "title", "title", "Title", NULL, true, "maxlength=\"100\""},
	{"open", "text", "text", "Text", NULL, true, "maxlength=\"500\""},
	{"open", NULL, "reason", "Text", NULL, false, NULL},
	{"open", "who", NULL, "Who sees it", NULL, false, NULL},
	{NULL, "state", "state", "State", NULL, false, NULL},
	{NULL, "severity", "severity", "Severity", NULL, false, NULL},
};

#define N_ROWS (sizeof rows / sizeof *rows)

static bool of_form(const struct field_row *r, const char *form)
{
	return !r->form || strcmp(r->form, form) == 0;
}

static const struct field_row *find_row(const char *form, const char *name)
{
	const struct field_row *found = NULL;

	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].name && strcmp(rows[i].name, name) == 0 &&
			of_form(&rows[i], form) && (!found || rows[i].form))
			found = &rows[i];
	return found;
}

static void put_label(struct buf *b, const struct field_row *r)
{
	buf_str(b, strcmp(r->name, "text") == 0 ? "<label class=\"wide\">"
						 : "<label>");
	buf_str(b, r->label);
	if (r->hint)
		console_fmt(b, " <small>%s</small>", r->hint);
	/* A screen reader has it of the field. */
	if (r->required)
		buf_str(b, " <small aria-hidden=\"true\">(required)</small>");
}

void console_label(struct buf *b, const char *form, const char *name)
{
	put_label(b, find_row(form, name));
}

void console_input(struct buf *b, const char *form, const char *name,
	const char *more)
{
	const struct field_row *r = find_row(form, name);

	put_label(b, r);
	console_fmt(b, "<input name='%s'", name);
	buf_fmt(b, "%s%s %s></label>\n", more, r->required ? " required" : "",
		r->more);
}

/* The field of the option with which a text begins, NULL if that is none; the
   length of the option in *n. */
static const struct field_row *row_of(const char *form, const char *s, size_t *n)
{
	if (strncmp(s, "--", 2) != 0)
		return NULL;
	s += 2;
	*n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].option && of_form(&rows[i], form) &&
			strlen(rows[i].option) == *n &&
			strncmp(rows[i].option, s, *n) == 0) {
			*n += 2;
			return &rows[i];
		}
	return NULL;
}

const char *console_say(struct buf *b, const char *form, const char *said)
{
	static const char *const commands[] = {"silence add: ",
		"maintenance add: ", "note: ", "open: "};
	const struct field_row *row;
	const char *field = NULL;
	size_t n;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		n = strlen(commands[i]);
		if (strncmp(said, commands[i], n) == 0)
			said += n;
	}
	for (const char *start = said; *said;) {
		row = row_of(form, said, &n);
		if (!row) {
			buf_char(b, *said++);
			continue;
		}
		if (said == start)
			field = row->name ? row->name : "text";
		buf_fmt(b, said == start && said[n] == ':' ? "%s" : "“%s”",
			row->label);
		said += n;
	}
	return field;
}

static bool escape(void *to, const struct conversion *c, va_list *ap)
{
	if (c->letter != 's')
		return false;
	cgi_put_html(to, va_arg(*ap, const char *));
	return true;
}

void console_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_template(b, fmt, ap, escape, b);
	va_end(ap);
}

void console_short(struct buf *b, const char *s, size_t max)
{
	char text[TEXT_SIZE];
	size_t n = strlen(s);
	bool cut = text_clean(s, n, text, sizeof text, max) < n;

	cgi_put_html(b, text);
	if (cut && strlen(text) >= max)
		buf_str(b, "…");
}

void console_time(struct buf *b, const struct cgi *c, double t)
{
	phrase_time_seen(b, (int64_t)t, c->now, c->conf->zone);
}

void console_span(struct buf *b, const struct cgi *c, double from, double to)
{
	const char *zone = c->conf->zone;

	console_time(b, c, from);
	buf_str(b, " to ");
	phrase_time(b, (int64_t)to, !phrase_same_day(from, to, zone), zone);
}

void console_ago(struct buf *b, const struct cgi *c, double t)
{
	struct buf text;

	buf_init(&text, 256);
	phrase_duration(&text, (long long)fmax(0, c->now - t));
	console_time(b, c, t);
	console_fmt(b, " (%s ago)", text.p);
	buf_release(&text);
}
