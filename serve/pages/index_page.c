/* SPDX-License-Identifier: MIT */
/*
 * index_page.c: all servers, with what is wrong first: a sentence on all of them,
 * and the open incidents.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "cgi/request.h"
#include "data/incidents.h"
#include "http/paging.h"
#include "pages/html.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The pitch of the bars of days, of which a bar takes three quarters. */
#define DAY_PITCH 4
/* From so many servers on they can be searched. */
#define SEARCHED 20
/* The headline, in bytes. */
#define SENTENCE_MAX 256

/* ---- Links to other lists. */

static void put_parameter(struct html *b, const char **before, const char *name,
	const char *value)
{
	if (!*value)
		return;
	html_fmt(b, "%ls%s=%ls", HTML_MARKUP(*before), name, HTML_QUERY(value));
	*before = "&amp;";
}

/*
 * The relative reference to the list that a query asks for, from its first
 * page, for an attribute.
 */
static void put_list_address(struct html *b, const struct html_part *p)
{
	const struct index_query *q = p->of;
	const char *before = "?";

	put_parameter(b, &before, "state",
		q->state < 0 ? ""
			     : condition_name((enum condition_state)q->state));
	put_parameter(b, &before, "q", q->text);
	put_parameter(b, &before, "group", q->group);
	put_parameter(b, &before, "tag", q->tag);
	put_parameter(b, &before, "sort", index_sort_name(q->sort));
	if (*before == '?')
		html_fmt(b, "?");
}
#define LIST_ADDRESS(q) HTML_PART(.put = put_list_address, .of = (q))

static void put_row_label(struct html *b, const char *class, const char *text,
	const struct index_page *page, const struct index_query *query)
{
	if (page->is_file)
		html_fmt(b, "<span class='%s'>%s</span> ", class, text);
	else
		html_fmt(b, "<a class='%s' href='%ls'>%s</a> ", class,
			LIST_ADDRESS(query), text);
}

/* The group and the tags, each with all servers that have it. */
static void put_row_labels(struct html *b, const struct index_entry *e,
	const struct index_page *page)
{
	const char *tags = e->row.tags;
	struct index_query query = {.state = -1};
	char tag[INDEX_TEXT];

	if (!*e->row.group && !*tags && !e->is_private)
		return;
	html_fmt(b, "<span class='labels'>");
	if (e->is_private)
		html_fmt(b, HTML_PRIVATE);
	if (*e->row.group) {
		snprintf(query.group, sizeof query.group, "%s", e->row.group);
		put_row_label(b, "group", e->row.group, page, &query);
		*query.group = '\0';
	}
	while (index_tag(&tags, tag)) {
		snprintf(query.tag, sizeof query.tag, "%s", tag);
		put_row_label(b, "tag", tag, page, &query);
	}
	html_fmt(b, "</span>");
}

/* ---- The days. */

/* All bars of a kind are one line with gaps, a piece for each run of days. */
static void put_day_bars(
	struct html *b, const char *days, const struct day_kind *k)
{
	const char *p = days;

	html_fmt(b, "<path class='%s' d='", k->class);
	while ((p = strchr(p, k->letter))) {
		char run[] = {k->letter, '\0'};
		size_t n = strspn(p, run);

		html_fmt(b, "M%zu %dh%zu", DAY_PITCH * (size_t)(p - days),
			DAY_HIGH - k->high / 2, DAY_PITCH * n - 1);
		p += n;
	}
	html_fmt(b, "'/>");
}

static size_t count_days(const char *days, char letter)
{
	size_t n = 0;

	for (; *days; days++)
		n += *days == letter;
	return n;
}

static void put_row_days(struct html *b, const char *days)
{
	const char *comma = "";

	html_fmt(b, "<svg class='strip' viewBox='0 0 %d %d' role='img' "
		   "aria-label='%d days: ",
		DAY_PITCH * LISTING_DAYS, DAY_HIGH, LISTING_DAYS);
	for (size_t i = 0; i < DAY_KINDS; i++) {
		size_t n = count_days(days, day_kinds[i].letter);

		if (!n)
			continue;
		html_fmt(b, "%s%zu %s", comma, n, day_kinds[i].words);
		comma = ", ";
	}
	html_fmt(b, "'>");
	for (size_t i = 0; i < DAY_KINDS; i++)
		if (count_days(days, day_kinds[i].letter))
			put_day_bars(b, days, &day_kinds[i]);
	html_fmt(b, "</svg>");
}

