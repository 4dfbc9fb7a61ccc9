/* SPDX-License-Identifier: MIT */
/*
 * console_page.c: the frame of a page: links, style, script, forms, sign-in.
 */
#include "web/console.h"

#include "words/words.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* The links at the top of each page. */
static const struct link {
	const char *path, *title;
	bool operator; /* not for an account */
} links[] = {
	{"/ops", "Incidents", false},
	{"/ops/mutes", "Mutes and maintenances", false},
	{"/ops/servers", "Servers", false},
	{"/ops/routes", "Routes, tests, regions", true},
	{"/ops/night", "Last night", true},
};

/* Only our script runs: the policy has its digest. */
static const char *policy(void)
{
	static char text[320];
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char base64[EVP_MAX_MD_SIZE * 2];
	unsigned n = 0;

	if (!EVP_Digest(console_js, strlen(console_js), digest, &n,
		    EVP_sha256(), NULL))
		return NULL;
	EVP_EncodeBlock(base64, digest, (int)n);
	snprintf(text, sizeof text,
		"default-src 'none'; style-src 'unsafe-inline'; "
		"script-src 'sha256-%s'; connect-src 'self'; "
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		(const char *)base64);
	return text;
}

static void put_head(struct buf *b, const char *title)
{
	console_fmt(b,
		"<!DOCTYPE html>\n<html lang='en'>\n<meta charset='utf-8'>\n"
		"<meta name='viewport' content='width=device-width'>\n"
		"<title>%s</title>\n<style>",
		title);
	buf_str(b, console_css);
	buf_str(b, "</style>\n");
}

static void put_nav(struct buf *b, const struct cgi *c, const char *current)
{
	buf_str(b, "<header>\n<nav>");
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		if (links[i].operator && !console_all(c))
			continue;
		console_fmt(b, "<a href='%s'", links[i].path);
		if (strcmp(links[i].title, current) == 0)
			buf_str(b, " aria-current=\"page\"");
		console_fmt(b, ">%s</a>\n", links[i].title);
	}
	buf_str(b, "</nav>\n");
}

void console_begin(const struct cgi *c, struct cgi_answer *a, const char *title)
{
	console_begin_below(c, a, title, title);
}

void console_begin_below(const struct cgi *c, struct cgi_answer *a,
	const char *current, const char *title)
{
	struct buf *b = &a->body;
	char by[CONSOLE_BY];

	a->type = CGI_HTML;
	a->csp = policy();
	if (c->console.fresh)
		console_session_field(&c->console, console_tls(c), a->cookie);
	put_head(b, title);
	put_nav(b, c, current);
	console_by(c, by);
	console_form(b, c, "leave");
	console_fmt(b,
		"<span>%s</span> <button class='less'>Sign out</button></form>\n"
		"</header>\n<main>\n<h1>%s</h1>\n",
		by, title);
	buf_add(b, a->done.p, a->done.len);
}

void console_end(const struct cgi *c, struct cgi_answer *a)
{
	struct buf *b = &a->body;

	buf_str(b, "</main>\n<footer>");
	/* With its date: who comes back to an open page the next day sees it. */
	phrase_time(b, (int64_t)c->now, true, c->conf->zone);
	phrase_zone(b, c->conf->zone);
	buf_str(b,
		"<span id=\"live\"></span></footer>\n"
		"<dialog id=\"keys\"><h2>Keys</h2><dl>"
		"<dt>j, k</dt><dd>next, previous</dd>"
		"<dt>Enter</dt><dd>open it</dd>"
		"<dt>a</dt><dd>acknowledge it</dd>"
		"<dt>s</dt><dd>mute its server</dd>"
		"<dt>m</dt><dd>plan a maintenance of its server</dd>"
		"<dt>?</dt><dd>these keys</dd></dl>"
		"<form method=\"dialog\"><button>Close</button></form>"
		"</dialog>\n<script>");
	buf_str(b, console_js);
	buf_str(b, "</script>\n");
}

void console_form(struct buf *b, const struct cgi *c, const char *what)
{
	char token[CONSOLE_TOKEN];

	console_form_make(&c->console, c->now, token);
	console_fmt(b,
		"<form method='post' action='/ops'>"
		"<input type='hidden' name='form' value='%s'>"
		"<input type='hidden' name='do' value='%s'>",
		token, what);
}

void console_back(struct buf *b, const char *back)
{
	console_fmt(b, "<input type='hidden' name='back' value='%s'>", back);
}

static void put_refusal(const struct cgi *c, struct cgi_answer *a, int status,
	const char *text, const char *field)
{
	struct buf *b = &a->body;

	buf_clear(b);
	a->status = status;
	*a->location = '\0';
	console_begin(c, a, "Nothing was done");
	buf_str(b, "<p class=\"refused\" role=\"alert\"");
	/* For the script. */
	if (field)
		console_fmt(b, " data-field='%s'", field);
	console_fmt(b,
		">%s</p>\n<p><a href='/ops'>Back to the incidents</a></p>\n",
		text);
	console_end(c, a);
}

void console_refuse(const struct cgi *c, struct cgi_answer *a, int status,
	const char *text)
{
	put_refusal(c, a, status, text, NULL);
}

void console_refuse_field(const struct cgi *c, struct cgi_answer *a,
	const char *text, const char *field)
{
	put_refusal(c, a, 422, text, field);
}

static void plain_begin(struct cgi_answer *a, int status, const char *title)
{
	a->status = status;
	a->type = CGI_HTML;
	buf_clear(&a->body);
	put_head(&a->body, title);
	console_fmt(&a->body, "<main class='narrow'>\n<h1>%s</h1>\n", title);
}

void console_plain(struct cgi_answer *a, int status, const char *title,
	const char *text)
{
	plain_begin(a, status, title);
	console_fmt(&a->body, "<p>%s</p>\n</main>\n", text);
}

void console_sign_in(struct cgi_answer *a, int status, const char *text)
{
	plain_begin(a, status, "Sign in");
	a->challenge = status == 401;
	if (text)
		console_fmt(&a->body, "<p class='refused' role='alert'>%s</p>\n",
			text);
	buf_str(&a->body,
		"<form method=\"post\" action=\"/ops/sign-in\">\n");
	console_input(&a->body, "sign-in", "who", "");
	console_input(&a->body, "sign-in", "token", "");
	buf_str(&a->body,
		"<button>Sign in</button>\n</form>\n"
		"<p>Operators sign in with a link: <code>mcp-alert link NAME"
		"</code></p>\n</main>\n");
}

void console_link_page(struct cgi_answer *a, const char *who)
{
	plain_begin(a, 200, "Sign in");
	console_fmt(&a->body,
		"<form method='post'>\n<p>This link signs you in as %s. It "
		"works once.</p>\n<button>Sign in</button>\n</form>\n</main>\n",
		who);
}

void console_goto(struct cgi_answer *a, const char *path, const char *done,
	const char *of)
{
	size_t n;

	console_plain(a, 303, "Done", "The next page shows it.");
	snprintf(a->location, sizeof a->location, "%s%s%s", path,
		done ? "?done=" : "", done ? done : "");
	n = strlen(a->location);
	if (done && *of)
		snprintf(a->location + n, sizeof a->location - n, "&of=%s", of);
}
