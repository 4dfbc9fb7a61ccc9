#include "web/ack_page.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "commands/ack.h"
#include "incident/acknowledgement.h"
#include "incident/dedup_key.h"
#include "incident/summary.h"
#include "notifier.h"
#include "state/state_store.h"
#include "transport/ack_token.h"
#include "transport/credential.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a page says about an incident. */
struct page {
	char key[ALERT_KEY_SIZE], slug[SLUG_MAX + 1];
	char since[CLOCK_RFC3339], until[CLOCK_RFC3339];
	char *what;	 /* a sentence */
	char *by;	 /* who looks after it, or NULL */
	const char *done; /* what was just done, or NULL */
};

static void put_html(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("&<>\"'", *s))
			buf_fmt(b, "&#%d;", *s);
		else
			buf_char(b, *s);
	}
}

static void put_head(struct buf *b, const char *title)
{
	buf_str(b,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">"
		"\n<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>");
	put_html(b, title);
	buf_str(b,
		"</title>\n<style>body{font:1.1em/1.5 sans-serif;max-width:"
		"40em;margin:2em auto;padding:0 1em}button,input{font:inherit;"
		"padding:.4em .8em}</style>\n<h1>");
	put_html(b, title);
	buf_str(b, "</h1>\n");
}

static void say(struct cgi_answer *a, int status, const char *title,
	const char *text)
{
	a->status = status;
	a->type = CGI_HTML;
	buf_clear(&a->body);
	put_head(&a->body, title);
	buf_fmt(&a->body, "<p>%s</p>\n", text);
}

static void put_page(struct cgi_answer *a, const struct page *p)
{
	struct buf *b = &a->body;

	a->type = CGI_HTML;
	put_head(b, p->slug);
	if (p->done)
		buf_fmt(b, "<p><strong>%s</strong></p>\n", p->done);
	buf_str(b, "<p>");
	put_html(b, p->what);
	buf_fmt(b, "</p>\n<p>Since %s.</p>\n", p->since);
	if (p->by) {
		buf_str(b, "<p>");
		put_html(b, p->by);
		buf_fmt(b, " looks after it until %s.</p>\n", p->until);
	}
	if (p->done)
		return;
	buf_fmt(b,
		"<form method=\"post\">\n<p><label>Your name <input "
		"name=\"by\" "
		"maxlength=\"%d\" autocomplete=\"name\"></label></p>\n"
		"<p><button>I look after it</button></p>\n</form>\n"
		"<p>Then nobody else is called for it until it is over, gets "
		"worse, or some hours have passed.</p>\n",
		ACK_BY_MAX / 4);
}

/* The incident that a page is about, from the state of its server. */
static bool read_incident(const struct alert_state *st, double now,
	struct page *p)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];
		enum alert_kind kind = (enum alert_kind)k;
		char key[ALERT_KEY_SIZE];
		struct buf b;

		if (!inc->open || inc->superseded ||
			strcmp(dedup_key(st, kind, key), p->key) != 0)
			continue;
		buf_init(&b, TEXT_SIZE);
		summary_put(&b, &(struct summary) {
			.slug = st->slug,
			.kind = kind,
			.phase = ALERT_STARTED,
			.incident = inc,
			.maintenance = &st->maintenance,
			.at = now,
		});
		p->what = buf_take(&b);
		clock_rfc3339(inc->first, p->since);
		if (!ack_holds(inc, now))
			return true;
		string_set(&p->by, inc->ack.by);
		clock_rfc3339((int64_t)inc->ack.until, p->until);
		return true;
	}
	return false;
}

static void page_release(struct page *p)
{
	free(p->what);
	free(p->by);
	p->what = p->by = NULL;
}

/* Whether the incident is still open; if not, the answer says so. */
static bool still_open(
	const struct cgi *c, struct page *p, struct cgi_answer *a)
{
	struct state_store *sh = state_store_new(c->store);
	struct alert_state st;
	bool got = state_store_get(sh, p->slug, &st), open = false;

	page_release(p);
	if (got) {
		open = read_incident(&st, c->now, p);
		state_release(&st);
	}
	state_store_free(sh);
	if (!got)
		say(a, 503, "Try again", "It cannot be said now what is open.");
	else if (!open)
		say(a, 410, "It is over",
			"This incident is not open any more.");
	return open;
}

/* Whether the URL is one of ours; if not, the answer says so. */
static bool admit(const struct cgi *c, struct page *p, struct cgi_answer *a)
{
	enum ack_token_result got = ACK_TOKEN_WRONG;
	char *secret = acknowledge_secret();
	size_t n;

	if (secret)
		got = ack_token_read(secret, c->request.name, c->now, p->key);
	secret_free(secret);
	if (got == ACK_TOKEN_EXPIRED)
		say(a, 410, "Too old",
			"This address is too old; newer events have newer "
			"ones.");
	if (got == ACK_TOKEN_WRONG)
		say(a, 404, "Not found", "There is nothing here.");
	if (got != ACK_TOKEN_OK)
		return false;
	n = strcspn(p->key, ":");
	snprintf(p->slug, sizeof p->slug, "%.*s", (int)n, p->key);
	return true;
}

void cgi_ack_get(const struct cgi *c, struct cgi_answer *a)
{
	struct page p = {.what = NULL};

	if (admit(c, &p, a) && still_open(c, &p, a))
		put_page(a, &p);
	page_release(&p);
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *d;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	d = c ? strchr(digits, c) : NULL;
	return d ? (int)(d - digits) : -1;
}

/* The field "by" of a form, decoded, one clean line; "" where there is none. */
static void read_by(const char *body, char *out, size_t size)
{
	char raw[4 * ACK_BY_MAX + 1];
	size_t n = 0;

	while (body && strncmp(body, "by=", 3) != 0) {
		body = strchr(body, '&');
		body = body ? body + 1 : NULL;
	}
	for (const char *s = body ? body + 3 : ""; *s && *s != '&' &&
		n < sizeof raw - 1; s++) {
		int high = *s == '%' ? hex(s[1]) : -1;
		int low = high >= 0 ? hex(s[2]) : -1;

		raw[n++] = *s == '+' ? ' ' : *s;
		if (low < 0)
			continue;
		raw[n - 1] = (char)(high * 16 + low);
		s += 2;
	}
	text_clean(raw, n, out, size, ACK_BY_MAX / 4);
}

void cgi_ack_post(const struct cgi *c, struct cgi_answer *a)
{
	struct page p = {.what = NULL};
	char by[ACK_BY_MAX + 1];
	struct ack_request q = {
		.key = p.key,
		.by = by,
		.for_s = c->conf->policy.ack_s,
	};
	struct notifier_setup setup = {.store = c->store, .conf = c->conf,
		.now = NAN, .queue_only = true};
	struct notifier *pager;

	if (!admit(c, &p, a) || !still_open(c, &p, a))
		goto out;
	read_by(c->request.body.p, by, sizeof by);
	if (by[strspn(by, " ")] == '\0')
		snprintf(by, sizeof by, "somebody who was told");
	setup.states = state_store_new(c->store);
	pager = notifier_new(&setup);
	p.done = notifier_ack(pager, p.slug, &q).n
		? "You look after it. Thank you."
		: "That could not be stored; try again.";
	notifier_free(pager);
	state_store_free(setup.states);
	if (still_open(c, &p, a))
		put_page(a, &p);
out:
	page_release(&p);
}
