/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "badge/badge.h"
#include "base/text.h"
#include "data/condition.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/respond.h"
#include "pages/pages.h"
#include "words/words.h"

/* The note that qualifies the state of a badge, in bytes. */
#define NOTE_MAX 1024

static void put_image(const struct context *c, const struct badge_subject *s)
{
	struct badge_look look;

	badge_look_read(c->request, &look);
	badge_put(&c->r->html, s, &look);
}

static void put_json(const struct context *c, const struct badge_words *w)
{
	struct badge_look look;

	badge_look_read(c->request, &look);
	shields_put(&c->r->body, w, look.label, etag_max_age(c->r));
}

static void put_shield(const struct context *c, const struct badge_subject *s)
{
	struct badge_words w;

	badge_words_of(s, &w);
	put_json(c, &w);
}

/* How many tools a badge may tell of. */
static int count_tools(const struct context *c, const struct status_page *page)
{
	int n;

	if (page->server->tools_private)
		return BADGE_TOOLS_HIDDEN;
	if (page->view->freshness != VIEW_FRESH ||
		fetch_tool_count(c->source, page->slug, c->token, &n))
		return BADGE_TOOLS_UNKNOWN;
	return n;
}

/* Whether all that the badge says is in the verdict, which has an ETag. */
static bool is_verdict_alone(const struct badge_subject *s)
{
	return s->view->freshness == VIEW_FRESH && !s->note &&
		!s->maintenance_now && !s->asked_place &&
		(s->metric == METRIC_STATE || s->metric == METRIC_UPTIME ||
			s->metric == METRIC_P95);
}

/* Put the badge of a server that there is. */
static void put_badge(const struct context *c, const struct status_page *page,
	void (*put)(const struct context *c, const struct badge_subject *s))
{
	const struct page_data *d = page->data;
	struct condition_facts facts = status_page_facts(page);
	struct condition condition = condition_of(&facts);
	struct badge_subject badge = {.slug = page->slug,
		.metric = badge_metric_read(c->request),
		.view = page->view,
		.now = page->now};
	char name[BADGE_PLACE_SIZE];
	struct places places;
	struct buf note;

	places_read(&places, page->server, page->view);
	buf_init(&note, NOTE_MAX);
	if (condition.note != NOTE_NONE) {
		condition_put_note(&note, condition, &facts, &places);
		badge.note = buf_ok(&note) ? note.p : NULL;
	}
	if (d->maintenance_now.found)
		badge.maintenance_now = &d->maintenance_now;
	if (d->maintenance_next.found)
		badge.maintenance_next = &d->maintenance_next;
	if (badge.metric == METRIC_TOOLS)
		badge.tools = count_tools(c, page);
	else if (page->server->tools_private)
		badge.tools = BADGE_TOOLS_HIDDEN;
	badge.asked_place = badge_place_read(c->request, name);
	if (badge.asked_place)
		badge.place = places_find(&places, name);
	if (is_verdict_alone(&badge))
		text_copy(c->r->etag, sizeof c->r->etag, page->view->etag);
	put(c, &badge);
	if (!*c->r->etag)
		etag_of_body(c->r);
	buf_release(&note);
	places_release(&places);
}

static void put_badge_image(const struct context *c,
	const struct status_page *page)
{
	put_badge(c, page, put_image);
}

static void put_badge_shield(const struct context *c,
	const struct status_page *page)
{
	put_badge(c, page, put_shield);
}

/* Also of a server that is private, to the byte. */
static void put_nobody(const struct context *c, enum found found,
	void (*put)(const struct context *c, const struct badge_subject *s))
{
	struct view none = {
		.freshness = found == STORE_DOWN ? VIEW_STALE : VIEW_NONE};
	char name[BADGE_PLACE_SIZE];

	c->r->cache = CACHE_BRIEF;
	put(c,
		&(struct badge_subject) {
			.slug = slug_valid(c->name) ? c->name : NULL,
			.metric = badge_metric_read(c->request),
			.asked_place = badge_place_read(c->request, name),
			.unknown = found == NOT_FOUND,
			.view = &none});
	etag_of_body(c->r);
}

/* The type of an image, and the policy that lets it follow the reader's scheme. */
static void set_image(const struct context *c)
{
	struct badge_look look;

	badge_look_read(c->request, &look);
	c->r->type = TYPE_SVG;
	c->r->anywhere = true;
	if (look.theme == BADGE_AUTO)
		c->r->policy = BADGE_POLICY;
}

void handle_badge(const struct context *c)
{
	enum found found = page_put_server(c, false, put_badge_image);

	set_image(c);
	if (found != FOUND)
		put_nobody(c, found, put_image);
}

void handle_badge_json(const struct context *c)
{
	enum found found = page_put_server(c, false, put_badge_shield);

	if (found != FOUND)
		put_nobody(c, found, put_shield);
}

/* The words of all public servers. */
static void read_fleet(const struct context *c, struct badge_words *w)
{
	size_t counts[CONDITION_STATES];

	badge_words_fleet(
		fetch_counts(c->source, c->now, counts) ? NULL : counts, w);
	if (!w->known)
		c->r->cache = CACHE_BRIEF;
}

void handle_fleet_badge(const struct context *c)
{
	struct badge_look look;
	struct badge_words w;

	badge_look_read(c->request, &look);
	read_fleet(c, &w);
	badge_put_words(&c->r->html, &w, &look);
	set_image(c);
	etag_of_body(c->r);
}

void handle_fleet_badge_json(const struct context *c)
{
	struct badge_words w;

	read_fleet(c, &w);
	put_json(c, &w);
	etag_of_body(c->r);
}
