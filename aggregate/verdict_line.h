/*
 * verdict_line.h: a verdict as a line that a person reads.
 */
#ifndef AGGREGATE_VERDICT_LINE_H
#define AGGREGATE_VERDICT_LINE_H

#include "base/buf.h"
#include "options.h"
#include "records/verdict.h"

/* In what form verdicts go to standard output. */
struct output {
	bool text, colour;
};

/*
 * output_choose(format): what was asked for; else text on a terminal, and in
 * colour unless NO_COLOR is set, and JSON lines elsewhere.
 */
struct output output_choose(enum format format);

/*
 * show_verdict(b, v, colour): append the line and its newline; with the escape
 * sequences of ECMA-48 that colour its first word, if `colour`.
 */
void show_verdict(struct buf *b, const struct verdict *v, bool colour);

/*
 * put_broken(b, v, message): append that the only region of the verdict finds
 * the server broken, where and why, without a newline. message: of the step that
 * failed, or NULL. show_broken(b, v, message, colour): show_verdict in those words.
 */
void put_broken(struct buf *b, const struct verdict *v, const char *message);
void show_broken(struct buf *b, const struct verdict *v, const char *message,
	bool colour);

#endif
