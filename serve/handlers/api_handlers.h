/*
 * api_handlers.h: the answers for programs: the API (openapi.json), health,
 * metrics and the widget's script. Each fills the response of the context;
 * errors are JSON.
 */
#ifndef HANDLERS_API_HANDLERS_H
#define HANDLERS_API_HANDLERS_H

struct context;

void handle_embed_status(const struct context *c);
void handle_regions(const struct context *c);
void handle_api_account(const struct context *c);
void handle_metrics(const struct context *c);
void handle_health(const struct context *c);
void handle_openapi(const struct context *c);
void handle_embed_js(const struct context *c);

/* handle_none_api(c): there is nothing at this address. */
void handle_none_api(const struct context *c);

#endif
