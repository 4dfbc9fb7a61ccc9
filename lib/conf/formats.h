/* SPDX-License-Identifier: MIT */
/*
 * formats.h: the forms of single values of a configuration: what the text of a
 * scalar becomes in a field of a type, and why a text is refused.
 */
#ifndef CONF_FORMATS_H
#define CONF_FORMATS_H

#include "base/buf.h"
#include "conf/schema.h"

/* Room for the reason why a value was refused, or for a value that is shown. */
#define CONF_WHY 512
#define CONF_SHOWN 200

/*
 * conf_value(key, text, plain, field, why): store the value of the text in a
 * field of the key's type, or in one element of CONF_TEXTS. `plain`: the text
 * has no quotes in the file. False where it is refused; then why, which has
 * CONF_WHY bytes, says so, and the field is untouched.
 */
bool conf_value(const struct conf_key *key, const char *text, bool plain,
	void *field, char *why);

/*
 * conf_shown(s, out): s as it may stand in a message, cut; out has CONF_SHOWN
 * bytes and is returned.
 */
const char *conf_shown(const char *s, char *out);

/* conf_duration(seconds, out): "90s", "5m", "72h"; out has CONF_SHOWN bytes. */
const char *conf_duration(double seconds, char *out);

/* Why a slug, a URL, or the URL of a mail server is refused: see `wrong`. */
const char *conf_bad_slug(const char *s);
const char *conf_bad_url(const char *s);
const char *conf_bad_smtp(const char *s);

/*
 * An address of e-mail as it stands in a configuration: "a@b.example" or
 * "Name <a@b.example>" (RFC 5322, section 3.4, without comments, quoted local
 * parts and address literals). An accepted one holds no line break.
 */
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
