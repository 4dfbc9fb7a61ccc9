/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "incident/state.h"
#include "records/incident.h"
#include "run.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "store/beat.h"
#include "subscribe/subscribe.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_LINE_MAX 16384
/* A server joins a shared incident within this time of its own start. */
#define DAY_S 86400

/* The most servers that share an incident and can be noted together. */
#define SUBJECTS_MAX 10000

/* The incident that is meant, of a server. */
struct subject {
	char slug[SLUG_MAX + 1];
	enum alert_kind kind;
	int64_t first;
};

/* The note, and the state, of an incident. */
struct saying {
	const struct options *o;
	enum progress progress; /* where o->state is not NULL */
	const char *by;		/* likewise */
	bool published;		/* to visitors */
};

/* The incidents that are meant: of a server, or of those that share one. */
struct subjects {
	struct subject *v;
	size_t n, cap;
	char group[SLUG_MAX + 1]; /* the state that these share, or "" */
	/* The shared incident that they have a part in, even if only one of
	   them is meant, or ""; and its first window. */
	char thread[SLUG_MAX + 1];
	int64_t first;
	char title[UPDATE_TITLE_MAX + 1]; /* of one opened by hand, or "" */
};

static bool read_state(struct saying *w)
{
	const char *s = w->o->state;

	w->by = s ? acknowledge_by(w->o->by) : NULL;
	if (!s || (w->by && progress_parse(s, &w->progress) &&
			  w->progress != PROGRESS_RESOLVED))
		return true;
	if (w->by)
		log_error("--state: '%s' is not investigating, identified or "
			  "monitoring%s",
			s, strcmp(s, "resolved") == 0
				? "; 'mcp-alert close' resolves it"
				: "");
	return false;
}

static bool texts_fit(const struct options *o)
{
	if (!o->public && !o->postmortem && !o->state) {
		log_error("note: --public, --postmortem or --state is needed");
		return false;
	}
	if (o->public &&
		!public_text_fits("--public", o->public, UPDATE_TEXT_MAX))
		return false;
	if (o->postmortem && !update_url_valid(o->postmortem)) {
		log_error("--postmortem: '%s' is not an address such as "
			  "https://example.com/postmortem",
			o->postmortem);
		return false;
	}
	return true;
}

/* Whether this incident is open; and, if that is published, whether everybody
   may see it. */
static bool shown(
	const struct alert_state *st, unsigned kind, bool published)
{
	const struct incident *inc = &st->incidents[kind];

	return inc->open && !inc->superseded &&
		(!published || (!inc->suppressed && !inc->is_private &&
				       incident_word((enum alert_kind)kind)));
}

/* The only open incident of a server. An exit status. */
static int find_open(const struct alert_state *st, const char *name,
	bool published, struct subject *out)
{
	int n = 0;

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		if (!shown(st, k, published))
			continue;
		n++;
		out->kind = (enum alert_kind)k;
		out->first = st->incidents[k].first;
	}
	if (n == 1)
		return EXIT_GOOD;
	if (!n)
		log_error("%s: no %sincident is open there%s", name,
			published ? "public " : "",
			published ? "; name an ended one by its dedup_key"
				  : "");
	for (unsigned k = 0; n && k < ALERT_KINDS; k++)
		if (shown(st, k, published))
			log_error("%s: several incidents are open; one is "
				  "%s:%s:%" PRId64,
				st->slug, st->slug,
				alert_kind_name((enum alert_kind)k),
				st->incidents[k].first);
	return EXIT_NEWS;
}

