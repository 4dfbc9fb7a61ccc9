/*
 * smtp_client.h: sends one message to one recipient over SMTP (RFC 5321). To
 * another machine only under TLS, by STARTTLS or from the start; certificates
 * are always checked.
 */
#ifndef TRANSPORT_SMTP_CLIENT_H
#define TRANSPORT_SMTP_CLIENT_H

#include "base/buf.h"
#include "conf/formats.h"
#include "transport/result.h"

struct transfers;

/* Room for a domain, or an address in brackets. */
#define SMTP_HELO 256

/* A mail. The strings that it points to are kept by others until it is sent. */
struct smtp_job {
	const char *url;  /* smtp://host:port or smtps://host:port */
	const char *user; /* NULL: nobody logs in */
	const char *password;
	const char *ca; /* a file with certificates to trust instead; or NULL */
	/* What we are called, RFC 5321, 4.1.1.1; "": an address of ours. */
	char helo[SMTP_HELO];
	char from[MAILBOX_ADDRESS], to[MAILBOX_ADDRESS];
	struct buf message;
};

/*
 * smtp_begin(t, job, out, ended, arg): start to send the message, which may
 * take DELIVER_LIMIT_MS, and call ended(arg) when *out is the result. Keep *job
 * and *out in place until then. An answer of 4xx means "later"; of 5xx to the
 * message "refused"; of 5xx to the recipient that somebody has to correct that;
 * of 5xx before these, or because of our name or our commands, that somebody has
 * to correct something for all. False: nothing was started, and *out says why.
 */
bool smtp_begin(struct transfers *t, const struct smtp_job *job,
	struct delivered *out, void (*ended)(void *arg), void *arg);

#endif
