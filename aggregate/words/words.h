/* SPDX-License-Identifier: MIT */
/*
 * words.h: verdicts and changes of tools in words, for people. Pure.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/buf.h"
#include "records/verdict.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct definitions;
struct rule;
struct tool_change;
struct verdict_input;

/* ---- A verdict as a line, verdict_line.c. */

/*
 * show_verdict(b, v, colour): append the line and its newline; with the escape
 * sequences of ECMA-48 that colour its first word, if `colour`.
 */
void show_verdict(struct buf *b, const struct verdict *v, bool colour);

/*
 * put_broken(b, v, message): append that the only region of the verdict finds
 * the server broken, where and why, without a newline. message: of the step that
 * failed, or NULL. show_broken(b, v, message, colour): show_verdict in those words.
 */
void put_broken(struct buf *b, const struct verdict *v, const char *message);
void show_broken(struct buf *b, const struct verdict *v, const char *message,
	bool colour);

/*
 * ---- Why a verdict is what it is, explanation.c: the probes of the rule, the row of
 * the rule that fired, and why no other did.
 */

/* Details of the newest probe of a region; "" where not known. */
struct probe_details {
	const char *region;
	/*
	 * 0; or they are of an earlier one that failed in the same way, which
	 * started then.
	 */
	double at;
	char address[64];
	char cache[1300];   /* what the answer says of caches, for people */
	bool cached;	   /* it has a sign of a cache */
	char message[800]; /* of the step that failed */
	char clients[800]; /* which clients the server refuses */
	double age_s;	   /* how long a cache had kept it; 0: it did not */
};

/* A verdict to explain, and its rule. */
struct explanation {
	const struct rule *rule;
	const char *zone; /* of the times: that of the people; NULL: UTC */
	const struct verdict_input *in;
	const struct verdict *verdict; /* that verdict_decide gave for these */
	/* Why the newest probe of a region, if it started after `since`, was not made
	   to its end, and in *at when it started; or NULL; may itself be NULL. */
	const char *(*unfinished)(
		const void *arg, const char *region, double since, double *at);
	/* Why a region is cut off, in words, or NULL; may itself be NULL. */
	const char *(*isolated)(const void *arg, const char *region);
	const void *arg;
	const struct probe_details *details;
	size_t n_details;
	enum verdict_colour
		counted; /* the minute; VERDICT_UNKNOWN: it is not */
};

/*
 * explain(e, b): append a screen of text that ends in a newline. Text from
 * outside is expected to be clean.
 */
void explain(const struct explanation *e, struct buf *b);

/* words_machine(b, other, by): append that a region counts as one with another, and
   by what, of collect_machine: "on the same machine as eu (same host key): …". */
void words_machine(struct buf *b, const char *other, const char *by);

/*
 * ---- Which regions see which tools, divergence_text.c: where regions differ (CDN
 * divergence), or a stale cache gives clients an older list.
 */

/*
 * divergence_text_sides(b, v, now, zone): append
 *
 *	eu-west-2 sees get_data, the others fetch_data since 14:02
 *
 * or nothing where the verdict has no sides. Of each side the tools are named
 * that the first does not see, of the first those that the second does not;
 * where no names are known, the start of the hash. The times are those of the
 * zone; dates for what was first seen a day or more before `now`. Where the
 * verdict has words of the sides, the first of each follow:
 *
 *	; get_data, /description: "Gets…" is "Reads…" in eu-west-2
 */
void divergence_text_sides(struct buf *b, const struct verdict *v, double now,
	const char *zone);

/*
 * divergence_text_stale(b, v): append, of the regions that a stale cache
 * serves,
 *
 *	clients in eu-west-2 get an older list than the server's (3412 s old):
 *	without fetch_data, still with get_data
 *
 * or nothing. Regions whose lists differ in the same tools are named together.
 */
void divergence_text_stale(struct buf *b, const struct verdict *v);

/*
 * divergence_any_stale(v): whether divergence_text_stale has anything to say.
 */
bool divergence_any_stale(const struct verdict *v);

/*
 * divergence_text_tools(b, names, n): append names of tools, which a stranger
 * chose: cleaned and cut, the first five, and how many more there are.
 */
