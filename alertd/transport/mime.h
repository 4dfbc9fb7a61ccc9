/*
 * mime.h: a message of e-mail (RFC 5322) as text in UTF-8 (RFC 2045 to 2047).
 * No text can become a header field or end the message. Pure.
 */
#ifndef TRANSPORT_MIME_H
#define TRANSPORT_MIME_H

#include "base/buf.h"
#include "base/mailbox.h"

#include <stdint.h>

/* Room for a Message-ID without its brackets, and its NUL. */
#define MAIL_ID 400

struct mail {
	const struct mailbox *from, *to;
	const char *subject;
	const char *text; /* lines end in a newline */
	const char *id;
	const char *thread; /* the id of the first message of it; or NULL */
	int64_t at;	    /* epoch seconds */
	bool urgent;
};

/*
 * mail_id(key, what, from, out): the same for the same incident and what is
 * told of it, and another for any other: "HASH.WHAT@DOMAIN". Returns out, which
 * has MAIL_ID bytes. Of `what` letters, digits, '.', '_' and '-' count.
 */
const char *mail_id(const char *key, const char *what,
	const struct mailbox *from, char *out);

/*
 * mail_write(b, m): append it, its lines ending in CR LF. None is above 76
 * characters, but for an id, which some programs cannot read from the next
 * line.
 */
void mail_write(struct buf *b, const struct mail *m);

#endif
