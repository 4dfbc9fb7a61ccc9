/*
 * ack.h: the command "ack", and the secret of the page for it.
 */
#ifndef COMMANDS_ACK_H
#define COMMANDS_ACK_H

#include "conf/conf.h"
#include "options.h"

#include <stdbool.h>

struct ack_request;
struct notifier;

/* Characters; and seconds. */
#define ACK_BY_MAX 100
#define ACK_REASON_MAX 300
#define ACK_MIN_S 60
#define ACK_MAX_S (7 * 86400)

/*
 * acknowledge_secret(): the key that signs the addresses of the page: the token
 * of the credential "ack"; secret_free it. NULL where there is no such, and
 * where it cannot be used, of which the operator is told.
 */
char *acknowledge_secret(void);

/*
 * acknowledge_by(by): who does something: `by`, which may be NULL, else whoever
 * runs us. NULL where it is not a short line; the operator has been told.
 */
const char *acknowledge_by(const char *by);

/*
 * acknowledge_parse(o, conf, out): what was asked for; its strings live as long
 * as those of *o and the environment. False, and the operator has been told.
 */
bool acknowledge_parse(const struct options *o, const struct conf *conf,
	struct ack_request *out);

/* acknowledge(p, what, q): do it. An exit status. */
int acknowledge(struct notifier *p, const char *what, struct ack_request *q);

#endif
