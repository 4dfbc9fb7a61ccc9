#include "auth/challenge.h"

#include <strings.h>

/* The length of a token (RFC 9110, 5.6.2) and of a token68 (11.2) at s. */
static size_t token(const char *s)
{
	return strspn(s, "!#$%&'*+-.^_`|~0123456789"
			 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static size_t token68(const char *s)
{
	size_t n = strspn(s, "-._~+/0123456789abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n ? n + strspn(s + n, "=") : 0;
}

static const char *blank(const char *s)
{
	return s + strspn(s, " \t");
}

/*
 * Copy a quoted string at s, or a value that a server wrote without quotes, to
 * out, cut to fit. Returns its end.
 */
static const char *value(const char *s, char *out, size_t size)
{
	size_t n = 0;

	if (*s != '"') {
		size_t len = strcspn(s, ", \t");

		for (; n < len && n + 1 < size; n++)
			out[n] = s[n];
		out[n] = '\0';
		return s + len;
	}
	for (s++; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1])
			s++;
		if (n + 1 < size)
			out[n++] = *s;
	}
	out[n] = '\0';
	return *s ? s + 1 : s;
}

static void keep(struct challenge *c, const char *name, size_t len,
	const char *v)
{
	const struct {
		const char *name;
		char *out;
		size_t size;
	} known[] = {
		{"resource_metadata", c->resource_metadata,
			sizeof c->resource_metadata},
		{"error", c->error, sizeof c->error},
		{"error_description", c->error_description,
			sizeof c->error_description},
		{"scope", c->scope, sizeof c->scope},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len &&
			strncasecmp(known[i].name, name, len) == 0 &&
			!*known[i].out &&
			/* Text may be cut, but half a URL is another URL. */
			(i > 0 || strlen(v) < known[i].size))
			snprintf(known[i].out, known[i].size, "%s", v);
}

void challenge_parse(const char *s, struct challenge *c)
{
	char v[sizeof c->resource_metadata + 1];
	bool bearer = false, after_scheme = false;

	memset(c, 0, sizeof *c);
	while (*(s += strspn(s, " \t,"))) {
		size_t n = token(s);
		const char *next = blank(s + n);
		const char *v_at = *next == '=' ? blank(next + 1) : "";

		/* "abc=" is a token68, no parameter. */
		if (n && *v_at && !strchr("=,", *v_at)) {
			const char *end = value(v_at, v, sizeof v);

			if (bearer)
				keep(c, s, n, v);
			s = end;
			after_scheme = false;
			continue;
		}
		if (after_scheme && token68(s)) {
			s += token68(s);
			after_scheme = false;
			continue;
		}
		if (!n) {
			s++;
			continue;
		}
		if (!c->any)
			snprintf(c->scheme, sizeof c->scheme, "%.*s", (int)n, s);
		c->any = true;
		bearer = n == 6 && strncasecmp(s, "bearer", 6) == 0;
		c->bearer |= bearer;
		/* "Basic, Bearer": a comma ends a scheme without parameters. */
		after_scheme = *next != ',';
		s += n;
	}
}
