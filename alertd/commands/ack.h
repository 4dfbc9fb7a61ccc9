/*
 * ack.h: the commands "ack", "unack" and "close", and the secret of the web page.
 */
#ifndef COMMANDS_ACK_H
#define COMMANDS_ACK_H

#include "conf/conf.h"
#include "options.h"

#include <stdbool.h>

struct ack_request;
struct notifier;
struct notifier_setup;

/*
 * acknowledge_secret(): the key that signs the URLs of the page: the token of
 * the credential "ack"; secret_free it. NULL: there is no such credential, or
 * it cannot be used and the operator has been told.
 */
char *acknowledge_secret(void);

/*
 * acknowledge_by(by): the name of who acts: `by`, or, if that is NULL, the user
 * who runs this program. NULL: it is no short line; the operator has been told.
 */
const char *acknowledge_by(const char *by);

/* acknowledge_wanted(o): whether the command is one of these. */
bool acknowledge_wanted(const struct options *o);

/*
 * acknowledge_parse(o, conf, out): read from the options what to say of which
 * incidents; the strings of *out live as long as those of *o and the
 * environment. False: the operator has been told.
 */
bool acknowledge_parse(const struct options *o, const struct conf *conf,
	struct ack_request *out);

/*
 * acknowledge(p, what, q, zone): do what q says; `what` is the operand, for
 * messages, whose times are of that zone. Returns an exit status.
 */
int acknowledge(struct notifier *p, const char *what, struct ack_request *q,
	const char *zone);

/*
 * acknowledge_in_outage(setup, url, what, q): do what q says to the incident that
 * the store does not answer, if `what`, a slug or a dedup_key, names it. Returns an
 * exit status; what is wrong has been logged.
 */
int acknowledge_in_outage(const struct notifier_setup *setup, const char *url,
	const char *what, struct ack_request *q);

#endif
