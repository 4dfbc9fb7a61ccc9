/* SPDX-License-Identifier: MIT */
/*
 * console_who.c: which servers a session may see, and the name that is recorded.
 */
#include "web/console.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool console_all(const struct cgi *c)
{
	return !*c->console.account;
}

bool console_may(const struct cgi *c, const char *slug)
{
	struct conf_server s;

	return console_all(c) ||
		(conf_server(c->conf, slug, &s) && s.account &&
			strcmp(s.account, c->console.account) == 0);
}

void console_by(const struct cgi *c, char *out)
{
	if (console_all(c))
		text_copy(out, CONSOLE_BY, c->console.who);
	else
		snprintf(out, CONSOLE_BY, "%s (account %s)", c->console.who,
			c->console.account);
}

bool console_tls(const struct cgi *c)
{
	const char *https = request_env(c->env, "HTTPS");

	return (https && strcmp(https, "on") == 0) ||
		(c->conf->site_url &&
			strncmp(c->conf->site_url, "https://", 8) == 0);
}