/* ---- */

static void put_row_since(
	struct html *b, const struct index_row *item, double now)
{
	enum condition_state state = item->condition.state;
	int64_t since = item->e->since;

	if (since < item->condition.since)
		since = item->condition.since;
	if (!since)
		return;
	html_fmt(b, "<small>%s %ls</small>",
		state == CONDITION_STALE ? "last result" : "since",
		HTML_TIME(since, now));
}

/*
 * A maintenance that goes on is the state of the row; an announced one stands
 * beside it.
 */
static void put_row_work(
	struct html *b, const struct index_row *item, double now)
{
	if (item->condition.state == CONDITION_MAINTENANCE ||
		(double)item->work <= now)
		return;
	html_fmt(b, "<small class='text-work'>Maintenance from %ls</small>",
		HTML_TIME(item->work, now));
}

/*
 * A figure that is not known leaves its column empty. A percentage of the first
 * day says little.
 */
static void put_row_figures(struct html *b, const struct index_row *item)
{
	const struct listing_row *row = &item->e->row;
	size_t days = LISTING_DAYS - count_days(item->days, LISTING_DAY_NONE);

	html_fmt(b, "<span class='figure'>");
	if (!isnan(row->uptime_30d) && days == 1)
		html_fmt(b, "<small>1 day of data</small>");
	else if (!isnan(row->uptime_30d))
		html_fmt(b, "%.2f%% <small>uptime</small>", row->uptime_30d);
	html_fmt(b, "</span><span class='figure'>");
	if (!isnan(row->p95_ms))
		html_fmt(b, "%ls <small>p95</small>", HTML_MS(row->p95_ms));
	html_fmt(b, "</span></li>\n");
}

static void put_server_row(struct html *b, const struct index_row *item,
	const struct index_page *page)
{
	const struct index_entry *e = item->e;
	struct word w = html_condition(item->condition);

	html_fmt(b, "<li><span class='name'><a href='/status/%s'>%s</a>",
		e->slug, index_name(e));
	put_row_labels(b, e, page);
	html_fmt(b,
		"</span><span class='how'><span class='state'>%ls<span>%ls"
		"</span></span>",
		HTML_ICON(w.class),
		HTML_WHOLE(item->sentence ? item->sentence : w.text));
	put_row_since(b, item, page->checks.now);
	put_row_work(b, item, page->checks.now);
	html_fmt(b, "</span>");
	put_row_days(b, item->days);
	put_row_figures(b, item);
}

/* The title of a section, and the state that its servers are counted under. */
static const struct {
	const char *title, *id;
	enum condition_state state;
	const char *counted; /* behind a number */
} sections[INDEX_SECTIONS] = {
	[SECTION_DOWN] = {"Not working", "down", CONDITION_DOWN, "not working"},
	[SECTION_DEGRADED] = {"Partly working", "degraded", CONDITION_DEGRADED,
		"partly working"},
	[SECTION_NOTED] = {"Working, with an open incident", "noted",
		CONDITION_UP, NULL},
	[SECTION_MAINTENANCE] = {"Under maintenance", "maintenance",
		CONDITION_MAINTENANCE, "under maintenance"},
	[SECTION_STALE] = {"No recent data", "stale", CONDITION_STALE,
		"without recent data"},
	[SECTION_PENDING] = {"Awaiting first probe", "pending",
		CONDITION_PENDING, "awaiting first probe"},
	[SECTION_UP] = {"Working", "up", CONDITION_UP, "working"},
};

static const char *const sort_words[INDEX_SORTS] = {
	[INDEX_BY_STATE] = "State, worst first",
	[INDEX_BY_NAME] = "Name",
	[INDEX_BY_P95] = "p95, slowest first",
	[INDEX_BY_UPTIME] = "Uptime, lowest first",
	[INDEX_BY_CHANGED] = "Latest change first",
};

/* Whether it shows a part of the servers only. */
static bool is_part(const struct index_page *l)
{
	const struct index_query *q = l->query;

	return *q->text || *q->group || *q->tag || q->state >= 0;
}

