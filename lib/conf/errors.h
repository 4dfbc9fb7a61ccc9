/* SPDX-License-Identifier: MIT */
/*
 * errors.h: the errors of a configuration, with line and column: collected
 * while it is read and checked, told in the order of the file. It also
 * remembers where in the file each value is, so that a later check can point
 * there. What is wrong in a line of a list refuses that line alone.
 */
#ifndef CONF_ERRORS_H
#define CONF_ERRORS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The most faults, or warnings, that are told. */
#define CONF_ERRORS_SHOWN 20

/* A place in the file, counted from 1; column 0: the line as a whole. */
struct conf_spot {
	size_t line, column;
};

/* Opaque. */
struct conf_errors;

struct conf_left_out;

struct conf_errors *conf_errors_new(void);
void conf_errors_free(struct conf_errors *r);

/* conf_fault(r, spot, fmt, ...): what is at that spot is wrong. */
void conf_fault(struct conf_errors *r, struct conf_spot spot, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));

/*
 * conf_placed(r, field, path, spot, sound): the value of `field`, an address
 * within the configuration, is at that spot of the file; path is its name,
 * which is copied. It is not sound where the value was refused; the field is
 * then empty.
 */
void conf_placed(struct conf_errors *r, const void *field, const char *path,
	struct conf_spot spot, bool sound);

/*
 * conf_next_line(r, file, line): what follows is in that line of a list of
 * servers, whose name stays the caller's until conf_errors_free. All places are
 * forgotten.
 */
void conf_next_line(struct conf_errors *r, const char *file, size_t line);

/* conf_spot(r, field): the place of a value; else the line, or 1:1. */
struct conf_spot conf_spot(const struct conf_errors *r, const void *field);

/* conf_line(r, field): the line of a value; 0 where the file has none. */
size_t conf_line(const struct conf_errors *r, const void *field);

/* conf_refused(r, field): whether the file has a value that was refused. */
bool conf_refused(const struct conf_errors *r, const void *field);

/*
 * conf_wrong(r, field, fmt, ...), conf_doubt(r, field, fmt, ...): a fault in,
 * or a warning about, the value of a field, which the file has.
 */
void conf_wrong(struct conf_errors *r, const void *field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void conf_doubt(struct conf_errors *r, const void *field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* conf_sound(r): whether no fault was found; warnings do not count. */
bool conf_sound(const struct conf_errors *r);

/* conf_faults(r): how many faults were found. */
size_t conf_faults(const struct conf_errors *r);

/*
 * conf_leave_out(r, faults, slug): the line of a list that is read now is left
 * out: what was found since r had that many faults is only a warning. slug is
 * that of its server, or NULL.
 *
 * conf_left_out(r, n): an array of the first CONF_LEFT_OUT_NAMED of them, with
 * what they point to the caller's, or NULL; *n is how many there are.
 * conf_left_out_free(v, n): free it.
 */
void conf_leave_out(struct conf_errors *r, size_t faults, const char *slug);
struct conf_left_out *conf_left_out(struct conf_errors *r, size_t *n);
void conf_left_out_free(struct conf_left_out *v, size_t n);

/*
 * conf_tell(r, file, say, arg): tell the faults, or where there is none, the
 * warnings: say(arg, fatal, "file:line:column: what: why") for each, and how
 * many lines of lists are left out.
 */
void conf_tell(struct conf_errors *r, const char *file,
	void (*say)(void *arg, bool fatal, const char *message), void *arg);

#endif
