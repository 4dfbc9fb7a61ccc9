/* SPDX-License-Identifier: MIT */
/*
 * json.c: a pass over the text comes before cJSON. It holds the text to RFC
 * 8259 and its limits, and rewrites what cJSON would refuse, cut short or lose
 * into forms that json.h describes. What is left for the tree: keys that repeat
 * and numbers that became infinite. A node does not know where it came from;
 * its place among all nodes does, for the pass stops where its limit of values
 * is reached.
 */
#include "json/json.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/scan.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>

const struct json_limits json_record = {64, 100000, true};
const struct json_limits json_reply = {200, 500000, false};

/* cJSON itself stops at 1000. */
#define DEPTH_MAX 512

/* cJSON reads no number longer than this (version 1.7.15). */
#define NUMBER_MAX 63
/* An integer of so many bytes is read and written quickly. */
#define DIGITS_MAX 15

/*
 * The pass: `out` gets what cJSON is to read. What it may read as it stands is
 * copied in runs; `run` is where the current one began.
 */
struct grammar {
	struct json_scan s;
	const char *run;
	const struct json_limits *limits;
	struct json_budget *budget; /* or NULL */
	struct buf *out;
	size_t values, most;
	size_t tree; /* bytes of memory that it will take */
	unsigned depth;
	enum json_refusal kind; /* of the fault of s */
};

static bool refuse_text(
	struct grammar *g, enum json_refusal kind, const char *what)
{
	g->s.fault = what;
	g->kind = kind;
	return false;
}

/* The last value counts as n values. */
static bool count_values(struct grammar *g, size_t n)
{
	const struct json_budget *b = g->budget;

	if (n > g->most - g->values)
		return refuse_text(g, JSON_TOO_COMPLEX, "too many values");
	if (b && g->tree > b->tree)
		return refuse_text(g, JSON_TOO_COMPLEX,
			"its values would need too much memory");
	if (b && b->late && g->values % JSON_PACE + n >= JSON_PACE &&
		b->late(b->arg))
		return refuse_text(g, JSON_LATE, "no time was left");
	g->values += n;
	return true;
}

/* Copy what stands before `from`, then `put` in place of what came since. */
static void put_instead(
	struct grammar *g, const char *from, const char *put, size_t n)
{
	buf_add(g->out, g->run, (size_t)(from - g->run));
	buf_add(g->out, put, n);
	g->run = g->s.p;
}

static bool pass_number(struct grammar *g)
{
	const char *from = g->s.p, *whole;
	char put[JCS_NUMBER];
	size_t n;

	if (!scan_number(&g->s, &whole))
		return false;
	n = (size_t)(g->s.p - from);
	if (n > NUMBER_MAX) {
		jcs_nearest(from, n, put);
		put_instead(g, from, put, strlen(put));
	}
	return !g->budget || (g->s.p == whole && n <= DIGITS_MAX) ||
	       count_values(g, JSON_ODD - 1);
}

static bool pass_string(struct grammar *g)
{
	const char *begin = g->s.p++;

	while (scan_inside(&g->s)) {
		const char *from = g->s.p, *odd;
		char put[4];
		size_t n = scan_escape(&g->s, put, &odd);

		if (!n)
			return false;
		if (!odd)
			continue;
		if (g->limits->i_json) {
			g->s.p = from;
			return scan_fault(&g->s, odd);
		}
		put_instead(g, from, put, n);
	}
	g->tree += JSON_STRING + (size_t)(g->s.p - begin);
	return !g->s.fault;
}

/* A key with its colon; the object has n before it. */
static bool pass_key(struct grammar *g, size_t n)
{
	if (!scan_at(&g->s, '"'))
		return scan_fault(&g->s, "a key is missing");
	if (g->budget && n >= g->budget->members)
		return refuse_text(g, JSON_TOO_MANY_KEYS,
			"an object with too many members");
	if (!count_values(g, 1) || !pass_string(g))
		return false;
	scan_space(&g->s);
	if (!scan_at(&g->s, ':'))
		return scan_fault(&g->s, "no colon after a key");
	g->s.p++;
	return true;
}

