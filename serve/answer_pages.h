/*
 * answer_pages.h: the answers that people read, and their feed and style.
 */
#ifndef SERVE_ANSWER_PAGES_H
#define SERVE_ANSWER_PAGES_H

struct context;

/* Each fills the response of the context. */
void answer_page(const struct context *c);
void answer_feed(const struct context *c);
void answer_index(const struct context *c);
void answer_account(const struct context *c);
void answer_manual_list(const struct context *c);
void answer_manual(const struct context *c);
void answer_embed_preview(const struct context *c);
void answer_style(const struct context *c);
void answer_icon(const struct context *c);

/* answer_none(c): there is no page at this address. */
void answer_none(const struct context *c);

#endif
