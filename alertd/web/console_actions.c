/* SPDX-License-Identifier: MIT */
/*
 * console_actions.c: the forms of the console: read, checked, and carried out by
 * the functions of the commands.
 */
#include "web/console.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "commands/commands.h"
#include "delivery/delivery.h"
#include "incident/incident.h"
#include "incident/route_test.h"
#include "json/json.h"
#include "notifier.h"
#include "records/maintenance.h"
#include "records/probe.h"
#include "records/silence.h"
#include "routing/routing.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "transport/credential.h"
#include "transport/form.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How many silences and maintenances of an account there may be, of each. */
#define ACCOUNT_MAX 100
#define SERVERS_TEXT 8192
#define LINE_MAX_BYTES 16384
/* Characters of a key, a slug and the id of a mute. */
#define OF "abcdefghijklmnopqrstuvwxyz_0123456789-.:*"

/* The fields of a form. */
struct act {
	const struct cgi *c;
	struct cgi_answer *a;
	struct form form;
	char by[CONSOLE_BY];
	/* The text of its record, and the server. */
	char slug[SLUG_MAX + 1], did[LINE_MAX_BYTES];
	char of[ALERT_KEY_SIZE]; /* see console_goto */
};

/* The last error of a command, for who sent the form. */
static char said[TEXT_SIZE];

static void keep_said(const char *in, char *out, size_t size)
{
	text_clean(in, strlen(in), said, sizeof said, TEXT_MAX);
	text_copy(out, size, in);
}

static bool refuse(const struct act *t, int status, const char *text)
{
	console_refuse(t->c, t->a, status, text);
	return false;
}

static bool refuse_field(const struct act *t, const char *name, const char *text)
{
	console_refuse_field(t->c, t->a, text, name);
	return false;
}

static bool away(const struct act *t)
{
	return refuse(t, 503, "That could not be stored: " CONSOLE_AWAY);
}

/* A field, not blank; or NULL. */
static const char *field(const struct act *t, const char *name)
{
	const char *s = form_get(&t->form, name);

	return s && s[strspn(s, " ")] ? s : NULL;
}

/* A command ended with that status; it failed for what it said. */
static bool ended(const struct act *t, int status)
{
	const char *at;
	struct buf text;

	if (status == EXIT_GOOD)
		return true;
	if (status == EXIT_ENV)
		return away(t);
	buf_init(&text, 2 * TEXT_SIZE);
	at = console_say(&text, form_get(&t->form, "do"), said);
	if (at && strcmp(at, "for") == 0 && field(t, "custom"))
		at = "custom";
	console_refuse_field(t->c, t->a, text.len ? text.p : "It is refused.",
		at);
	buf_release(&text);
	return false;
}

/* The same as a clean line of so many characters. */
static const char *line(const struct act *t, const char *name, size_t max,
	char *out, size_t size)
{
	const char *s = field(t, name);

	if (!s)
		return NULL;
	s += strspn(s, " ");
	text_clean(s, strlen(s), out, size, max);
	return out;
}

/* The incident of a form, of a server that the session may change. */
static const char *key_of(struct act *t)
{
	const char *key = field(t, "key");
	size_t n = key ? strcspn(key, ":") : 0;
	enum alert_kind kind;
	int64_t start;

	if (!key || n >= sizeof t->slug || strlen(key) >= ALERT_KEY_SIZE ||
		!alert_key_parse(key, &kind, &start)) {
		refuse(t, 400, "This form names no incident. Reload the page.");
		return NULL;
	}
	memcpy(t->slug, key, n);
	t->slug[n] = '\0';
	text_copy(t->of, sizeof t->of, key);
	if (console_may(t->c, t->slug))
		return key;
	refuse(t, 404, "This incident is not open. Reload the page.");
	return NULL;
}

static void say_holder(
	const struct act *t, const struct ack_result *r, struct buf *b)
{
	if (*r->holder)
		cgi_ack_holder(b, t->c, r->holder, r->until);
	else
		buf_str(b, r->open ? "Nobody has acknowledged it."
				   : "This incident is no longer open.");
}