/* ---- How many there are of each state. */

static void put_count(struct html *b, const struct index_page *l,
	enum index_section section)
{
	enum condition_state state = sections[section].state;
	struct word w = html_condition((struct condition) {.state = state});
	struct index_query query = *l->query;
	bool chosen = l->query->state == (int)state;

	query.state = (int)state;
	html_fmt(b, "<li><a href='%s%ls'%ls>%ls<span><b>%zu</b> %s",
		l->is_file ? "#" : "",
		l->is_file ? HTML_MARKUP(sections[section].id)
			   : LIST_ADDRESS(&query),
		HTML_MARKUP(chosen ? " aria-current='true'" : ""),
		HTML_ICON(w.class), l->list->counts[state],
		sections[section].counted);
	if (state == CONDITION_UP && l->list->noted)
		html_fmt(b, ", %zu with an open incident", l->list->noted);
	html_fmt(b, "</span></a></li>\n");
}

static void put_counts(struct html *b, const struct index_page *l)
{
	const struct index_list *list = l->list;
	struct index_query all = *l->query;

	/* The headline says it. */
	if (!list->noted && all.state < 0 &&
		list->counts[CONDITION_UP] == list->matching)
		return;
	html_fmt(b, "<ul class='states'>\n");
	if (all.state >= 0) {
		all.state = -1;
		html_fmt(b,
			"<li><a href='%ls'><span><b>%zu</b> in all</span></a>"
			"</li>\n",
			LIST_ADDRESS(&all), list->matching);
	}
	for (int i = 0; i < INDEX_SECTIONS; i++)
		if (sections[i].counted &&
			(list->counts[sections[i].state] ||
				l->query->state == (int)sections[i].state))
			put_count(b, l, (enum index_section)i);
	html_fmt(b, "</ul>\n");
}

/* ---- The form, and what is chosen in it. */

static void put_search(struct html *b, const char *query)
{
	html_fmt(b,
		"<span><label for='q'>Find a server</label> <input id='q' "
		"name='q' type='search' maxlength='80' value='%s'></span>\n",
		query);
}

void index_page_search(struct html *b, const char *query)
{
	html_fmt(b, "<form role='search' method='get' action='/'>");
	put_search(b, query);
	html_fmt(b, "<button>Search</button></form>\n");
}

static void put_option(
	struct html *b, const char *value, const char *text, bool chosen)
{
	html_fmt(b, "<option value='%s'%s>%s</option>", value,
		chosen ? " selected" : "", text);
}

static void put_hidden(struct html *b, const char *name, const char *value)
{
	if (*value)
		html_fmt(b, "<input type='hidden' name='%s' value='%s'>", name,
			value);
}

static void put_form(struct html *b, const struct index_page *l)
{
	const struct index_query *q = l->query;

	html_fmt(b, "<form role='search' method='get' action='/%s%s'>",
		l->account ? "account/" : "", l->account ? l->account : "");
	put_search(b, q->text);
	if (l->groups->n) {
		html_fmt(b, "<span><label for='group'>Group</label> <select "
			   "id='group' name='group'>");
		put_option(b, "", "All", !*q->group);
		for (size_t i = 0; i < l->groups->n; i++)
			put_option(b, l->groups->v[i], l->groups->v[i],
				index_same(l->groups->v[i], q->group));
		html_fmt(b, "</select></span>\n");
	} else {
		put_hidden(b, "group", q->group);
	}
	html_fmt(b, "<span><label for='sort'>Order</label> <select id='sort' "
		   "name='sort'>");
	for (int i = 0; i < INDEX_SORTS; i++)
		put_option(b, index_sort_name((enum index_sort)i), sort_words[i],
			(int)q->sort == i);
	html_fmt(b, "</select></span>\n");
	if (q->state >= 0)
		put_hidden(b, "state",
			condition_name((enum condition_state)q->state));
	put_hidden(b, "tag", q->tag);
	html_fmt(b, "<button>Show</button></form>\n");
}

/* Few servers are found without it, unless it was used already. */
static bool is_searched(const struct index_page *l)
{
	return l->list->matching >= SEARCHED || is_part(l) ||
		l->query->sort != INDEX_BY_STATE;
}

