/*
 * escape.h: plain text for the vendors: cut to their limits, and escaped so
 * that no text of a server becomes markup, a link, or a mention of everybody.
 * Pure.
 */
#ifndef SINKS_ESCAPE_H
#define SINKS_ESCAPE_H

#include "base/buf.h"

/*
 * sink_cut(s, max, out, size): copy at most `max` characters of s to out, which
 * has `size` bytes; a text that is cut ends with "...". Returns out.
 */
const char *sink_cut(const char *s, size_t max, char *out, size_t size);

/*
 * sink_put_cut(b, s, max): append s, cut to `max` characters, as a JSON string.
 */
void sink_put_cut(struct buf *b, const char *s, size_t max);

/*
 * sink_put_escaped(b, s, max, escape): the same, escaped after it is cut by one
 * of the functions below.
 */
void sink_put_escaped(struct buf *b, const char *s, size_t max,
	void (*escape)(struct buf *b, const char *s));

/* sink_text_slack(b, s): append s for Slack: &, < and > as entities. */
void sink_text_slack(struct buf *b, const char *s);

/* sink_text_discord(b, s): append s for Discord: its Markdown escaped, no
 * mention. */
void sink_text_discord(struct buf *b, const char *s);

/* sink_text_xml(b, s): append s as character data of XML 1.0. */
void sink_text_xml(struct buf *b, const char *s);

/*
 * sink_text_sms(b, s): append s with typographic dashes, quotes and dots as
 * ASCII: a single character beyond that halves the room of a message.
 */
void sink_text_sms(struct buf *b, const char *s);

#endif
