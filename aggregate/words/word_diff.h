/*
 * word_diff.h: which words two texts have in common, and which were removed
 * and added: Myers's greedy algorithm ("An O(ND) difference algorithm and its
 * variations", 1986), with a bound. Pure.
 */
#ifndef WORDS_WORD_DIFF_H
#define WORDS_WORD_DIFF_H

#include <stddef.h>

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
