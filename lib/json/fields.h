/* SPDX-License-Identifier: MIT */
/*
 * fields.h: a struct and its form as a JSON object, by a table with a row for
 * each member, in the order in which they are written. From the table a struct
 * is written, read and released. Pure.
 */
#ifndef JSON_FIELDS_H
#define JSON_FIELDS_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The words of an enum, by value; NULL: that value has none. */
struct word_table {
	const char *const *v;
	unsigned n;
};

/* words_find(w, s, out): the value whose word is s, or false. */
bool words_find(const struct word_table *w, const char *s, unsigned *out);

/*
 * WORDS(type, x, table): x_words, which are the words of enum type; x_name(v),
 * the word of a value; x_parse(s, out), the value of a word, or false.
 */
#define WORDS(type, x, table)                                                  \
	const struct word_table x##_words = {                                  \
		table, sizeof(table) / sizeof *(table)};                       \
	const char *x##_name(enum type v)                                      \
	{                                                                      \
		return x##_words.v[v];                                         \
	}                                                                      \
	bool x##_parse(const char *s, enum type *out)                          \
	{                                                                      \
		unsigned i;                                                    \
                                                                               \
		if (!words_find(&x##_words, s, &i))                            \
			return false;                                          \
		*out = (enum type)i;                                           \
		return true;                                                   \
	}

enum field_type {
	FIELD_END,    /* closes a table */
	FIELD_TEXT,   /* const char *; of what was read the tree owns it */
	FIELD_COPY,   /* char *, which the struct owns */
	FIELD_CHARS,  /* char[] */
	FIELD_INT,    /* of `size` bytes */
	FIELD_DATE,   /* int64_t, epoch seconds; as RFC 3339 in JSON */
	FIELD_NUMBER, /* double */
	FIELD_BOOL,
	FIELD_WORD,   /* an enum, by `words` */
	FIELD_NAMES,  /* const char **: the struct owns the array, the tree what
			 stands in it; the number of them is at `count` */
	FIELD_COPIES, /* char **: the struct owns both */
	FIELD_OBJECT, /* a struct, by `table` */
	FIELD_LIST,   /* a pointer to `count` structs, each by `table` */
	FIELD_ARRAY,  /* the same, an array of `most` in the struct itself */
	FIELD_OWN     /* by `put` and `take` */
};

/* The rest of a row. "None" is NULL, "", an enum without a word, `none`. */
enum {
	FIELD_NEEDED = 1, /* refuse an object without it */
	FIELD_WITH = 2,	  /* needed if the last row without it was there */
	FIELD_NULL = 4,	  /* null stands for none, written and read */
	FIELD_LAX = 8,	  /* null is read as none, and never written */
	FIELD_OMIT = 16,  /* none is not written */
	FIELD_EMPTY = 32, /* "" stands for no word; with FIELD_NULL only read */
	FIELD_CLEAN = 64, /* text from outside: text_clean(…, max characters) */
	FIELD_SHED = 128, /* names that give way in a line that is too long */
	FIELD_SOME = 256, /* names that are not right are passed over */
	FIELD_OUT = 512	  /* never read */
};

/* What is written of a struct whose line would get too long. */
struct field_limits {
	size_t names; /* of each row with FIELD_SHED */
	size_t chars; /* of each row with FIELD_CLEAN */
};

struct field {
	const char *key;
	const char *begin; /* ,"key": */
	enum field_type type;
	size_t at, size; /* of the member in the struct, in bytes */
	unsigned flags;
	size_t count; /* offset of a size_t */
	size_t item;  /* bytes of an element */
	size_t most;  /* elements; read: refused beyond; 0: any number */
	/*
	 * A number is from min to max, 0: 1e9; an int a multiple of unit, 0: 1.
	 * A double is written as short as can be; or with that many digits, or
	 * rounded to that many places, up to 3, where these are not 0. Text is
	 * cut to max characters where it is cleaned, 0: TEXT_MAX; else refused
	 * where it has more than max bytes, 0: none is.
	 */
	double min, max, none;
	int unit, digits, places;
	bool (*valid)(const char *s); /* of text and names; NULL: any is */
	const char *fault; /* said of a value that is not right, or NULL */
	const struct word_table *words;
	const struct field *table;
	/* Where these bytes of the struct are all 0, there is none; with
	   FIELD_NULL that is written as null, else not at all. */
	size_t when, when_size;
	/*
	 * put(b, s, limits): append the value; false: there is none, and what
	 * was appended goes. take(v, s): read a value that is not null; NULL,
	 * or what is wrong with it. s is the struct, not the member.
	 */
	bool (*put)(struct buf *b, const void *s, const struct field_limits *l);
	const char *(*take)(const cJSON *v, void *s);
};

/*
 * FIELD(key, T, m, flags, …): a row for member m of T, of the type that its C
 * type says. FIELD_AS: of another type. FIELD_STRINGS: for the strings at m, of
 * which there are n; FIELD_COUNTED: for structs. FIELD_MADE: for what is no
 * member of T. FIELD_PART: for an object that has some members of T.
 * FIELD_WHEN: see `when`.
 */
#define FIELD_TYPE(T, m)                                                       \
	_Generic(((T *)0)->m, const char * : FIELD_TEXT, char * : FIELD_COPY,  \
		int : FIELD_INT, unsigned : FIELD_WORD, long : FIELD_INT,      \
		unsigned long : FIELD_INT, long long : FIELD_INT,              \
		double : FIELD_NUMBER, bool : FIELD_BOOL,                      \
		const char ** : FIELD_NAMES, char ** : FIELD_COPIES,           \
		const char *const * : FIELD_NAMES, default : FIELD_OBJECT)
#define FIELD_KEY(name) .key = name, .begin = ",\"" name "\":"
#define FIELD_AS(as, name, T, m, ...)                                          \
	{                                                                      \
		FIELD_KEY(name), .type = as, .at = offsetof(T, m),             \
		.size = sizeof(((T *)0)->m), __VA_ARGS__                       \
	}
#define FIELD(key, T, m, ...)                                                  \
	FIELD_AS(FIELD_TYPE(T, m), key, T, m, __VA_ARGS__)
#define FIELD_COUNTED(type, key, T, m, n, ...)                                 \
	FIELD_AS(type, key, T, m, __VA_ARGS__, .count = offsetof(T, n),        \
		.item = sizeof *((T *)0)->m)
#define FIELD_STRINGS(key, T, m, n, ...)                                       \
	FIELD_COUNTED(FIELD_TYPE(T, m), key, T, m, n, __VA_ARGS__)
#define FIELD_MADE(name, ...)                                                  \
	{                                                                      \
		FIELD_KEY(name), .type = FIELD_OWN, .size = 0, __VA_ARGS__     \
	}
#define FIELD_PART(name, rows, ...)                                            \
	{                                                                      \
		FIELD_KEY(name), .type = FIELD_OBJECT, .table = rows,          \
		.flags = __VA_ARGS__                                           \
	}
#define FIELD_WHEN(T, m)                                                       \
	.when = offsetof(T, m), .when_size = sizeof(((T *)0)->m)

/*
 * fields_put(b, table, s, limits): append the members of the struct s without
 * braces, a comma before each but the first of its object. limits may be NULL.
 */
void fields_put(struct buf *b, const struct field *table, const void *s,
	const struct field_limits *limits);

/*
 * fields_take(table, o, s, why): fill the struct s, which is all 0, from an
 * object. False where a member is not what its row says, and why, which has
 * FIELD_WHY bytes, says "key: what is wrong with it". In both cases
 * fields_release frees what s holds then.
 */
#define FIELD_WHY 200
bool fields_take(const struct field *table, const cJSON *o, void *s, char *why);

/* fields_release(table, s): free what the rows say that s owns. */
void fields_release(const struct field *table, void *s);

/* field_fail(why, key, what): say what is wrong with a member; false. */
bool field_fail(char *why, const char *key, const char *what);

#endif
