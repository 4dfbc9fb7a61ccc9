/* SPDX-License-Identifier: MIT */
/*
 * notifier.h: verdicts in, events sent and delivered. What the machine decides
 * is stored together with what has to be delivered before anything is sent, so
 * that neither a crash nor a second mcp-alert loses a page or sends it twice.
 */
#ifndef ALERTD_NOTIFIER_H
#define ALERTD_NOTIFIER_H

#include "incident/incident.h"
#include "records/verdict.h"
#include "run.h"

#include <stdbool.h>

struct ack_request;
struct ack_result;
struct worker_watch;
struct expiry_record;
struct maintenance;
struct silence;
struct strings;
struct route_test_request;

/* Opaque. */
struct notifier;

struct notifier *notifier_new(const struct run *setup);
void notifier_free(struct notifier *p);

/*
 * notifier_verdicts(p, v, n): take verdicts of one minute, on n different
 * servers, into account: their events are delivered and printed. A minute that
 * was judged late need not be brought again then, unless anything failed, or
 * this is a dry run. notifier_tick(p, slugs): let time go by for these servers,
 * of which none is there twice.
 */
void notifier_verdicts(
	struct notifier *p, const struct verdict_record *v, size_t n);
void notifier_tick(struct notifier *p, const struct strings *slugs);

/*
 * notifier_flush(p): a round of verdicts is over: tell what waited to be sent
 * together with others.
 */
void notifier_flush(struct notifier *p);

/* notifier_now(p, t): from now on, t is the time. */
void notifier_now(struct notifier *p, double t);

/*
 * notifier_ack(p, slug, q): what somebody says of open incidents of a server,
 * and what came of it; see incident/incident.h. All 0 where the store
 * failed.
 */
struct ack_result notifier_ack(struct notifier *p, const char *slug,
	const struct ack_request *q);

/*
 * notifier_by_hand(p, slugs, q): do what q says to each of these states;
 * BY_HAND_DONE where it did so to one of them, else what came of the last.
 */
enum by_hand_result notifier_by_hand(struct notifier *p,
	const struct strings *slugs, const struct by_hand *q);

/*
 * notifier_test(p, slug, q, w): test the routes that a P1 of that server would
 * reach; w hears of each whether it arrived. What it does not hear of goes with
 * a digest, is sent by another process, or the store failed.
 */
void notifier_test(struct notifier *p, const char *slug,
	const struct route_test_request *q, const struct worker_watch *w);

/*
 * notifier_expiry(p, r): take an expiry record into account. What regions say
 * of one server is sent together: by the next notifier_sweep.
 */
void notifier_expiry(struct notifier *p, const struct expiry_record *r);

/*
 * notifier_maintenance(p, m), notifier_silence(p, s): in a dry run, take such a
 * record into account, which is p's from then on. False, and m stays the
 * caller's, where it is no dry run: then only maintenances in the store count,
 * for other processes see only those.
 */
bool notifier_maintenance(struct notifier *p, struct maintenance *m);
bool notifier_silence(struct notifier *p, struct silence *s);

/*
 * notifier_sweep(p): tell what expires and whether the pipeline stands still,
 * begin to deliver what is due of all servers, and tell that we are alive.
 * notifier_wait(p, fd, ms): go on delivering until fd can be read, or for ms
 * milliseconds; less than 0: for as long as it takes. Whether it can be read.
 * notifier_finish(p): notifier_sweep, and go on until all is delivered, or has
 * failed; see worker_finish.
 */
void notifier_sweep(struct notifier *p);
bool notifier_wait(struct notifier *p, int fd, int ms);
void notifier_finish(struct notifier *p);

/*
 * notifier_store_outage(run, url, why): this run could not use the store at
 * that address, and why; NULL: it could. Notify of that, with a state in a
 * local file; run->states is not used. False: something failed or is left for a
 * later run, and an error is logged.
 */
bool notifier_store_outage(
	const struct run *run, const char *url, const char *why);

/*
 * notifier_swept(p): seconds since the last sweep.
 * notifier_failed(p): whether the store failed, or standard output where it is
 * waited for, or a delivery is left for a later run. The operator has been
 * notified. notifier_store_why(p): why the store could not be used in the last
 * sweep; NULL: it could.
 */
double notifier_swept(const struct notifier *p);
bool notifier_failed(const struct notifier *p);
const char *notifier_store_why(const struct notifier *p);

/*
 * notifier_trouble(p): what, by the last sweep, keeps somebody from being
 * notified of an outage: the store failed, a stage is stalled, or an event
 * got neither to its route nor to the fallback in time, see routing/fallback.c.
 * A constant; NULL where all is well.
 */
const char *notifier_trouble(const struct notifier *p);

#endif
