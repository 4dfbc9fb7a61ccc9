/* SPDX-License-Identifier: MIT */
/* finding.c: makes a record of what was found about the end of a certificate
   or a credential, with a sentence for people. Pure. */
#include "expiry/expiry.h"

#include "base/buf.h"
#include "base/clock.h"

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