/* Whether the state tells of the incident, open or over. */
static bool in_state(const struct alert_state *st, const struct subject *of,
	bool published)
{
	enum alert_kind kind;

	if (shown(st, of->kind, published) &&
		st->incidents[of->kind].first == of->first)
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
	const struct strings *fields, const struct subject *of, bool published)
{
	bool there = in_state(st, of, published);
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
static int read_key(const char *what, bool published, struct subject *out)
{
	if (!alert_key_parse(what, &out->kind, &out->first)) {
		log_error("'%s': neither a slug nor a dedup_key", what);
		return EXIT_USAGE;
	}
	if (!published || incident_word(out->kind))
		return EXIT_GOOD;
	log_error("%s: incidents of this kind have no public page", what);
	return EXIT_USAGE;
}

/* Check that subject, whose state is read, and add it. An exit status. */
static int add_subject(const struct run *s, const char *what,
	const struct alert_state *st, const struct subject *of, bool published,
	struct subjects *out)
{
	struct strings fields = {0};
	int status = incident_store_fields(s->store, of->slug, &fields)
		? check_room(what, st, &fields, of, published)
		: EXIT_ENV;

	strings_release(&fields);
	if (status)
		return status;
	out->v = xgrow(out->v, &out->cap, out->n + 1, sizeof *out->v);
	out->v[out->n++] = *of;
	return EXIT_GOOD;
}

/* The incident of each server that has a part in the shared one. */
static int add_sharers(const struct run *s, const char *what,
	const struct alert_state *shared, const struct subject *of,
	bool published, struct subjects *out)
{
	int status = EXIT_GOOD;

	snprintf(out->group, sizeof out->group, "%s", shared->slug);
	snprintf(out->thread, sizeof out->thread, "%s", shared->slug);
	out->first = of->first;
	for (size_t i = 0; i < shared->shared.left.n && i < SUBJECTS_MAX &&
		!status; i++) {
		struct subject one = {.kind = of->kind};
		const struct incident *inc;
		struct alert_state st;

		snprintf(one.slug, sizeof one.slug, "%s",
			shared->shared.left.v[i]);
		if (!state_store_get(s->states, one.slug, &st))
			return EXIT_ENV;
		inc = &st.incidents[one.kind];
		one.first = inc->first;
		if (inc->group && strcmp(inc->group, out->group) == 0 &&
			shown(&st, one.kind, published))
			status = add_subject(
				s, what, &st, &one, published, out);
		state_release(&st);
	}
	if (out->n || status)
		return status;
	log_error("%s: there is no such incident", what);
	return EXIT_NEWS;
}

/* How it became a part of a shared incident, or NULL. */
static const struct history_record *find_joined(
	const struct history *h, const struct subject *of)
{
	const struct alert_record r = {
		.slug = of->slug, .kind = of->kind, .started_at = of->first};
	char key[ALERT_KEY_SIZE];

	alert_key(&r, key);
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].key && h->v[i].group &&
			strcmp(h->v[i].what, HISTORY_SHARED) == 0 &&
			strcmp(h->v[i].key, key) == 0)
			return &h->v[i];
	return NULL;
}

/* As find_thread, of an incident that is over: its state has been removed, and the
   history says of which shared incident it was a part. */
static int find_ended_thread(const struct run *s, const struct subject *of,
	struct subjects *out)
{
	const struct history_record *joined;
	struct history h = {0};
	double nearest = INFINITY;
	bool ok = history_store_read(s->store, NULL, (double)of->first,
		(double)of->first + DAY_S, &h);

