/* SPDX-License-Identifier: MIT */
/*
 * index_list.h: the list of the index: which servers a request asks for, in which
 * order, and in which section each stands. Pure.
 */
#ifndef DATA_INDEX_LIST_H
#define DATA_INDEX_LIST_H

#include "base/strings.h"
#include "data/condition.h"
#include "records/listing_row.h"

#include <stddef.h>
#include <stdint.h>

struct view;

/*
 * A server of a list. It was made of its row in KEY_LISTING; or of its entry in the
 * configuration and its verdict, and then it has a view and a row without days.
 */
struct index_entry {
	char *text;	  /* owns the slug and the strings of the row */
	const char *slug; /* in the text */
	struct listing_row row;
	struct condition condition;
	int64_t since; /* that it is so, epoch seconds; 0: not known */
	struct view *view; /* or NULL */
	/* Only beside a view: */
	char *sentence;	 /* of condition_put; NULL where it is plain */
	char *words;	 /* for search_matches */
	size_t expected; /* regions configured for it, or 0 */
	bool is_private; /* only its account sees it */
};

/* A list of servers. */
struct listing {
	struct index_entry *v;
	size_t n, cap;
};

/* A server as a page shows it. */
struct index_row {
	const struct index_entry *e; /* NULL: it is not public any more */
	struct condition condition;
	char *sentence; /* of condition_put; NULL where the word says all */
	char days[LISTING_DAYS + 1];
	int64_t work; /* when its next maintenance begins, see plan_soon; or 0 */
};

/* The order of a list that has no sections. */
enum index_sort {
	INDEX_BY_STATE, /* in sections, the worst first */
	INDEX_BY_NAME,
	INDEX_BY_P95,	  /* the slowest first */
	INDEX_BY_UPTIME,  /* the lowest first */
	INDEX_BY_CHANGED, /* the latest first */
};
#define INDEX_SORTS (INDEX_BY_CHANGED + 1)

/* Room for a text of a query and its NUL: any group, tag and search fits. */
#define INDEX_TEXT 256

/* The list that a request asks for. */
struct index_query {
	char text[INDEX_TEXT]; /* what is searched for; "" for nothing */
	char group[INDEX_TEXT], tag[INDEX_TEXT]; /* "" for any */
	int state;	       /* enum condition_state; -1: any */
	enum index_sort sort;
};

/*
 * index_sort_name(sort): "name", "p95" and so on; "" for INDEX_BY_STATE.
 * index_sort_read(s): the other way round; INDEX_BY_STATE for all else.
 * index_state_read(s): a state by its name, see condition_name; -1: none.
 */
const char *index_sort_name(enum index_sort sort);
enum index_sort index_sort_read(const char *s);
int index_state_read(const char *s);

/* Sections, the worst first; those that work, but not well, are one. */
enum index_section {
	SECTION_DOWN,
	SECTION_DEGRADED,
	SECTION_NOTED,
	SECTION_MAINTENANCE,
	SECTION_STALE,
	SECTION_PENDING,
	SECTION_UP
};
#define INDEX_SECTIONS (SECTION_UP + 1)

enum index_section index_section(struct condition c);

/* A list for a page: `all` belongs to the caller. */
struct index_list {
	const struct index_entry **v; /* in order; index_list_release */
	size_t n;
	size_t in[INDEX_SECTIONS]; /* how many of them are in each */
	/*
	 * How many there are in each state, of those that match but for the
	 * state.
	 */
	size_t counts[CONDITION_STATES];
	size_t noted; /* of those that work, how many have an open incident */
	size_t matching;
};

/*
 * index_list_make(all, n, query, list): the servers that a request asks for.
 * index_list_release frees what *list holds.
 */
void index_list_make(const struct index_entry *all, size_t n,
	const struct index_query *query, struct index_list *list);
void index_list_release(struct index_list *list);

/*
 * index_groups(all, n, max, out): add the groups that there are, each once, in
 * order, whatever the case of their letters; none where there are more than max.
 * index_same(a, b): whether two names are of the same group or tag.
 */
void index_groups(const struct index_entry *all, size_t n, size_t max,
	struct strings *out);
bool index_same(const char *a, const char *b);

/*
 * index_name(e): the title, or the slug. index_title(e), index_account(e): NULL where
 * there is none.
 */
const char *index_name(const struct index_entry *e);
const char *index_title(const struct index_entry *e);
const char *index_account(const struct index_entry *e);

/*
 * index_tag(tags, out): the next tag of a list with commas, which is moved on; false
 * behind the last. The tag is cut to INDEX_TEXT.
 */
bool index_tag(const char **tags, char out[INDEX_TEXT]);

/*
 * index_days(e, today, out): the letters of the LISTING_DAYS days up to today, in
 * epoch days: the row may be of another day.
 */
void index_days(const struct index_entry *e, int64_t today,
	char out[LISTING_DAYS + 1]);

#endif
