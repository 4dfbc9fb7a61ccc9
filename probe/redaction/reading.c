#include "redaction/reading.h"

#include "base/chars.h"

#include <stdbool.h>
#include <string.h>

/* The most backslashes before a character: JSON in JSON in JSON. */
#define ESCAPES_MAX 15

/* Add a reading of an escape, if it is ASCII. */
static size_t put(struct reading *out, size_t n, int c, size_t len)
{
	if (c > 0 && c < 0x80)
		out[n++] = (struct reading) {(char)c, len};
	return n;
}

/* \" and \/ and \u0041 of JSON, also escaped again by JSON around it. */
static size_t read_json(const char *p, size_t n, struct reading *out)
{
	size_t k = 0, used = 0;

	while (k < n && k < ESCAPES_MAX && p[k] == '\\')
		k++;
	if (k < n && p[k] == 'u')
		used = put(
			out, used, chars_hex_number(p + k + 1, n - k - 1, 4), k + 5);
	if (k < n && strchr("\"/'", p[k]))
		used = put(out, used, p[k], k + 1);
	if (k >= 2)
		used = put(out, used, '\\', 2);
	if (k >= 4)
		used = put(out, used, '\\', 4);
	return used;
}

/* %41, and %2541, which is that encoded again. */
static size_t read_url(const char *p, size_t n, struct reading *out)
{
	size_t used = put(out, 0, chars_hex_number(p + 1, n - 1, 2), 3);

	if (used && out[0].c == '%')
		used = put(out, used, chars_hex_number(p + 3, n - 3, 2), 5);
	return used;
}

static size_t read_html(const char *p, size_t n, struct reading *out)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {{"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'},
		{"&gt;", '>'}, {"&apos;", '\''}};
	size_t i;
	bool hex;
	int c = 0;

	for (size_t j = 0; j < sizeof names / sizeof *names; j++)
		if (n >= strlen(names[j].name) &&
			memcmp(p, names[j].name, strlen(names[j].name)) == 0)
			return put(out, 0, names[j].c, strlen(names[j].name));
	if (n < 4 || p[1] != '#')
		return 0;
	hex = (p[2] | 0x20) == 'x';
	for (i = hex ? 3 : 2; i < n && i < 10 && c < 0x80; i++) {
		int digit = chars_hex(p[i]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		c = c * (hex ? 16 : 10) + digit;
	}
	return i < n && p[i] == ';' ? put(out, 0, c, i + 1) : 0;
}

size_t reading_all(const char *p, size_t n, struct reading *out)
{
	size_t used = *p != '\0';

	out[0] = (struct reading) {*p, 1};
	switch (*p) {
	case '\\':
		return used + read_json(p, n, out + used);
	case '%':
		return used + read_url(p, n, out + used);
	case '&':
		return used + read_html(p, n, out + used);
	case '+':
		return put(out, used, ' ', 1);
	default:
		return used;
	}
}

size_t reading_break(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == '\r' || p[i] == '\n'))
		i++;
	if (!i)
		return 0;
	if (n - i >= 5 && memcmp(p + i, "data:", 5) == 0)
		i += 5;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i;
}
