/*
 * badge_handlers.h: the badges, as images and as what shields.io draws. Each
 * fills the response of the context. A badge must not break: where nothing is
 * known it says so, with status 200.
 */
#ifndef HANDLERS_BADGE_HANDLERS_H
#define HANDLERS_BADGE_HANDLERS_H

struct context;

/*
 * handle_badge(c), handle_badge_json(c): of the server that c->name names.
 * handle_fleet_badge(c), handle_fleet_badge_json(c): of all public servers.
 */
void handle_badge(const struct context *c);
void handle_badge_json(const struct context *c);
void handle_fleet_badge(const struct context *c);
void handle_fleet_badge_json(const struct context *c);

#endif
