/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "base/zone.h"
#include "incident/incident.h"
#include "incident/machine.h"
#include "notifier.h"
#include "records/incident.h"
#include "routing/routing.h"
#include "state/backend.h"
#include "state/state_store.h"
#include "transport/credential.h"

#include <stdlib.h>
#include <string.h>

/* The name of the credential whose token signs addresses. */
#define ACK_CREDENTIAL "ack"

char *acknowledge_secret(void)
{
	const char *folder = credential_folder();
	char why[SECRET_WHY], *secret;

	if (!folder || !secret_there(folder, ACK_CREDENTIAL))
		return NULL;
	secret = secret_signing(folder, ACK_CREDENTIAL, why);
	if (!secret)
		log_warn("the credential \"" ACK_CREDENTIAL
			 "\", so events have no ack_url: %s",
			why);
	return secret;
}

/* Whether a text is one line, short enough for a summary. */
static bool fit(const char *option, const char *s, size_t max)
{
	char clean[TEXT_SIZE];
	size_t n = strlen(s);

	if (*s && n <= max && text_clean(s, n, clean, sizeof clean, max) == n &&
		strcmp(s, clean) == 0)
		return true;
	log_error("--%s: not a line of text of up to %zu bytes", option, max);
	return false;
}

bool public_text_fits(const char *what, const char *s, size_t max)
{
	if (s[strspn(s, " ")] && strlen(s) <= max &&
		text_harmless(s, strlen(s)))
		return true;
	log_error("%s: not a line of text of up to %zu bytes", what, max);
	return false;
}

/* The user who runs this program, as the environment names them. */
static const char *login(void)
{
	const char *s = getenv("LOGNAME");
	char clean[4 * ACK_BY_MAX + 1];

	if (!s || !*s)
		s = getenv("USER");
	if (!s || !*s || strlen(s) > ACK_BY_MAX)
		return "somebody";
	text_clean(s, strlen(s), clean, sizeof clean, ACK_BY_MAX);
	return strcmp(s, clean) == 0 ? s : "somebody";
}

const char *acknowledge_by(const char *by)
{
	if (!by)
		return login();
	return fit("by", by, ACK_BY_MAX) ? by : NULL;
}

/* Set the slug and, if the operand is a dedup_key, the key. */
static bool find_incident(
	const char *what, char *slug, size_t size, const char **key)
{
	size_t n = strcspn(what, ":");

	*key = what[n] ? what : NULL;
	if (n >= size || (what[n] && !strchr(what + n + 1, ':')))
		return false;
	memcpy(slug, what, n);
	slug[n] = '\0';
	/* That of what is no server's. */
	return slug_valid(slug) || slug_shared(slug) ||
		strcmp(slug, SLUG_FLEET) == 0;
}

bool acknowledge_wanted(const struct options *o)
{
	return o->action == OPTIONS_ACK || o->action == OPTIONS_UNACK ||
		o->action == OPTIONS_CLOSE;
}

/* Whose is it from now on, and from whom may it be taken? */
static bool read_people(const struct options *o, struct ack_request *out)
{
	out->by = acknowledge_by(o->by);
	if (!out->by || (o->to && !fit("to", o->to, ACK_BY_MAX)))
		return false;
	/* Who has access to the store may hand back what another has. */
	out->from = o->to || o->action == OPTIONS_UNACK ? "" : NULL;
	if (o->to)
		out->by = o->to;
	return true;
}

bool acknowledge_parse(const struct options *o, const struct conf *conf,
	struct ack_request *out)
{
	char slug[SLUG_MAX + 1];
	const char *key;

	*out = (struct ack_request) {
		.action = o->action == OPTIONS_ACK ? ACK_TAKE
			: o->action == OPTIONS_UNACK ? ACK_UNACK
						     : ACK_CLOSE,
		.reason = o->reason,
		.for_s = conf_policy_of(conf).ack_s,
	};
	if (!read_people(o, out) ||
		(o->reason && !fit("reason", o->reason, ACK_REASON_MAX)))
		return false;
	if (o->public && !public_text_fits("--public", o->public, UPDATE_TEXT_MAX))
		return false;
	out->text = o->public;
	if (o->action == OPTIONS_CLOSE && !o->reason) {
		log_error("close: --reason is missing");
		return false;
	}
	if (o->span &&
		!num_duration(o->span, ACK_MIN_S, ACK_MAX_S, &out->for_s)) {
		log_error("--for: '%s' is not a duration from 60s to 7d",
			o->span);
		return false;
	}
	if (find_incident(o->operands[0], slug, sizeof slug, &key))
		return true;
	log_error("'%s': neither a slug nor a dedup_key", o->operands[0]);
	return false;
}

int acknowledge(struct notifier *p, const char *what, const char *name,
	struct ack_request *q, const char *zone)
{
	char slug[SLUG_MAX + 1], until[CLOCK_RFC3339];
	struct ack_result r;

	find_incident(what, slug, sizeof slug, &q->key);
	r = notifier_ack(p, slug, q);
	if (r.n && (r.n == r.open || !*r.holder))
		return EXIT_GOOD;
	if (notifier_failed(p))
		return EXIT_ENV;
	zone_rfc3339(zone, (int64_t)r.until, until);
	if (*r.holder)
		log_error("%s: %s has acknowledged it until %s; --to NAME takes it over",
			name, r.holder, until);
	else if (r.open)
		log_error("%s: nobody has acknowledged it", name);
	else
		log_error("%s: nothing is open there", name);
	return r.n ? EXIT_GOOD : EXIT_NEWS;
}

int acknowledge_in_outage(const struct run *setup, const char *url,
	const char *what, struct ack_request *q)
{
	struct outage_file *file = strncmp(what, SLUG_FLEET, 1) == 0
		? outage_file_open(url, false)
		: NULL;
	struct run own = *setup;
	struct notifier *p;
	int status;

	if (!file)
		return EXIT_ENV;
	own.states = state_store_new_on(&file_backend, file);
	own.maintenances = NULL;
	own.alone = own.queue_only = true;
	/* The run that sends the outage sends this, too: once. */
	own.deliver = NULL;
	p = notifier_new(&own);
	status = acknowledge(p, what, what, q, setup->zone);
	notifier_free(p);
	state_store_free(own.states);
	outage_file_close(file);
	return status;
}
