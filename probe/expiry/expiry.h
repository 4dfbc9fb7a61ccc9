/* SPDX-License-Identifier: MIT */
/*
 * expiry.h: finds out when a server's certificate and the credential for it
 * expire (expiry.c), makes a record of it and prints that in each of the formats
 * of report.h (view.c, which is pure). expiry.c makes one TLS connection and
 * sends nothing over it; and a second one, which accepts any certificate, where
 * the first is not accepted.
 */
#ifndef EXPIRY_EXPIRY_H
#define EXPIRY_EXPIRY_H

#include "records/expiry.h"
#include "report.h"
#include "target.h"

struct http;

struct expiry_job {
	struct http *http;
	const struct target *target; /* must live until the end */
	/* The result for the target: up to EXPIRY_WHATS records. */
	void (*found)(void *arg, const struct target *t,
		const struct expiry_record *r, size_t n);
	/* The end. why: NULL; or the reason why this machine, not the
	   server, could not look at the certificate. */
	void (*end)(void *arg, const char *why);
	void *arg;
};

/*
 * expiry_start(job): begin; the rest happens in http_turn. found and end are
 * called once each, in this order. What job points to is copied, but for the
 * target.
 */
void expiry_start(const struct expiry_job *job);

/* ---- view.c: the end of a certificate or a credential as a record. */

struct finding {
	double end; /* epoch seconds; 0 where not known */
	enum expiry_source source;
	const char *issuer;   /* see expiry_record, or NULL */
	const char *refused;  /* why a certificate is not accepted, or NULL */
	bool refused_expired; /* it is not accepted because it expired */
	const char *why;      /* why the end is not known, or NULL */
};

/* Room for the sentence of a record. */
#define FINDING_MESSAGE 640

/*
 * finding_conclude(r, f, message): fill in the rest of *r, whose what and at
 * are set, from *f. r->message will be `message`, of FINDING_MESSAGE bytes.
 */
void finding_conclude(struct expiry_record *r, const struct finding *f,
	char *message);

/*
 * expiry_plugin(r, n): the exit status of a monitoring plugin for these
 * records: 0 OK; 1 WARNING; 2 CRITICAL; 3 UNKNOWN: a certificate could not be
 * read.
 */
int expiry_plugin(const struct expiry_record *r, size_t n);

/* expiry_show(rep, t, r, n): write the n records of a target. */
void expiry_show(struct report *rep, const struct target *t,
	const struct expiry_record *r, size_t n);

#endif
