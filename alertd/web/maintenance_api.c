/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include "base/clock.h"
#include "base/text.h"
#include "cgi/request.h"
#include "commands/commands.h"
#include "json/json.h"
#include "records/probe.h"
#include "state/maintenance_store.h"
#include "words/words.h"

#include <math.h>
#include <string.h>

/* How many maintenances of an account may be active or planned. */
#define ACCOUNT_MAX 100
/* How often one is tried while others are added. */
#define TRIES 100

/*
 * The account of the token, or NULL. Compares all, so that time tells nothing.
 */
static const struct conf_account *holder(const struct cgi *c, bool writes)
{
	const struct conf_account *found = NULL;

	for (size_t i = 0; i < c->conf->n_accounts; i++) {
		const struct conf_account *a = &c->conf->accounts[i];
		const char *sha256 = writes ? a->write_token_sha256
					    : a->token_sha256;

		if (sha256 && bearer_is(c->request.http.authorization, sha256))
			found = a;
	}
	return found;
}

/* Whether the server is one of that account; others must stay unknown to it. */
static bool has_server(const struct cgi *c, const struct conf_account *account)
{
	struct conf_server s;

	return conf_server(c->conf, c->request.name, &s) && s.account &&
	       strcmp(s.account, account->name) == 0;
}

/* Read starts_at, and ends_at or duration_seconds. False and why. */
static bool put_times(const cJSON *body, double now, cJSON *record, char *why)
{
	const cJSON *start = json_get(body, "starts_at");
	const cJSON *end = json_get(body, "ends_at");
	const cJSON *span = json_get(body, "duration_seconds");
	int64_t from = (int64_t)now;
	double s = 0;

	if (!end == !span)
		return field_fail(why, "ends_at",
			"either it or duration_seconds is needed");
	if (span && !(json_num(body, "duration_seconds", &s) && s >= 60 &&
			    s <= 7 * 86400))
		return field_fail(why, "duration_seconds",
			"not a number from 60 to 604800");
	if (cJSON_IsNumber(start) && start->valuedouble > 0 &&
		start->valuedouble < 1e11)
		from = (int64_t)start->valuedouble;
	else if (start && !(cJSON_IsString(start) &&
				  clock_rfc3339_parse(
					  start->valuestring, &from)))
		return field_fail(why, "starts_at", "not an instant");
	cJSON_AddNumberToObject(record, "starts_at", (double)from);
	if (span)
		cJSON_AddNumberToObject(record, "ends_at", (double)from + s);
	else
		cJSON_AddItemToObject(record, "ends_at",
			cJSON_Duplicate(end, true));
	return true;
}

