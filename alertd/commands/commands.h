/* SPDX-License-Identifier: MIT */
/*
 * commands.h: the commands of mcp-alert, a command a file; what several of
 * them, the web and replays compute alike is declared with it.
 */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "base/buf.h"
#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "notifier.h"
#include "options.h"
#include "outbox/outbox.h"
#include "records/alert.h"
#include "records/maintenance.h"
#include "records/silence.h"
#include "records/verdict.h"
#include "state/stores.h"
#include "terms/names.h"

#include <stdbool.h>

struct ack_request;
struct notifier;
struct state_store;
struct store;

/*
 * ack.c: the commands "ack", "unack" and "close", and the secret of the web
 * page.
 */

/*
 * acknowledge_secret(): the key that signs the URLs of the page: the token of
 * the credential "ack"; secret_free it. NULL: there is no such credential, or
 * it cannot be used and an error is logged.
 */
char *acknowledge_secret(void);

/*
 * acknowledge_by(by): the name of who acts: `by`, or, if that is NULL, the user
 * who runs this program. NULL: it is no short line; the operator has been
 * notified.
 */
const char *acknowledge_by(const char *by);

/* public_text_fits(what, s, max): whether it is a line that may be published,
   of up to max bytes; if not, an error is logged that names what it is. */
bool public_text_fits(const char *what, const char *s, size_t max);

/* acknowledge_wanted(o): whether the command is one of these. */
bool acknowledge_wanted(const struct options *o);

/*
 * acknowledge_parse(o, conf, out): read from the options what to say of which
 * incidents; the strings of *out live as long as those of *o and the
 * environment. False: an error is logged.
 */
bool acknowledge_parse(const struct options *o, const struct conf *conf,
	struct ack_request *out);

/*
 * acknowledge(p, what, name, q, zone): do what q says; `what` is the operand.
 * Messages call it `name`, and their times are of that zone. An exit status.
 */
int acknowledge(struct notifier *p, const char *what, const char *name,
	struct ack_request *q, const char *zone);

/*
 * acknowledge_in_outage(setup, url, what, q): do what q says to the incident
 * that the store does not answer, if `what`, a slug or a dedup_key, names it.
 * Returns an exit status; what is wrong has been logged.
 */
int acknowledge_in_outage(const struct run *setup, const char *url,
	const char *what, struct ack_request *q);

/*
 * check.c: mcp-alert check: whether a configuration can work and leaves nobody
 * out; and, for an event that is described, who would be notified.
 */

/*
 * check_config(file, c, o, folder): check configuration c, read from `file`
 * (both NULL: there is none), with the secrets in `folder`, or NULL. Returns an
 * exit status; if it is not 0, an error says why.
 */
int check_config(const char *file, const struct conf *c,
	const struct options *o, const char *folder);

/*
 * check_open(c, states): warn of each open incident that a route was notified
 * of which configuration c does not have, and say who is notified of its end
 * instead. False: the store failed, and an error is logged.
 */
bool check_open(const struct conf *c, struct state_store *states);

/*
 * check_coverage.c: whether a configuration has gaps: it looks up the policy
 * of every kind of event, of every server that policies tell apart. Pure.
 */

/* check_coverage_happens(kind, severity): whether there are such events. */
bool check_coverage_happens(enum alert_kind kind, enum severity severity);

/*
 * check_coverage(c, warn, arg): call warn with a text for each gap: a P1 that
 * would reach nobody at once, a route that no event can reach, a policy that no
 * event comes to, and events that no policy matches.
 */
void check_coverage(const struct conf *c,
	void (*warn)(void *arg, const char *text), void *arg);

/*
 * check_event.c: who would be notified of an event that is imagined, or that
 * the operator describes. Pure, but for the system's database of time zones.
 */

/* The event that is asked about. */
struct what_if {
	enum alert_kind kind;
	enum severity severity;
	const char *slug;
	double at;
	bool maintenance; /* the server is in a maintenance */
	/* For a drift: "removed", "changed", "added", "redescribed"; or NULL.
	   */
	const char *tools;
};

