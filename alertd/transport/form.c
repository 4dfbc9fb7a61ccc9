#include "transport/form.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *d = c ? strchr(digits, c) : NULL;
	int n = d ? (int)(d - digits) : -1;

	return n > 15 ? n - 6 : n;
}

/* Decode a part in place; it never gets longer. */
static void decode(char *s)
{
	char *out = s;

	for (; *s; s++) {
		int high = *s == '%' ? hex(s[1]) : -1;
		int low = high >= 0 ? hex(s[2]) : -1;

		*out = *s == '+' ? ' ' : *s;
		if (low >= 0 && (high || low)) {
			*out = (char)(high * 16 + low);
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
