/* SPDX-License-Identifier: MIT */
#include "conf/errors.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/xalloc.h"
#include "conf/conf.h"

#include <stdint.h>

/* The longest message. */
#define MESSAGE_MAX 1024
/* The most warnings of left-out lines that are kept; the rest are counted. */
#define LEFT_KEPT 100

struct note {
	bool fatal;
	const char *file; /* NULL: the configuration itself */
	struct conf_spot spot;
	size_t number; /* in the order in which they were found */
	char *text;
};

struct place {
	const void *field;
	char *path;
	struct conf_spot spot;
	bool sound;
};

/* The places are found by the addresses of their fields. */
struct conf_errors {
	const char *file; /* that is read now; NULL: the configuration itself */
	struct conf_spot line; /* of that file */
	struct note *notes;
	size_t n_notes, cap_notes;
	size_t faults; /* how many of the notes are fatal */
	size_t unkept; /* warnings of lines that are left out */
	struct conf_left_out *left_out; /* the first CONF_LEFT_OUT_NAMED */
	size_t n_left_out, cap_left_out;
	struct place *places;
	size_t n_places, cap_places;
	struct index by_field; /* of places */
};

struct conf_errors *conf_errors_new(void)
{
	return xcalloc(1, sizeof(struct conf_errors));
}

void conf_errors_free(struct conf_errors *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_notes; i++)
		free(r->notes[i].text);
	for (size_t i = 0; i < r->n_places; i++)
		free(r->places[i].path);
	conf_left_out_free(r->left_out, r->n_left_out);
	free(r->notes);
	free(r->places);
	index_release(&r->by_field);
	free(r);
}

/* path may be NULL. */
static void note(struct conf_errors *r, bool fatal, struct conf_spot spot,
	const char *path, const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	struct note *n;
	int len = 0;

	r->notes = xgrow(r->notes, &r->cap_notes, r->n_notes + 1,
		sizeof *r->notes);
	if (path)
		len = snprintf(text, sizeof text / 2, "%s: ", path);
	if (len >= (int)sizeof text / 2)
		len = (int)sizeof text / 2 - 1;
	vsnprintf(text + len, sizeof text - (size_t)len, fmt, ap);
	n = &r->notes[r->n_notes];
	*n = (struct note) {fatal, r->file, spot, r->n_notes, xstrdup(text)};
	r->n_notes++;
	r->faults += fatal;
}

void conf_fault(struct conf_errors *r, struct conf_spot spot, const char *fmt,
	...)
{
	va_list ap;

	va_start(ap, fmt);
	note(r, true, spot, NULL, fmt, ap);
	va_end(ap);
}

static bool is_of_field(const void *ctx, uint32_t position, const void *key)
{
	const struct conf_errors *r = ctx;

	return r->places[position].field == key;
}

static const struct place *place_of(const struct conf_errors *r,
	const void *field)
{
	uint32_t i = index_find(&r->by_field,
		index_hash(0, &field, sizeof field), is_of_field, r, field);

	return i == INDEX_NONE ? NULL : &r->places[i];
}

void conf_placed(struct conf_errors *r, const void *field, const char *path,
	struct conf_spot spot, bool sound)
{
	if (place_of(r, field))
		return;
	r->places = xgrow(r->places, &r->cap_places, r->n_places + 1,
		sizeof *r->places);
	index_add(&r->by_field, index_hash(0, &field, sizeof field),
		(uint32_t)r->n_places);
	r->places[r->n_places++] =
		(struct place) {field, xstrdup(path), spot, sound};
}

void conf_next_line(struct conf_errors *r, const char *file, size_t line)
{
	for (size_t i = 0; i < r->n_places; i++)
		free(r->places[i].path);
	r->n_places = 0;
	index_release(&r->by_field);
	r->file = file;
	r->line = (struct conf_spot) {line, 0};
}

struct conf_spot conf_spot(const struct conf_errors *r, const void *field)
{
	const struct place *p = place_of(r, field);

	return p ? p->spot : r->file ? r->line : (struct conf_spot) {1, 1};
}

size_t conf_line(const struct conf_errors *r, const void *field)
{
	const struct place *p = place_of(r, field);

	return p ? p->spot.line : 0;
}

bool conf_refused(const struct conf_errors *r, const void *field)
{
	const struct place *p = place_of(r, field);

	return p && !p->sound;
}