/* A route that is notified. */
struct reach {
	char *route;
	double after_s;		/* since the beginning; 0: at once */
	enum severity severity; /* that of the incident by then */
	struct outbox_wait wait; /* CONF_DIGEST_NO: no digest */
};

struct reaches {
	struct reach *v; /* in the order in which they are sent */
	size_t n, cap;
};

/*
 * what_if(c, r, out): add to *out each route that is notified of it, with the
 * time at which it is first sent, if nobody acknowledges it and it lasts: at
 * once, when its age makes it P1, and with each step of its policy. A
 * maintenance that suppresses it adds nothing.
 */
void what_if(const struct conf *c, const struct what_if *r,
	struct reaches *out);

void reaches_release(struct reaches *l);

/* Room for the reason of a refusal; and for the answer. */
#define CHECK_EVENT_WHY 300
#define CHECK_EVENT_MAX (256 * 1024)

struct check_event {
	struct what_if of; /* points into what follows */
	char slug[SLUG_MAX + 1];
	char tools[16];
};

/*
 * check_event_parse(text, c, now, out, why): what "kind=downtime,severity=P1,…"
 * says, as mcp-alert(1) has it, of a server of the configuration. False and
 * why.
 */
bool check_event_parse(const char *text, const struct conf *c, double now,
	struct check_event *out, char *why);

/*
 * check_event_put(b, c, d): append who would be notified and when; who at other
 * times of the week; and what a maintenance of the server would change.
 */
void check_event_put(struct buf *b, const struct conf *c,
	const struct check_event *d);

/*
 * explain.c: why a server paged, or why it did not: which incidents are open
 * and by which rule, what waits, and what comes next. Pure.
 */

/* How many entries of the timeline are shown, the last ones. */
#define EXPLAIN_ENTRIES 8
/* The largest explanation, bytes. */
#define EXPLAIN_MAX (2 * STATE_MAX)

/*
 * explain_put(b, st, c, q, now): append the explanation as text for a person,
 * with those of the silences that are on; c may be NULL. explain_json(b, st, c,
 * q, now): as a line of JSON, as mcp-alert(1) describes it.
 */
void explain_put(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now);
void explain_json(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now);

/*
 * explain_coming(b, st, kind, c, now): append the lines of that which say who
 * looks after an open incident, and what happens to it next, and when.
 */
void explain_coming(struct buf *b, struct alert_state *st,
	enum alert_kind kind, const struct conf *c, double now);

/*
 * replay.c: what a dry run has not sent yet: servers that fail, but not for
 * long enough, and what would be sent about them if they went on like that. The
 * machine itself is asked: the newest verdict comes again, minute by minute.
 */

/* The newest verdict on each server; all zero: none. */
struct forecast {
	struct verdict_record *v;
	size_t n, cap;
};

/* forecast_note(w, v): the newest verdict on its server, w's from then on. */
void forecast_note(struct forecast *w, const struct verdict_record *v);
void forecast_release(struct forecast *w);

/*
 * forecast_print(w, states, conf, text): print a line for each server that
 * fails and has no open incident, as mcp-alert(1) describes it. The states,
 * which are in memory, change: this is for the end of a run. False: standard
 * output failed, and an error is logged.
 */
bool forecast_print(struct forecast *w, struct state_store *states,
	const struct conf *conf, bool text);

/*
 * show.c: whether a slug on a command line names a server, so
 * that a slip of the hand is refused with what was probably meant.
 */

/*
 * known_server(s, what): whether the configuration or the store knows the slug
 * that `what`, a slug or a dedup_key, begins with. EXIT_GOOD; or an exit
 * status, and an error is logged, with the nearest name if there is
 * one.
 */
int known_server(const struct run *s, const char *what);

/*
 * maintenance.c: the commands for maintenances and silences.
 */

