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

/* What a sink goes by. */
struct sink_job {
	const struct conf_route *route;
	const char *body;		 /* the record as it waited */
	const struct sink_event *event;	 /* what it says; NULL: see `raw` */
	const struct message *message;	 /* the same for a person; like event */
	const struct secret *secret;	 /* NULL where the route names none */
	const char *handle; /* see struct delivery_request; NULL: none */
	double now; /* epoch seconds */
};

/*
 * Either `send`, or `send_nth`, or `build` and `judge`. An event may take
 * several requests, n = 0, 1 and so on, which are sent in this order; those
 * that got through are not repeated.
 */
struct sink {
	bool raw; /* it wants the body alone: event and message are NULL */
	/*
	 * build(job, n, r): make the request n, of what http_request_init
	 * left. False where there is no such: the event is delivered.
	 */
	bool (*build)(const struct sink_job *job, int n,
		struct http_request *r);
	/*
	 * judge(job, n, a, d): what an answer to it means, one with a status.
	 * *d holds what it means for any HTTP server, see sink_judge; it
	 * may set its handle.
	 */
	void (*judge)(const struct sink_job *job, int n,
		const struct http_answer *a, struct delivered *d);
	/* send(job): the whole attempt, where that is no HTTP. */
	struct delivered (*send)(const struct sink_job *job);
	/*
	 * send_nth(job, n, out): the same in parts like build; false where
	 * there is no such.
	 */
	bool (*send_nth)(const struct sink_job *job, int n,
		struct delivered *out);
	/*
	 * wrong(job): why the route cannot be used as it is configured, a
	 * constant; NULL where it can. May itself be NULL.
	 */
	const char *(*wrong)(const struct sink_job *job);
	/* What its credential must hold; ends with NULL; may itself be NULL. */
	const char *const *needs;
};

/* sink_of(type): its row. */
const struct sink *sink_of(enum conf_route_type type);

/*
 * sink_judge(a): what an answer with a status means if nobody knows better:
 * 2xx is delivered; 408, 429 and 5xx are down; 401, 403 and 404 are for
 * somebody to mend; whatever else is refused.
 */
struct delivered sink_judge(const struct http_answer *a);

/*
 * sink_unsound(d, what): an answer that looks like a delivery, and is not what
 * the vendor would say: it is tried again.
 */
void sink_unsound(struct delivered *d, const char *what);

/* sink_webhook and so on, each in sinks/NAME.c. */
#define SINK_DECLARE(TYPE, type, ...) extern const struct sink sink_##type;
CONF_ROUTE_TYPES(SINK_DECLARE)

#endif
