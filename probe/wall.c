/*
 * wall.c: a server that wants a credential: step 3 passes where it says so as
 * it should, step 4 follows the trail of OAuth metadata, and the handshake
 * begins anew with the credential, if one is held.
 */
#include "course.h"

#include "clock.h"
#include "diagnose.h"
#include "discovery.h"
#include "json.h"

bool wall_meant(const struct reply *r)
{
	return r->http->status == 401 ||
		(r->http->status == 403 && *r->http->www_authenticate);
}

/* After step 4: go on with the credential, or stop before the wall. */
static void climb(struct probe *p)
{
	const struct target *t = p->job.target;
	struct failure f;

	if (steps_over(&p->steps)) {
		course_finish(p);
		return;
	}
	if (!t->credential) {
		p->steps.walled = true;
		steps_skip_rest(&p->steps, "no credential is held");
		course_finish(p);
		return;
	}
	if (!credential_for(t->credential, &t->url)) {
		failure_set(&f, "auth.wrong-origin",
			"the credential is not for %s, so it was not sent",
			t->url.origin);
		course_fail(p, NULL, &f);
		return;
	}
	p->wire.show_credential = true;
	handshake_start(p);
}

static void on_discovered(void *arg, const struct discovery_result *r)
{
	struct probe *p = arg;

	if (r->ours) {
		course_finish_ours(p, r->failure.message);
		return;
	}
	switch (r->end) {
	case DISCOVERY_BAD:
		course_fail(p, NULL, &r->failure);
		return;
	case DISCOVERY_NONE:
		steps_skip_timed(&p->steps, clock_mono_ms(),
			"no OAuth metadata is published", NULL);
		break;
	case DISCOVERY_GOOD:
		buf_clear(&p->detail);
		buf_str(&p->detail, "{\"issuer\":");
		json_put_str(&p->detail, r->issuer);
		buf_str(&p->detail, ",\"resource_metadata\":");
		json_put_str(&p->detail, *r->resource ? r->resource : NULL);
		buf_char(&p->detail, '}');
		steps_pass(&p->steps, clock_mono_ms(), r->issuer, p->detail.p);
		break;
	}
	climb(p);
}

static void fail_refused(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &p->challenge;
	struct failure f;

	if (strcmp(c->error, "insufficient_scope") == 0)
		failure_set(&f, "auth.scope",
			"the credential lacks the scope %s", c->scope);
	else if (strstr(c->error_description, "expired"))
		failure_set(&f, "auth.refresh-needed",
			"the credential has expired: %s", c->error_description);
	else
		failure_set(&f, "auth.rejected",
			"the server refuses the credential (%ld)%s%s",
			r->http->status, *c->error_description ? ": " : "",
			c->error_description);
	course_fail(p, r, &f);
}

/* The first wall, at step 3. */
static void meet(struct probe *p, const struct reply *r)
{
	const struct challenge *c = &p->challenge;
	struct failure f;
	char text[96];

	if (!c->any && !p->job.target->bare_401_ok) {
		failure_set(&f, "auth.bare-401",
			"the server answers 401 without a WWW-Authenticate "
			"header, so no client can know what it wants");
		course_fail(p, r, &f);
		return;
	}
	course_detail(p, r->http);
	buf_char(&p->detail, '}');
	snprintf(text, sizeof text, "asks for a credential (%s)",
		c->any ? c->scheme : "and does not say for which");
	steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (steps_over(&p->steps))
		course_finish(p);
	else
		discovery_start(&p->wire, c, p->deadline_ms, on_discovered, p);
}

void wall_stand(struct probe *p, const struct reply *r)
{
	challenge_parse(r->http->www_authenticate, &p->challenge);
	if (p->wire.show_credential) {
		fail_refused(p, r);
	} else if (p->steps.next == STEP_INITIALIZE) {
		meet(p, r);
	} else {
		p->steps.walled = true;
		steps_skip_rest(&p->steps, "the server asks for a credential "
					   "here, and none is held");
		course_finish(p);
	}
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
			(r->http->status == 403 && p->wire.show_credential))) {
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
	course_fail(p, r, &f);
}
