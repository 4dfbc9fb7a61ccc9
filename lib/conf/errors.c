#include "conf/errors.h"

#include "base/buf.h"
#include "base/xalloc.h"

/* The longest message. */
#define MESSAGE_MAX 1024

struct note {
	bool fatal;
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

struct conf_errors {
	struct note *notes;
	size_t n_notes, cap_notes;
	size_t faults; /* how many of the notes are fatal */
	struct place *places;
	size_t n_places, cap_places;
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
	free(r->notes);
	free(r->places);
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
	*n = (struct note) {fatal, spot, r->n_notes, xstrdup(text)};
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

void conf_placed(struct conf_errors *r, const void *field, const char *path,
	struct conf_spot spot, bool sound)
{
	r->places = xgrow(r->places, &r->cap_places, r->n_places + 1,
		sizeof *r->places);
	r->places[r->n_places++] =
		(struct place) {field, xstrdup(path), spot, sound};
}

static const struct place *place_of(const struct conf_errors *r,
	const void *field)
{
	for (size_t i = 0; i < r->n_places; i++)
		if (r->places[i].field == field)
			return &r->places[i];
	return NULL;
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
	struct conf_spot nowhere = {1, 1};

	note(r, fatal, p ? p->spot : nowhere, p ? p->path : NULL, fmt, ap);
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

/* Of two at one place, the one found first comes first. */
static int by_spot(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

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
	size_t told = 0;
	struct buf line;

	buf_init(&line, strlen(file) + MESSAGE_MAX + 64);
	if (r->n_notes)
		qsort(r->notes, r->n_notes, sizeof *r->notes, by_spot);
	for (size_t i = 0; i < r->n_notes; i++) {
		const struct note *n = &r->notes[i];

		if (n->fatal != fatal || (fatal && told == CONF_ERRORS_SHOWN))
			continue;
		buf_clear(&line);
		buf_fmt(&line, "%s:%zu:%zu: %s", file, n->spot.line,
			n->spot.column, n->text);
		say(arg, fatal, line.p);
		told++;
	}
	if (fatal && r->faults > told) {
		buf_clear(&line);
		buf_fmt(&line, "%s: %zu more errors", file, r->faults - told);
		say(arg, fatal, line.p);
	}
	buf_release(&line);
}
