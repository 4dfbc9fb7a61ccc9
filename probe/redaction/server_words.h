/*
 * server_words.h: the first line of what a server says of its own failure, fit
 * for a chat or a telephone: without markup, without what looks like a secret,
 * and short. Pure.
 *
 * mask.h knows our secrets. This guesses at those of the server and of its
 * other clients, which nobody told us: the text of an error may hold the
 * password of a database.
 */
#ifndef REDACTION_SERVER_WORDS_H
#define REDACTION_SERVER_WORDS_H

#include <stddef.h>

#include "records/probe.h"

/* The most characters of it, and room for them. */
#define SERVER_WORDS_MAX RECORD_SAID_MAX
#define SERVER_WORDS_SIZE (4 * SERVER_WORDS_MAX + 1)

/*
 * server_words(p, n, out): write them of the n bytes at p to out, which has
 * SERVER_WORDS_SIZE bytes: of a page its title, or else its first words; of any
 * other text its first line with a letter or a digit. "" where there is none.
 */
void server_words(const char *p, size_t n, char *out);

#endif
