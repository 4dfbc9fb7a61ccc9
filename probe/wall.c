/*
 * wall.c: a server that wants a credential: step 3 passes where it says so as
 * it should, step 4 follows the trail of OAuth metadata, and the handshake
 * begins anew with the credential, if one is held. A server may ask as late as
 * in step 6 or 7, and is then asked again there.
 */
#include "flow.h"

#include "auth/discovery.h"
#include "auth/token.h"
#include "base/clock.h"
#include "json/json.h"
#include "mcp/diagnosis.h"

static void authorize(struct probe *p, bool anew);

/* The kind of what is held; false where nothing is. */
static bool held(const struct probe *p, enum credential_kind *kind)
{
	const struct credential *c = p->job.target->credential;

	if (c)
		*kind = credential_kind(c);
	return c != NULL;
}

/* Whether the server was shown the credential. */
static bool shown(const struct probe *p)
{
	return p->wire.show_credential &&
		credential_field(p->job.target->credential);
}

static void stay_out(struct probe *p, const char *why)
{
	p->steps.walled = true;
	steps_skip_rest(&p->steps, why);
	flow_finish(p);
}

/*
 * A client asks for the scope that its file names, and never for one that a
 * server would like its token to have: say which that is.
 */
static void advise_scope(struct probe *p, struct failure *f)
{
	const struct credential *held = p->job.target->credential;
	const struct credential_client *c = credential_client(held);
	const char *words = *p->challenge.scope ? p->challenge.scope
						: p->oauth.scopes;
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
			"; the server wants the scope \"%s\": if the client "
			"is to have it, its credential file needs a line "
			"scope = %s",
			wanted, wanted);
	else
		snprintf(f->message + n, sizeof f->message - n,
			"; no scope was asked for, since the credential file "
			"names none, and the server does not say which it "
			"wants");
}

static void fail_refused(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &p->challenge;
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
	flow_fail(p, r, &f);
}

/* The credential can be shown: go on where the wall was. */
static void go_on(struct probe *p)
{
	p->wire.show_credential = true;
	if (p->steps.next < STEP_TOOLS_LIST)
		handshake_start(p);
	else
		tool_steps_again(p);
}

static void on_token(void *arg, const struct token_result *r)
{
	struct probe *p = arg;
	struct failure f = r->failure;

	p->token_kept = r->kept;
	if (r->ours) {
		flow_finish_ours(p, f.message);
	} else if (!r->good) {
		if (r->scope)
			advise_scope(p, &f);
		flow_fail(p, NULL, &f);
	} else {
		go_on(p);
	}
}

/* The metadata of the issuer that the credential names, and no other. */
static void on_issuer(void *arg, const struct discovery_result *r)
{
	struct probe *p = arg;

	if (r->ours) {
		flow_finish_ours(p, r->failure.message);
	} else if (r->end == DISCOVERY_GOOD) {
		p->oauth = r->facts;
		authorize(p, false);
	} else {
		flow_fail(p, NULL, &r->failure);
	}
}

/* Get an access token, from nobody but the issuer that the credential names. */
static void authorize(struct probe *p, bool anew)
{
	const struct credential_client *c =
		credential_client(p->job.target->credential);
	struct token_request rq = {.server = &p->oauth,
		.scope = c->scope ? c->scope : "",
		.anew = anew,
		.deadline_ms = p->deadline_ms};
	struct failure f;

	if (!*p->oauth.issuer) {
		discovery_issuer(&p->wire, c->issuer, p->deadline_ms, on_issuer,
			p);
		return;
	}
	if (strcmp(p->oauth.issuer, c->issuer) == 0 &&
		*p->oauth.token_endpoint) {
		token_get(&p->wire, &rq, on_token, p);
		return;
	}
	failure_set(&f, "auth.wrong-issuer",
		"the credential is for the authorization server %.200s, but "
		"the server leads to %.200s, so nothing was sent",
		c->issuer, p->oauth.issuer);
	flow_fail(p, NULL, &f);
}

/* Show the credential, or stop before the wall. */
static void climb(struct probe *p)
{
	const struct target *t = p->job.target;
	enum credential_kind kind;
	struct failure f;

	if (steps_over(&p->steps)) {
		flow_finish(p);
	} else if (!held(p, &kind)) {
		stay_out(p, p->steps.next < STEP_TOOLS_LIST
				? "no credential is held"
				: "the server asks for a credential here, and "
				  "none is held");
	} else if (!credential_for(t->credential, &t->url)) {
		failure_set(&f, "auth.wrong-origin",
			"the credential is not for %s, so it was not sent",
			t->url.origin);
		flow_fail(p, NULL, &f);
	} else if (kind == CREDENTIAL_OAUTH) {
		authorize(p, false);
	} else if (kind != CREDENTIAL_MTLS) {
		go_on(p);
	} else if (p->cert_wanted) {
		failure_set(&f, "auth.rejected",
			"the server was shown the client certificate, and "
			"refuses it");
		flow_fail(p, NULL, &f);
	} else {
		stay_out(p, "the server asks for another kind of credential "
			    "than the client certificate that is held");
	}
}

/* Step 4 passes, and its message says what clients may dislike. */
static void pass_discovery(struct probe *p, const struct discovery_result *r)
{
	const struct oauth_facts *o = &r->facts;
	char text[URL_MAX + 200];

	snprintf(text, sizeof text, "%s%s%s", o->issuer, o->doubt ? "; " : "",
		o->doubt ? o->doubt : "");
	buf_clear(&p->detail);
	buf_str(&p->detail, "{\"issuer\":");
	json_put_str(&p->detail, o->issuer);
	buf_str(&p->detail, ",\"resource_metadata\":");
	json_put_str(&p->detail, *r->document ? r->document : NULL);
	buf_char(&p->detail, '}');
	steps_pass(&p->steps, clock_mono_ms(), text, p->detail.p);
}