static bool pass_value(struct grammar *g);

/* From the opening bracket to the closing one. */
static bool pass_brackets(struct grammar *g, char close)
{
	unsigned max = g->limits->depth;
	size_t n = 0;

	if (g->depth == (max < DEPTH_MAX ? max : DEPTH_MAX))
		return scan_fault(&g->s, "nested too deeply");
	g->depth++;
	do {
		g->s.p++;
		scan_space(&g->s);
		if (!n && scan_at(&g->s, close))
			break;
		if ((close == '}' && !pass_key(g, n)) || !pass_value(g))
			return false;
		n++;
		scan_space(&g->s);
	} while (scan_at(&g->s, ','));
	if (!scan_at(&g->s, close))
		return scan_fault(
			&g->s, "neither a comma nor the closing bracket");
	g->s.p++;
	g->depth--;
	return true;
}

/* The recursion is as deep as DEPTH_MAX. */
static bool pass_value(struct grammar *g)
{
	scan_space(&g->s);
	g->tree += JSON_NODE;
	if (!count_values(g, 1))
		return false;
	switch (g->s.p < g->s.end ? *g->s.p : '\0') {
	case '{':
		return pass_brackets(g, '}');
	case '[':
		return pass_brackets(g, ']');
	case '"':
		return pass_string(g);
	case 't':
	case 'f':
	case 'n':
		return scan_literal(&g->s);
	default:
		return scan_at(&g->s, '-') || scan_at_digit(&g->s)
			? pass_number(g) : scan_fault(&g->s, "no JSON value");
	}
}

/*
 * Append to `out`, which needs room for n bytes at the most, what cJSON is to
 * read in place of the n bytes at p. False where they are refused: the fault is
 * in *g, and out is of no use.
 *
 * Beyond the grammar: a number whose text is longer than cJSON reads is written
 * anew, one too large for a double stays so, and a repeated key passes.
 */
static bool json_grammar(const char *p, size_t n,
	const struct json_limits *limits, struct json_budget *budget,
	struct buf *out, struct grammar *g)
{
	bool ok;

	*g = (struct grammar) {.s = {.p = p, .end = p + n}, .run = p,
		.limits = limits, .budget = budget, .out = out,
		.most = limits->values};
	if (budget && budget->values < g->most)
		g->most = budget->values;
	ok = pass_value(g);
	if (ok)
		scan_space(&g->s);
	if (ok && g->s.p < g->s.end)
		ok = scan_fault(&g->s, "text after the end of the value");
	if (budget)
		budget->values -= g->values;
	/* The last value may have been too large a string. */
	if (!ok || !count_values(g, 0))
		return false;
	put_instead(g, g->s.end, "", 0);
	return true;
}

/* A fault of a tree: a node, or the key of a node. */
struct flaw {
	const cJSON *node;
	bool key;
	const char *what;
};

struct member {
	const cJSON *node;
	size_t place;
};

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = strcmp(x->node->string, y->node->string);

	if (order)
		return order;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* So few keys are compared each to each, which costs less than sorting them. */
#define FEW_KEYS 24

static bool few_and_unique(const cJSON *object)
{
	size_t n = 0;

	for (const cJSON *c = object->child; c; c = c->next) {
		if (++n > FEW_KEYS)
			return false;
		for (const cJSON *d = object->child; d != c; d = d->next)
			if (*d->string == *c->string &&
				strcmp(d->string, c->string) == 0)
				return false;
	}
	return true;
}

