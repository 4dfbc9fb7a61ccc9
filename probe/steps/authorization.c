/* SPDX-License-Identifier: MIT */
/*
 * authorization.c: step 4, and a server that wants a credential ("a wall").
 * Step 3 passes where the server asks for one as it should, step 4 follows the
 * trail of OAuth metadata, and in step 5 the handshake begins anew with the
 * credential, if one is held. A server may ask as late as in step 6 or 7: what
 * it refused there is then repeated with the credential.
 */
#include "steps/steps.h"

#include "auth/challenge.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "protocol/exchange.h"

/* The facts about the wall; few servers have one. */
static struct authorization *wall_of(struct probe *p)
{
	if (!p->auth)
		p->auth = xcalloc(1, sizeof *p->auth);
	return p->auth;
}

/* The kind of the credential; false where none is held. */
static bool held_kind(const struct probe *p, enum credential_kind *kind)
{
	const struct credential *c = p->target->credential;

	if (c)
		*kind = credential_kind(c);
	return c != NULL;
}

static struct next stay_out(struct probe *p, const char *why)
{
	p->steps.walled = true;
	return step_skip_rest(why);
}

/*
 * Say which scope the server wants. A client asks only for the scope that its
 * credential file names, never for one that a server suggests.
 */
static void advise_scope(struct probe *p, struct failure *f)
{
	const struct credential *held = p->target->credential;
	const struct credential_client *c = credential_client(held);
	const char *words = *wall_of(p)->challenge.scope
				    ? wall_of(p)->challenge.scope
				    : wall_of(p)->oauth.scopes;
	char wanted[160] = "";
	size_t n = strlen(f->message);

	if (!c)
		return;
	oauth_scope(words, wanted, sizeof wanted);
	if (c->scope && (!*wanted || strcmp(c->scope, wanted) == 0))
		return;
	if (n > sizeof f->message - 320)
		n = sizeof f->message - 320;
	if (*wanted)
		snprintf(f->message + n, sizeof f->message - n,
			"; the server requires the scope \"%s\": to ask for "
			"it, add the line scope = %s to the credential file",
			wanted, wanted);
	else
		snprintf(f->message + n, sizeof f->message - n,
			"; no scope was requested: the credential file names "
			"none, and the server does not say which it requires");
}

static struct next fail_refused(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &wall_of(p)->challenge;
	bool scope = strcmp(c->error, "insufficient_scope") == 0;
	struct failure f;

	if (scope)
		failure_set(&f, "auth.scope",
			*c->scope ? "the credential lacks the scope %s"
				  : "the credential lacks a scope",
			c->scope);
	else if (strstr(c->error_description, "expired"))
		failure_set(&f, "auth.refresh-needed",
			"the credential has expired: %s", c->error_description);
	else
		failure_set(&f, "auth.rejected",
			"the server refuses the credential (%ld)%s%s",
			r->http->status, *c->error_description ? ": " : "",
			c->error_description);
	if (scope || *c->scope)
		advise_scope(p, &f);
	return step_fail(p, r, &f);
}

/* The credential can be shown: repeat what the server refused. */
static struct next go_on(struct probe *p)
{
	p->wire.credential = credential_field(p->target->credential);
	return step_next(NEXT_AGAIN);
}

/* Get an access token, only from the issuer that the credential names. */
static struct next get_token(struct probe *p, bool anew)
{
	const struct oauth_facts *o = &wall_of(p)->oauth;
	const struct credential_client *c =
		credential_client(p->target->credential);
	struct failure f;

	if (!*o->issuer)
		return step_next(NEXT_ISSUER);
	if (oauth_same_issuer(o->issuer, c->issuer) && *o->token_endpoint)
		return step_next(anew ? NEXT_NEW_TOKEN : NEXT_TOKEN);
	failure_set(&f, "auth.wrong-issuer",
		"the credential is for the authorization server %.200s, but "
		"the server names %.200s, so nothing was sent",
		c->issuer, o->issuer);
	return step_fail(p, NULL, &f);
}

struct next authorization_token(struct probe *p, const struct token_result *r)
{
	struct failure f = r->failure;