static void note_field(struct conf_errors *r, bool fatal, const void *field,
	const char *fmt, va_list ap)
{
	const struct place *p = place_of(r, field);

	note(r, fatal, conf_spot(r, field), p ? p->path : NULL, fmt, ap);
}

void conf_wrong(struct conf_errors *r, const void *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_field(r, true, field, fmt, ap);
	va_end(ap);
}

void conf_doubt(struct conf_errors *r, const void *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_field(r, false, field, fmt, ap);
	va_end(ap);
}

bool conf_sound(const struct conf_errors *r)
{
	return r->faults == 0;
}

size_t conf_faults(const struct conf_errors *r)
{
	return r->faults;
}

static void name_left_out(
	struct conf_errors *r, const struct note *n, const char *slug)
{
	struct conf_left_out *out;
	struct buf at;

	if (r->n_left_out >= CONF_LEFT_OUT_NAMED)
		return;
	r->left_out = xgrow(r->left_out, &r->cap_left_out, r->n_left_out + 1,
		sizeof *r->left_out);
	buf_init(&at, MESSAGE_MAX);
	buf_fmt(&at, "%s:%zu", n->file, n->spot.line);
	out = &r->left_out[r->n_left_out];
	out->at = buf_take(&at);
	out->slug = slug ? xstrdup(slug) : NULL;
	out->why = xstrdup(n->text);
}

void conf_leave_out(struct conf_errors *r, size_t faults, const char *slug)
{
	size_t n = r->faults - faults, first = r->n_notes - n;

	/* They were found last. */
	if (n)
		name_left_out(r, &r->notes[first], slug);
	r->n_left_out += n > 0;
	r->faults = faults;
	for (size_t i = first; i < r->n_notes; i++)
		r->notes[i].fatal = false;
	if (r->n_left_out <= LEFT_KEPT)
		return;
	for (size_t i = first; i < r->n_notes; i++)
		free(r->notes[i].text);
	r->unkept += n;
	r->n_notes = first;
}

struct conf_left_out *conf_left_out(struct conf_errors *r, size_t *n)
{
	struct conf_left_out *v = r->left_out;

	*n = r->n_left_out;
	r->left_out = NULL;
	return v;
}

void conf_left_out_free(struct conf_left_out *v, size_t n)
{
	for (size_t i = 0; v && i < n && i < CONF_LEFT_OUT_NAMED; i++) {
		free(v[i].at);
		free(v[i].slug);
		free(v[i].why);
	}
	free(v);
}

/*
 * Lists stay in the order in which they were read, behind the configuration. Of
 * two notes at one place, the one found first comes first.
 */
static int by_spot(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	if (x->file != y->file)
		return !x->file		       ? -1
		       : !y->file	       ? 1
		       : x->number < y->number ? -1
					       : 1;
	if (x->spot.line != y->spot.line)
		return x->spot.line < y->spot.line ? -1 : 1;
	if (x->spot.column != y->spot.column)
		return x->spot.column < y->spot.column ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

void conf_tell(struct conf_errors *r, const char *file,
	void (*say)(void *arg, bool fatal, const char *message), void *arg)
{
	bool fatal = r->faults > 0;
	size_t told = 0, all;
	struct buf line;

	buf_init(&line, strlen(file) + 4096 + MESSAGE_MAX + 64);
	if (r->n_notes)
		qsort(r->notes, r->n_notes, sizeof *r->notes, by_spot);
	for (size_t i = 0; i < r->n_notes; i++) {
		const struct note *n = &r->notes[i];

		if (n->fatal != fatal || told == CONF_ERRORS_SHOWN)
			continue;
		buf_clear(&line);
		buf_fmt(&line, "%s:%zu", n->file ? n->file : file,
			n->spot.line);
		if (n->spot.column)
			buf_fmt(&line, ":%zu", n->spot.column);
		buf_fmt(&line, ": %s", n->text);
		say(arg, fatal, line.p);
		told++;
	}
	all = fatal ? r->faults : r->n_notes + r->unkept;
	if (all > told) {
		buf_clear(&line);
		buf_fmt(&line, "%s: %zu more %s", file, all - told,
			fatal ? "errors" : "warnings");
		say(arg, fatal, line.p);
	}
	if (!fatal && r->n_left_out) {
		buf_clear(&line);
		buf_fmt(&line, "%s: %zu listed server%s left out", file,
			r->n_left_out, r->n_left_out == 1 ? " is" : "s are");
		say(arg, fatal, line.p);
	}
	buf_release(&line);
}
