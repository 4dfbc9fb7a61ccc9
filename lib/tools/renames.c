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
	char *plain; /* the letters and digits of its name, in lower case */
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

/* A name without what is often written in another way; free it. */
static char *plain_name(const char *name)
{
	char *out = xstrdup(name);
	size_t n = 0;

	for (; *name; name++)
		if (!strchr("-_. /", *name))
			out[n++] = *name >= 'A' && *name <= 'Z'
				? (char)(*name + 'a' - 'A')
				: *name;
	out[n] = '\0';
	return out;
}

static void learn(struct side *s, size_t at, const struct definition *def)
{
	const cJSON *out = json_get(def->tree, "outputSchema");
	struct buf b;

	*s = (struct side) {
		.at = at, .def = def, .plain = plain_name(def->name)};
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

static bool names_alike(const struct side *a, const struct side *b)
{
	return *a->plain && *b->plain &&
		(strstr(a->plain, b->plain) || strstr(b->plain, a->plain));
}

static int by_plain(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int order = strcmp(x->plain, y->plain);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_schemas(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int order = strcmp(x->schemas, y->schemas);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The tools of one kind. */
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
		alike = names_alike(gone, &v[i]);
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

static void join(struct tool_changes *t, struct side *gone, struct side *come)
{
	gone->taken = come->taken = true;
	t->v[come->at].kind = TOOL_RENAMED;
	t->v[come->at].before = gone->def;
	t->v[gone->at].before = NULL;
}

/* The tools that are gone, and those that are new. */
struct sides {
	struct side *gone, *come;
	size_t n_gone, n_come;
};

static void sort_sides(
	const struct sides *s, int (*order)(const void *, const void *))
{
	if (s->n_gone)
		qsort(s->gone, s->n_gone, sizeof *s->gone, order);
	if (s->n_come)
		qsort(s->come, s->n_come, sizeof *s->come, order);
}

static void join_by_name(struct tool_changes *t, const struct sides *s)
{
	size_t i = 0, j = 0;

	sort_sides(s, by_plain);
	while (i < s->n_gone && j < s->n_come) {
		int order = strcmp(s->gone[i].plain, s->come[j].plain);

		if (!order && *s->gone[i].plain)
			join(t, &s->gone[i], &s->come[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void join_by_schemas(struct tool_changes *t, const struct sides *s)
{
	size_t first = 0;

	sort_sides(s, by_schemas);
	for (size_t i = 0; i < s->n_gone; i++) {
		struct side *come = s->gone[i].taken
			? NULL
			: find_likest(&s->gone[i], s->come, s->n_come, &first);

		if (come)
			join(t, &s->gone[i], come);
	}
}

static void release_sides(struct side *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].plain);
	free(v);
}

void renames_find(struct tool_changes *t)
{
	struct sides s;

	s.gone = sides_of(t, TOOL_REMOVED, &s.n_gone);
	s.come = sides_of(t, TOOL_ADDED, &s.n_come);
	join_by_name(t, &s);
	join_by_schemas(t, &s);
	close_gaps(t);
	release_sides(s.gone, s.n_gone);
	release_sides(s.come, s.n_come);
}