	wall_of(p)->token_kept = r->kept;
	if (r->ours)
		return step_ours(p, f.message);
	if (r->good)
		return go_on(p);
	if (r->scope)
		advise_scope(p, &f);
	return step_fail(p, NULL, &f);
}

struct next authorization_issuer(struct probe *p,
	const struct discovery_result *r)
{
	if (r->ours)
		return step_ours(p, r->failure.message);
	if (r->end != DISCOVERY_GOOD)
		return step_fail(p, NULL, &r->failure);
	wall_of(p)->oauth = r->facts;
	return get_token(p, false);
}

/* Show the credential, or end the probe without. */
static struct next use_credential(struct probe *p)
{
	const struct target *t = p->target;
	enum credential_kind kind;
	struct failure f;

	if (!held_kind(p, &kind))
		return stay_out(p,
			p->steps.next < STEP_TOOLS_LIST
				? "no credential is configured"
				: "the server requires a credential here, and "
				  "none is configured");
	if (!credential_for(t->credential, t->url)) {
		failure_set(&f, "auth.wrong-origin",
			"the credential is not for %s, so it was not sent",
			t->url->origin);
		return step_fail(p, NULL, &f);
	}
	if (kind == CREDENTIAL_OAUTH)
		return get_token(p, false);
	if (kind != CREDENTIAL_MTLS)
		return go_on(p);
	if (!p->cert_wanted)
		return stay_out(p,
			"the server requires another kind of credential than "
			"the client certificate that is configured");
	failure_set(&f, "auth.rejected",
		"the server refuses the client certificate");
	return step_fail(p, NULL, &f);
}

/* Why steps 4 and 5 are skipped: the server asked for nothing. */
static const char *why_open(const struct probe *p)
{
	const struct target *t = p->target;
	enum credential_kind kind;

	return p->cert_wanted && held_kind(p, &kind) &&
			       kind == CREDENTIAL_MTLS &&
			       credential_for(t->credential, t->url)
		       ? "the client certificate was sent from the first "
			 "connection on"
		       : "open server";
}

struct next authorization_begin(struct probe *p)
{
	return p->auth && p->auth->asked ? step_next(NEXT_DISCOVERY)
					 : step_skip(why_open(p));
}

struct next authorization_show(struct probe *p)
{
	return p->auth && p->auth->asked ? use_credential(p)
					 : step_skip(why_open(p));
}

/* Step 4 passes; its message says what some clients refuse. */
static struct next pass_discovery(struct probe *p,
	const struct discovery_result *r)
{
	const struct oauth_facts *o = &r->facts;

	buf_clear(&p->detail);
	buf_str(&p->detail, "{\"issuer\":");
	json_put_str(&p->detail, o->issuer);
	buf_str(&p->detail, ",\"resource_metadata\":");
	json_put_str(&p->detail, *r->document ? r->document : NULL);
	buf_char(&p->detail, '}');
	return step_pass(p, clock_mono_ms(), "%s%s%s", o->issuer,
		o->warning ? "; " : "", o->warning ? o->warning : "");
}

struct next authorization_discovered(struct probe *p,
	const struct discovery_result *r)
{
	if (r->ours)
		return step_ours(p, r->failure.message);
	if (r->end == DISCOVERY_BAD)
		return step_fail(p, NULL, &r->failure);
	if (r->end == DISCOVERY_GOOD)
		wall_of(p)->oauth = r->facts;
	if (p->steps.next != STEP_OAUTH_DISCOVERY)
		return use_credential(p);
	if (r->end == DISCOVERY_GOOD)
		return pass_discovery(p, r);
	buf_clear(&p->detail);
	return step_skip_at(p, clock_mono_ms(), r->failure.message);
}

/* Step 3: the server asks for a credential. */
static struct next pass_to_discovery(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &wall_of(p)->challenge;
	struct failure f;

	if (!c->any && !p->target->bare_401_ok) {
		failure_set(&f, "auth.bare-401",
			"the server answers %s without a WWW-Authenticate "
			"header, so clients cannot know which credential it "
			"requires; to accept this, use --allow-bare-401, or "
			"bare_401 in fleet.yaml",
			r->http->status == 401 ? "401" : "\"unauthorized\"");
		return step_fail(p, r, &f);
	}
	wall_of(p)->asked = true;
	step_detail(p, r->http);
	buf_char(&p->detail, '}');
	return step_pass(p, r->at_ms, "asks for a credential (%s)%s",
		c->any ? c->scheme : "without naming a scheme",
		step_refuses(p));
}

