/* SPDX-License-Identifier: MIT */
/*
 * console_confirmation.c: the confirmation on the page after a form. It says what
 * was done, to which server, and until when.
 */
#include "web/console.h"

#include "incident/incident.h"
#include "state/state_store.h"

#include <string.h>

/* "phone (downtime)" */
static void put_incident(
	struct buf *b, const struct alert_state *st, enum alert_kind kind)
{
	char name[CONSOLE_NAME];

	console_name(st, name);
	console_fmt(b, "%s (%s)", name, alert_kind_name(kind));
}

/* "You have acknowledged phone (downtime) until 14:02." */
static void put_ack(struct buf *b, const struct cgi *c,
	const struct alert_state *st, enum alert_kind kind)
{
	const struct ack *ack = &st->incidents[kind].ack;
	char by[CONSOLE_BY];

	console_by(c, by);
	if (strcmp(ack->by, by) == 0)
		buf_str(b, "You have");
	else
		console_fmt(b, "%s has", ack->by);
	buf_str(b, " acknowledged ");
	put_incident(b, st, kind);
	buf_str(b, " until ");
	console_time(b, c, ack->until);
	buf_char(b, '.');
}

/* Append what was done to the incident with that key. False: that is not known. */
static bool put_deed(struct buf *b, const struct cgi *c, const char *done,
	const char *key)
{
	struct state_store *states;
	struct alert_state st;
	enum alert_kind kind;
	char slug[ALERT_KEY_SIZE];
	int64_t start;
	bool take = strcmp(done, "take") == 0, back = strcmp(done, "back") == 0;
	bool read, ok;

	snprintf(slug, sizeof slug, "%.*s", (int)strcspn(key, ":"), key);
	if (!alert_key_parse(key, &kind, &start) || !console_may(c, slug))
		return false;
	states = state_store_new(c->store);
	read = state_store_get(states, slug, &st);
	ok = read && (!take || ack_holds(&st.incidents[kind], c->now));
	if (ok && take) {
		put_ack(b, c, &st, kind);
	} else if (ok) {
		buf_str(b, back ? "The acknowledgement of "
				: "The incident of ");
		put_incident(b, &st, kind);
		buf_str(b, back ? " is undone." : " is closed.");
	}
	if (read)
		state_release(&st);
	state_store_free(states);
	return ok;
}

static bool put_open(struct buf *b, const struct cgi *c, const char *done,
	const char *slug)
{
	(void)done;
	if (!slug_valid(slug) || !console_may(c, slug))
		return false;
	console_fmt(b, "The incident of %s is open.", slug);
	return true;
}

/* A confirmation for each deed: `text` where `put` is NULL or fails. */
static const struct done {
	const char *name;
	bool (*put)(struct buf *b, const struct cgi *c, const char *done,
		const char *of);
	const char *text;
} dones[] = {
	{"take", put_deed, "You have acknowledged it."},
	{"back", put_deed, "The acknowledgement is undone."},
	{"close", put_deed, "The incident is closed."},
	{"note", NULL, "The note is stored."},
	{"open", put_open, "The incident is open."},
	{"silence", console_mute_done, "Alerts are muted."},
	{"maintenance", console_mute_done, "The maintenance is added."},
	{"end-silence", console_mute_done, "The mute has ended."},
	{"end-maintenance", console_mute_done, "The maintenance has ended."},
	{"test", NULL, "The next run of mcp-alert sends the test"},
};

void console_done(struct buf *b, const struct cgi *c)
{
	char name[32], of[ALERT_KEY_SIZE];

	if (!request_query(&c->request.http, "done", name, sizeof name))
		return;
	if (!request_query(&c->request.http, "of", of, sizeof of))
		*of = '\0';
	for (size_t i = 0; i < sizeof dones / sizeof *dones; i++) {
		if (strcmp(dones[i].name, name) != 0)
			continue;
		buf_str(b, "<p class=\"done\" role=\"status\">");
		if (!*of || !dones[i].put || !dones[i].put(b, c, name, of))
			buf_str(b, dones[i].text);
		if (strcmp(name, "test") == 0)
			console_next_run(b, c);
		buf_str(b, "</p>\n");
	}
}
