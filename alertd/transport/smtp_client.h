/*
 * smtp_client.h: sends one message to one recipient over SMTP (RFC 5321). To
 * another machine only under TLS, by STARTTLS or from the start; certificates
 * are always checked.
 */
#ifndef TRANSPORT_SMTP_CLIENT_H
#define TRANSPORT_SMTP_CLIENT_H

#include "base/buf.h"
#include "transport/result.h"

struct smtp_job {
	const char *url;  /* smtp://host:port or smtps://host:port */
	const char *user; /* NULL: nobody logs in */
	const char *password;
	const char *ca; /* a file with certificates to trust instead; or NULL */
	const char *from, *to; /* addresses */
	const struct buf *message;
};

/*
 * smtp_send(job): send the message, within DELIVER_LIMIT_MS. An answer of 4xx
 * means "later"; of 5xx to the recipient or the message "refused"; of 5xx
 * before these, somebody has to mend something.
 */
struct delivered smtp_send(const struct smtp_job *job);

#endif
