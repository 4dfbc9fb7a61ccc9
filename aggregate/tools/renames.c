#include "tools/renames.h"

#include "base/index.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "tools/definition_diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As many words of a description are looked at. */
#define WORDS_TRIED 200
/* Of 100 words that have to be in common. */
#define LIKE 75
#define LIKE_BY_NAME 50

/* A tool that is gone, or new. */
struct side {
	size_t at;		  /* its place in the list of changes */
	const struct definition *def;
	char schemas[SHA256_HEX]; /* the digest of both */
	uint32_t words[WORDS_TRIED]; /* hashes, sorted */
	size_t n_words;
	bool taken;
};

static int by_hash(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool ends_word(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void learn_words(struct side *s)
{
	const char *p = json_str(s->def->tree, "description");

	while (p && *p && s->n_words < WORDS_TRIED) {
		size_t n = 0;

		while (p[n] && !ends_word(p[n]))
			n++;
		if (n)
			s->words[s->n_words++] =
				(uint32_t)index_hash(0, p, n);
		p += n + (p[n] != '\0');
	}
	qsort(s->words, s->n_words, sizeof *s->words, by_hash);
}

static void learn(struct side *s, size_t at, const struct definition *def)
{
	const cJSON *out = json_get(def->tree, "outputSchema");
	struct buf b;

	*s = (struct side) {.at = at, .def = def};
	buf_init(&b, SIZE_MAX / 2);
	json_put(&b, json_get(def->tree, "inputSchema"));
	if (out)
		json_put(&b, out);
	sha256_hex(b.p, b.len, s->schemas);
	buf_release(&b);
	learn_words(s);
}

/* The words in common, of 100; 100 where there are none at all. */
static int likeness(const struct side *a, const struct side *b)
{
	size_t i = 0, j = 0, both = 0;

	if (!a->n_words && !b->n_words)
		return 100;
	while (i < a->n_words && j < b->n_words) {
		int order = by_hash(&a->words[i], &b->words[j]);

		both += !order;
		i += order <= 0;
		j += order >= 0;
	}
	return (int)(200 * both / (a->n_words + b->n_words));
}

/* The letters and digits of a name, in lower case. */
static void plain_name(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name && n + 1 < size; name++)
		if (!strchr("-_. /", *name))
			out[n++] = *name >= 'A' && *name <= 'Z'
				? (char)(*name + 'a' - 'A')
				: *name;
	out[n] = '\0';
}

static bool names_alike(const char *a, const char *b)
{
	char x[DEFINITION_NAME + 1], y[DEFINITION_NAME + 1];

	plain_name(a, x, sizeof x);
	plain_name(b, y, sizeof y);
	return *x && *y && (strstr(x, y) || strstr(y, x));
}

static int by_schemas(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int order = strcmp(x->schemas, y->schemas);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The tools of one kind, by their schemas. */
static struct side *sides_of(
	const struct tool_changes *t, enum tool_change_kind kind, size_t *n)
{
	struct side *v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].kind != kind)
			continue;
		v = xgrow(v, &cap, *n + 1, sizeof *v);
		learn(&v[(*n)++], i,
			kind == TOOL_ADDED ? t->v[i].after : t->v[i].before);
	}
	if (*n)
		qsort(v, *n, sizeof *v, by_schemas);
	return v;
}

/*
 * The new tool that is likest to one that is gone, from v[*first] on; *first
 * goes beyond those that are taken. NULL where none is like it.
 */
static struct side *find_likest(const struct side *gone, struct side *v,
	size_t n, size_t *first)
{
	struct side *best = NULL;
	int most = 0;
	size_t tried = 0;

	while (*first < n && (v[*first].taken ||
			strcmp(v[*first].schemas, gone->schemas) < 0))
		++*first;
	for (size_t i = *first; i < n && tried < RENAMES_TRIED &&
		strcmp(v[i].schemas, gone->schemas) == 0; i++, tried++) {
		int like;
		bool alike;

		if (v[i].taken)
			continue;
		like = likeness(gone, &v[i]);
		alike = names_alike(gone->def->name, v[i].def->name);
		/* Without a description only the names can tell. */
		if (like < (alike ? LIKE_BY_NAME : LIKE) ||
			(!alike && !gone->n_words))
			continue;
		like += alike ? 100 : 0;
		if (like > most) {
			most = like;
			best = &v[i];
		}
	}
	return best;
}

/* Take out the removed halves of what was renamed. */
static void close_gaps(struct tool_changes *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].before || t->v[i].after)
			t->v[n++] = t->v[i];
	t->n = n;
}

void renames_find(struct tool_changes *t)
{
	size_t n_gone, n_new, first = 0;
	struct side *gone = sides_of(t, TOOL_REMOVED, &n_gone);
	struct side *come = sides_of(t, TOOL_ADDED, &n_new);

	for (size_t i = 0; i < n_gone; i++) {
		struct side *s = find_likest(&gone[i], come, n_new, &first);

		if (!s)
			continue;
		s->taken = true;
		t->v[s->at].kind = TOOL_RENAMED;
		t->v[s->at].before = gone[i].def;
		t->v[gone[i].at].before = NULL;
	}
	close_gaps(t);
	free(gone);
	free(come);
}
