/*
 * page_handlers.h: the answers that people read, and their feed, style and icon.
 * Each fills the response of the context; an error is a page.
 */
#ifndef HANDLERS_PAGE_HANDLERS_H
#define HANDLERS_PAGE_HANDLERS_H

#include "handlers/private_access.h"

struct brand;
struct context;
struct status_page;

void handle_moved(const struct context *c);
void handle_page(const struct context *c);
void handle_incident(const struct context *c);
void handle_preview(const struct context *c);
void handle_incident_preview(const struct context *c);
void handle_month(const struct context *c);
void handle_feed(const struct context *c);
void handle_calendar(const struct context *c);
void handle_fleet_feed(const struct context *c);
void handle_fleet_calendar(const struct context *c);
void handle_account_feed(const struct context *c);
void handle_account(const struct context *c);
void handle_manual_list(const struct context *c);
void handle_manual(const struct context *c);
void handle_embed_preview(const struct context *c);
void handle_style(const struct context *c);
void handle_page_js(const struct context *c);
void handle_icon(const struct context *c);

/*
 * page_brand(c, brand): the brand as the store has it; the defaults where it
 * does not answer. page_error(c, status): make the response a page that is an
 * error. page_unavailable(c): the page that says that the store does not
 * answer. page_missing(c): the page that says that there is no such server, and
 * which ones are called like it.
 */
void page_brand(const struct context *c, struct brand *brand);
void page_error(const struct context *c, int status);
void page_unavailable(const struct context *c);
void page_missing(const struct context *c);

typedef void page_put(const struct context *c, const struct status_page *page);

/*
 * page_put_server(c, past, put): put the page, the feed or the badge of the server
 * that c->name names; without `past` *page has only what is so now. The ETag is
 * that of the body where `put` sets no other one.
 */
enum found page_put_server(const struct context *c, bool past, page_put *put);

/* handle_none(c): there is no page at this address. */
void handle_none(const struct context *c);

#endif
