/*
 * sign_in.h: how a browser comes to read the private pages of an account, and
 * ceases to. Nothing here tells whether there is an account of a name.
 */
#ifndef HANDLERS_SIGN_IN_H
#define HANDLERS_SIGN_IN_H

struct context;

/* handle_account_enter(c): follow a signed link; handle_account_leave(c). */
void handle_account_enter(const struct context *c);
void handle_account_leave(const struct context *c);

/* sign_in_ask(c): ask for the token of the account, as a password. */
void sign_in_ask(const struct context *c);

/*
 * sign_in_keep(c): where the token of the account c->name was shown as a
 * password, give the browser a cookie: it sends passwords only below /account/.
 */
void sign_in_keep(const struct context *c);

#endif