static bool keys_unique(const cJSON *object, struct flaw *flaw)
{
	struct member *m = NULL;
	size_t n = 0, cap = 0;

	if (few_and_unique(object))
		return true;
	for (const cJSON *c = object->child; c; c = c->next) {
		m = xgrow(m, &cap, n + 1, sizeof *m);
		m[n] = (struct member) {c, n};
		n++;
	}
	if (n > 1)
		qsort(m, n, sizeof *m, by_key);
	for (size_t i = 1; i < n && !flaw->node; i++) {
		if (strcmp(m[i - 1].node->string, m[i].node->string) == 0)
			*flaw = (struct flaw) {m[i].node, true,
				"a key that occurs twice in its object"};
	}
	free(m);
	return !flaw->node;
}

/* The recursion is as deep as the grammar allowed. */
static bool flawless(const cJSON *v, struct flaw *flaw)
{
	if (cJSON_IsNumber(v) && !isfinite(v->valuedouble)) {
		*flaw = (struct flaw) {v, false,
			"a number too large for a double"};
		return false;
	}
	if (cJSON_IsObject(v) && !keys_unique(v, flaw))
		return false;
	for (const cJSON *c = v->child; c; c = c->next) {
		if (!flawless(c, flaw))
			return false;
	}
	return true;
}

/* Adds to *n how many values and keys stand before `stop`, its key included. */
static bool count_until(const cJSON *v, const cJSON *stop, size_t *n)
{
	if (v == stop)
		return true;
	++*n;
	for (const cJSON *c = v->child; c; c = c->next) {
		if (cJSON_IsObject(v))
			++*n;
		if (count_until(c, stop, n))
			return true;
	}
	return false;
}

static const char *position(const char *p, size_t n, const cJSON *tree,
	const struct flaw *flaw)
{
	struct json_limits upto = {.depth = UINT_MAX};
	struct grammar g;
	struct buf unused;

	count_until(tree, flaw->node, &upto.values);
	if (flaw->key)
		upto.values--;
	buf_init(&unused, n);
	json_grammar(p, n, &upto, NULL, &unused, &g);
	buf_release(&unused);
	return g.s.p;
}

static cJSON *refused(
	char *why, const char *p, const char *at, const char *what)
{
	snprintf(why, JSON_WHY, "byte %zu: %s", (size_t)(at - p) + 1, what);
	return NULL;
}

void json_allocate(void)
{
	cJSON_Hooks hooks = {xmalloc, free};

	cJSON_InitHooks(&hooks);
}

static cJSON *build(const struct buf *text)
{
	json_allocate();
	return cJSON_ParseWithLengthOpts(text->p, text->len + 1, NULL, true);
}

cJSON *json_parse_within(const char *p, size_t n,
	const struct json_limits *limits, struct json_budget *budget, char *why)
{
	struct flaw flaw = {NULL, false, NULL};
	struct grammar g;
	struct buf text;
	cJSON *tree;
	bool ok;

	buf_init(&text, n);
	ok = json_grammar(p, n, limits, budget, &text, &g);
	tree = ok ? build(&text) : NULL;
	buf_release(&text);
	if (budget)
		budget->refusal = ok ? JSON_MALFORMED : g.kind;
	if (!ok)
		return refused(why, p, g.s.p, g.s.fault);
	if (!tree)
		return refused(why, p, p, "cJSON refuses this text");
	if (limits->i_json && !flawless(tree, &flaw)) {
		refused(why, p, position(p, n, tree, &flaw), flaw.what);
		cJSON_Delete(tree);
		return NULL;
	}
	return tree;
}

cJSON *json_parse(
	const char *p, size_t n, const struct json_limits *limits, char *why)
{
	return json_parse_within(p, n, limits, NULL, why);
}

const cJSON *json_get(const cJSON *o, const char *key)
{
	const cJSON *found = NULL;

	if (!cJSON_IsObject(o))
		return NULL;
	for (const cJSON *c = o->child; c; c = c->next) {
		if (*c->string == *key && strcmp(c->string, key) == 0)
			found = c;
	}
	return found;
}

