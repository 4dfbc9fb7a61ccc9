/* SPDX-License-Identifier: MIT */
/*
 * definitions.h: what the tools of servers say, into the store and out of it, by
 * region and time, see key_definitions.
 */
#ifndef STORE_DEFINITIONS_H
#define STORE_DEFINITIONS_H

#include "records/probe.h"
#include "records/verdict.h"
#include "terms/names.h"
#include "tools/definitions.h"

struct input;
struct store;
struct store_reply;
struct tool_texts;

/* ---- Into the store. */

/* The tool records of one probe. All zero has none. */
struct definition_batch {
	char slug[SLUG_MAX + 1];
	char region[REGION_MAX + 1];
	char probe_id[PROBE_ID_MAX + 1];
	struct waiting_definition {
		char digest[HASH_HEX + 1];
		char *text;	    /* in the form of RFC 8785 */
		unsigned long line; /* of its record */
	} *v;
	size_t n, cap, bytes;
};

/*
 * definition_batch_add(d, r, line, why): take in a tool record, from that line.
 * -1 and why, which has RECORD_WHY bytes: its probe has too many.
 */
int definition_batch_add(struct definition_batch *d,
	const struct tool_record *r, unsigned long line, char *why);

/*
 * definition_batch_stray(d, k, in): a record of k's probe comes next: refuse what
 * waits for the summary of another; k NULL: none comes.
 */
void definition_batch_stray(struct definition_batch *d,
	const struct probe_key *k, struct input *in);

/*
 * definition_batch_queue(d, s, sha, r, now, in, bytes): the summary r came: where
 * it names its tools, queue script_definitions, which the store knows as sha, with
 * what waits. Refuse what is of no tool that it names. Nothing waits then. The
 * number of the reply, or STORE_NO_REPLY; *bytes grows by what was queued.
 */
size_t definition_batch_queue(struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now,
	struct input *in, size_t *bytes);

/*
 * definition_batch_renew(s, slug, probe_id): the server is seen: queue that the
 * key lives on, for one probe in some.
 */
void definition_batch_renew(struct store *s, const char *slug,
	const char *probe_id);

/* definition_batch_release(d): nothing waits any more. */
void definition_batch_release(struct definition_batch *d);

/* ---- Out of the store. */

struct listed_tool {
	const char *digest; /* its first DIGEST_HEAD digits */
	const char *name;   /* as in the tools of a probe record */
	const char *text;   /* its definition; NULL: it is not kept */
};

struct listed_tools {
	const char *id; /* the first DIGEST_HEAD digits of the full_hash */
	struct listed_tool *v; /* NULL: they are too many to be kept */
	size_t n;
};

/* The list that a region saw from an instant on, up to the next row. */
struct list_row {
	double since; /* epoch seconds */
	const struct listed_tools *list; /* NULL: it is not kept */
};

struct region_lists {
	const char *region;
	struct list_row *v; /* by time, the newest last */
	size_t n;
};

/* All zero is empty. */
struct definition_history {
	struct region_lists *regions; /* by name */
	size_t n_regions, cap_regions;
	struct listed_tools *lists;
	size_t n_lists, cap_lists;
	char **texts; /* all the strings */
	size_t n_texts, cap_texts;
};

/*
 * definition_history_ask(s, slug): queue the command that reads it.
 * definition_history_take(h, r): fill *h, which is empty, from its reply.
 * definition_history_read(s, slug, h): both; -1: the store failed, and that is logged.
 * definition_history_release(h) in all cases.
 */
void definition_history_ask(struct store *s, const char *slug);
void definition_history_take(
	struct definition_history *h, const struct store_reply *r);
int definition_history_read(struct store *s, const char *slug,
	struct definition_history *h);
void definition_history_release(struct definition_history *h);

/*
 * definition_history_list(h, full_hash): the list of that hash, of which the
 * first DIGEST_HEAD digits count; NULL where it is not kept.
 */
const struct listed_tools *definition_history_list(
	const struct definition_history *h, const char *full_hash);

/*
 * listed_tools_compare(l, other, d, refuse, arg): the definitions of list l that
 * can be compared with those of the other, to *d, which is all zero: of a tool
 * whose definition the other list has, but nobody keeps, nobody can say how it
 * differs. refuse: as in tools/definitions.h; NULL: nobody is told.
 */
void listed_tools_compare(const struct listed_tools *l,
	const struct listed_tools *other, struct definitions *d,
	definitions_refuse *refuse, void *arg);

/* definition_history_at(r, at): the row that holds at an instant, or NULL. */
const struct list_row *definition_history_at(const struct region_lists *r,
	double at);

/* definition_history_texts(h, t): add all definitions to *t, and sort it. */
void definition_history_texts(
	const struct definition_history *h, struct tool_texts *t);

/*
 * may_have_renames(v): whether tools of a drift of v came and went.
 * definition_history_renames(h, v): give these drifts their renames, as far as the
 * definitions are kept.
 */
bool may_have_renames(const struct verdict *v);
void definition_history_renames(
	const struct definition_history *h, struct verdict *v);

#endif
