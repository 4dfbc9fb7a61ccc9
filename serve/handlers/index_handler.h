/*
 * index_handler.h: the index of all public servers, and the one of an account.
 */
#ifndef HANDLERS_INDEX_HANDLER_H
#define HANDLERS_INDEX_HANDLER_H

struct context;
struct listing;

void handle_index(const struct context *c);

/* index_answer_account(c, l): the index of the account c->name, whose servers are
 * in l. */
void index_answer_account(const struct context *c, const struct listing *l);

#endif