static bool apply(struct act *t, const struct ack_request *q)
{
	struct ack_result r;
	struct buf text;

	if (!cgi_ack_apply(t->c, q, &r))
		return away(t);
	if (r.n)
		return true;
	buf_init(&text, TEXT_SIZE);
	say_holder(t, &r, &text);
	refuse(t, 409, text.p);
	buf_release(&text);
	return false;
}

static bool act_ack(struct act *t, const char *what)
{
	char reason[4 * ACK_REASON_MAX + 1], by[4 * ACK_BY_MAX + 1];
	char text[TEXT_SIZE];
	const char *from = form_get(&t->form, "from"), *span = field(t, "for");
	const char *to = console_all(t->c) ? field(t, "to") : NULL;
	struct ack_request q = {
		.action = strcmp(what, "take") == 0 ? ACK_TAKE
			: strcmp(what, "back") == 0 ? ACK_UNACK
						    : ACK_CLOSE,
		.key = key_of(t),
		.by = t->by,
		.from = from && *from ? from : NULL,
		.for_s = t->c->conf->policy.ack_s,
	};

	if (!q.key)
		return false;
	text_clean(t->by, strlen(t->by), by, sizeof by, ACK_BY_MAX);
	q.by = by;
	if (to && q.action == ACK_TAKE) {
		q.by = line(t, "to", ACK_BY_MAX, by, sizeof by);
		q.from = "";
		snprintf(t->did, sizeof t->did, "handed %s to %s", q.key, by);
	}
	q.reason = line(t, "text", ACK_REASON_MAX, reason, sizeof reason);
	q.text = line(t, "public", TEXT_MAX / 2, text, sizeof text);
	if (q.action == ACK_CLOSE && !q.reason)
		return refuse_field(t, "text", "Say why the incident is over.");
	if (span && !num_duration(span, ACK_MIN_S, ACK_MAX_S, &q.for_s))
		return refuse_field(t, "for",
			"How long: not from 60s to 7d, such as 4h");
	if (q.action == ACK_CLOSE)
		snprintf(t->did, sizeof t->did, "closed %s: %s", q.key,
			q.reason);
	return apply(t, &q);
}

static void record(const struct act *t, const char *what, const char *key,
	const char *text)
{
	struct history_record h = {
		.at = t->c->now,
		.slug = *t->slug ? t->slug : SLUG_FLEET,
		.what = what,
		.text = text,
		.key = key,
	};
	struct strings lines = {0};
	struct buf b;

	buf_init(&b, 2 * LINE_MAX_BYTES);
	history_write(&b, &h);
	if (buf_ok(&b)) {
		strings_add(&lines, b.p);
		history_store_add(t->c->store, &lines);
	}
	buf_release(&b);
	strings_release(&lines);
}

/* A note that operators alone see, in the history of the server. */
static bool note_private(struct act *t, const char *key, const char *text)
{
	char said_by[TEXT_SIZE + CONSOLE_BY + 2];

	snprintf(said_by, sizeof said_by, "%s: %s", t->by, text);
	record(t, HISTORY_NOTE, key, said_by);
	return true;
}

/* A run that queues what it sends: the next run of mcp-alert delivers it. */
static struct run queue_begin(const struct act *t)
{
	return (struct run) {
		.store = t->c->store,
		.conf = t->c->conf,
		.now = NAN,
		.queue_only = true,
		.secret = acknowledge_secret(),
		.states = state_store_new(t->c->store),
		.maintenances = maintenance_store_new(t->c->store),
	};
}

static void queue_end(struct run *run)
{
	maintenance_store_free(run->maintenances);
	state_store_free(run->states);
	secret_free((char *)run->secret);
}

/* Adds the note, or the state, that the options have. */
static bool add_note(struct act *t, const char *key, struct options *o)
{
	char *operand = (char *)key;
	struct run run = queue_begin(t);
	struct buf address;
	int status;

	o->operands = &operand;
	buf_init(&address, LINE_MAX_BYTES);
	status = note_add(&run, o, &address);
	buf_release(&address);
	queue_end(&run);
	return ended(t, status);
}