static void on_discovered(void *arg, const struct discovery_result *r)
{
	struct probe *p = arg;
	bool step = p->steps.next == STEP_OAUTH_DISCOVERY;

	if (r->ours) {
		flow_finish_ours(p, r->failure.message);
		return;
	}
	switch (r->end) {
	case DISCOVERY_BAD:
		flow_fail(p, NULL, &r->failure);
		return;
	case DISCOVERY_NONE:
		if (step)
			steps_skip_timed(&p->steps, clock_mono_ms(),
				r->failure.message, NULL);
		break;
	case DISCOVERY_GOOD:
		p->oauth = r->facts;
		if (step)
			pass_discovery(p, r);
		break;
	}
	climb(p);
}

/* The first wall, at step 3. */
static void meet(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &p->challenge;
	struct failure f;
	char text[96];

	if (!c->any && !p->job.target->bare_401_ok) {
		failure_set(&f, "auth.bare-401",
			"the server answers %s without a WWW-Authenticate "
			"header, so no client can know what it wants; "
			"--allow-bare-401, or bare_401 in fleet.yaml, lets "
			"that pass",
			r->http->status == 401 ? "401" : "\"unauthorized\"");
		flow_fail(p, r, &f);
		return;
	}
	flow_detail(p, r->http);
	buf_char(&p->detail, '}');
	snprintf(text, sizeof text, "asks for a credential (%s)",
		c->any ? c->scheme : "and does not say for which");
	steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (steps_over(&p->steps))
		flow_finish(p);
	else
		discovery_start(&p->wire, c, p->deadline_ms, on_discovered, p);
}

/* A server that was open so far. The trail is of use to a client alone. */
static void meet_late(struct probe *p)
{
	const struct target *t = p->job.target;
	enum credential_kind kind;

	if (held(p, &kind) && kind == CREDENTIAL_OAUTH &&
		credential_for(t->credential, &t->url))
		discovery_start(&p->wire, &p->challenge, p->deadline_ms,
			on_discovered, p);
	else
		climb(p);
}

void wall_stand(struct probe *p, const struct reply *r)
{
	challenge_parse(r->http->www_authenticate, &p->challenge);
	if (shown(p) && p->token_kept && r->http->status == 401) {
		/* It may have been withdrawn before its time: once. */
		credential_show(p->job.target->credential, NULL);
		authorize(p, true);
	} else if (shown(p)) {
		fail_refused(p, r);
	} else if (p->steps.next == STEP_INITIALIZE) {
		meet(p, r);
	} else {
		meet_late(p);
	}
}

/* What stands before the wall of a certificate passes. */
static bool pass_to_certificate(struct probe *p, const struct reply *r)
{
	static const char text[] = "asks for a client certificate";

	if (p->steps.next == STEP_DNS)
		steps_pass(&p->steps, r->at_ms, r->http->address, NULL);
	flow_detail(p, r->http);
	buf_char(&p->detail, '}');
	while (!steps_over(&p->steps) && p->steps.next <= STEP_INITIALIZE)
		steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (!steps_over(&p->steps) && p->steps.next == STEP_OAUTH_DISCOVERY)
		steps_skip(&p->steps, "a certificate needs no OAuth metadata");
	return !steps_over(&p->steps);
}

void wall_certify(struct probe *p, const struct reply *r)
{
	const struct target *t = p->job.target;
	const char *why =
		r->kind == REPLY_FAILED ? r->failure.message : r->body;
	enum credential_kind kind;
	struct failure f;

	if (!pass_to_certificate(p, r)) {
		flow_finish(p);
	} else if (!held(p, &kind) || kind != CREDENTIAL_MTLS) {
		stay_out(p, "no client certificate is held");
	} else if (!credential_for(t->credential, &t->url)) {
		failure_set(&f, "auth.wrong-origin",
			"the client certificate is not for %s, so it was not "
			"shown",
			t->url.origin);
		flow_fail(p, r, &f);
	} else {
		failure_set(&f, "auth.rejected",
			"the server refuses the client certificate%s%s",
			*why ? ": " : "", why);
		flow_fail(p, r, &f);
	}
}

const char *wall_none(const struct probe *p)
{
	const struct target *t = p->job.target;
	enum credential_kind kind;

	return p->cert_wanted && held(p, &kind) && kind == CREDENTIAL_MTLS &&
			       credential_for(t->credential, &t->url)
		       ? "the client certificate was shown from the first "
			 "connection on"
		       : "open server";
}

/* The server forgot the session that it opened in this very probe. */
static bool session_lost(const struct probe *p, const struct reply *r,
	const struct failure *f)
{
	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND)
		return false;
	return p->steps.next >= STEP_TOOLS_LIST && *p->wire.session &&
		(r->http->status == 404 ||
			(r->http->status == 400 &&
				strstr(f->message, "ession")));
}

void wall_reply(struct probe *p, const struct reply *r)
{
	bool answered = r->kind != REPLY_FAILED;
	struct failure f;

	/* Some servers refuse a wrong token with a 403 that says nothing. */
	if (answered &&
		(wall_meant(r) ||
			(r->http->status == 403 && shown(p)))) {
		wall_stand(p, r);
		return;
	}
	diagnose(r, &f);
	if (answered && session_lost(p, r, &f))
		failure_set(&f, "mcp.session",
			"the server does not know the session that it opened a "
			"moment ago (%ld); are there several instances that do "
			"not share their sessions?",
			r->http->status);
	flow_fail(p, r, &f);
}
