/*
 * mime.h: writes an e-mail (RFC 5322) with text in UTF-8 (RFC 2045 to 2047). No
 * text can become a header field or end the message. Pure.
 */
#ifndef TRANSPORT_MIME_H
#define TRANSPORT_MIME_H

#include "base/buf.h"
#include "conf/formats.h"

#include <stdint.h>

/* Room for a Message-ID without its brackets, and its NUL. */
#define MAIL_ID 400

struct mail {
	const struct mailbox *from, *to;
	const char *subject;
	const char *text; /* lines end in a newline */
	const char *id;
	const char
		*thread; /* the id of the first mail of the thread; or NULL */
	int64_t at;	    /* epoch seconds */
	bool urgent;
};

/*
 * mail_id(key, what, from, out): the Message-ID "HASH.WHAT@DOMAIN" of a mail
 * about the incident `key`; a mail with another key or `what` gets another. Of
 * `what` only letters, digits, '.', '_' and '-' are used. Returns out, which
 * has MAIL_ID bytes.
 */
const char *mail_id(const char *key, const char *what,
	const struct mailbox *from, char *out);

/*
 * mail_write(b, m): append mail m, its lines ending in CR LF and at most 76
 * characters long, except lines with an id, which some programs cannot read
 * when it is folded.
 */
void mail_write(struct buf *b, const struct mail *m);

#endif
