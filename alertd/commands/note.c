/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "incident/state.h"
#include "records/incident.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "store/beat.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NOTE_LINE_MAX 16384

/* The incident that is meant. */
struct subject {
	char slug[SLUG_MAX + 1];
	enum alert_kind kind;
	int64_t first;
};

static bool texts_fit(const struct options *o)
{
	if (!o->public && !o->postmortem) {
		log_error("note: --public or --postmortem is needed");
		return false;
	}
	if (o->public && (!*o->public || strlen(o->public) > UPDATE_TEXT_MAX ||
			 !text_harmless(o->public, strlen(o->public)))) {
		log_error("--public: not a line of text of up to %d bytes",
			UPDATE_TEXT_MAX);
		return false;
	}
	if (o->postmortem && !update_url_valid(o->postmortem)) {
		log_error("--postmortem: '%s' is not an address such as "
			  "https://example.com/postmortem",
			o->postmortem);
		return false;
	}
	return true;
}

/* Whether everybody may see that this incident is open. */
static bool shown(const struct alert_state *st, unsigned kind)
{
	const struct incident *inc = &st->incidents[kind];

	return inc->open && !inc->superseded && !inc->suppressed &&
		incident_word((enum alert_kind)kind);
}

/* The only open incident of a server. An exit status. */
static int find_open(const struct alert_state *st, struct subject *out)
{
	int n = 0;

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		if (!shown(st, k))
			continue;
		n++;
		out->kind = (enum alert_kind)k;
		out->first = st->incidents[k].first;
	}
	if (n == 1)
		return EXIT_GOOD;
	if (!n)
		log_error("%s: no public incident is open there; name an ended "
			  "one by its dedup_key",
			st->slug);
	for (unsigned k = 0; n && k < ALERT_KINDS; k++)
		if (shown(st, k))
			log_error("%s: several incidents are open; one is "
				  "%s:%s:%" PRId64,
				st->slug, st->slug,
				alert_kind_name((enum alert_kind)k),
				st->incidents[k].first);
	return EXIT_NEWS;
}

/* Whether the state tells of the incident, open or over. */
static bool in_state(const struct alert_state *st, const struct subject *of)
{
	enum alert_kind kind;

	if (shown(st, of->kind) && st->incidents[of->kind].first == of->first)
		return true;
	for (size_t i = 0; i < st->n_timeline; i++)
		if (!st->timeline[i].text &&
			st->timeline[i].first == of->first &&
			alert_event_parse(st->timeline[i].what, &kind) &&
			kind == of->kind)
			return true;
	return false;
}

/* Whether there is such an incident, with room for another note. */
static int check_room(const char *what, const struct alert_state *st,
	const struct strings *fields, const struct subject *of)
{
	bool there = in_state(st, of);
	int said = 0;

	for (size_t i = 0; i < fields->n; i++) {
		if (!incident_update_of(fields->v[i], of->kind, of->first))
			continue;
		said += incident_update_said(fields->v[i]);
		there = there || !incident_update_said(fields->v[i]);
	}
	if (!there) {
		log_error("%s: there is no such incident", what);
		return EXIT_NEWS;
	}
	if (said < UPDATE_NOTES_MAX)
		return EXIT_GOOD;
	log_error("%s: it has %d notes already", what, said);
	return EXIT_USAGE;
}

/* Read the incident that a dedup_key names. An exit status. */
static int read_key(const char *what, struct subject *out)
{
	if (!alert_key_parse(what, &out->kind, &out->first)) {
		log_error("'%s': neither a slug nor a dedup_key", what);
		return EXIT_USAGE;
	}
	if (incident_word(out->kind))
		return EXIT_GOOD;
	log_error("%s: incidents of this kind have no public page", what);
	return EXIT_USAGE;
}

/* The incident that `what` names. An exit status. */
static int find_incident(const struct run *s, const char *what,
	struct subject *out)
{
	struct strings fields = {0};
	struct alert_state st;
	size_t n = strcspn(what, ":");
	int status;

	if (n < sizeof out->slug) {
		memcpy(out->slug, what, n);
		out->slug[n] = '\0';
	}
	if (n >= sizeof out->slug || !slug_valid(out->slug)) {
		log_error("'%s': neither the slug of a server nor a dedup_key "
			  "of one",
			what);
		return EXIT_USAGE;
	}
	status = known_server(s, what);
	if (!status && what[n])
		status = read_key(what, out);
	if (status)
		return status;
	if (!state_store_get(s->states, out->slug, &st))
		return EXIT_ENV;
	if (!what[n])
		status = find_open(&st, out);
	if (!status && !incident_store_fields(s->store, out->slug, &fields))
		status = EXIT_ENV;
	if (!status)
		status = check_room(what, &st, &fields, out);
	strings_release(&fields);
	state_release(&st);
	return status;
}

static void add_note(struct strings *l, const struct subject *of, double now,
	enum update_what what, const char *text)
{
	const struct incident_update u = {.at = now,
		.kind = of->kind,
		.first = of->first,
		.what = what,
		.text = text};
	char field[UPDATE_FIELD];
	struct buf b;

	if (!text)
		return;
	buf_init(&b, NOTE_LINE_MAX);
	incident_update_write(&b, &u);
	strings_add(l, incident_update_field(&u, field));
	strings_add(l, b.p);
	buf_release(&b);
}

static void put_address(struct buf *b, const struct run *s,
	const struct subject *of)
{
	const char *site = s->conf && s->conf->site_url ? s->conf->site_url
							: "";
	char id[INCIDENT_ID];

	buf_fmt(b, "%s/status/%s/incident/%s\n", site, of->slug,
		incident_id(of->kind, of->first, id));
}

int note_add(const struct run *s, const struct options *o, struct buf *address)
{
	double now = isnan(s->now) ? clock_wall() : s->now;
	struct strings updates = {0};
	struct subject of;
	int status;

	if (!texts_fit(o))
		return EXIT_USAGE;
	status = find_incident(s, o->operands[0], &of);
	if (status)
		return status;
	add_note(&updates, &of, now, UPDATE_NOTE, o->public);
	add_note(&updates, &of, now, UPDATE_POSTMORTEM, o->postmortem);
	if (!incident_store_add(s->store,
		    &(struct incident_updates) {of.slug, &updates}, 1))
		status = EXIT_ENV;
	strings_release(&updates);
	if (!status && store_persist(s->store)) {
		log_error("%s", store_why(s->store));
		status = EXIT_ENV;
	}
	if (!status)
		put_address(address, s, &of);
	return status;
}

int note(const struct run *s, const struct options *o)
{
	struct buf b;
	int status;

	buf_init(&b, NOTE_LINE_MAX);
	status = note_add(s, o, &b);
	if (!status && line_print(b.p, b.len))
		status = EXIT_ENV;
	buf_release(&b);
	return status;
}