static bool act_note(struct act *t, const char *what)
{
	const char *key = key_of(t), *who = field(t, "who"), *text;
	char room[TEXT_SIZE], by[4 * ACK_BY_MAX + 1];
	struct options o = {.action = OPTIONS_NOTE, .n_operands = 1,
		.now = NAN, .by = by, .state = field(t, "state")};
	bool to_public = who && strcmp(who, "public") == 0;
	bool postmortem = who && strcmp(who, "postmortem") == 0;
	bool published;

	(void)what;
	if (!key)
		return false;
	text_clean(t->by, strlen(t->by), by, sizeof by, ACK_BY_MAX);
	text = line(t, "text", TEXT_MAX / 2, room, sizeof room);
	if (!text && !o.state)
		return refuse_field(t, "text", "The note is empty.");
	published = text && (to_public || postmortem);
	o.public = to_public ? text : NULL;
	o.postmortem = postmortem ? text : NULL;
	if ((o.public || o.postmortem || o.state) && !add_note(t, key, &o))
		return false;
	if (o.public || o.postmortem || o.state)
		snprintf(t->did, sizeof t->did, "%s%s%s%s on %s%s%s",
			o.public	     ? "published a note"
				: o.postmortem ? "published a postmortem"
					       : "set",
			published && o.state ? " and" : "",
			o.state ? " the state " : "", o.state ? o.state : "",
			key, published ? ": " : "", published ? text : "");
	return published || !text || note_private(t, key, text);
}

/* Whether all that it names is of the session's account. */
static bool may_all(const struct act *t, const char *const *slugs, size_t n,
	size_t others)
{
	if (console_all(t->c))
		return true;
	for (size_t i = 0; i < n; i++)
		if (!console_may(t->c, slugs[i]))
			return false;
	return n > 0 && !others;
}

