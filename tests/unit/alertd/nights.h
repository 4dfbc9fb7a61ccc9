/* SPDX-License-Identifier: MIT */
/*
 * nights.h: a night of a server in short form, for tables of cases.
 *
 *	"EU6 EU6/http.503*30 E2 . . ."
 *
 * Each word is a verdict, one a minute. Capital letters are regions that fail,
 * the digit the step, what stands behind '/' the error. One region is amber,
 * two that fail are a step-alert, three a hard outage. Before the letters, '~'
 * makes it amber, '!' a step-alert and '?' unknown. '.' is green; '?' alone is
 * unknown and nobody fails; '%' and letters: green, but these regions were
 * answered with 429; a ',' and letters behind all that: these have no data; a ';'
 * and letters: these have not reported yet in the round that is under way; a
 * ':' and letters: of those without data these are cut off; a '-' and letters:
 * these refuse clients of 2026-07-28. "*3" is the same for three minutes.
 *
 * What the regions see of the tools follows a '=', a letter for each region, '-'
 * for nothing: ".=aab". Where they differ the verdict says so, unless it is '#'
 * instead of '='. Behind that, drifts: ".=aba|Eab-get+put", region E from a to
 * b, which removed get and added put; '^' changed, '"' gave it a new description. The
 * letters s and t of a drift are the eras session and stateless.
 *
 *	"@5"	the next verdict is of minute 5
 *	">7"	and was judged in minute 7 (else: in its own)
 *	"l12"	those of earlier minutes, from now on, were judged late, in
 *		minute 12
 *	"t35"	a tick in minute 35
 *	"c35"	somebody closes all that is open, in the middle of minute 35
 *	"$AE"	these are the regions from now on
 *	"m3-9"	there is a maintenance "disks", from minute 3 to 9
 */
#ifndef NIGHTS_H
#define NIGHTS_H

#include "incident/machine.h"
#include "records/maintenance.h"

/* A full minute: 2026-04-29T17:50:00Z. */
#define NIGHT_START 1777485000
#define NIGHT_SIZE 8192

struct night {
	struct alert_state st;
	struct alert_events events; /* of the whole night */
	struct conf_policy policy;
	char regions[27]; /* the expected ones, letters */
	const char *url;  /* of the server */
	const char *said; /* by the server, of each failure; or NULL */
	bool refused;	  /* our credential is, where a server fails */
	double apart;	  /* seconds between the probes of two regions */
	bool sides;	  /* verdicts say who sees what; b has put for get */
	struct planned maintenance; /* of no server at first */
	bool bare;	     /* it has no reason */
	int minute;	     /* of the next verdict */
	int judged;	     /* minute of judging; -1: in its own */
	int late;	     /* minute of judging earlier ones; 0: none */
	double now;	     /* the wall clock, INFINITY at first */
	void (*between)(struct night *n); /* before each verdict, or NULL */
};

/* night_init(n, regions): before the first verdict, with the usual numbers. */
void night_init(struct night *n, const char *regions);
void night_release(struct night *n);

/* night_hash(letter): the hash that a letter stands for. */
const char *night_hash(char letter);

/* night_run(n, text): run these verdicts. Fails the test if it cannot. */
void night_run(struct night *n, const char *text);

/*
 * night_tell(n, out): what has happened, to out, which has NIGHT_SIZE bytes:
 *
 *	"2 regional_started P2 0 x3 tls/transport [E] | 8 regional_resolved …"
 *
 * minute, event, severity, minute of the first failure (and after '-' that of
 * the recovery), failing windows, step and layer, regions. "held" stands before
 * what a maintenance holds.
 */
void night_tell(const struct night *n, char *out);

/* A night, and all that is told of it, as night_tell says it. */
struct night_case {
	const char *name;
	const char *regions;
	const char *verdicts;
	const char *events;
};

/* night_check(cases, n): fails the test at the first case that differs. */
void night_check(const struct night_case *cases, size_t n);

#define NIGHT_CHECK(cases) night_check(cases, sizeof cases / sizeof *cases)

#endif
