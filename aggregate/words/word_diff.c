/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/index.h"
#include "base/xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct word {
	const char *p;
	size_t n;
	uint64_t hash;
};

struct words {
	struct word *v;
	size_t n, cap;
};

/* The words between those that both texts begin and end with. */
struct middle {
	const struct word *a, *b;
	int n, m; /* words of a, and of b */
};

#define V_SIZE (2 * WORD_DIFF_EDITS + 3)

/*
 * How far down each diagonal of the edit graph one comes with d edits: x for
 * the diagonal k = x - y, for every d up to the last, in order to go back.
 */
struct trace {
	int (*x)[V_SIZE];
	int edits;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_end(const char *p)
{
	bool (*more)(char) = is_space(*p) ? is_space
			   : is_letter(*p) ? is_letter
					   : NULL;
	size_t n = 1;

	while (more && p[n] && more(p[n]))
		n++;
	return n;
}

static void split_words(struct words *w, const char *p)
{
	size_t n;

	for (; *p; p += n) {
		n = word_end(p);
		w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof *w->v);
		w->v[w->n++] = (struct word) {p, n, index_hash(0, p, n)};
	}
}

static bool same_word(const struct word *a, const struct word *b)
{
	return a->hash == b->hash && a->n == b->n &&
		memcmp(a->p, b->p, a->n) == 0;
}

/* Append bytes to the last run where it goes on there, or as a new one. */
static void add_run(struct word_diff *d, enum word_run_kind kind,
	const char *p, size_t n)
{
	struct word_run *last = d->n ? &d->runs[d->n - 1] : NULL;

	if (!n)
		return;
	if (last && last->kind == kind && last->p + last->n == p) {
		last->n += n;
		return;
	}
	d->runs = xgrow(d->runs, &d->cap, d->n + 1, sizeof *d->runs);
	d->runs[d->n++] = (struct word_run) {kind, p, n};
}

/* Append n words that stand side by side, the first of them v[from]. */
static void add_words(struct word_diff *d, enum word_run_kind kind,
	const struct word *v, size_t from, size_t n)
{
	if (n)
		add_run(d, kind, v[from].p,
			(size_t)(v[from + n - 1].p + v[from + n - 1].n -
				v[from].p));
}

/* One more edit: whether the end of both was reached. */
static bool advance(struct trace *t, const struct middle *mid)
{
	int d = t->edits, *x = t->x[d] + WORD_DIFF_EDITS + 1;
	const int *before = d ? t->x[d - 1] + WORD_DIFF_EDITS + 1 : NULL;

	for (int k = -d; k <= d; k += 2) {
		int at = 0, y;

		if (d)
			at = k == -d ||
					(k != d &&
						before[k - 1] < before[k + 1])
				? before[k + 1]
				: before[k - 1] + 1;
		y = at - k;
		while (at < mid->n && y < mid->m && y >= 0 &&
			same_word(&mid->a[at], &mid->b[y])) {
			at++;
			y++;
		}
		x[k] = at;
		if (at >= mid->n && y >= mid->m)
			return true;
	}
	return false;
}

/*
 * Mark which words are kept, from the end back to the beginning. kept[i]: the
 * i-th word of a; the words of b that are kept are as many.
 */
static void trace_back(const struct trace *t, const struct middle *mid,
	bool *kept_a, bool *kept_b)
{
	int x = mid->n, y = mid->m;

	for (int d = t->edits; d >= 0; d--) {
		const int *before =
			d ? t->x[d - 1] + WORD_DIFF_EDITS + 1 : NULL;
		int k = x - y, from = 0, to = 0;

		if (d) {
			bool down = k == -d ||
				(k != d && before[k - 1] < before[k + 1]);

			from = down ? before[k + 1] : before[k - 1];
			to = down ? from - k - 1 : from - k + 1;
		}
		while (x > from && y > to && x > 0 && y > 0 &&
			same_word(&mid->a[x - 1], &mid->b[y - 1])) {
			kept_a[--x] = true;
			kept_b[--y] = true;
		}
		x = from;
		y = to;
	}
}

/*
 * White space between two changes is changed with them: the text is easier to
 * read so.
 */
static void absorb_space(const struct middle *mid, bool *kept_a, bool *kept_b)
{
	int j = 0;

	for (int i = 0; i < mid->n; i++) {
		if (!kept_a[i])
			continue;
		while (!kept_b[j])
			j++;
		if (is_space(*mid->a[i].p) &&
			((i && !kept_a[i - 1]) || (j && !kept_b[j - 1])) &&
			((i + 1 < mid->n && !kept_a[i + 1]) ||
				(j + 1 < mid->m && !kept_b[j + 1])))
			kept_a[i] = kept_b[j] = false;
		j++;
	}
}

/* The runs of the middle by what is kept of it. */
static void add_middle(struct word_diff *out, const struct middle *mid,
	const bool *kept_a, const bool *kept_b)
{
	size_t n = (size_t)mid->n, m = (size_t)mid->m, i = 0, j = 0;

	while (i < n || j < m) {
		size_t a = i, b = j;

		while (i < n && !kept_a[i])
			i++;
		while (j < m && !kept_b[j])
			j++;
		add_words(out, WORDS_REMOVED, mid->a, a, i - a);
		add_words(out, WORDS_ADDED, mid->b, b, j - b);
		for (a = i; i < n && kept_a[i] && kept_b[j]; i++)
			j++;
		add_words(out, WORDS_KEPT, mid->a, a, i - a);
	}
}

/* Find what is kept of the middle; nothing, where that takes too many edits. */
static void diff_middle(struct word_diff *out, const struct middle *mid)
{
	bool *kept_a = xcalloc((size_t)mid->n + 1, 1);
	bool *kept_b = xcalloc((size_t)mid->m + 1, 1);
	struct trace t = {0};
	bool found = false;
	size_t cap = 0;

	while (mid->n && mid->m) {
		t.x = xgrow(t.x, &cap, (size_t)t.edits + 1, sizeof *t.x);
		found = advance(&t, mid);
		if (found || t.edits == WORD_DIFF_EDITS)
			break;
		t.edits++;
	}
	if (found) {
		trace_back(&t, mid, kept_a, kept_b);
		absorb_space(mid, kept_a, kept_b);
	}
	add_middle(out, mid, kept_a, kept_b);
	free(t.x);
	free(kept_a);
	free(kept_b);
}

void word_diff(const char *before, const char *after, struct word_diff *out)
{
	struct words a = {0}, b = {0};
	size_t head = 0, tail = 0, most;

	*out = (struct word_diff) {0};
	split_words(&a, before);
	split_words(&b, after);
	most = a.n < b.n ? a.n : b.n;
	while (head < most && same_word(&a.v[head], &b.v[head]))
		head++;
	while (tail < most - head &&
		same_word(&a.v[a.n - tail - 1], &b.v[b.n - tail - 1]))
		tail++;
	add_words(out, WORDS_KEPT, a.v, 0, head);
	if (a.n > head + tail || b.n > head + tail)
		diff_middle(out,
			&(struct middle) {a.n ? a.v + head : NULL,
				b.n ? b.v + head : NULL,
				(int)(a.n - head - tail),
				(int)(b.n - head - tail)});
	add_words(out, WORDS_KEPT, a.v, a.n - tail, tail);
	free(a.v);
	free(b.v);
}

void word_diff_release(struct word_diff *d)
{
	free(d->runs);
	*d = (struct word_diff) {0};
}
