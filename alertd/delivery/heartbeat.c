#include "delivery/heartbeat.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "delivery/round_complete.h"
#include "transport/credential.h"
#include "transport/http_client.h"

#include <stdlib.h>

struct heartbeat {
	const struct conf_heartbeat *conf;
	const char *credentials;
	struct http_send *http; /* made when there is use for it */
	struct round_complete round;
};

struct heartbeat *heartbeat_new(const struct conf *conf,
	const char *credentials)
{
	struct heartbeat *h;

	if (!conf || (!conf->heartbeat.url && !conf->heartbeat.secret))
		return NULL;
	h = xcalloc(1, sizeof *h);
	h->conf = &conf->heartbeat;
	h->credentials = credentials;
	h->round.conf = conf;
	return h;
}

void heartbeat_free(struct heartbeat *h)
{
	if (!h)
		return;
	round_complete_clear(&h->round);
	http_send_free(h->http);
	free(h);
}

void heartbeat_verdict(struct heartbeat *h, const struct verdict *v, double now)
{
	if (h)
		round_complete_verdict(&h->round, v, now);
}

void heartbeat_refused(struct heartbeat *h)
{
	if (h)
		h->round.refused++;
}

/* Appends the address. False: it is not known, and the operator was told. */
static bool find_url(const struct heartbeat *h, struct buf *url)
{
	char why[SECRET_WHY];
	struct secret *s = NULL;
	const char *text = h->conf->url;

	if (!text) {
		s = secret_open(h->credentials, h->conf->secret, why);
		text = s ? secret_get(s, "url", why) : NULL;
	}
	if (text)
		buf_str(url, text);
	else
		log_warn("heartbeat: its secret: %s", why);
	secret_close(s);
	return text;
}

static void call(struct heartbeat *h)
{
	struct http_request r;
	struct http_answer a;

	if (!h->http)
		h->http = http_send_new();
	http_request_init(&r);
	r.method = "GET";
	if (find_url(h, &r.url)) {
		http_send(h->http, &r, &a);
		if (a.status && (a.status < 200 || a.status > 299))
			log_warn("heartbeat: HTTP %d", a.status);
		else if (!a.status)
			log_warn("heartbeat: %s", a.why);
		http_answer_release(&a);
	}
	http_request_release(&r);
}

void heartbeat_round(struct heartbeat *h, bool end, const char *trouble)
{
	char why[ROUND_COMPLETE_WHY];

	if (!h)
		return;
	if (round_complete_complete(&h->round, why) && !trouble) {
		call(h);
		round_complete_clear(&h->round);
	} else if (end) {
		log_warn("no heartbeat: %s", trouble ? trouble : why);
	}
}
