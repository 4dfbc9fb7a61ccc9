/* SPDX-License-Identifier: MIT */
/*
 * console.c: who may use the console, and which page an address has. A session
 * proves who asks; an account has its own servers, and the operator all.
 */
#include "web/console.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "cgi/request.h"
#include "commands/commands.h"
#include "state/stores.h"
#include "transport/credential.h"
#include "transport/form.h"

#include <string.h>

static const struct place {
	const char *name;
	void (*put)(const struct cgi *c, struct cgi_answer *a);
	bool operator; /* not for an account */
} places[] = {
	{"", console_incidents, false},
	{"mutes", console_mutes, false},
	{"servers", console_servers, false},
	{"routes", console_routes, true},
	{"night", console_night, true},
};

/* The digest of the writing token of the session's account; NULL: it has none. */
static const char *digest_of(const struct cgi *c)
{
	const struct conf_account *account;

	if (console_all(c))
		return "";
	account = conf_account(c->conf, c->console.account);
	return account ? account->write_token_sha256 : NULL;
}

/* A name as it is recorded; "" where nothing is left of it. */
static void clean_name(const char *s, char *who)
{
	char clean[4 * 40 + 1];

	s += strspn(s, " ");
	text_clean(s, strlen(s), clean, sizeof clean, 40);
	if (strlen(clean) > CONSOLE_WHO)
		text_clean(s, strlen(s), clean, sizeof clean, CONSOLE_WHO / 4);
	text_copy(who, CONSOLE_WHO + 1, clean);
}

enum token { TOKEN_NONE, TOKEN_READS, TOKEN_WRITES };

/*
 * Begin a session of the account with that token. Compares all, so that the time
 * tells nothing.
 */
static enum token take_token(
	struct cgi *c, const char *secret, const char *name, const char *token)
{
	const struct conf_account *found = NULL;
	char digest[SHA256_HEX], who[CONSOLE_WHO + 1];
	bool reads = false;

	sha256_hex(token, strlen(token), digest);
	for (size_t i = 0; i < c->conf->n_accounts; i++) {
		const struct conf_account *a = &c->conf->accounts[i];

		if (a->token_sha256 && sha256_same(a->token_sha256, digest))
			reads = true;
		if (a->write_token_sha256 &&
			sha256_same(a->write_token_sha256, digest))
			found = a;
	}
	clean_name(name, who);
	if (!found || strlen(found->name) > SLUG_MAX)
		return reads ? TOKEN_READS : TOKEN_NONE;
	text_copy(c->console.account, sizeof c->console.account, found->name);
	console_session_new(&c->console, secret, *who ? who : "somebody",
		found->write_token_sha256, c->now);
	return TOKEN_WRITES;
}

static bool admit_token(struct cgi *c, struct cgi_answer *a,
	const char *secret, const char *name, const char *token)
{
	enum token got = take_token(c, secret, name, token);

	if (got == TOKEN_READS)
		console_sign_in(a, 403,
			"This token is for reading; the console needs the "
			"account's token for writing.");
	if (got == TOKEN_NONE)
		console_sign_in(a, 403, "No account has this token.");
	return got == TOKEN_WRITES;
}

static bool admit_form(
	struct cgi *c, struct cgi_answer *a, const char *secret)
{
	const char *who, *token;
	struct form form;
	bool ok;

	form_read(c->request.body.p, &form);
	who = form_get(&form, "who");
	token = form_get(&form, "token");
	ok = admit_token(c, a, secret, who ? who : "", token ? token : "");
	form_release(&form);
	return ok;
}

/* HTTP Basic begins a session, too; only with that, forms are taken. */
static bool admit_basic(
	struct cgi *c, struct cgi_answer *a, const char *secret)
{
	struct basic basic;
	bool ok = basic_read(c->request.http.authorization, &basic);

	if (ok)
		ok = admit_token(c, a, secret, basic.user, basic.password);
	else
		console_sign_in(a, 401, NULL);
	basic_wipe(&basic);
	return ok;
}

static bool admit_session(
	struct cgi *c, struct cgi_answer *a, const char *secret)
{
	const char *digest;

	if (console_session_of(&c->console, c->request.http.cookie,
		    console_tls(c))) {
		digest = digest_of(c);
		if (digest && console_session_good(&c->console, secret, digest,
				      c->now))
			return true;
	}
	c->console = (struct console_session) {.fresh = false};
	if (c->request.http.method != METHOD_POST)
		return admit_basic(c, a, secret);
	console_sign_in(a, 401,
		"Nothing was done: your session is over. Sign in again.");
	return false;
}

/* Whether a form comes from a page of this site, where the browser says so. */
static bool from_here(const struct cgi *c, struct cgi_answer *a)
{
	const char *site = request_env(c->env, "HTTP_SEC_FETCH_SITE");

	if (c->request.http.method != METHOD_POST || !site ||
		strcmp(site, "same-origin") == 0)
		return true;
	console_plain(a, 403, "Nothing was done",
		"This form comes from another site.");
	return false;
}

