/* SPDX-License-Identifier: MIT */
/*
 * form.h: the body of a form, application/x-www-form-urlencoded, as strangers
 * send it.
 */
#ifndef TRANSPORT_FORM_H
#define TRANSPORT_FORM_H

#include <stddef.h>

/* Fields beyond these are not read. */
#define FORM_FIELDS 128

struct form_field {
	const char *name, *value;
};

struct form {
	struct form_field v[FORM_FIELDS]; /* in their order */
	size_t n;
	char *text; /* into which they point */
};

/*
 * form_read(body, f): take the fields of a body apart, decoded: a '+' is a
 * space, and what is no percent-encoding, or that of a NUL, stays as it is.
 * form_release it.
 */
void form_read(const char *body, struct form *f);
void form_release(struct form *f);

/* form_get(f, name): the value of the first field of that name, or NULL. */
const char *form_get(const struct form *f, const char *name);

#endif
