/* SPDX-License-Identifier: MIT */
/*
 * Goal: nobody is signed in but by a link or a cookie that we signed, for what
 * it was signed, of the account that it was signed for.
 *
 * An input is a Cookie field, or the account and the rest of a link, with a
 * slash between; 0x01 stands for what makes a cookie of "acme" good, and 0x02
 * a link.
 */
#include "fuzz.h"

#include "access/credentials.h"

#include <stdlib.h>

#define NOW 1777494710
#define UNTIL (NOW + 60)

static char link_pass[SESSION_PASS], cookie_pass[SESSION_PASS];

/* Whether it lets in who sent it, and then it has to be what we signed. */
static void check(
	const struct session *s, enum session_use use, const char *ours)
{
	char pass[SESSION_PASS];

	need(slug_valid(s->account) && strlen(s->mac) == SESSION_MAC);
	if (session_good(use, s, "digest", NOW)) {
		snprintf(pass, sizeof pass, "%lld-%s", s->until, s->mac);
		need(strcmp(s->account, "acme") == 0);
		need(strcmp(pass, ours) == 0);
	}
	need(!session_good(use, s, "digest", UNTIL));
	need(!session_good(use, s, "another", NOW));
}

static void ask(const char *text)
{
	const char *slash = strchr(text, '/');
	struct session s;
	char *account;

	memset(&s, 'x', sizeof s);
	if (session_of_cookie(text, &s))
		check(&s, SESSION_BROWSER, cookie_pass);
	if (!slash)
		return;
	account = fuzz_string(text, (size_t)(slash - text));
	memset(&s, 'x', sizeof s);
	if (session_of_link(account, slash + 1, &s)) {
		need(strcmp(s.account, account) == 0);
		check(&s, SESSION_LINK, link_pass);
	}
	free(account);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b;
	char *text;

	session_sign(SESSION_LINK, "acme", "digest", UNTIL, link_pass);
	session_sign(SESSION_BROWSER, "acme", "digest", UNTIL, cookie_pass);
	buf_init(&b, 65536);
	for (size_t i = 0; i < size && data[i]; i++) {
		if (data[i] == 1)
			buf_str(&b, cookie_pass);
		else if (data[i] == 2)
			buf_str(&b, link_pass);
		else
			buf_add(&b, data + i, 1);
	}
	text = fuzz_string(b.p, b.len);
	buf_release(&b);
	ask(text);
	free(text);
	return 0;
}
