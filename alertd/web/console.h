/* SPDX-License-Identifier: MIT */
/*
 * console.h: the parts of the console at /ops: sessions, how a page looks, its
 * pages, and what a form does.
 */
#ifndef WEB_CONSOLE_H
#define WEB_CONSOLE_H

#include "base/buf.h"
#include "incident/state.h"
#include "web/web.h"

#include <stdbool.h>

extern const char console_js[];
extern const char console_css[];

/* A session, and a form of it, are good for a day at work, seconds. */
#define CONSOLE_SESSION_S (12 * 3600)
/* Room for the last part of a link, or the token of a form, and a NUL. */
#define CONSOLE_TOKEN 320

/*
 * console_session.c: sessions, links and forms, all signed with HMAC-SHA256
 * under the secret "ack", each for its purpose. Pure but for random numbers.
 */

/*
 * console_session_new(s, secret, who, digest, now): make a session of who, and
 * of the account s->account, whose writing token has that digest; "" for the
 * operator. A new token or secret ends it.
 *
 * console_session_of(s, cookies, tls): read the session of a Cookie field, which
 * may be NULL; nothing is checked. console_session_good(s, secret, digest, now):
 * whether we made it and it has not ended; then s->forms is set.
 *
 * console_session_field(s, tls, out), console_session_end(tls, out): the
 * Set-Cookie field that signs in, and out; out has CGI_COOKIE bytes. Over TLS no
 * other host can set the cookie.
 */
void console_session_new(struct console_session *s, const char *secret,
	const char *who, const char *digest, double now);
bool console_session_of(struct console_session *s, const char *cookies,
	bool tls);
bool console_session_good(struct console_session *s, const char *secret,
	const char *digest, double now);
void console_session_field(
	const struct console_session *s, bool tls, char *out);
void console_session_end(bool tls, char *out);

/* Something that works once, and until when. */
struct console_once {
	char number[CONSOLE_NONCE + 1];
	long long until;
};

/*
 * console_link_make(secret, who, until, out): make the token of a link.
 * console_link_read(secret, token, now, who, once): whether a stranger's token
 * is one of ours and has not ended; who has CONSOLE_WHO + 1 bytes.
 */
void console_link_make(const char *secret, const char *who, long long until,
	char *out);
bool console_link_read(const char *secret, const char *token, double now,
	char *who, struct console_once *once);

/*
 * console_form_make(s, now, out): make the token of a form of that session.
 * console_form_read(s, token, now, once): whether that is one of its forms.
 */
void console_form_make(const struct console_session *s, double now, char *out);
bool console_form_read(const struct console_session *s, const char *token,
	double now, struct console_once *once);

/*
 * console_fields.c: markup, texts and times of pages.
 */

/* Ends a sentence that says what cannot be done. */
#define CONSOLE_AWAY "the store does not answer. Try again in a minute."

/*
 * console_fmt(b, fmt, ...): append markup: a template of buf.h, whose strings
 * (%s) are escaped.
 */
