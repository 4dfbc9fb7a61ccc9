#include "web/ack_short_link.h"

#include "commands/commands.h"
#include "incident/incident.h"
#include "state/state_store.h"
#include "transport/ack_token.h"
#include "transport/credential.h"
#include "web/ack_page.h"

#include <string.h>

/* The key of some test: the id of a test does not name it. */
#define ANY_TEST SLUG_FLEET ":test:60"

bool cgi_short_admit(struct cgi *c, struct cgi_answer *a)
{
	char *secret = acknowledge_secret();
	enum ack_short got = secret ? ack_short_read(secret, c->request.name)
				    : ACK_SHORT_WRONG;

	secret_free(secret);
	if (got == ACK_SHORT_TEST)
		memcpy(c->key, ANY_TEST, sizeof ANY_TEST);
	if (got == ACK_SHORT_WRONG)
		cgi_ack_nothing(a);
	return got != ACK_SHORT_WRONG;
}

/* Whether st has the incident with that id, whose key is then in key. */
static bool is_of(const char *secret, const char *id,
	const struct alert_state *st, char *key)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (inc->open && !inc->superseded &&
			ack_short_of(secret, id,
				dedup_key(st, (enum alert_kind)k, key)))
			return true;
	}
	return false;
}

/* Look it up among open incidents; key is "" if it is none of them. False: the
   store failed. */
static bool find_key(const struct cgi *c, const char *secret, char *key)
{
	struct state_store *states = state_store_new(c->store);
	struct strings slugs = {0};
	bool ok = state_store_open(c->store, &slugs), found = false;
	struct transaction *t = transaction_begin(states, &slugs);
	struct alert_state *st;
	size_t i;

	while (ok && !found && (st = transaction_next(t, &i)))
		found = is_of(secret, c->request.name, st, key);
	ok = ok && !transaction_failed(t);
	if (!found)
		*key = '\0';
	transaction_end(t);
	strings_release(&slugs);
	state_store_free(states);
	return ok;
}

/* The same request, with the key of its incident; false: it is answered. */
static bool resolve(struct cgi *c, struct cgi_answer *a)
{
	char *secret;
	bool ok;

	if (*c->key)
		return true;
	secret = acknowledge_secret();
	ok = secret && find_key(c, secret, c->key);
	secret_free(secret);
	if (!ok)
		cgi_ack_unknown(a);
	else if (!*c->key)
		cgi_ack_over(a);
	return *c->key;
}

void cgi_short_get(const struct cgi *c, struct cgi_answer *a)
{
	struct cgi own = *c;

	if (resolve(&own, a))
		cgi_ack_get(&own, a);
}

void cgi_short_post(const struct cgi *c, struct cgi_answer *a)
{
	struct cgi own = *c;

	if (resolve(&own, a))
		cgi_ack_post(&own, a);
}
