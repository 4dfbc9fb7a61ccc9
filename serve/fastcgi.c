/* SPDX-License-Identifier: MIT */
#include "fastcgi.h"

#include "http/front.h"

#include <fcgiapp.h>
#include <string.h>

static size_t read_fastcgi(void *from, char *p, size_t n)
{
	int got = FCGX_GetStr(p, (int)n, from); /* n is far below INT_MAX */

	return got > 0 ? (size_t)got : 0;
}

static int status_of(const struct output *out)
{
	static const char name[] = "Status: ";
	int status = 0;

	if (out->n < sizeof name + 2 ||
		memcmp(out->p, name, sizeof name - 1) != 0)
		return 0;
	for (int i = 0; i < 3; i++) {
		char c = out->p[sizeof name - 1 + (size_t)i];

		if (c < '0' || c > '9')
			return 0;
		status = 10 * status + c - '0';
	}
	return status;
}

/*
 * Closing the streams here sends the rest of the answer and the end of the
 * request in one write, and tells whether that worked; FCGX_Finish_r, which
 * then only frees them, would not tell.
 */
bool fastcgi_answer(FCGX_Request *fr, struct front *front, int *status)
{
	struct output out;
	bool put;

	front->reader = read_fastcgi;
	front->from = fr->in;
	out = front_answer(front, fr->envp);
	*status = status_of(&out);
	do { /* a piece is far below INT_MAX */
		put = FCGX_PutStr(out.p, (int)out.n, fr->out) == (int)out.n;
	} while (put && front_more(front, &out));

	FCGX_FClose(fr->err);
	return FCGX_FClose(fr->out) == 0 && put;
}