void console_fmt(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * console_short(b, s, max): append at most max characters of a stranger's text,
 * cleaned and escaped.
 */
void console_short(struct buf *b, const char *s, size_t max);

/* console_time(b, c, t): append "14:05", with its day unless that is today. */
void console_time(struct buf *b, const struct cgi *c, double t);

/* console_span(b, c, from, to): append "14:05 to 14:10", with a second day only
   if that is another. */
void console_span(struct buf *b, const struct cgi *c, double from, double to);

/* console_ago(b, c, t): append "14:05 (3 min ago)". */
void console_ago(struct buf *b, const struct cgi *c, double t);

/*
 * console_page.c: how a page looks.
 */

/*
 * console_begin(c, a, title), console_end(c, a): what is around a page of
 * somebody who signed in. `title` is also the current one of its links.
 * console_begin_below(c, a, current, title): of a page below that link.
 */
void console_begin(const struct cgi *c, struct cgi_answer *a,
	const char *title);
void console_begin_below(const struct cgi *c, struct cgi_answer *a,
	const char *current, const char *title);
void console_end(const struct cgi *c, struct cgi_answer *a);

/*
 * console_form(b, c, what): begin a form that does `what`, with its token.
 * console_back(b, back): note in it where it leads to.
 */
void console_form(struct buf *b, const struct cgi *c, const char *what);
void console_back(struct buf *b, const char *back);

/*
 * console_refuse(c, a, status, text): a page which says why nothing was done.
 * console_refuse_field(c, a, text, field): the same with 422; the script marks the
 * field of that name, if it is not NULL.
 * console_plain(a, status, title, text): the same for somebody who has not
 * signed in. console_sign_in(a, status, text): the page to sign in.
 */
void console_refuse(const struct cgi *c, struct cgi_answer *a, int status,
	const char *text);
void console_refuse_field(const struct cgi *c, struct cgi_answer *a,
	const char *text, const char *field);
void console_plain(struct cgi_answer *a, int status, const char *title,
	const char *text);
void console_sign_in(struct cgi_answer *a, int status, const char *text);

/*
 * console_goto(a, path, done, of): send the browser to a page, which then says
 * that the deed of that name was done; NULL: nothing. `of` is the dedup_key of
 * the incident, the slug or the name of the mute; or "".
 */
void console_goto(struct cgi_answer *a, const char *path, const char *done,
	const char *of);

/* console_link_page(a, who): the page of a link that signs in. */
void console_link_page(struct cgi_answer *a, const char *who);

/*
 * console_fields.c: the fields of the forms.
 */

/*
 * console_input(b, form, name, more): append a field of a form, with its label
 * and with more attributes; "text" has a line of its own.
 * console_label(b, form, name): begin the label of one that is a choice.
 * console_say(b, form, said): append an error of the command that the form runs,
 * with the labels of the page instead of options. Returns the field that the error
 * begins with, or NULL.
 */
void console_input(struct buf *b, const char *form, const char *name,
	const char *more);
void console_label(struct buf *b, const char *form, const char *name);
const char *console_say(struct buf *b, const char *form, const char *said);

/*
 * The pages, a file each; console_server_page is that of a server or of what
 * servers share, c->request.name.
 */
void console_incidents(const struct cgi *c, struct cgi_answer *a);
void console_mutes(const struct cgi *c, struct cgi_answer *a);
void console_servers(const struct cgi *c, struct cgi_answer *a);
void console_server_page(const struct cgi *c, struct cgi_answer *a);
void console_routes(const struct cgi *c, struct cgi_answer *a);
void console_night(const struct cgi *c, struct cgi_answer *a);

struct maintenance_store;

/* console_name(st, out): the server of a state, "3 servers" or "the fleet"; out has
   CONSOLE_NAME bytes. */
#define CONSOLE_NAME (SLUG_MAX + 1)
void console_name(const struct alert_state *st, char *out);

/* console_done(b, c): append the confirmation of the form before this page, if
   there was one. */
void console_done(struct buf *b, const struct cgi *c);

/* console_mute_done(b, c, done, id): append the confirmation for the mute or
   maintenance with that id. False: there is none that the session may see. */
bool console_mute_done(struct buf *b, const struct cgi *c, const char *done,
	const char *id);

/*
 * console_incident(b, c, mutes, st, kind, whole): append an open incident with
 * its buttons; whole: with all that can be said of it.
 */
void console_incident(struct buf *b, const struct cgi *c,
	struct maintenance_store *mutes, struct alert_state *st,
	enum alert_kind kind, bool whole);

/* The mute of an incident, as the store has it. */
struct console_mute {
	double until; /* 0: nothing does */
	const char *what, *reason, *by; /* by and reason may be NULL */
	const char *id; /* NULL: the session may not see it */
	bool maintenance;
};

/* console_muted(c, mutes, st, kind): what mutes that open incident longest. */
struct console_mute console_muted(const struct cgi *c,
	struct maintenance_store *mutes, const struct alert_state *st,
	enum alert_kind kind);

/*
 * console_routes.c: the result of tests.
 */
struct history;

/*
 * console_test_alerts(b, c, st, h, route): append, as items of a list, the last
 * test of that state: those that wait, or else the results that h has; of that
 * route, or where it is NULL, of each. False: nothing is known of one.
 */
bool console_test_alerts(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const struct history *h,
	const char *route);

/*
 * console_next_run(b, c): append ", in about 40 s" for mcp-alert, or since
 * when it is late.
 */
void console_next_run(struct buf *b, const struct cgi *c);

/*
 * console_session.c: who has signed in, and what they may change.
 */

/* console_all(c): whether it is the operator. console_may(c, slug): whether the
   session sees and changes that server. */
bool console_all(const struct cgi *c);
bool console_may(const struct cgi *c, const char *slug);

/* console_by(c, out): who that is, as messages name them; out has CONSOLE_BY
   bytes. */
#define CONSOLE_BY 160
void console_by(const struct cgi *c, char *out);

/* console_tls(c): whether browsers come by https. */
bool console_tls(const struct cgi *c);

/*
 * console_actions.c: what the forms do, by the functions of the commands.
 */

/* console_act(c, a): do what a form says, once, and record who did it. */
void console_act(const struct cgi *c, struct cgi_answer *a);

#endif
