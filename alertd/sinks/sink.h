/*
 * sink.h: what the types of routes have in common: each is one `struct sink` in
 * a file sinks/NAME.c, and a row of CONF_ROUTE_TYPES (conf/conf.h). All its
 * decisions are pure: an event in, a request out; an answer in, a result out.
 * delivery/sender.c does the rest, the same for all.
 */
#ifndef SINKS_SINK_H
#define SINKS_SINK_H

#include "conf/conf.h"
#include "sinks/event_fields.h"
#include "sinks/message.h"
#include "transport/credential.h"
#include "transport/http_client.h"
#include "transport/result.h"
#include "transport/smtp_client.h"

/* What a sink makes its requests from. */
struct sink_job {
	const struct conf_route *route;
	const char *body;		 /* the record in the outbox */
	const struct sink_event *event;	 /* the body, read; NULL: see `raw` */
	const struct message *message;	 /* for a person; NULL: see `raw` */
	const struct secret *secret;	 /* NULL where the route names none */
	const char *handle; /* see struct delivery_request; NULL: none */
	double now; /* epoch seconds */
};

/*
 * A sink has either `build` and `judge`, or `mail`; with neither, the command of
 * the route is run. An event may take several requests or mails, n = 0, 1 and
 * so on, sent in this order; what got through is not repeated.
 */
struct sink {
	bool raw; /* it uses only the body: event and message are NULL */
	/*
	 * build(job, n, r): fill in request n; r comes from http_request_init.
	 * False: there is no request n, so the event is delivered.
	 */
	bool (*build)(const struct sink_job *job, int n,
		struct http_request *r);
	/*
	 * judge(job, n, a, d): correct *d, which says what answer a to request
	 * n means for any HTTP server (sink_judge), and set d->handle if the
	 * vendor named the message.
	 */
	void (*judge)(const struct sink_job *job, int n,
		const struct http_answer *a, struct delivered *d);
	/*
	 * mail(job, n, out): fill in mail n, which is all zero. False: there is
	 * no mail n.
	 */
	bool (*mail)(const struct sink_job *job, int n, struct smtp_job *out);
	/*
	 * wrong(job): why the route cannot be used as configured, a constant;
	 * NULL: it can. The member may itself be NULL.
	 */
	const char *(*wrong)(const struct sink_job *job);
	/* The keys that its credential must have, and a NULL; or NULL. */
	const char *const *needs;
};

/* sink_of(type): the sink of that type of route. */
const struct sink *sink_of(enum conf_route_type type);

/*
 * sink_judge(a): what an HTTP answer with a status means, unless the sink knows
 * better: 2xx is delivered; 408, 429 and 5xx are down; 401, 403 and 404 have to
 * be mended by somebody; all others are refused.
 */
struct delivered sink_judge(const struct http_answer *a);

/*
 * sink_unsound(d, what): set *d for an answer that looks like success but does
 * not come from the vendor (`what`: "Slack's"): try again.
 */
void sink_unsound(struct delivered *d, const char *what);

/* sink_webhook and so on, each in sinks/NAME.c. */
#define SINK_DECLARE(TYPE, type, ...) extern const struct sink sink_##type;
CONF_ROUTE_TYPES(SINK_DECLARE)

#endif