const char *json_str(const cJSON *o, const char *key)
{
	const cJSON *v = json_get(o, key);

	return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool json_num(const cJSON *o, const char *key, double *out)
{
	const cJSON *v = json_get(o, key);

	if (!cJSON_IsNumber(v))
		return false;
	*out = v->valuedouble;
	return true;
}

bool json_bool(const cJSON *o, const char *key, bool *out)
{
	const cJSON *v = json_get(o, key);

	if (!cJSON_IsBool(v))
		return false;
	*out = cJSON_IsTrue(v);
	return true;
}

bool json_has_null(const cJSON *o, const char *key)
{
	return cJSON_IsNull(json_get(o, key));
}

/* Whether a JSON string holds the 8 bytes at s as they stand, and all of them
   are ASCII: none has its upper bit here, whichever test it goes through. */
static bool eight_plain(const char *s)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word;

	memcpy(&word, s, sizeof word);
	return !((word | (word - ' ' * each) | ((word ^ '"' * each) - each) |
			 ((word ^ '\\' * each) - each)) &
		 0x80 * each);
}

/* How many bytes at s a JSON string holds as they stand, up to the NUL. */
static size_t plain(const char *s, size_t n)
{
	size_t i = 0;
	uint32_t cp;

	while (i < n) {
		unsigned char c = (unsigned char)s[i];
		size_t len = 1;

		if (n - i >= 8 && eight_plain(s + i)) {
			i += 8;
			continue;
		}
		/* The rest, with some of what was before it. */
		if (n - i < 8 && n >= 8 && eight_plain(s + n - 8))
			return n;
		if (c >= 0x80)
			len = text_utf8(s + i, n - i, &cp);
		if (!len || c < 0x20 || c == '"' || c == '\\')
			break;
		i += len;
	}
	return i;
}

/* The letter of the short escape for a byte, or NUL where it has none. */
static char short_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return '\0';
	}
}

/*
 * Append the escape of the byte at s, where `plain` stopped. Returns how many
 * bytes of s it stands for; *lost: reading it does not give these bytes again.
 */
static size_t put_escape(struct buf *b, const char *s, bool *lost)
{
	static const char hex[] = "0123456789abcdef";
	char put[] = {'\\', short_escape(*s), '0', '0', hex[*s >> 4 & 15],
		hex[*s & 15]};

	if (put[1]) {
		buf_add(b, put, 2);
	} else if ((unsigned char)*s < 0x20) {
		put[1] = 'u';
		buf_add(b, put, sizeof put);
	} else if (s[0] == '\xc0' && s[1] == '\x80') {
		buf_add(b, "\\u0000", 6);
		return 2;
	} else {
		buf_add(b, "\xef\xbf\xbd", 3);
		*lost = true;
	}
	return 1;
}

/* With `exact` no further than to what would be lost. */
static bool put_string(struct buf *b, const char *s, bool exact)
{
	size_t n = strlen(s), i = plain(s, n);
	char *p = i == n ? buf_more(b, n + 2) : NULL;
	bool lost = false;

	if (p) {
		*p = p[n + 1] = '"';
		memcpy(p + 1, s, n);
		return true;
	}
	i = 0;
	buf_char(b, '"');
	while (i < n && buf_ok(b) && !(lost && exact)) {
		size_t len = plain(s + i, n - i);

		if (len)
			buf_add(b, s + i, len);
		i += len;
		if (i < n)
			i += put_escape(b, s + i, &lost);
	}
	buf_char(b, '"');
	return !lost;
}

bool json_put_exact(struct buf *b, const char *s)
{
	return put_string(b, s, true);
}

void json_put_str(struct buf *b, const char *s)
{
	if (s)
		put_string(b, s, false);
	else
		buf_str(b, "null");
}

void json_put_clean(struct buf *b, const char *s, size_t max)
{
	char clean[TEXT_SIZE];

	if (s) {
		text_clean(s, strlen(s), clean, sizeof clean, max);
		s = clean;
	}
	json_put_str(b, s);
}

