/* SPDX-License-Identifier: MIT */
/*
 * phrases.c: each word of the table has a number. The numbers of the last words
 * of a text stand in a ring; where a word ends a phrase, the ring is read
 * backwards, each element at the nearest place that its gap allows. So a word
 * costs a look-up, and a bounded number of steps where it ends phrases; nothing
 * is ever tried twice.
 */
#include "poisoning/text.h"

#include "base/index.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* More words than this in a phrase and its gaps: none has. */
#define RING 64
#define WORD_MAX 32
#define ELEMENTS_MAX 12

struct vocabulary_word {
	char text[WORD_MAX];
	uint16_t *ends; /* the phrases that it may end */
	size_t n_ends, cap_ends;
};

struct element {
	uint16_t *words; /* their numbers */
	size_t n, cap;
	size_t gap; /* how many others may stand before it */
};

struct phrase {
	struct element elements[ELEMENTS_MAX];
	size_t n;
};

struct phrases {
	struct vocabulary_word *words;
	size_t n_words, cap_words;
	struct index index; /* of words */
	struct phrase *phrases;
};

/* No number of a word. */
#define UNKNOWN UINT16_MAX

static bool same_word(const void *ctx, uint32_t position, const void *key)
{
	const struct phrases *ph = ctx;

	return strcmp(ph->words[position].text, key) == 0;
}

static uint16_t number_of(const struct phrases *ph, const char *word, size_t n)
{
	uint32_t at = index_find(&ph->index, index_hash(0, word, n), same_word,
		ph, word);

	return at == INDEX_NONE ? UNKNOWN : (uint16_t)at;
}

/* A word of the table, folded; a leading dot stays. */
static uint16_t learn_word(struct phrases *ph, const char *text, size_t n)
{
	struct vocabulary_word *w;
	struct buf b;
	uint16_t number;

	buf_init(&b, WORD_MAX - 1);
	for (size_t i = 0, len; i < n; i += len) {
		char utf8[4];
		uint32_t cp, c;

		len = char_next(text + i, n - i, &cp);
		if (fold_char(cp, &c) == FOLD_SEPARATOR)
			c = i ? '_' : cp;
		buf_add(&b, utf8, text_put_utf8(c, utf8));
	}
	number = number_of(ph, b.p, b.len);
	if (number == UNKNOWN) {
		ph->words = xgrow(ph->words, &ph->cap_words, ph->n_words + 1,
			sizeof *ph->words);
		w = &ph->words[ph->n_words];
		memset(w, 0, sizeof *w);
		memcpy(w->text, b.p, b.len);
		number = (uint16_t)ph->n_words++;
		index_add(&ph->index, index_hash(0, b.p, b.len), number);
	}
	buf_release(&b);
	return number;
}

static void read_element(struct phrases *ph, struct element *e, const char *p,
	size_t n)
{
	while (n) {
		size_t len = 0;

		while (len < n && p[len] != '|')
			len++;
		e->words = xgrow(e->words, &e->cap, e->n + 1, sizeof *e->words);
		e->words[e->n++] = learn_word(ph, p, len);
		len += len < n;
		p += len;
		n -= len;
	}
}

static void read_phrase(struct phrases *ph, struct phrase *phrase,
	const char *p)
{
	size_t gap = 0;

	while (*p && phrase->n < ELEMENTS_MAX) {
		size_t n = strcspn(p, " ");

		if (*p == '~') {
			gap = (size_t)strtoul(p + 1, NULL, 10);
		} else {
			struct element *e = &phrase->elements[phrase->n++];

			e->gap = gap;
			gap = 0;
			read_element(ph, e, p, n);
		}
		p += n;
		p += strspn(p, " ");
	}
}

struct phrases *phrases_new(void)
{
	struct phrases *ph = xcalloc(1, sizeof *ph);

	ph->phrases = xcalloc(phrase_table_size, sizeof *ph->phrases);
	for (size_t i = 0; i < phrase_table_size; i++) {
		struct phrase *phrase = &ph->phrases[i];
		const struct element *last;

		read_phrase(ph, phrase, phrase_table[i].text);
		last = &phrase->elements[phrase->n - 1];
		for (size_t k = 0; k < last->n; k++) {
			struct vocabulary_word *w = &ph->words[last->words[k]];

			w->ends = xgrow(w->ends, &w->cap_ends, w->n_ends + 1,
				sizeof *w->ends);
			w->ends[w->n_ends++] = (uint16_t)i;
		}
	}
	return ph;
}

void phrases_free(struct phrases *ph)
{
	if (!ph)
		return;
	for (size_t i = 0; i < phrase_table_size; i++)
		for (size_t k = 0; k < ph->phrases[i].n; k++)
			free(ph->phrases[i].elements[k].words);
	for (size_t i = 0; i < ph->n_words; i++)
		free(ph->words[i].ends);
	index_release(&ph->index);
	free(ph->words);
	free(ph->phrases);
	free(ph);
}

struct word {
	uint16_t number;
	size_t at, end;
};

/* A text as it is read. */
struct scan {
	const struct phrases *ph;
	phrase_found *found;
	void *arg;
	bool humps, done;
	struct word ring[RING];
	size_t n; /* words of this sentence, so far */
	/* The word that is being read. */
	char text[WORD_MAX];
	size_t len;	/* of text; more than fits makes it unknown */
	size_t letters; /* characters of it */
	size_t at, end;
	bool spaced; /* it is of letters with one separator between them */
};

