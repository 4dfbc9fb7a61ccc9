/*
 * server_message.h: the server's own message about its failure, cut to a line that
 * fits a chat or a text message: no markup, and nothing that looks like a secret.
 * Pure.
 *
 * mask.h masks our secrets. Here those of the server and of its other clients are
 * guessed: the text of an error may hold the password of a database.
 */
#ifndef REDACTION_SERVER_MESSAGE_H
#define REDACTION_SERVER_MESSAGE_H

#include <stddef.h>

#include "records/probe.h"

/* The most characters of it, and room for them. */
#define SERVER_MESSAGE_MAX RECORD_SAID_MAX
#define SERVER_MESSAGE_SIZE (4 * SERVER_MESSAGE_MAX + 1)

/*
 * server_message(p, n, out): write that line of the n bytes at p to out, which has
 * SERVER_MESSAGE_SIZE bytes: the title of a page, or else its first text; the
 * first line with a letter or a digit of any other text; "" if there is none.
 */
void server_message(const char *p, size_t n, char *out);

#endif
