#include "incident/expiry.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "words/phrases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many characters of the name of an issuer are said. */
#define ISSUER_MAX 64
#define ISSUER_SIZE (4 * ISSUER_MAX + 1)

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

/* What was told before of the end of r, or NULL. */
static struct expiry_told *told_of(struct alert_state *st,
	const struct expiry_round *r)
{
	for (size_t i = 0; i < st->n_expiries; i++)
		if (st->expiries[i].what == r->what &&
			st->expiries[i].expires_at == r->expires_at)
			return &st->expiries[i];
	return NULL;
}

/* Note that r is told; false: it was told before. */
static bool news(struct alert_state *st, const struct expiry_round *r)
{
	struct expiry_told *told = told_of(st, r);

	if (told && told->within <= r->within)
		return false;
	if (!told && st->n_expiries == EXPIRIES_MAX)
		memmove(st->expiries, st->expiries + 1,
			--st->n_expiries * sizeof *st->expiries);
	if (!told)
		told = &st->expiries[st->n_expiries++];
	*told = (struct expiry_told) {r->what, r->expires_at, r->within};
	return true;
}

/* " ends Fri 27 Nov 03:00 UTC (in 4 d 23 h)", " EXPIRED 80 min ago (...)". */
static void put_when(struct buf *b, const struct expiry_round *r,
	const char *ends, const char *zone)
{
	long long left = (long long)(r->expires_at - (int64_t)r->at);

	buf_fmt(b, " %s", r->within ? ends : "EXPIRED");
	/* What has expired, and ends later, says nothing of when it did. */
	if (!r->expires_at || (!r->within && left > 0))
		return;
	buf_char(b, ' ');
	if (!r->within && left > -7200)
		buf_fmt(b, "%lld min ago (", -left / 60);
	else if (!r->within) {
		phrase_duration(b, -left);
		buf_str(b, " ago (");
	}
	phrase_date(b, r->expires_at, r->at, zone);
	phrase_zone(b, zone);
	if (r->within) {
		buf_str(b, " (in ");
		phrase_duration(b, left > 0 ? left : 0);
	}
	buf_char(b, ')');
}

static void put_certificate(
	struct buf *b, const struct expiry_round *r, const char *zone)
{
	char name[ISSUER_SIZE];

	if (r->issuer) {
		text_clean(r->issuer, strlen(r->issuer), name, sizeof name,
			ISSUER_MAX);
		buf_fmt(b, "The certificate of %s, which issued that of %s,",
			name, r->slug);
	} else {
		buf_fmt(b, "The certificate of %s", r->slug);
	}
	put_when(b, r, "ends", zone);
	if (r->regions.n < r->all.n)
		buf_fmt(b, ", as %s sees it", r->regions.v[0]);
	buf_str(b, r->issuer ? "; replace the chain that is sent"
			     : "; renew it");
}

static void put_credential(
	struct buf *b, const struct expiry_round *r, const char *zone)
{
	buf_fmt(b, "The credential for %s", r->slug);
	put_when(b, r, "ends", zone);
	if (r->regions.n < r->all.n)
		buf_fmt(b, ", as %s holds it", r->regions.v[0]);
	buf_str(b, r->within ? "; rotate it before that"
			     : "; rotate it: probes with it fail");
}

static char *summarise(const struct expiry_round *r, const char *zone)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	if (r->what == EXPIRY_CERTIFICATE)
		put_certificate(&b, r, zone);
	else
		put_credential(&b, r, zone);
	buf_char(&b, '.');
	return buf_take(&b);
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
	e->summary = summarise(r, st->zone);
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
	e->record.summary = e->summary;
}