/* Append a character as one escape, or two (RFC 8259, section 7). */
static void put_hex(struct buf *b, uint32_t cp)
{
	if (cp > 0xffff)
		buf_fmt(b, "\\u%04x\\u%04x",
			(unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
			(unsigned)(0xdc00 | (cp & 0x3ff)));
	else
		buf_fmt(b, "\\u%04x", (unsigned)cp);
}

void json_put_seen(struct buf *b, const char *p, size_t n)
{
	size_t from = 0, len;
	uint32_t cp;

	for (size_t i = 0; i < n; i += len) {
		len = 1;
		if (p[i] >= ' ' && p[i] <= '~')
			continue;
		len = text_utf8(p + i, n - i, &cp);
		if (!len || !text_unseen(cp)) {
			len += !len;
			continue;
		}
		buf_add(b, p + from, i - from);
		put_hex(b, cp);
		from = i + len;
	}
	buf_add(b, p + from, n - from);
}

void json_put_member(struct buf *b, const char *key, const char *s)
{
	json_put_key(b, key);
	json_put_str(b, s);
}

void json_put_key(struct buf *b, const char *key)
{
	bool first = json_opens(b);
	size_t n = strlen(key);
	char *p = buf_more(b, n + (first ? 3 : 4));

	if (!p)
		return;
	if (!first)
		*p++ = ',';
	*p++ = '"';
	memcpy(p, key, n);
	memcpy(p + n, "\":", 2);
}

void json_put_list(struct buf *b, const char *key, char *const *v, size_t n)
{
	json_put_key(b, key);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, v[i]);
	}
	buf_char(b, ']');
}

void json_put_num(struct buf *b, double v)
{
	char text[JCS_NUMBER];

	if (!isfinite(v)) {
		buf_str(b, "null");
		return;
	}
	jcs_number(v, text);
	buf_str(b, text);
}

static void put_instant(struct buf *b, int64_t t)
{
	char text[CLOCK_RFC3339];

	if (t > 0)
		clock_rfc3339(t, text);
	json_put_str(b, t > 0 ? text : NULL);
}

static bool put_value(void *to, const struct conversion *c, va_list *ap)
{
	struct buf *b = to;

	switch (c->letter) {
	case 's':
		if (c->precision < 0)
			json_put_str(b, va_arg(*ap, const char *));
		else
			json_put_clean(b, va_arg(*ap, const char *),
				(size_t)c->precision);
		return true;
	case 'g':
		json_put_num(b, va_arg(*ap, double));
		return true;
	case 'i':
		buf_str(b, va_arg(*ap, int) ? "true" : "false");
		return true;
	case 'd':
		if (c->length == 'j')
			put_instant(b, (int64_t)va_arg(*ap, intmax_t));
		return c->length == 'j';
	default:
		return false;
	}
}

void json_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_template(b, fmt + (*fmt == ',' && (json_opens(b) ||
				b->p[b->len - 1] == '[')),
		ap, put_value, b);
	va_end(ap);
}

const char *json_or_null(bool there, const char *s)
{
	return there ? s : NULL;
}

static void put_children(struct buf *b, const cJSON *v)
{
	bool object = cJSON_IsObject(v);

	buf_char(b, object ? '{' : '[');
	for (const cJSON *c = v->child; c && buf_ok(b); c = c->next) {
		if (c != v->child)
			buf_char(b, ',');
		if (object) {
			json_put_str(b, c->string);
			buf_char(b, ':');
		}
		json_put(b, c);
	}
	buf_char(b, object ? '}' : ']');
}

void json_put(struct buf *b, const cJSON *v)
{
	if (cJSON_IsObject(v) || cJSON_IsArray(v))
		put_children(b, v);
	else if (cJSON_IsString(v))
		json_put_str(b, v->valuestring);
	else if (cJSON_IsNumber(v))
		json_put_num(b, v->valuedouble);
	else if (cJSON_IsBool(v))
		buf_str(b, cJSON_IsTrue(v) ? "true" : "false");
	else
		buf_str(b, "null");
}
