/*
 * escape.h: plain text as the vendors want it: cut to their limits, and
 * escaped so that no server's text becomes markup, a link, or a call to
 * everybody. Pure.
 */
#ifndef SINKS_ESCAPE_H
#define SINKS_ESCAPE_H

#include "base/buf.h"

/*
 * sink_cut(s, max, out, size): at most `max` characters of s into out, which
 * has `size` bytes; what is cut ends with "...". Returns out.
 */
const char *sink_cut(const char *s, size_t max, char *out, size_t size);

/* sink_put_cut(b, s, max): append that as a JSON string. */
void sink_put_cut(struct buf *b, const char *s, size_t max);

/*
 * sink_put_escaped(b, s, max, escape): the same of s escaped, one of the
 * functions below, after it is cut.
 */
void sink_put_escaped(struct buf *b, const char *s, size_t max,
	void (*escape)(struct buf *b, const char *s));

/* sink_text_slack(b, s): append s for Slack: &, < and > as entities. */
void sink_text_slack(struct buf *b, const char *s);

/* sink_text_discord(b, s): append s for Discord: its Markdown escaped, no mention. */
void sink_text_discord(struct buf *b, const char *s);

/* sink_text_xml(b, s): append s as character data of XML 1.0. */
void sink_text_xml(struct buf *b, const char *s);

/*
 * sink_text_sms(b, s): append s with dashes, quotes and dots of typography as
 * ASCII: one other character halves what a message holds.
 */
void sink_text_sms(struct buf *b, const char *s);

#endif
