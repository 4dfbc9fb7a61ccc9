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
 * answered with 429; a ',' and letters behind all that: these have no data.
 * "*3" is the same for three minutes.
 *
 *	"@5"	the next verdict is of minute 5
 *	">7"	and was judged in minute 7 (else: in its own)
 *	"t35"	a tick in minute 35
 */
#ifndef NIGHTS_H
#define NIGHTS_H

#include "../../alertd/machine.h"

/* A full minute: 2026-04-29T17:50:00Z. */
#define NIGHT_START 1777485000
#define NIGHT_SIZE 8192

struct night {
	struct alert_state st;
	struct alert_events events; /* of the whole night */
	struct conf_policy policy;
	const char *regions; /* the expected ones, letters */
	int minute;	     /* of the next verdict */
	int judged;	     /* -1: in that minute */
	double now;	     /* the wall clock, INFINITY at first */
	void (*between)(struct night *n); /* before each verdict, or NULL */
};

/* night_init(n, regions): before the first verdict, with the usual numbers. */
void night_init(struct night *n, const char *regions);
void night_release(struct night *n);

/* night_run(n, text): run these verdicts. Fails the test if it cannot. */
void night_run(struct night *n, const char *text);

/*
 * night_tell(n, out): what has happened, to out, which has NIGHT_SIZE bytes:
 *
 *	"2 regional_started P2 0 x3 tls/transport [E] | 8 regional_resolved …"
 *
 * minute, event, severity, minute of the first failure (and after '-' that of
 * the recovery), failing windows, step and layer, regions.
 */
void night_tell(const struct night *n, char *out);

#endif