/*
 * maintenance_command(s, o): run the command, and print for people or JSON, as s
 * says. Returns an exit status.
 */
int maintenance_command(const struct run *s, const struct options *o);

/*
 * maintenance_run(o, conf, store, zone, out): the same, and append to out what
 * it would print: for people, or where zone is NULL, JSON.
 */
int maintenance_run(const struct options *o, const struct conf *conf,
	struct store *store, const char *zone, struct buf *out);

/*
 * maintenance_shown(m, now, cap_s, shown): the state of a maintenance: "active",
 * "recurring", "coming", "ended" or "cancelled"; *shown is the time of it that
 * is shown. silence_shown(s, now): that of a silence.
 */
struct occurrence;
const char *maintenance_shown(const struct maintenance *m, double now,
	double cap_s, struct occurrence *shown);
const char *silence_shown(const struct silence *s, double now);

/*
 * refuse_time(option, said, zone, now): log that said is no time, with times
 * that are.
 */
void refuse_time(const char *option, const char *said, const char *zone,
	double now);

/*
 * maintenance_plan_zone(o, c): the zone of what somebody types and is shown:
 * that of --zone, else that of the configuration c, which may be NULL.
 */
const char *maintenance_plan_zone(
	const struct options *o, const struct conf *c);

enum maintenance_plan_fit {
	MAINTENANCE_PLAN_FITS,
	MAINTENANCE_PLAN_CUT, /* it was too long, and was cut */
	MAINTENANCE_PLAN_OVER /* nothing of it is left */
};

/* maintenance_plan_fit(m, now, cap_s): cut m to at most cap_s seconds. */
enum maintenance_plan_fit maintenance_plan_fit(
	struct maintenance *m, double now, double cap_s);

/*
 * open.c: the command "open": an incident that no probe sees, of a server, of
 * those of a group, or of all; a state has one at a time.
 */

/*
 * open_by_hand(p, s, o, address): open what the options say; the address of its
 * page is appended, of a group that of its first server, unless it is private.
 * An exit status; where it is not 0 an error is logged, and nothing is opened.
 */
int open_by_hand(struct notifier *p, const struct run *s,
	const struct options *o, struct buf *address);

/*
 * group_operand(c, what, out): the name of the state of what a group, or "all",
 * shares; `what` where it names neither, or is NULL. out has GROUP_OPERAND bytes.
 */
#define GROUP_OPERAND 12
const char *group_operand(const struct conf *c, const char *what, char *out);

/*
 * note.c: the command "note": what the operators say of an incident to
 * everybody who looks at its page.
 */

/*
 * note(s, o): add the note and the postmortem of the options to the incident
 * that their operand names, and print the address of its page. Returns an exit
 * status; where that is not EXIT_GOOD, an error is logged, and
 * nothing is noted.
 */
int note(const struct run *s, const struct options *o);

/* note_add(s, o, address): the same; the address is appended, not printed. */
int note_add(const struct run *s, const struct options *o,
	struct buf *address);

/*
 * replay.c: runs recorded verdicts through the machine on their own clock, and
 * prints what would have been sent, when, and to whom. Nothing is sent or
 * stored.
 */

struct replay_setup {
	const char *file;	 /* "-": standard input */
	const struct conf *conf; /* or NULL */
	const char *policy; /* other numbers, or NULL; see routing/policy.c */
	bool text, colour;
};

/*
 * replay_run(s): the events on standard output, and then what they amount to:
 * below them where they are text, else on standard error. An exit status.
 */
int replay_run(const struct replay_setup *s);

/*
 * replay_report.c: what a replay would have sent: how many events, of which
 * servers, and how another policy changes that. Pure.
 */

/* Room for more kinds of events than there are. */
#define REPLAY_REPORT_KINDS 32
#define REPLAY_REPORT_PHASES (ALERT_ONCE + 1)

