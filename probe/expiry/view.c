/* SPDX-License-Identifier: MIT */
/* view.c: prints when things expire, in each of the formats of report.h. */
#include "expiry/expiry.h"

#include "base/lines.h"
#include "redaction/redaction.h"

#include <inttypes.h>

enum plugin { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

static enum plugin plugin_of(const struct expiry_record *r)
{
	if (r->status == EXPIRY_OK)
		return PLUGIN_OK;
	/* Most secrets do not say when they expire. */
	if (r->status == EXPIRY_UNKNOWN)
		return r->what == EXPIRY_CERTIFICATE ? PLUGIN_UNKNOWN
						     : PLUGIN_OK;
	return r->within > 7 * 86400 ? PLUGIN_WARNING : PLUGIN_CRITICAL;
}

int expiry_plugin(const struct expiry_record *r, size_t n)
{
	static const int ranks[] = {[PLUGIN_OK] = 0,
		[PLUGIN_UNKNOWN] = 1,
		[PLUGIN_WARNING] = 2,
		[PLUGIN_CRITICAL] = 3};
	enum plugin worst = PLUGIN_OK;

	for (size_t i = 0; i < n; i++)
		if (ranks[plugin_of(&r[i])] > ranks[worst])
			worst = plugin_of(&r[i]);
	return (int)worst;
}

static void put_text(struct buf *b, const struct report *rep,
	const struct target *t, const struct expiry_record *r, size_t n)
{
	static const char *const colours[] = {"\033[32m", "\033[33m",
		"\033[1;31m", "\033[33m"};

	if (!rep->stream)
		buf_fmt(b, "%s%s\n", rep->tests ? "\n" : "", t->url->shown);
	for (size_t i = 0; i < n; i++) {
		if (rep->colour)
			buf_str(b, colours[plugin_of(&r[i])]);
		buf_fmt(b, "%s%s: ", expiry_what_name(r[i].what),
			rep->colour ? "\033[0m" : "");
		text_put(b, r[i].message);
		buf_char(b, '\n');
	}
	if (!n)
		buf_str(b, "nothing expires: no TLS and no credential\n");
}

static void put_tap(struct buf *b, struct report *rep,
	const struct expiry_record *r)
{
	bool skip = r->status == EXPIRY_UNKNOWN && plugin_of(r) == PLUGIN_OK;
	bool ok = plugin_of(r) == PLUGIN_OK;

	buf_fmt(b, "%sok %d - %s %s%s", ok ? "" : "not ", ++rep->tests, r->slug,
		expiry_what_name(r->what), skip ? " # SKIP " : "\n# ");
	text_put(b, r->message);
	buf_char(b, '\n');
}

/* One line and performance data, as the plugin guidelines ask for. */
static void put_nagios(struct buf *b, const struct expiry_record *r, size_t n)
{
	static const char *const words[] = {
		"OK", "WARNING", "CRITICAL", "UNKNOWN"};

	buf_fmt(b, "EXPIRY %s: ", words[expiry_plugin(r, n)]);
	for (size_t i = 0; i < n; i++) {
		buf_fmt(b, "%s%s: ", i ? ", " : "", expiry_what_name(r[i].what));
		text_put(b, r[i].message);
	}
	if (!n)
		buf_str(b, "no TLS and no credential");
	/* A "|" would begin the performance data. */
	for (size_t i = 0; i < b->len; i++)
		if (b->p[i] == '|')
			b->p[i] = '/';
	buf_str(b, n ? " |" : "");
	for (size_t i = 0; i < n; i++)
		if (r[i].expires_at)
			buf_fmt(b, " %s=%" PRId64 "s;%s", expiry_what_name(r[i].what),
				r[i].expires_at - (int64_t)r[i].at,
				r[i].what == EXPIRY_CERTIFICATE
					? "2592000:;604800:"
					: ";259200:");
	buf_char(b, '\n');
}

static void print_records(struct report *rep, const struct target *t,
	const struct expiry_record *r, size_t n)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	switch (rep->format) {
	case FORMAT_TEXT:
		put_text(&b, rep, t, r, n);
		rep->tests++;
		break;
	case FORMAT_NAGIOS:
		put_nagios(&b, r, n);
		break;
	case FORMAT_TAP:
		for (size_t i = 0; i < n; i++)
			put_tap(&b, rep, &r[i]);
		break;
	case FORMAT_JSONL:
		for (size_t i = 0; i < n; i++)
			expiry_record_write(&b, &r[i]);
		break;
	}
	report_write(rep, &b);
	buf_release(&b);
}

void expiry_show(struct report *rep, const struct target *t,
	const struct expiry_record *r, size_t n)
{
	char *messages[EXPIRY_WHATS], *issuers[EXPIRY_WHATS];
	struct expiry_record copies[EXPIRY_WHATS];

	for (size_t i = 0; i < n; i++) {
		messages[i] = redact_text(r[i].message);
		issuers[i] = redact_text(r[i].issuer);
		copies[i] = r[i];
		copies[i].message = messages[i];
		copies[i].issuer = issuers[i];
	}
	print_records(rep, t, copies, n);
	for (size_t i = 0; i < n; i++) {
		free(messages[i]);
		free(issuers[i]);
	}
}