static void put_chosen(struct html *b, const char *what, const char *value,
	const struct index_query *without)
{
	if (*value)
		html_fmt(b,
			"<li>%s: <b>%s</b> <a href='%ls'>Show all<span "
			"class='unseen'>, whatever their %s</span></a></li>\n",
			what, value, LIST_ADDRESS(without), what);
}

/* The filter of the list, and the way to the others. */
static void put_chosens(struct html *b, const struct index_page *l)
{
	const struct index_query *q = l->query;
	struct index_query without = *q;

	if (!*q->group && !*q->tag && !*q->text)
		return;
	html_fmt(b, "<ul class='chosen'>\n");
	*without.text = '\0';
	put_chosen(b, "Search", q->text, &without);
	without = *q;
	*without.group = '\0';
	put_chosen(b, "Group", q->group, &without);
	without = *q;
	*without.tag = '\0';
	put_chosen(b, "Tag", q->tag, &without);
	html_fmt(b, "</ul>\n");
}

/* ---- The list. */

static void put_items(struct html *b, const struct index_page *l, size_t from,
	size_t to)
{
	html_fmt(b, "<ul class='servers'>\n");
	for (size_t i = from; i < to; i++)
		put_server_row(b, &l->items[i], l);
	html_fmt(b, "</ul>\n");
}

/* A section may have begun on a page before. */
static void put_section(struct html *b, const struct index_page *l, size_t from,
	size_t to, bool begun)
{
	enum index_section section = index_section(l->items[from].e->condition);

	html_fmt(b, "<h2 id='%s'>%s <small>%zu%s</small></h2>\n",
		sections[section].id, sections[section].title,
		l->list->in[section], begun ? ", continued" : "");
	put_items(b, l, from, to);
}

static void put_sections(struct html *b, const struct index_page *l)
{
	size_t from = 0, before = l->paging->from;

	while (from < l->n) {
		enum index_section section =
			index_section(l->items[from].e->condition);
		size_t to = from + 1, first = 0;

		while (to < l->n &&
			index_section(l->items[to].e->condition) == section)
			to++;
		for (int i = 0; i < (int)section; i++)
			first += l->list->in[i];
		put_section(b, l, from, to, from == 0 && before > first);
		from = to;
	}
}

static void put_list(struct html *b, const struct index_page *l)
{
	if (!l->list->n && is_part(l))
		html_fmt(b,
			"<p>No server matches. <a href='?'>Show all servers"
			"</a></p>\n");
	else if (!l->list->n)
		html_fmt(b, "<p>No servers yet.</p>\n");
	else if (l->paging->page > l->paging->pages)
		html_fmt(b, "<p>There is no page %zu.</p>\n", l->paging->page);
	else if (l->query->sort == INDEX_BY_STATE)
		put_sections(b, l);
	else
		put_items(b, l, 0, l->n);
	if (!l->is_file)
		html_pages(b, l->paging, l->request);
}

/* The minute of the newest verdict, unless the banner says it. */
static void put_as_of(struct html *b, const struct own_checks *checks)
{
	if (checks->freshness != VIEW_FRESH)
		return;
	html_fmt(b, "<p class='dim'>As of %ls.</p>\n",
		HTML_TIME(checks->as_of, checks->now));
}

/* Whether there is something that its readers wait for the end of. */
static bool is_open(const struct index_page *l)
{
	return l->list->in[SECTION_DOWN] || l->list->in[SECTION_DEGRADED] ||
		l->list->in[SECTION_NOTED];
}

/* Whether all servers are on it, in their usual order, from the first one on. */
static bool is_first(const struct index_page *l)
{
	return l->paging->page == 1 && l->query->sort == INDEX_BY_STATE;
}

static void put_heading(
	struct html *b, const struct index_page *l, const char *sentence)
{
	const char *class = index_headline_class(l->list);

	html_fmt(b, "<h1>%s", l->account ? l->account : "MCP servers");
	if (sentence)
		html_fmt(b,
			" <span class='headline text-%s'>%ls<span>%ls</span>"
			"</span>",
			class, HTML_ICON(class), HTML_WHOLE(sentence));
	html_fmt(b, "</h1>\n");
}