static bool known(const char *key)
{
	static const char *const keys[] = {
		"starts_at", "ends_at", "duration_seconds", "reason"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* The record that a body asks for. False, and why. */
static bool read_plan(const struct cgi *c, const struct conf_account *account,
	const cJSON *body, struct maintenance *m, char *why)
{
	const cJSON *reason = json_get(body, "reason"), *v;
	cJSON *record, *slugs;
	char by[RECORD_WHY];

	if (!cJSON_IsObject(body))
		return field_fail(why, "the body", "not an object");
	cJSON_ArrayForEach(v, body)
	{
		if (!known(v->string))
			return field_fail(why, "the body",
				"a member that is not known: starts_at, "
				"ends_at, duration_seconds and reason are");
	}
	record = cJSON_CreateObject();
	slugs = cJSON_AddArrayToObject(record, "slugs");
	cJSON_AddItemToArray(slugs, cJSON_CreateString(c->request.name));
	if (!put_times(body, c->now, record, why)) {
		cJSON_Delete(record);
		return false;
	}
	if (reason)
		cJSON_AddItemToObject(record, "reason",
			cJSON_Duplicate(reason, true));
	snprintf(by, sizeof by, "account %s", account->name);
	cJSON_AddStringToObject(record, "by", by);
	cJSON_AddNumberToObject(record, "announced_at", floor(c->now));
	return maintenance_take(record, m, why);
}

/* Whether there is room for one more, in all and for the account `by`. */
static bool room(
	const struct cgi *c, const struct maintenance_store *l, const char *by)
{
	double cap_s = c->conf->policy.maintenance_s;
	const struct maintenance *m;
	size_t n = 0, i;

	for (i = 0; (m = maintenance_store_get(l, i)); i++)
		n += m->by && strcmp(m->by, by) == 0 &&
			maintenance_end(m, c->now, cap_s) > c->now;
	return i < MAINTENANCE_STORE_MAX && n < ACCOUNT_MAX;
}

/* Refuse a maintenance that is too long, and say by how much. */
static void refuse_long(const struct cgi *c, const struct occurrence *chain,
	struct cgi_answer *a)
{
	int64_t cap_s = (int64_t)c->conf->policy.maintenance_s;
	struct buf text;

	buf_init(&text, TEXT_SIZE);
	buf_str(&text,
		"Maintenances less than 15 minutes apart count as one: with "
		"the others it would last ");
	phrase_duration(&text, chain->end - chain->start);
	buf_fmt(&text, ", %lld s more than the ",
		(long long)(chain->end - chain->start - cap_s));
	phrase_duration(&text, cap_s);
	buf_str(&text, " that a maintenance may last.");
	cgi_error(a, 422, "too_long", text.p);
	buf_release(&text);
}

static void store_maintenance(const struct cgi *c, struct maintenance_store *l,
	const struct maintenance *m, struct cgi_answer *a)
{
	if (!maintenance_store_put(
		    l, m, c->now, c->conf->policy.maintenance_s)) {
		cgi_unavailable(a);
		return;
	}
	a->status = 201;
	maintenance_write(&a->body, m);
	buf_char(&a->body, '\n');
}

/* Whether there is room for m; if not, the answer says so. */
static bool fits(const struct cgi *c, struct maintenance_store *l,
	const struct maintenance *m, struct cgi_answer *a)
{
	struct maintenance_store_fit fit = maintenance_store_fit(l, m, c->conf,
		c->now, c->conf->policy.maintenance_s);

	if (!room(c, l, m->by))
		cgi_error(a, 409, "too_many",
			"There are too many maintenances already.");
	else if (fit.many)
		cgi_error(a, 409, "too_many",
			"Ten maintenances of this server are planned already.");
	else if (fit.slug)
		refuse_long(c, &fit.chain, a);
	else
		return true;
	return false;
}

/* If others are added meanwhile, find out again whether there is room. */
static void store(const struct cgi *c, struct maintenance *m,
	struct cgi_answer *a)
{
	struct maintenance_store *l = maintenance_store_new(c->store);
	int claimed = 0;

	maintenance_store_name('m', m->id);
	for (int i = 0; i < TRIES && !claimed; i++) {
		claimed = maintenance_store_load(l, c->now) ? 0 : -1;
		if (claimed < 0)
			break;
		if (!fits(c, l, m, a))
			goto out;
		claimed = maintenance_store_claim(l, m);
	}
	if (claimed > 0)
		store_maintenance(c, l, m, a);
	else
		cgi_unavailable(a);
out:
	maintenance_store_free(l);
}

/* Add a maintenance, for a known account and server. */
static void add_maintenance(const struct cgi *c,
	const struct conf_account *account, struct cgi_answer *a)
{
	const struct buf *text = &c->request.body;
	char why[RECORD_WHY];
	cJSON *body = json_parse(text->p, text->len, &json_record, why);
	struct maintenance m;

	if (!body || !read_plan(c, account, body, &m, why)) {
		cgi_error(a, 400, "body", why);
	} else if (maintenance_plan_fit(
			   &m, c->now, c->conf->policy.maintenance_s) ==
		   MAINTENANCE_PLAN_OVER) {
		cgi_error(a, 400, "over", "It would be over already.");
		maintenance_release(&m);
	} else {
		store(c, &m, a);
		maintenance_release(&m);
	}
	cJSON_Delete(body);
}

bool cgi_maintenance_admit(struct cgi *c, struct cgi_answer *a)
{
	if (holder(c, true) || holder(c, false))
		return true;
	cgi_error(a, 401, "token",
		"This needs the bearer token with which the server's "
		"account writes.");
	a->challenge = true;
	return false;
}

void cgi_maintenance(const struct cgi *c, struct cgi_answer *a)
{
	const struct conf_account *writer = holder(c, true);
	const struct conf_account *reader = holder(c, false);
	const struct conf_account *account = writer ? writer : reader;

	/* The file may be another by now. */
	if (!account) {
		cgi_unavailable(a);
	} else if (!has_server(c, account)) {
		cgi_error(
			a, 404, "not_found", "The account has no such server.");
	} else if (!writer) {
		cgi_error(a, 403, "read_only",
			"This token is for reading; this needs the account's "
			"token for writing.");
	} else {
		add_maintenance(c, account, a);
	}
}