static bool has(const struct element *e, uint16_t number)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->words[i] == number)
			return true;
	return false;
}

/* Whether the words before the newest are those of the phrase that it ends;
   *at: where the phrase begins. */
static bool ends_here(const struct scan *s, const struct phrase *phrase,
	size_t *at)
{
	size_t back = 1; /* of the newest word */

	for (size_t i = phrase->n - 1; i-- > 0;) {
		size_t gap = phrase->elements[i + 1].gap, most = back + 1 + gap;

		for (back++; back <= most; back++) {
			if (back > s->n || back > RING)
				return false;
			if (has(&phrase->elements[i],
				    s->ring[(s->n - back) % RING].number))
				break;
		}
		if (back > most)
			return false;
	}
	*at = s->ring[(s->n - back) % RING].at;
	return true;
}

static void look_back(struct scan *s, uint16_t number)
{
	const struct vocabulary_word *w = &s->ph->words[number];

	for (size_t i = 0; i < w->n_ends && !s->done; i++) {
		const struct phrase_row *row = &phrase_table[w->ends[i]];
		struct phrase_hit hit = {
			.kind = row->kind,
			.end = s->end,
			.business = row->business,
		};

		if (ends_here(s, &s->ph->phrases[w->ends[i]], &hit.at))
			s->done = !s->found(s->arg, &hit);
	}
}

/* The word that was being read has come to its end. */
static void end_word(struct scan *s)
{
	uint16_t number = UNKNOWN;

	if (!s->len)
		return;
	if (s->len < WORD_MAX) {
		s->text[s->len] = '\0';
		number = number_of(s->ph, s->text, s->len);
	}
	s->ring[s->n++ % RING] = (struct word) {number, s->at, s->end};
	s->len = s->letters = 0;
	s->spaced = false;
	if (number != UNKNOWN)
		look_back(s, number);
}

static void add_letter(struct scan *s, uint32_t c, size_t at, size_t end)
{
	char utf8[4];
	size_t n = text_put_utf8(c, utf8);

	if (!s->len)
		s->at = at;
	if (s->len + n < WORD_MAX)
		memcpy(s->text + s->len, utf8, n);
	s->len += n;
	s->letters++;
	s->end = end;
}

/* Whether a sentence ends at a character, by those before and behind it. */
static bool ends_sentence(const char *p, size_t n, size_t at)
{
	char c = p[at], next = at + 1 < n ? p[at + 1] : ' ';
	size_t i = at + 1;

	if (c == '.' || c == '!' || c == '?')
		return next == ' ' || next == '\n' || next == '\t';
	if (c != '\n')
		return false;
	while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r'))
		i++;
	return i < n && strchr("\n-*#", p[i]) != NULL;
}

/* Whether letter, separator, letter are a word with its letters s p r e a d. */
static bool spread(const struct scan *s, const char *p, size_t n, size_t at)
{
	size_t i = at + 1;

	return (s->letters == 1 || s->spaced) && s->end == at &&
		strchr(" .-_*", p[at]) && i < n && p[i] > ' ' &&
		!strchr(" .-_*/'\"`(){}[]<>,:;", p[i]) &&
		(i + 1 == n || strchr(" .-_*,:;!?\n", p[i + 1])) && p[at];
}

static void separator(struct scan *s, const char *p, size_t n, size_t at)
{
	unsigned char c = (unsigned char)p[at];
	bool dot = c == '.' && !s->len && at + 1 < n && p[at + 1] >= 'a' &&
		p[at + 1] <= 'z';

	if (c == '\'' && s->len)
		return; /* don't */
	if (c < 0x80 && spread(s, p, n, at)) {
		s->spaced = true;
		s->end = at + 1;
		return;
	}
	/* Names such as .bash_history and .git-credentials are one word. */
	if ((c == '_' || c == '-') && s->len && s->text[0] == '.') {
		add_letter(s, '_', s->at, at + 1);
		return;
	}
	end_word(s);
	if (c < 0x80 && ends_sentence(p, n, at))
		s->n = 0;
	if (dot)
		add_letter(s, '.', at, at + 1);
}

static bool capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

void phrases_find(const struct phrases *ph, const char *s, size_t n,
	bool humps, phrase_found *found, void *arg)
{
	struct scan scan = {.ph = ph,
		.found = found,
		.arg = arg,
		.humps = humps};
	uint32_t cp, c;

	for (size_t i = 0, len; i < n && !scan.done; i += len) {
		enum fold_class class;

		len = char_next(s + i, n - i, &cp);
		class = fold_char(cp, &c);
		if (class == FOLD_NOTHING || cp == 0x2019)
			continue;
		if (class == FOLD_SEPARATOR) {
			separator(&scan, s, n, i);
			continue;
		}
		if (class == FOLD_IDEOGRAPH || (humps && i && capital(s[i]) &&
						       !capital(s[i - 1])))
			end_word(&scan);
		add_letter(&scan, c, i, i + len);
		if (class == FOLD_IDEOGRAPH)
			end_word(&scan);
	}
	if (!scan.done)
		end_word(&scan);
}