/* Search engines are to find the list of all, and not what somebody sought. */
static void begin_index(struct html *b, const struct index_page *l,
	const struct brand *brand, const char *feed)
{
	bool all = !l->account && !is_part(l) && is_first(l);
	const struct index_query *q = l->query;
	const char *sentence = NULL;
	struct buf text;

	buf_init(&text, SENTENCE_MAX);
	if (l->list->matching) {
		index_headline_put(&text, l->list,
			*q->text || *q->group || *q->tag);
		sentence = buf_ok(&text) ? text.p : NULL;
	}
	html_begin(b,
		&(struct frame) {.brand = brand,
			.state = sentence,
			.title = l->account,
			.icon = sentence ? index_headline_class(l->list) : NULL,
			.feed = feed,
			.calendar = l->account ? NULL : "/maintenance.ics",
			.live = true,
			.open = is_open(l),
			.path = "/",
			.unlisted = !all,
			.about = "Which MCP servers work now, seen from several "
				 "locations: uptime, response times, incidents and "
				 "maintenance."});
	put_heading(b, l, sentence);
	buf_release(&text);
}

static void put_more(struct html *b, const struct index_page *l,
	const struct brand *brand, const char *feed)
{
	const char *group = NULL;

	/* As the configuration writes it. */
	for (size_t i = 0; l->groups && i < l->groups->n; i++)
		if (index_same(l->groups->v[i], l->query->group))
			group = l->groups->v[i];

	char text[MONTH_TEXT], title[MONTH_TITLE];

	if (l->report)
		html_fmt(b,
			"<p class='dim'><a href='/report/%s'>The report on "
			"%s</a>: how reliable these servers are, month by "
			"month.</p>\n",
			month_text(l->report, text),
			month_title(l->report, title));
	html_fmt(b, "<p class='dim'>Get updates: <a href='%s'>Atom feed</a>",
		feed);
	html_fmt(b, l->account ? "</p>\n"
			      : ", <a href='/maintenance.ics'>maintenance "
				"calendar</a></p>\n");
	if (!l->account)
		html_subscribe(b, brand, NULL, group);
}

/* The legend, if any bar of a day is shown. */
static void put_legend(struct html *b, const struct index_page *l)
{
	if (l->n)
		day_legend_put(b);
}

void index_page_put(struct html *b, const struct index_page *l,
	const struct brand *brand)
{
	char feed[REQUEST_PATH + 32];

	snprintf(feed, sizeof feed, "%s%s/feed.atom",
		l->account ? "/account/" : "", l->account ? l->account : "");
	begin_index(b, l, brand, feed);
	put_as_of(b, &l->checks);
	own_checks_put(b, &l->checks);
	if (is_first(l) && l->incidents)
		index_incidents_put(b, l->incidents, l->more, l->checks.now);
	if (l->list->matching)
		put_counts(b, l);
	if (!l->is_file) {
		if (is_searched(l))
			put_form(b, l);
		put_chosens(b, l);
	}
	put_list(b, l);
	put_legend(b, l);
	put_more(b, l, brand, feed);
	if (l->account)
		html_private(b, l->account, false);
	if (!l->account && !is_part(l))
		html_intro(b, brand);
	html_end(b, brand, is_part(l) || l->account);
}

/* Behind "is" or "are". */
static const char *const words[CONDITION_STATES] = {
	[CONDITION_DOWN] = "not working",
	[CONDITION_DEGRADED] = "partly working",
	[CONDITION_MAINTENANCE] = "under maintenance",
	[CONDITION_STALE] = "without recent data",
	[CONDITION_PENDING] = "awaiting the first probe",
	[CONDITION_UP] = "working",
};

/* The worst state that any server has. */
static enum condition_state worst_of(const struct index_list *l)
{
	int state = 0;

	while (state < CONDITION_UP && !l->counts[state])
		state++;
	return (enum condition_state)state;
}

const char *index_headline_class(const struct index_list *l)
{
	struct condition worst = {.state = worst_of(l)};

	if (worst.state == CONDITION_UP && l->noted)
		worst.note = NOTE_RECOVERED;
	return html_condition(worst).class;
}