/* An incident, as it was sent. */
struct replay_report_incident {
	enum alert_kind kind;
	enum severity severity; /* the worst */
	int64_t first;		/* window of the first counted failure */
	int64_t notified_at;	/* when it was sent first */
	int64_t resolved;	/* INT64_MAX where it was not */
};

struct replay_report_server {
	char *slug;
	unsigned long events, pages;
	struct replay_report_incident *incidents; /* as they began */
	size_t n, cap;
};

/* All zero: nothing was sent. */
struct replay_report {
	/* By severity; [0] of all. */
	unsigned long events[REPLAY_REPORT_KINDS][REPLAY_REPORT_PHASES]
			    [SEVERITY_P3 + 1];
	unsigned long severities[SEVERITY_P3 + 1];
	unsigned long pages;
	struct replay_report_server *servers; /* by slug */
	size_t n, cap;
};

/* The span of a replay. */
struct replay_report_span {
	int64_t from, to; /* the first and the last minute */
	unsigned long verdicts;
	size_t servers;
};

/*
 * replay_report_pages(r, routes, c): whether an event wakes somebody: it is P1,
 * no end of an incident, and, where there is a configuration, goes to a pager
 * or a phone, or to any route if there are only chats.
 */
bool replay_report_pages(const struct alert_record *r,
	const struct strings *routes, const struct conf *c);

/*
 * replay_report_add(l, r, page): an event was sent, and whether it is a page.
 */
void replay_report_add(
	struct replay_report *l, const struct alert_record *r, bool page);
void replay_report_release(struct replay_report *l);

/*
 * replay_report_put(b, l, span): append what was sent, as text for a person.
 * replay_report_compare(b, before, after, span, policy): the same of two
 * policies side by side, and the incidents that differ.
 */
void replay_report_put(struct buf *b, const struct replay_report *l,
	const struct replay_report_span *span);
void replay_report_compare(struct buf *b, const struct replay_report *before,
	const struct replay_report *after,
	const struct replay_report_span *span, const char *policy);

/* replay_report_month(pages, span): how many pages that is in 30 days. */
unsigned long replay_report_month(
	unsigned long pages, const struct replay_report_span *span);

/*
 * report.c: the record of some nights: which incidents people were notified of,
 * how long it took to notice, to acknowledge and to recover, and who was paged
 * how often. Pure but for the time zone database.
 */

/* An outage that lasted no longer was noise, seconds. */
#define REPORT_NOISE_S 300

/* Instants are epoch seconds; 0: it was not, or is not known. */
struct report_incident {
	const char *key, *slug, *kind;
	const char *severity; /* the worst */
	double started_at; /* its first failure */
	double notified_at;
	double delivered_at; /* when the first route had it */
	double acknowledged_at, resolved_at;
	unsigned long pages;
	double paged_at; /* when the event of the last page was decided */
	/* The slug of the shared incident, if it was sent as part of that; or
	   NULL. */
	const char *group;
	bool joined; /* it was not sent by itself */
	bool common; /* it is one that servers share */
	double over_at; /* when all of the outage was over; 0: it is not */
};

/* A delivery that failed, be it for a while. */
struct report_failure {
	const char *route, *key, *event;
	double decided_at;
};

/* How often a route, or somebody in a night, was notified. */
struct report_count {
	char name[80]; /* the route; or the date of the evening */
	unsigned long pages;
	unsigned long asleep; /* of these: from 22:00 to 07:00 */
	unsigned long events; /* all that was delivered */
	unsigned long failed; /* at first, or for good; each event once */
};

struct report_counts {
	struct report_count *v;
	size_t n, cap;
};

struct report {
	double from, to;
	const char *zone;
	struct report_incident *v;
	size_t n, cap;
	struct report_counts routes, nights;
	struct report_failure *failures;
	size_t n_failures, cap_failures;
};

/*
 * report_make(h, c, from, to, zone, out): of the incidents that people were
 * notified of from `from` on and before `to`, with what h says of them, also
 * later; and of the deliveries of that time. *out points into h and zone;
 * report_release it. A page is a P1 that begins, gets worse or lasts, delivered
 * at once to a route of c that wakes somebody; it is one however many routes
 * have it. By the time at which they began.
 */
