/* SPDX-License-Identifier: MIT */
#include "transport/form.h"

#include "base/chars.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* Decode a part in place; it never gets longer. */
static void decode(char *s)
{
	char *out = s;

	for (; *s; s++) {
		int byte = chars_percent(s, 3);

		*out = *s == '+' ? ' ' : *s;
		if (byte > 0) {
			*out = (char)byte;
			s += 2;
		}
		out++;
	}
	*out = '\0';
}

void form_read(const char *body, struct form *f)
{
	char *rest, *part;

	*f = (struct form) {.text = xstrdup(body)};
	rest = f->text;
	while (f->n < FORM_FIELDS && (part = strsep(&rest, "&"))) {
		char *value = strchr(part, '=');

		if (!*part)
			continue;
		if (value)
			*value++ = '\0';
		else
			value = part + strlen(part);
		decode(part);
		decode(value);
		f->v[f->n++] = (struct form_field) {part, value};
	}
}

void form_release(struct form *f)
{
	free(f->text);
	*f = (struct form) {.n = 0};
}

const char *form_get(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].name, name) == 0)
			return f->v[i].value;
	return NULL;
}
