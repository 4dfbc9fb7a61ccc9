/*
 * expiry.h: finds out when a server's certificate and the credential for it
 * expire. It makes one TLS connection and sends nothing over it; and a second
 * one, which accepts any certificate, where the first is not accepted.
 */
#ifndef EXPIRY_EXPIRY_H
#define EXPIRY_EXPIRY_H

#include "records/expiry.h"
#include "target.h"

struct http;

struct expiry_job {
	struct http *http;
	const struct target *target; /* must live until the end */
	/* What was found for the target: up to EXPIRY_WHATS records. */
	void (*found)(void *arg, const struct target *t,
		const struct expiry_record *r, size_t n);
	/*
	 * It is over. why: NULL; or the reason why this machine, not the
	 * server, could not look at the certificate.
	 */
	void (*end)(void *arg, const char *why);
	void *arg;
};

/*
 * expiry_start(job): begin; the rest happens in http_turn. found and end are
 * called once each, in this order. What job points to is copied, but for the
 * target.
 */
void expiry_start(const struct expiry_job *job);

#endif
