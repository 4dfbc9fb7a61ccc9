#include "base/mailbox.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ATEXT ALNUM "!#$%&'*+-/=?^_`{|}~"
#define LOCAL_MAX 64
#define LABEL_MAX 63

/* Words of these characters, with single dots between them. */
static bool dotted(const char *s, size_t n, const char *chars, size_t longest)
{
	size_t word = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i == n || s[i] == '.') {
			if (!word || word > longest)
				return false;
			word = 0;
		} else if (!s[i] || !strchr(chars, s[i])) {
			return false;
		} else {
			word++;
		}
	}
	return true;
}

static const char *bad_address(const char *s, size_t n)
{
	const char *at = memchr(s, '@', n);
	size_t local = at ? (size_t)(at - s) : 0;

	if (!at || !dotted(s, local, ATEXT, LOCAL_MAX) || local > LOCAL_MAX)
		return "not an address such as ops@example.com";
	if (n - local - 1 > 255 ||
		!dotted(at + 1, n - local - 1, ALNUM "-", LABEL_MAX))
		return "no domain behind the @";
	return NULL;
}

static const char *take_name(const char *s, size_t n, struct mailbox *out)
{
	uint32_t cp;

	while (n && s[n - 1] == ' ')
		n--;
	if (n > 1 && *s == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	}
	if (n >= MAILBOX_NAME)
		return "the name is too long";
	for (size_t i = 0, step; i < n; i += step) {
		step = text_utf8(s + i, n - i, &cp);
		if (!step || cp < ' ' || cp == 0x7f || cp == '"' ||
			cp == '<' || cp == '>' || cp == '\\')
			return "a character that no name has";
	}
	snprintf(out->name, sizeof out->name, "%.*s", (int)n, s);
	return NULL;
}

const char *mailbox_parse(const char *s, struct mailbox *out)
{
	const char *open = strchr(s, '<'), *wrong = NULL;
	size_t n = strlen(s);

	*out = (struct mailbox) {0};
	if (open) {
		if (s[n - 1] != '>')
			return "no > behind the address";
		wrong = take_name(s, (size_t)(open - s), out);
		n = (size_t)(s + n - 1 - (open + 1));
		s = open + 1;
	}
	if (!wrong)
		wrong = bad_address(s, n);
	if (!wrong)
		snprintf(out->address, sizeof out->address, "%.*s", (int)n, s);
	return wrong;
}

const char *mailbox_domain(const struct mailbox *m)
{
	const char *at = strchr(m->address, '@');

	return at ? at + 1 : "";
}