	joined = ok ? find_joined(&h, of) : NULL;
	/* The event that said so names the first window of the shared one. */
	for (size_t i = 0; joined && i < h.n; i++) {
		const struct history_record *r = &h.v[i];
		double apart = fabs(r->at - joined->at);
		enum alert_kind kind;
		int64_t first;

		if (strcmp(r->slug, joined->group) != 0 || !r->key ||
			apart >= nearest ||
			!alert_key_parse(r->key, &kind, &first) ||
			kind != of->kind)
			continue;
		nearest = apart;
		out->first = first;
		text_copy(out->thread, sizeof out->thread, r->slug);
	}
	history_store_release(&h);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

/* Note the shared incident of which that of a server is a part, if any: those
   who subscribed have one thread. An exit status. */
static int find_thread(const struct run *s, const struct alert_state *st,
	const struct subject *of, struct subjects *out)
{
	const struct incident *inc = &st->incidents[of->kind], *shared;
	struct alert_state group;

	if (!inc->open || inc->first != of->first)
		return find_ended_thread(s, of, out);
	if (!inc->group)
		return EXIT_GOOD;
	if (!state_store_get(s->states, inc->group, &group))
		return EXIT_ENV;
	shared = &group.incidents[of->kind];
	if (shared->open) {
		snprintf(out->thread, sizeof out->thread, "%s", inc->group);
		out->first = shared->first;
	}
	state_release(&group);
	return EXIT_GOOD;
}

/* The incidents that the operand names. An exit status. */
static int find_incident(const struct run *s, const struct options *o,
	bool published, struct subjects *out)
{
	const char *what = o->operands[0], *name = o->group ? o->group : what;
	struct subject of = {.slug = ""};
	struct alert_state st;
	size_t n = strcspn(what, ":");
	int status;

	if (n < sizeof of.slug) {
		memcpy(of.slug, what, n);
		of.slug[n] = '\0';
	}
	if (n >= sizeof of.slug ||
		(!slug_valid(of.slug) && !slug_shared(of.slug))) {
		log_error("'%s': neither the slug of a server nor a dedup_key "
			  "of one",
			what);
		return EXIT_USAGE;
	}
	status = known_server(s, what);
	if (!status && what[n])
		status = read_key(what, published, &of);
	if (status)
		return status;
	if (!state_store_get(s->states, of.slug, &st))
		return EXIT_ENV;
	if (!what[n])
		status = find_open(&st, name, published, &of);
	if (!status && st.incidents[of.kind].title)
		snprintf(out->title, sizeof out->title, "%s",
			st.incidents[of.kind].title);
	if (!status && slug_shared(of.slug))
		status = add_sharers(s, name, &st, &of, published, out);
	else if (!status)
		status = add_subject(s, what, &st, &of, published, out);
	if (!status && !*out->thread)
		status = find_thread(s, &st, &of, out);
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

/* The same to those who subscribed, once for all that share the incident.
   False: the store failed. */
static bool tell_subscribers(const struct run *s, const struct subjects *l,
	const struct options *o, double now)
{
	/* The event of a state is news, but of one server that shares it. */
	bool told = o->state && (*l->group || !*l->thread);
	const char *const texts[] = {told ? NULL : o->public, o->postmortem};
	struct incident_update u = {.at = now,
		.kind = l->v[0].kind,
		.title = *l->title ? l->title : NULL,
		.first = *l->thread ? l->first : l->v[0].first};
	struct strings slugs = {0}, news = {0};
	struct conf_server server;
	bool ok = true;

	for (size_t i = 0; i < l->n; i++)
		if (subscriber_public(s->conf, l->v[i].slug, &server))
			strings_add(&slugs, l->v[i].slug);
	for (size_t i = 0; i < 2 && slugs.n; i++) {
		u.what = i ? UPDATE_POSTMORTEM : UPDATE_NOTE;
		u.text = texts[i];
		if (u.text)
			news_of_note(&u,
				*l->thread ? l->thread : slugs.v[0],
				&slugs, &news);
	}
	if (news.n)
		ok = news_store_add(s->store, &news);
	strings_release(&slugs);
	strings_release(&news);
	return ok;
}

/* Writes notes to the pages of all. An exit status. */
static int add_notes(const struct run *s, const struct subjects *l,
	const struct options *o)
{
	double now = isnan(s->now) ? clock_wall() : s->now;
	struct incident_updates *v = xcalloc(l->n, sizeof *v);
	struct strings *texts = xcalloc(l->n, sizeof *texts);
	int status = EXIT_GOOD;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		add_note(&texts[i], &l->v[i], now, UPDATE_NOTE,
			o->state ? NULL : o->public);
		add_note(&texts[i], &l->v[i], now, UPDATE_POSTMORTEM,
			o->postmortem);
		if (texts[i].n)
			v[n++] = (struct incident_updates) {
				l->v[i].slug, &texts[i]};
	}
	if (n && !incident_store_add(s->store, v, n))
		status = EXIT_ENV;
	for (size_t i = 0; i < l->n; i++)
		strings_release(&texts[i]);
	free(texts);
	free(v);
	if (!status && s->conf && s->conf->site_subscribe &&
		!tell_subscribers(s, l, o, now))
		status = EXIT_ENV;
	if (!status && store_persist(s->store)) {
		log_error("%s", store_why(s->store));
		status = EXIT_ENV;
	}
	return status;
}

/* Says how far the work on all is; what they share comes first, for its routes
   are notified. An exit status. */
static int move_all(
	const struct run *s, const struct subjects *l, const struct saying *w)
{
	struct by_hand q = {
		.what = BY_HAND_MOVE,
		.by = w->by,
		.text = w->o->public,
		.kind = l->v[0].kind,
		.progress = w->progress,
		.first = l->v[0].first,
	};
	struct strings shared = {0}, slugs = {0};
	struct notifier *p = notifier_new(s);
	enum by_hand_result r = BY_HAND_DONE;

	for (size_t i = 0; i < l->n; i++)
		strings_add(&slugs, l->v[i].slug);
	if (*l->group) {
		strings_add(&shared, l->group);
		q.shared = true;
		r = notifier_by_hand(p, &shared, &q);
		q.shared = false;
		q.group = l->group;
	}
	if (r == BY_HAND_DONE)
		r = notifier_by_hand(p, &slugs, &q);
	if (s->deliver)
		notifier_finish(p);
	if (notifier_failed(p))
		r = BY_HAND_FAILED;
	notifier_free(p);
	strings_release(&shared);
	strings_release(&slugs);
	if (r == BY_HAND_NONE)
		log_error("%s: it is over, so it has no --state", l->v[0].slug);
	return r == BY_HAND_DONE ? EXIT_GOOD
		: r == BY_HAND_NONE ? EXIT_NEWS : EXIT_ENV;
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
	struct saying w = {.o = o, .published = o->public || o->postmortem};
	struct subjects l = {.group = ""};
	int status;

	if (!texts_fit(o) || !read_state(&w))
		return EXIT_USAGE;
	status = find_incident(s, o, w.published, &l);
	if (!status && w.published)
		status = add_notes(s, &l, o);
	if (!status && o->state)
		status = move_all(s, &l, &w);
	if (!status && w.published)
		put_address(address, s, &l.v[0]);
	free(l.v);
	return status;
}

int note(const struct run *s, const struct options *o)
{
	struct buf b;
	int status;

	buf_init(&b, NOTE_LINE_MAX);
	status = note_add(s, o, &b);
	if (!status && b.len && line_print(b.p, b.len))
		status = EXIT_ENV;
	buf_release(&b);
	return status;
}