void divergence_text_tools(struct buf *b, const char **names, size_t n);

/*
 * ---- What other thresholds would change (replay --policy), explanation.c: two
 * verdicts on each minute of a server, and where they differ.
 */

/* The most stretches of a server that are listed; the others are counted. */
#define COMPARISON_STRETCHES 5
/* The most bytes that the text of a server, or the policy, takes. */
#define COMPARISON_TEXT 2048

/* The part of a verdict that thresholds can change. */
struct outcome {
	enum tier tier; /* and with it the colour */
	bool divergence;
};

/* Minutes in a row whose verdicts differ in the same way. */
struct stretch {
	int64_t from, to; /* the first and the last window */
	struct outcome before, after;
};

/* The verdicts by one of the two rules. */
struct side {
	unsigned long minutes[VERDICT_UNKNOWN + 1]; /* by colour */
	unsigned long outages; /* stretches of red */
	bool red;	       /* the last minute was red */
};

/* One server. Begin with all zero but the slug. */
struct comparison {
	const char *slug;
	struct side before, after;
	unsigned long minutes, changed, n_stretches;
	struct stretch stretches[COMPARISON_STRETCHES]; /* the first ones */
	struct stretch last;
};

/*
 * comparison_add(c, before, after): add the two verdicts on a minute of the
 * server, later than those before.
 */
void comparison_add(struct comparison *c, const struct verdict *before,
	const struct verdict *after);

/*
 * comparison_put(b, c, n, policy): append what differs on n servers, for
 * people. Servers of which no minute differs are only counted.
 */
void comparison_put(struct buf *b, const struct comparison *c, size_t n,
	const char *policy);

/* ---- A tool that changed, change_text.c. */

/*
 * change_text(b, t, c, colour): append lines for a person: the tool and the
 * class, each change with its path, and the words that changed between those
 * around them: [-removed-] and {+added+}, or red and green. Of a text of which
 * little changed, what is far from that is left out. Foreign text is as
 * text_visible makes it, and so is what cannot be seen.
 */
void change_text(struct buf *b, const struct tool_change *t,
	const struct changes *c, bool colour);

/*
 * change_json(b, slug, t, c): append the record of type "tool-change" of
 * mcp-tools(7), a line; with the server, where slug is not NULL. Where the line would be longer than a line may be,
 * before and after of each change are left out, and the patch is null.
 */
void change_json(struct buf *b, const char *slug, const struct tool_change *t,
	const struct changes *c);

/*
 * list_words_put(b, before, after): append the object of verdict_words_put with
 * the first LIST_WORDS places in which tools that are in both lists differ, what
 * breaks or says something else before the rest. Returns the gravest class of what
 * changed, as change_class_graver has it; CHANGE_ORDER where nothing did. Tools
 * that either list refused are not compared.
 */
#define LIST_WORDS 3
enum change_class list_words_put(struct buf *b,
	const struct definitions *before, const struct definitions *after);

/*
 * ---- Which words two texts have in common, and which were removed and added,
 * word_diff.c: Myers's greedy algorithm ("An O(ND) difference algorithm and its
 * variations", 1986), with a bound.
 */

enum word_run_kind { WORDS_KEPT, WORDS_REMOVED, WORDS_ADDED };

struct word_run {
	enum word_run_kind kind;
	const char *p; /* in the text before; what is added, in the new one */
	size_t n;      /* bytes, never 0 */
};

struct word_diff {
	struct word_run *runs;
	size_t n, cap;
};

/*
 * word_diff(before, after, out): the runs that make one text of the other, in
 * order: what is kept and removed makes `before`, what is kept and added makes
 * `after`. A word is a run of letters, digits and whatever is not ASCII; a run
 * of white space is one, too, and each other character. Between two changes
 * stands at least one word that is no white space. *out need not be set; the
 * runs live as long as both texts; word_diff_release frees them.
 *
 * Takes time in proportion to the texts, however they differ: what would take
 * more than WORD_DIFF_EDITS words removed and added is replaced as a whole,
 * but for how the texts begin and end.
 */
#define WORD_DIFF_EDITS 128
void word_diff(const char *before, const char *after, struct word_diff *out);
void word_diff_release(struct word_diff *d);

#endif
