/* SPDX-License-Identifier: MIT */
#include "incident/expiry.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct expiry_round *find_round(const struct expiry_rounds *l,
	const struct expiry_record *r)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].what == r->what &&
			strcmp(l->v[i].slug, r->slug) == 0)
			return &l->v[i];
	return NULL;
}

bool expiry_fits(const struct expiry_rounds *l, const struct expiry_record *r)
{
	const struct expiry_round *round = find_round(l, r);

	return !round || (fabs(r->at - round->began) <= EXPIRY_ROUND_S &&
				 !strings_has(&round->all, r->region));
}

static void round_release(struct expiry_round *r)
{
	free(r->slug);
	free(r->url);
	free(r->issuer);
	strings_release(&r->regions);
	strings_release(&r->all);
}

void expiry_forget(struct expiry_rounds *l)
{
	for (size_t i = 0; i < l->n; i++)
		round_release(&l->v[i]);
	free(l->v);
	*l = (struct expiry_rounds) {0};
}

/* A record that says "expired" is the earliest, whatever its end. */
static bool earlier(const struct expiry_round *a, const struct expiry_record *b)
{
	if ((a->within == 0) != (b->within == 0))
		return b->within == 0;
	return b->expires_at < a->expires_at;
}

void expiry_collect(struct expiry_rounds *l, const struct expiry_record *r)
{
	struct expiry_round *round = find_round(l, r);

	if (r->status == EXPIRY_UNKNOWN)
		return;
	if (!round) {
		l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
		round = &l->v[l->n++];
		*round = (struct expiry_round) {
			.slug = xstrdup(r->slug),
			.what = r->what,
			.began = r->at,
		};
	}
	strings_note(&round->all, r->region);
	if (round->regions.n && !earlier(round, r)) {
		if (round->expires_at == r->expires_at)
			strings_note(&round->regions, r->region);
		return;
	}
	string_set(&round->url, r->url);
	string_set(&round->issuer, r->issuer);
	round->at = r->at;
	round->within = r->within;
	round->expires_at = r->expires_at;
	strings_clear(&round->regions);
	strings_note(&round->regions, r->region);
}

/* The notice that was sent before of the end of r, or NULL. */
static struct expiry_notice *find_notice(struct alert_state *st,
	const struct expiry_round *r)
{
	for (size_t i = 0; i < st->n_expiries; i++)
		if (st->expiries[i].what == r->what &&
			st->expiries[i].expires_at == r->expires_at)
			return &st->expiries[i];
	return NULL;
}

/* Note that r is sent; false: it was sent before. */
static bool news(struct alert_state *st, const struct expiry_round *r)
{
	struct expiry_notice *sent = find_notice(st, r);

	if (sent && sent->within <= r->within)
		return false;
	if (!sent && st->n_expiries == EXPIRIES_MAX)
		memmove(st->expiries, st->expiries + 1,
			--st->n_expiries * sizeof *st->expiries);
	if (!sent)
		sent = &st->expiries[st->n_expiries++];
	*sent = (struct expiry_notice) {r->what, r->expires_at, r->within};
	return true;
}

/* A week, or a credential's 72 hours, leaves time to act by day. */
static enum severity severity(const struct expiry_round *r)
{
	if (r->within == 0)
		return SEVERITY_P1;
	return r->within <= 7 * 86400 ? SEVERITY_P2 : SEVERITY_P3;
}

void expiry_decide(struct alert_state *st, const struct expiry_round *r,
	struct alert_events *out)
{
	double crossed = r->expires_at ? (double)(r->expires_at - r->within)
				       : r->at;
	struct alert_event *e;

	if (r->url)
		string_set(&st->url, r->url);
	if (r->within < 0 || !news(st, r))
		return;
	e = events_new(out, st);
	event_facts_set(e, &(struct event_facts) {
		.within = r->within,
		.expires_at = r->expires_at,
		.some = r->regions.n < r->all.n,
		.issuer = r->issuer,
	});
	strings_copy(&e->regions, &r->regions);
	e->record.at = r->at;
	e->record.kind = r->what == EXPIRY_CERTIFICATE
		? ALERT_CERTIFICATE_EXPIRING
		: ALERT_TOKEN_EXPIRING;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity(r);
	e->record.regions = (const char *const *)e->regions.v;
	e->record.n_regions = e->regions.n;
	e->record.started_at = clock_window(crossed > 0 ? crossed : 0);
}