/* Step 6 or 7: the server asks now. Only a client needs its OAuth metadata. */
static struct next ask_late(struct probe *p)
{
	const struct target *t = p->target;
	enum credential_kind kind;

	if (held_kind(p, &kind) && kind == CREDENTIAL_OAUTH &&
		credential_for(t->credential, t->url))
		return step_next(NEXT_DISCOVERY);
	return use_credential(p);
}

/* The server asks for a credential, or refuses the one that was shown. */
static struct next take_challenge(struct probe *p, const struct reply *r)
{
	challenge_parse(http_fields(r->http)->www_authenticate,
		&wall_of(p)->challenge);
	if (p->wire.credential && wall_of(p)->token_kept &&
		r->http->status == 401) {
		/* The cached token may have been withdrawn: get one new one. */
		p->wire.credential = NULL;
		credential_show(p->target->credential, NULL);
		return get_token(p, true);
	}
	if (p->wire.credential)
		return fail_refused(p, r);
	if (p->steps.next == STEP_INITIALIZE)
		return pass_to_discovery(p, r);
	return ask_late(p);
}

/* End the steps before the handshake with a certificate. False where no more
   are asked for. */
static bool pass_to_certificate(struct probe *p, const struct reply *r)
{
	static const char text[] = "asks for a client certificate";

	if (p->steps.next == STEP_DNS)
		steps_pass(&p->steps, r->at_ms, r->http->address, NULL);
	step_detail(p, r->http);
	buf_char(&p->detail, '}');
	while (!steps_over(&p->steps) && p->steps.next <= STEP_INITIALIZE)
		steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (!steps_over(&p->steps) && p->steps.next == STEP_OAUTH_DISCOVERY)
		steps_skip(&p->steps, "a certificate needs no OAuth metadata");
	return !steps_over(&p->steps);
}

struct next authorization_certificate(struct probe *p, const struct reply *r)
{
	const struct target *t = p->target;
	const char *why =
		r->kind == REPLY_FAILED ? r->failure.message : r->body;
	enum credential_kind kind;
	struct failure f;

	if (!pass_to_certificate(p, r))
		return step_next(NEXT_END);
	if (!held_kind(p, &kind) || kind != CREDENTIAL_MTLS)
		return stay_out(p, "no client certificate is configured");
	if (!credential_for(t->credential, t->url))
		failure_set(&f, "auth.wrong-origin",
			"the client certificate is not for %s, so it was not "
			"sent",
			t->url->origin);
	else
		failure_set(&f, "auth.rejected",
			"the server refuses the client certificate%s%s",
			*why ? ": " : "", why);
	return step_fail(p, r, &f);
}

/* The server forgot the session that it opened in this very probe. */
static bool session_lost(const struct probe *p, const struct reply *r)
{
	const char *said = r->kind == REPLY_ERROR
		? rpc_error_message(r->message)
		: r->body;

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND)
		return false;
	return p->steps.next >= STEP_TOOLS_LIST && p->wire.session &&
		(r->http->status == 404 ||
			(r->http->status == 400 &&
				said && strstr(said, "ession")));
}

struct next authorization_reply(struct probe *p, const struct reply *r)
{
	bool answered = r->kind != REPLY_FAILED;
	struct failure f;

	/* Some servers refuse a wrong token with a 403 that says nothing. */
	if (answered &&
		(wall_meant(r) ||
			(r->http->status == 403 && p->wire.credential)))
		return take_challenge(p, r);
	diagnose(r, &f);
	if (answered && session_lost(p, r))
		failure_set(&f, "mcp.session",
			"the server does not know the session that it opened a "
			"moment ago (%ld); are there several instances that do "
			"not share their sessions?",
			r->http->status);
	return step_fail(p, r, &f);
}