static char *open_secret(struct cgi_answer *a)
{
	char *secret = acknowledge_secret();

	if (!secret)
		console_plain(a, 404, "Not found", "There is nothing here.");
	return secret;
}

bool cgi_console_admit(struct cgi *c, struct cgi_answer *a)
{
	char *secret = open_secret(a);
	bool post = c->request.http.method == METHOD_POST, ok;

	ok = secret && from_here(c, a) &&
		(post && strcmp(c->request.name, "sign-in") == 0
				? admit_form(c, a, secret)
				: admit_session(c, a, secret));
	secret_free(secret);
	return ok;
}

bool cgi_console_link_admit(struct cgi *c, struct cgi_answer *a)
{
	char *secret = open_secret(a), who[CONSOLE_WHO + 1];
	struct console_once once;
	bool ok = secret && from_here(c, a);

	if (ok && !console_link_read(secret, c->request.name, c->now, who,
			  &once)) {
		console_plain(a, 404, "This link does not work",
			"It is too old or incomplete. mcp-alert link NAME "
			"prints a new one.");
		ok = false;
	}
	if (ok) {
		console_session_new(&c->console, secret, who, "", c->now);
		memcpy(c->key, once.number, sizeof once.number);
	}
	secret_free(secret);
	return ok;
}

static void enter(const struct cgi *c, struct cgi_answer *a)
{
	console_goto(a, "/ops", NULL, NULL);
	console_session_field(&c->console, console_tls(c), a->cookie);
}

void cgi_console_link(const struct cgi *c, struct cgi_answer *a)
{
	console_link_page(a, c->console.who);
}

void cgi_console_enter(const struct cgi *c, struct cgi_answer *a)
{
	switch (console_store_once(c->store, c->key,
		(long long)c->now + CONSOLE_LINK_MAX_S, c->now)) {
	case ONCE_NEW:
		enter(c, a);
		break;
	case ONCE_USED:
		console_plain(a, 410, "This link was used",
			"It works once. mcp-alert link NAME prints a new one.");
		break;
	case ONCE_FAILED:
		cgi_unavailable(a);
		break;
	}
}

/* Whether the session was signed out; or that is not known. *a says so. */
static bool is_over(const struct cgi *c, struct cgi_answer *a)
{
	switch (console_store_seen(c->store, c->console.nonce)) {
	case ONCE_NEW:
		return false;
	case ONCE_USED:
		console_sign_in(a, 403, "You have signed out.");
		return true;
	default:
		cgi_unavailable(a);
		return true;
	}
}

void cgi_console_get(const struct cgi *c, struct cgi_answer *a)
{
	if (is_over(c, a))
		return;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (strcmp(places[i].name, c->request.name) != 0 ||
			(places[i].operator && !console_all(c)))
			continue;
		console_done(&a->done, c);
		places[i].put(c, a);
		return;
	}
	if (strcmp(c->request.name, "sign-in") == 0)
		console_goto(a, "/ops", NULL, NULL);
	else
		console_refuse(c, a, 404, "There is no such page.");
}

void cgi_console_server(const struct cgi *c, struct cgi_answer *a)
{
	const char *name = c->request.name;

	if (is_over(c, a))
		return;
	if (!console_may(c, name) || (!slug_valid(name) && !slug_shared(name) &&
					    strcmp(name, SLUG_FLEET) != 0)) {
		console_refuse(c, a, 404, "There is no such server.");
	} else {
		console_done(&a->done, c);
		console_server_page(c, a);
	}
}

void cgi_console_post(const struct cgi *c, struct cgi_answer *a)
{
	if (strcmp(c->request.name, "sign-in") == 0)
		enter(c, a);
	else if (is_over(c, a))
		return;
	else if (*c->request.name)
		console_refuse(c, a, 404, "There is no such page.");
	else
		console_act(c, a);
}

int console_link(const struct conf *conf, const char *name, double life_s)
{
	char who[CONSOLE_WHO + 1], token[CONSOLE_TOKEN], *secret;
	struct buf b;
	int status;

	clean_name(name, who);
	if (!*who || strcmp(who, name) != 0) {
		log_error("link: '%s' is not a name of up to 40 characters",
			name);
		return EXIT_USAGE;
	}
	if (!conf || !conf->site_url) {
		log_error("link: the address of the site is not known: set "
			  "site.url in the configuration");
		return EXIT_USAGE;
	}
	secret = acknowledge_secret();
	if (!secret) {
		log_error("link: the folder of the secrets has no file ack: "
			  "see THE WEB in mcp-alert(1)");
		return EXIT_USAGE;
	}
	console_link_make(secret, who,
		(long long)(clock_wall() + life_s), token);
	secret_free(secret);
	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "%s/ops/link/%s\n", conf->site_url, token);
	status = line_print(b.p, b.len) ? EXIT_ENV : EXIT_GOOD;
	buf_release(&b);
	return status;
}
