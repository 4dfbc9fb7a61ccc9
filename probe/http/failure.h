/* SPDX-License-Identifier: MIT */
/*
 * failure.h: what a server does wrong is data: a stable code and a sentence.
 */
#ifndef HTTP_FAILURE_H
#define HTTP_FAILURE_H

#include "redaction/redaction.h"

#include <stdbool.h>

struct failure {
	char code[48];	   /* dotted, from the list in mcp-probe(1) */
	char message[720]; /* one line for people; may quote the server */
	char said[SERVER_MESSAGE_SIZE]; /* the server's own words, or "" */
};

/* failure_set(f, code, fmt, ...): fill f. Returns false, to be returned on. */
bool failure_set(struct failure *f, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* failure_said(f, text): keep the server's own text about the failure, which
   may be NULL. Returns false likewise. */
bool failure_said(struct failure *f, const char *text);

#endif