static void put_subject(struct buf *b, const struct index_list *l, size_t n,
	bool chosen)
{
	const char *servers = chosen ? "matching servers" : "servers";

	if (l->matching == 1)
		buf_str(b, chosen ? "The matching server is "
				  : "The server is ");
	else if (n == l->matching)
		buf_fmt(b, "All %zu %s are ", n, servers);
	else
		buf_fmt(b, "%zu of %zu %s %s ", n, l->matching, servers,
			n == 1 ? "is" : "are");
}

/* Of two that fail, neither is left out; other states are in the list. */
void index_headline_put(struct buf *b, const struct index_list *l, bool chosen)
{
	enum condition_state worst = worst_of(l);
	size_t part = l->counts[CONDITION_DEGRADED];

	put_subject(b, l, l->counts[worst], chosen);
	buf_str(b, words[worst]);
	if (worst == CONDITION_DOWN && part)
		buf_fmt(b, ", %zu %s", part, words[CONDITION_DEGRADED]);
	if (worst == CONDITION_UP && l->noted && l->matching == 1)
		buf_str(b, ", with an open incident");
	else if (worst == CONDITION_UP && l->noted)
		buf_fmt(b, ", %zu with an open incident", l->noted);
}

/* Whether servers share what somebody opened by hand: one card is enough. */
static bool same_by_hand(
	const struct incident_row *a, const struct incident_row *b)
{
	return a->trouble == TROUBLE_MANUAL && b->trouble == TROUBLE_MANUAL &&
		!b->ended_at && a->started_at == b->started_at &&
		a->progress == b->progress && strcmp(a->title, b->title) == 0;
}

/* How many rows before i are the same, and in all. */
static size_t count_same(const struct incident_rows *rows, size_t i, size_t *all)
{
	size_t before = 0;

	*all = 0;
	for (size_t k = 0; k < rows->n; k++) {
		bool same = same_by_hand(&rows->v[i], &rows->v[k]);

		*all += same;
		before += same && k < i;
	}
	return before;
}

static void put_card(struct html *b, const struct incident_row *in,
	size_t sharers, double now)
{
	const char *class = html_trouble_class(in->trouble);

	html_fmt(b,
		"<li class='card open-%s'><h3>%ls<span><a href='/status/%s/"
		"incident/%s'>%s%s: %s</a></span></h3>\n<p><b>%s</b>, open for "
		"%ls, since %ls",
		class, HTML_ICON(class), in->slug, in->id,
		in->server ? in->server : in->slug,
		sharers > 1 ? " and others" : "", in->title,
		in->passing ? "Recovering" : incident_words_state(in->progress),
		HTML_SPAN(now - (double)in->started_at),
		HTML_TIME(in->started_at, now));
	if (*in->where)
		html_fmt(b, ". Where: %ls", HTML_WHOLE(in->where));
	html_fmt(b, "</p>\n<p class='dim'>%ls: %ls</p></li>\n",
		HTML_TIME(in->updated_at, now), HTML_WHOLE(in->latest));
}

static size_t count_open(const struct incident_rows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += !rows->v[i].ended_at;
	return n;
}

/* The worst first. */
static void put_cards(
	struct html *b, const struct incident_rows *rows, double now)
{
	size_t n = 0;

	for (int trouble = 0; trouble < TROUBLES; trouble++)
		for (size_t i = 0; i < rows->n && n < INDEX_CARDS; i++) {
			const struct incident_row *in = &rows->v[i];
			size_t sharers;

			if (in->ended_at || in->trouble != trouble ||
				count_same(rows, i, &sharers))
				continue;
			put_card(b, in, sharers, now);
			n++;
		}
}

void index_incidents_put(struct html *b, const struct incident_rows *rows,
	size_t more, double now)
{
	if (!count_open(rows))
		return;
	html_fmt(b, "<section class='open'><h2>Open incidents</h2>\n"
		   "<ul class='cards'>\n");
	put_cards(b, rows, now);
	html_fmt(b, "</ul>\n");
	if (more)
		html_fmt(b,
			"<p class='dim'>%zu more server%s problems; the list "
			"below has %s.</p>\n",
			more, more == 1 ? " has" : "s have",
			more == 1 ? "it" : "them");
	html_fmt(b, "</section>\n");
}
