/* SPDX-License-Identifier: MIT */
/*
 * sse.h: reads a text/event-stream as it arrives (HTML Standard, section 9.2,
 * "Server-sent events"). Pure: bytes in, events out.
 */
#ifndef PROTOCOL_SSE_H
#define PROTOCOL_SSE_H

#include "base/buf.h"

enum sse_want { SSE_MORE, SSE_STOP };

struct sse {
	/*
	 * Called for each event with data: its type, "message" where the
	 * stream names none, and n bytes of data with a NUL behind them. Return
	 * SSE_STOP to get no event after this one.
	 */
	enum sse_want (*event)(void *arg, const char *type, const char *data,
		size_t n);
	void *arg;
	struct buf line, type, data;
	char id[256];	   /* of the event that is being read */
	char last_id[256]; /* of the last complete event, "" for none */
	long retry_ms;	   /* the time to wait before reconnecting, or -1 */
	bool new_id;	   /* id is not last_id yet */
	bool has_data;
	bool started; /* the byte order mark has been looked for */
	bool after_cr;
	bool stopped;
};

/*
 * sse_init(s, max, event, arg): a reader that holds at most max bytes of one
 * line or event, and calls event(arg, …).
 */
void sse_init(struct sse *s, size_t max,
	enum sse_want (*event)(void *, const char *, const char *, size_t),
	void *arg);
void sse_release(struct sse *s);

/*
 * sse_feed(s, p, n): read the next n bytes. False where a line or an event is
 * larger than the limit. Bytes after SSE_STOP are ignored.
 */
bool sse_feed(struct sse *s, const char *p, size_t n);

#endif