void report_make(const struct history *h, const struct conf *c, double from,
	double to, const char *zone, struct report *out);
void report_release(struct report *r);

/* report_noise(i): whether an incident paged, and all of it was over soon. */
bool report_noise(const struct report_incident *i);

/*
 * report_text(b, r), report_csv(b, r), report_json(b, r): append it for a
 * person; its incidents as RFC 4180 with a head; and all of it as one line, as
 * mcp-alert(1) describes these.
 */
void report_text(struct buf *b, const struct report *r);
void report_csv(struct buf *b, const struct report *r);
void report_json(struct buf *b, const struct report *r);

/*
 * show.c: the commands that only show what is known of servers.
 */

/*
 * show_explain(s, o): the explanation of the server that is the operand.
 * show_history(s, o): what was sent about it, or, without an operand, of all.
 * show_list(s, o): all open incidents. They print text or JSON, as s says, and
 * return an exit status; EXIT_USAGE: nothing is known of the server.
 */
int show_explain(const struct run *s, const struct options *o);
/*
 * show_explanation(s, st, now, b): append the explanation of that state. False:
 * the store failed, so something may be missing, and an error is logged.
 */
bool show_explanation(const struct run *s, struct alert_state *st, double now,
	struct buf *b);
int show_history(const struct run *s, const struct options *o);
int show_list(const struct run *s, const struct options *o);

/*
 * show_report(s, o): print the report of the nights that the options name, in
 * the same way, or as CSV. An exit status.
 */
int show_report(const struct run *s, const struct options *o);

/*
 * subscribers.c: the command "subscribers": how many people and programs
 * subscribed to what; and who is removed, or refused a message.
 */

/*
 * subscribers(s, o): print the counts; or with "remove" or "bounce" read
 * addresses, or with "bounce" a report of a mail server, from standard input,
 * and remove these subscribers or count a refusal of each. No address is
 * printed. Returns an exit status; EXIT_NEWS: nobody has one of the addresses.
 */
int subscribers(const struct run *s, const struct options *o);

/*
 * bounced_addresses(text, out): append the addresses that a report of a mail
 * server (RFC 3464) says it gave up; or, if text is no report, its lines.
 */
void bounced_addresses(const char *text, struct strings *out);

/*
 * test.c: mcp-alert test: sends a P1 that is only a test to the routes, and
 * says which of them got it.
 */

/*
 * test_routes(setup, o): test the routes of a server. Returns an exit status;
 * if it is not 0, an error says why.
 */
int test_routes(const struct run *setup, const struct options *o);

/*
 * timeline.c: what was sent about servers, as one list in the order of time.
 * Pure.
 */

/* The longest line. */
#define TIMELINE_LINE (32 * 1024)

/* All zero: empty. */
struct timeline {
	struct timeline_line {
		char *slug;
		struct timeline_entry entry;
		size_t number; /* of equal times the first comes first */
	} *v;
	size_t n, cap;
};

/*
 * timeline_texts(st, h): give the events of st, whose texts are in the history,
 * those that h has of them; where it has none any more, others.
 */
void timeline_texts(struct alert_state *st, const struct history *h);

/* timeline_add(t, st): append what was sent about a server, with its texts. */
void timeline_add(struct timeline *t, const struct alert_state *st);
void timeline_release(struct timeline *t);

/*
 * timeline_add_history(t, h, slug): append what h says of that server, or where
 * slug is NULL, of all, and t does not say yet.
 */
void timeline_add_history(
	struct timeline *t, const struct history *h, const char *slug);

/*
 * timeline_put(b, t, zone): sort t and append it, oldest first: lines "TIME
 * SLUG EVENT  SUMMARY" with the times of that zone, or where it is NULL, lines
 * of JSON.
 */
void timeline_put(struct buf *b, struct timeline *t, const char *zone);

#endif