static bool act_open(struct act *t, const char *what)
{
	char servers[TEXT_SIZE], title[TEXT_SIZE], text[TEXT_SIZE];
	char by[4 * ACK_BY_MAX + 1], *operand = servers;
	const char *who = field(t, "who");
	struct options o = {.action = OPTIONS_OPEN, .operands = &operand,
		.n_operands = 1, .now = NAN, .by = by,
		.severity = field(t, "severity")};
	struct run run;
	struct notifier *n;
	struct buf address;
	int status;

	(void)what;
	text_clean(t->by, strlen(t->by), by, sizeof by, ACK_BY_MAX);
	o.title = line(t, "title", TEXT_MAX, title, sizeof title);
	*(who && strcmp(who, "private") == 0 ? &o.reason : &o.text) =
		line(t, "text", TEXT_MAX, text, sizeof text);
	if (!line(t, "servers", SLUG_MAX, servers, sizeof servers))
		return refuse_field(t, "servers",
			console_all(t->c) ? "Name a server, a group or all."
					  : "Name a server.");
	if (!may_all(t, (const char *const *)&operand, 1, 0))
		return refuse(t, 404, "Name a server of your account.");
	if (!o.text && !o.reason)
		return refuse_field(t, "text", "“Text” is needed.");
	run = queue_begin(t);
	n = notifier_new(&run);
	buf_init(&address, LINE_MAX_BYTES);
	status = open_by_hand(n, &run, &o, &address);
	if (notifier_failed(n))
		status = EXIT_ENV;
	buf_release(&address);
	notifier_free(n);
	queue_end(&run);
	if (slug_valid(servers))
		text_copy(t->slug, sizeof t->slug, servers);
	text_copy(t->of, sizeof t->of, t->slug);
	snprintf(t->did, sizeof t->did, "opened an incident of %s: %s", servers,
		o.title ? o.title : "");
	return ended(t, status);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = s ? strlen(s) : 0, m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* How many an account has that have not ended; 0 for the operator. False: the store
   failed. */
static bool count_own(const struct act *t, bool silence, size_t *n)
{
	struct maintenance_store *l;
	const struct maintenance *m;
	const struct silence *s;
	char by[CONSOLE_BY];
	size_t count;
	bool ok;

	*n = 0;
	if (console_all(t->c))
		return true;
	l = maintenance_store_new(t->c->store);
	snprintf(by, sizeof by, "account %s)", t->c->console.account);
	ok = maintenance_store_load(l, t->c->now);
	s = maintenance_store_silences(l, &count);
	for (size_t i = 0; ok && silence && i < count; i++)
		*n += ends_with(s[i].by, by) &&
			(double)silence_end(&s[i]) > t->c->now;
	for (size_t i = 0;
		ok && !silence && (m = maintenance_store_get(l, i)); i++)
		*n += ends_with(m->by, by) &&
			maintenance_end(m, t->c->now,
				t->c->conf->policy.maintenance_s) > t->c->now;
	maintenance_store_free(l);
	return ok;
}

/* ", 2026-04-29 14:00 to 15:00 Berlin time" */
static void put_times(
	struct buf *b, const struct act *t, int64_t from, int64_t to)
{
	const char *zone = t->c->conf->zone;

	buf_str(b, ", ");
	phrase_time(b, from, true, zone);
	buf_str(b, " to ");
	phrase_time(b, to, !phrase_same_day((double)from, (double)to, zone),
		zone);
	phrase_zone(b, zone);
}

/* From the record that a command printed, keep the id, and append a sentence such
   as "the mute s-1 of shop, 2026-04-29 14:00 to 15:00 Berlin time: new disks". */
static void put_mute(
	struct buf *b, struct act *t, cJSON *doc, bool silence, bool ends)
{
	char why[RECORD_WHY];
	struct maintenance m;
	struct silence s;

	if (silence && silence_take(doc, &s, why)) {
		text_copy(t->of, sizeof t->of, s.id);
		buf_fmt(b, "the mute %s of ", s.id);
		silence_put_what(b, &s);
		if (!ends)
			put_times(b, t, s.starts_at, s.ends_at);
		buf_fmt(b, ": %s", s.reason);
		silence_release(&s);
	} else if (!silence && maintenance_take(doc, &m, why)) {
		text_copy(t->of, sizeof t->of, m.id);
		buf_fmt(b, "the maintenance %s of ", m.id);
		maintenance_put_what(b, &m);
		if (!ends)
			put_times(b, t, m.starts_at, m.ends_at);
		if (m.reason && *m.reason)
			buf_fmt(b, ": %s", m.reason);
		maintenance_release(&m);
	}
}

/* Run the command; what was added or ended is recorded. */
static bool run_mute(struct act *t, const struct options *o)
{
	bool ends = o->action == OPTIONS_SILENCE_END ||
		o->action == OPTIONS_MAINTENANCE_END;
	bool silence = o->action == OPTIONS_SILENCE_ADD ||
		o->action == OPTIONS_SILENCE_END;
	char why[JSON_WHY];
	struct buf out, text;
	cJSON *doc;
	int status;

	buf_init(&out, 2 * LINE_MAX_BYTES);
	buf_init(&text, LINE_MAX_BYTES);
	status = maintenance_run(o, t->c->conf, t->c->store, NULL, &out);
	doc = status == EXIT_GOOD
		? json_parse(out.p, out.len, &json_record, why) : NULL;
	buf_str(&text, ends ? "ended " : "added ");
	if (doc)
		put_mute(&text, t, doc, silence, ends);
	text_copy(t->did, sizeof t->did, text.p);
	buf_release(&text);
	buf_release(&out);
	return ended(t, status);
}

/* The names between blanks and commas of a text, which is cut into them. */
static size_t split(char *text, char **out, size_t max)
{
	char *rest = text, *word;
	size_t n = 0;

	while (n < max && (word = strsep(&rest, " ,;\t\r\n")))
		if (*word)
			out[n++] = word;
	return n;
}

static bool act_mute(struct act *t, const char *what)
{
	bool silence = strcmp(what, "silence") == 0;
	char text[SERVERS_TEXT], reason[TEXT_SIZE], by[4 * ACK_BY_MAX + 1];
	const char *servers = field(t, "servers");
	char *names[MAINTENANCE_NAMES + 1];
	size_t own;
	struct options o = {
		.action = silence ? OPTIONS_SILENCE_ADD
				  : OPTIONS_MAINTENANCE_ADD,
		.now = NAN,
		.operands = names,
		.by = by,
		.start = field(t, "start"),
		.end = field(t, "end"),
		.span = field(t, "end")	     ? NULL
			: field(t, "custom") ? field(t, "custom")
					     : field(t, "for"),
	};

	text_clean(t->by, strlen(t->by), by, sizeof by, ACK_BY_MAX);
	if (silence) {
		o.kind = field(t, "kind");
		o.region = field(t, "region");
		o.step = field(t, "step");
	} else {
		o.every = field(t, "every");
		o.account = console_all(t->c) ? field(t, "account") : NULL;
	}
	text_copy(text, sizeof text, servers ? servers : "");
	o.n_operands = split(text, names, MAINTENANCE_NAMES + 1);
	if ((servers && strlen(servers) >= sizeof text) ||
		o.n_operands > MAINTENANCE_NAMES)
		return refuse_field(t, "servers",
			"These are too many servers: name up to 100.");
	o.reason = line(t, "text", ACK_REASON_MAX, reason, sizeof reason);
	if (!may_all(t, (const char *const *)names, o.n_operands, 0))
		return refuse(t, 404, "Name servers of your account.");
	if (!count_own(t, silence, &own))
		return away(t);
	if (own >= ACCOUNT_MAX)
		return refuse(t, 409,
			silence ? "Your account has 100 mutes: end one first."
				: "Your account has 100 maintenances: end one "
				  "first.");
	if (o.n_operands == 1 && slug_valid(names[0]))
		text_copy(t->slug, sizeof t->slug, names[0]);
	return run_mute(t, &o);
}

/* Whether the session may end that maintenance or silence. */
static bool may_end(const struct act *t, const char *id, bool silence)
{
	struct maintenance_store *l = maintenance_store_new(t->c->store);
	const struct maintenance *m = NULL;
	const struct silence *s;
	bool ok = maintenance_store_load(l, t->c->now), may = console_all(t->c);
	size_t n;

	s = maintenance_store_silences(l, &n);
	for (size_t i = 0; ok && silence && i < n; i++)
		may = may || (strcmp(s[i].id, id) == 0 &&
				     may_all(t, s[i].slugs, s[i].n_slugs, 0));
	if (ok && !silence)
		m = maintenance_store_find(l, id);
	may = may || (m && may_all(t, m->slugs, m->n_slugs, m->n_accounts));
	maintenance_store_free(l);
	return may;
}

static bool act_end(struct act *t, const char *what)
{
	const char *id = field(t, "id");
	bool silence = strcmp(what, "end-silence") == 0;
	char *operand = (char *)id;
	const struct options o = {
		.action = silence ? OPTIONS_SILENCE_END
				  : OPTIONS_MAINTENANCE_END,
		.now = NAN,
		.operands = &operand,
		.n_operands = 1,
	};

	if (!id || !maintenance_id_valid(id) || !may_end(t, id, silence))
		return refuse(t, 404,
			"It has ended, or never began. Reload the page.");
	return run_mute(t, &o);
}

/* Queue the test: the next run of mcp-alert sends it. */
static bool queue_test(struct act *t, const struct route_test_request *q)
{
	struct run run = queue_begin(t);
	struct notifier *n = notifier_new(&run);
	bool ok;

	notifier_test(n, t->slug, q, &(struct worker_watch) {.key = NULL});
	ok = !notifier_failed(n);
	notifier_free(n);
	queue_end(&run);
	return ok ? true : away(t);
}

static bool act_test(struct act *t, const char *what)
{
	const char *route = field(t, "route"), *slug = field(t, "server");
	bool all = field(t, "all");
	const struct conf *conf = t->c->conf;
	struct route_test_request q = {.by = t->by, .at = (int64_t)t->c->now};
	struct strings routes = {0};
	struct conf_server server;
	bool ok;

	(void)what;
	if (!console_all(t->c) || (route && !route_find(conf, route)) ||
		(slug && !conf_server(conf, slug, &server)) ||
		(!route && !slug && !(all && conf->n_routes)))
		return refuse(t, 404, "There is no such route or server.");
	if (route)
		strings_add(&routes, route);
	for (size_t i = 0; all && i < conf->n_routes; i++)
		strings_add(&routes, conf->routes[i].name);
	q.routes = routes.n ? &routes : NULL;
	q.url = slug ? server.url : NULL;
	text_copy(t->slug, sizeof t->slug, slug ? slug : SLUG_FLEET);
	snprintf(t->did, sizeof t->did, "sent a test to %s",
		route ? route : all ? "all routes" : "the routes of a P1");
	ok = queue_test(t, &q);
	strings_release(&routes);
	return ok;
}

static bool act_leave(struct act *t, const char *what)
{
	const struct console_session *s = &t->c->console;

	(void)what;
	if (console_store_once(t->c->store, s->nonce, s->until, t->c->now) ==
		ONCE_FAILED)
		return away(t);
	console_session_end(console_tls(t->c), t->a->cookie);
	return true;
}

static const struct deed {
	const char *name;
	bool (*act)(struct act *t, const char *what);
} deeds[] = {
	{"take", act_ack},
	{"back", act_ack},
	{"close", act_ack},
	{"note", act_note},
	{"open", act_open},
	{"silence", act_mute},
	{"maintenance", act_mute},
	{"end-silence", act_end},
	{"end-maintenance", act_end},
	{"test", act_test},
	{"leave", act_leave},
};

static const struct deed *find_deed(const char *name)
{
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (name && strcmp(deeds[i].name, name) == 0)
			return &deeds[i];
	return NULL;
}

/* The page that a form leads to. */
static void go_back(const struct act *t, const char *done)
{
	static const char *const pages[] = {"mutes", "routes", "servers"};
	const char *back = field(t, "back");
	char path[REQUEST_PATH] = "/ops";

	for (size_t i = 0; back && i < sizeof pages / sizeof *pages; i++)
		if (strcmp(back, pages[i]) == 0)
			snprintf(path, sizeof path, "/ops/%s", back);
	if (back && strcmp(back, "server") == 0 && *t->slug)
		snprintf(path, sizeof path, "/ops/server/%s", t->slug);
	/* A key with other characters would need escapes: it is left out. */
	console_goto(t->a, path, done, t->of[strspn(t->of, OF)] ? "" : t->of);
}

/* Whether the form is one of this session, and comes for the first time. */
static bool take_form(const struct act *t, struct console_once *once)
{
	const char *token = form_get(&t->form, "form");

	if (!token || !console_form_read(&t->c->console, token, t->c->now,
			      once))
		return refuse(t, 403,
			"This form is too old, or of another session. Reload "
			"the page.");
	switch (console_store_once(
		t->c->store, once->number, once->until, t->c->now)) {
	case ONCE_NEW:
		return true;
	case ONCE_USED:
		return refuse(t, 409,
			"This form was sent before. Reload the page to see "
			"what was done.");
	default:
		return away(t);
	}
}

/* Do what the form of this number asks for, and answer with the next page. */
static void carry_out(struct act *t, const struct deed *deed, const char *number)
{
	char text[LINE_MAX_BYTES + CONSOLE_BY];

	if (!deed->act(t, deed->name)) {
		/* A person who corrects it in the browser can send it again;
		   where the store fails, nobody knows what was done. */
		if (t->a->status != 503)
			console_store_again(t->c->store, number);
		return;
	}
	go_back(t, deed->name);
	if (*t->did) {
		snprintf(text, sizeof text, "%s %s", t->by, t->did);
		record(t, HISTORY_BY_HAND, NULL, text);
	}
}

void console_act(const struct cgi *c, struct cgi_answer *a)
{
	struct act t = {.c = c, .a = a};
	const struct deed *deed;
	struct console_once once;

	console_by(c, t.by);
	form_read(c->request.body.p, &t.form);
	deed = find_deed(form_get(&t.form, "do"));
	*said = '\0';
	log_filter(keep_said);
	if (!deed)
		refuse(&t, 400, "This form has no action. Reload the page.");
	else if (take_form(&t, &once))
		carry_out(&t, deed, once.number);
	log_filter(NULL);
	form_release(&t.form);
}
