/*
 * mailbox.h: an address of e-mail as it stands in a configuration:
 * "a@b.example" or "Name <a@b.example>" (RFC 5322, section 3.4, without
 * comments, quoted local parts and address literals). What was accepted holds
 * no line break.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

/* The most bytes, with the NUL: RFC 5321, section 4.5.3.1. */
#define MAILBOX_ADDRESS 321
#define MAILBOX_NAME 201

struct mailbox {
	char name[MAILBOX_NAME]; /* UTF-8; "" for none */
	char address[MAILBOX_ADDRESS]; /* ASCII */
};

/* mailbox_parse(s, out): NULL; or why s is refused, without quoting it. */
const char *mailbox_parse(const char *s, struct mailbox *out);

/* mailbox_domain(m): the part after the @. */
const char *mailbox_domain(const struct mailbox *m);

#endif
