/*
 * list_source.h: where a list of servers comes from: a file, or a command that
 * prints it.
 */
#ifndef CONF_LIST_SOURCE_H
#define CONF_LIST_SOURCE_H

#include "base/lines.h"

/* Room for the reason why a list cannot be read. */
#define LIST_WHY 400

/* Opaque. */
struct list_source;

/*
 * list_is_file(text): whether an element of `servers_from` is a file: one word
 * that ends in ".jsonl". Every other is a command.
 */
bool list_is_file(const char *text);

/*
 * list_open(path, why): the list in a regular file; NULL, and the reason in
 * why, which has LIST_WHY bytes. list_close ends it.
 *
 * list_run(words, folder, limit_s, why): likewise what a command prints, whose
 * words are separated by spaces, and which has that many seconds. It runs
 * without a shell; a program with a slash in its name is relative to folder.
 */
struct list_source *list_open(const char *path, char *why);
struct list_source *list_run(
	const char *words, const char *folder, double limit_s, char *why);

/*
 * list_line(s, p, n): the next line, as lines_next; LINES_ERROR also where a
 * command took too long. list_number: which line that was.
 */
enum lines_result list_line(struct list_source *s, const char **p, size_t *n);
size_t list_number(const struct list_source *s);

/*
 * list_close(s, whole, why): free s, and end its command, with all that the
 * command started, if that still runs. With `whole`, the list was read to its
 * end or to an error: false, and the reason in why, where it cannot be trusted,
 * because a read or the command failed.
 */
bool list_close(struct list_source *s, bool whole, char *why);

#endif
