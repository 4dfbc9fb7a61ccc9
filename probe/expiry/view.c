/* SPDX-License-Identifier: MIT */
/* view.c: what was found about the end of a certificate or a credential: as a
   record with a sentence for people, and in each of the formats of report.h. Pure. */
#include "expiry/expiry.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/lines.h"
#include "redaction/redaction.h"

#include <inttypes.h>
#include <math.h>

static void say_certificate(struct buf *b, const struct expiry_record *r,
	const char *end)
{
	int64_t left = r->expires_at - (int64_t)r->at;

	if (!r->expires_at) {
		buf_str(b, "expired: an issuer's certificate that the server "
			   "does not send, or the clock of this machine is "
			   "wrong");
		return;
	}
	if (r->status == EXPIRY_EXPIRED) {
		buf_str(b, "expired ");
		expiry_put_span(b, -left);
		buf_fmt(b, " ago (at %s)", end);
	} else {
		expiry_put_span(b, left);
		buf_fmt(b, " left (until %s)", end);
	}
	if (r->issuer)
		buf_fmt(b, "; this is the certificate of the issuer %s",
			r->issuer);
}

static void say_credential(struct buf *b, const struct expiry_record *r,
	const char *end)
{
	int64_t left = r->expires_at - (int64_t)r->at;

	buf_str(b, r->status == EXPIRY_EXPIRED ? "expired " : "expires in ");
	expiry_put_span(b, left < 0 ? -left : left);
	buf_fmt(b, "%s (at %s)", r->status == EXPIRY_EXPIRED ? " ago" : "",
		end);
}

static void put_message(struct buf *b, const struct expiry_record *r,
	const struct finding *f)
{
	char end[CLOCK_RFC3339];

	clock_rfc3339(r->expires_at, end);
	if (r->status == EXPIRY_UNKNOWN)
		buf_str(b, f->why ? f->why : "its expiry is unknown");
	else if (r->what == EXPIRY_CERTIFICATE)
		say_certificate(b, r, end);
	else
		say_credential(b, r, end);
	if (f->refused && !f->refused_expired)
		buf_fmt(b, "; not accepted: %s", f->refused);
}

void finding_conclude(struct expiry_record *r, const struct finding *f,
	char *message)
{
	double end = fmin(f->end, EXPIRY_NEVER);
	struct buf b;

	r->source = f->source;
	r->issuer = f->issuer;
	r->expires_at = (int64_t)end;
	r->within = -1;
	r->status = EXPIRY_UNKNOWN;
	if (end > 0)
		r->status = expiry_judge(r->what, end - r->at, &r->within);
	/* Another certificate of the chain has expired. */
	if (f->refused_expired && r->status != EXPIRY_EXPIRED) {
		r->status = EXPIRY_EXPIRED;
		r->within = 0;
		r->expires_at = 0;
		r->issuer = NULL;
	}
	if (!r->expires_at)
		r->source = EXPIRY_NOWHERE;
	buf_init(&b, FINDING_MESSAGE - 1);
	put_message(&b, r, f);
	snprintf(message, FINDING_MESSAGE, "%s", b.p);
	r->message = message;
	buf_release(&b);
}

/* ---- Standard output. */

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
