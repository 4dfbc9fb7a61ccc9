/* SPDX-License-Identifier: MIT */
#include "expiry/expiry.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "http/client.h"
#include "http/deadline.h"
#include "http/tls.h"

struct check {
	struct expiry_job job;
	struct deadline deadline;
	double at;
	bool distrusted;   /* this is the second connection */
	char refused[400]; /* why the first was not accepted */
	bool refused_expired;
};

/* When the credential expires: its secret or its certificate, the earlier. */
static void find_credential(const struct credential *c,
	struct finding *f)
{
	bool jwt;
	double end = (double)credential_expires(c, &jwt);
	const char *path = credential_cert(c);
	double cert = path ? certificate_file_end(path) : 0;

	*f = (struct finding) {
		.end = end,
		.source = jwt ? EXPIRY_IN_JWT : EXPIRY_IN_FILE,
		.why = "its expiry is unknown: it has no expires_at and is not "
		       "a JWT with exp"};
	if (cert > 0 && (!(end > 0) || cert < end)) {
		f->end = cert;
		f->source = EXPIRY_IN_CERTIFICATE;
	}
}

/* Report and end; cert: what was found of the certificate, or NULL. */
static void finish_check(struct check *k, const struct finding *cert,
	const char *why)
{
	const struct target *t = k->job.target;
	char messages[EXPIRY_WHATS][FINDING_MESSAGE];
	struct expiry_record r[EXPIRY_WHATS], all = {.slug = t->slug,
		.region = t->region,
		.url = t->url->shown,
		.at = k->at};
	struct finding held;
	size_t n = 0;

	if (cert) {
		all.what = EXPIRY_CERTIFICATE;
		r[n] = all;
		finding_conclude(&r[n], cert, messages[n]);
		n++;
	}
	if (t->credential) {
		find_credential(t->credential, &held);
		all.what = EXPIRY_CREDENTIAL;
		r[n] = all;
		finding_conclude(&r[n], &held, messages[n]);
		n++;
	}
	k->job.found(k->job.arg, t, r, n);
	k->job.end(k->job.arg, why);
	free(k);
}

static bool starts_with(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* Whether the connection failed because this machine has no network. */
static bool is_ours(const struct http_response *r)
{
	return (starts_with(r->code, "dns.") ||
		       strcmp(r->code, "tcp.unreachable") == 0) &&
		address_network_down();
}

static void connect_to(struct check *k);

static void on_done(void *arg, const struct http_response *r)
{
	struct check *k = arg;
	struct finding f = {.source = EXPIRY_IN_CERTIFICATE};
	char why[400];

	if (r->end == HTTP_OURS || (r->end == HTTP_FAILED && is_ours(r))) {
		finish_check(k, NULL,
			r->end == HTTP_OURS ? r->message
					    : "this machine has no network");
		return;
	}
	if (r->end == HTTP_FAILED && !k->distrusted &&
		starts_with(r->code, "tls.") &&
		strcmp(r->code, "tls.timeout") != 0) {
		k->distrusted = true;
		k->refused_expired = strcmp(r->code, "tls.expired") == 0;
		snprintf(k->refused, sizeof k->refused, "%s", r->message);
		connect_to(k);
		return;
	}
	snprintf(why, sizeof why, "cannot be read: %s",
		r->end == HTTP_FAILED ? r->message : "the server did not use "
						     "TLS");
	f.end = r->end == HTTP_FAILED ? 0 : r->first_end;
	f.issuer = *r->first_issuer ? r->first_issuer : NULL;
	f.why = why;
	if (k->distrusted && r->end != HTTP_FAILED) {
		f.refused = k->refused;
		f.refused_expired = k->refused_expired;
	}
	finish_check(k, &f, NULL);
}

static void connect_to(struct check *k)
{
	static const struct http_handler handler = {.done = on_done};
	const struct target *t = k->job.target;
	bool show = !k->distrusted && t->credential &&
		credential_for(t->credential, t->url);
	struct http_request rq = {.method = "GET",
		.url = t->url->text,
		.timeout_ms = deadline_left(&k->deadline),
		.fresh = true,
		.only_connect = true,
		.distrusted = k->distrusted,
		.deny_private = t->deny_private,
		.no_proxy = t->deny_private,
		.trust = t->trust,
		.cert = show ? credential_cert(t->credential) : NULL,
		.key = show ? credential_key(t->credential) : NULL};

	if (!http_start(k->job.http, &rq, &handler, k))
		finish_check(k, NULL, "libcurl refuses the request");
}

void expiry_start(const struct expiry_job *job)
{
	struct check *k = xcalloc(1, sizeof *k);

	k->job = *job;
	k->at = clock_wall();
	deadline_set(
		&k->deadline, http_lost(job->http), job->target->timeout_s);
	if (job->target->url->https)
		connect_to(k);
	else
		finish_check(k, NULL, NULL);
}
