/* SPDX-License-Identifier: MIT */
/*
 * evaluate.h: what happens to a server is decided on its state, and the state
 * is stored together with what has to be delivered. Then that is delivered and
 * printed. What may be a trouble that servers share waits for evaluate_flush.
 */
#ifndef ALERTD_EVALUATE_H
#define ALERTD_EVALUATE_H

#include "incident/incident.h"
#include "records/alert.h"

#include <stdbool.h>
#include <stddef.h>

struct ack_request;
struct ack_result;
struct alert_event;
struct correlation_reports;
struct correlation_start;
struct expiry_round;
struct run;
struct pipeline;
struct route_test_history;
struct route_test_request;
struct verdict;
struct worker;

/* The kind of an input, and the member of the union that says more. */
enum evaluate_what {
	EVALUATE_TIME,	     /* time went by */
	EVALUATE_VERDICT,    /* verdict */
	EVALUATE_EXPIRY,     /* expiry */
	EVALUATE_PIPELINE,   /* pipeline: what its stages do now */
	EVALUATE_STORE_DOWN, /* why: this run could not use the store */
	EVALUATE_STORE_UP,   /* this run could use it */
	EVALUATE_ACK,	     /* ack: what somebody says of incidents */
	EVALUATE_BY_HAND,    /* by_hand: somebody opens one, or moves it on */
	EVALUATE_TEST,	     /* test: somebody tests the routes */
	EVALUATE_UNTESTED,   /* untested: nobody has for too long */
	EVALUATE_UNWATCHED,  /* it was taken out of the configuration */
	/* In the state of a trouble that servers share, see correlation.c: */
	EVALUATE_SHARED, /* starts: it began on these servers */
	EVALUATE_ENDED,	 /* ends: it ended on these servers */
	EVALUATE_HEARD,	 /* heard: which regions report on its servers */
	/* In the state of one of those servers: */
	EVALUATE_JOIN /* join: its incident is sent as part of the group */
};

struct evaluate_input {
	const char *slug; /* whose state it changes */
	const struct strings *covered; /* of the state, see state.h */
	enum evaluate_what what;
	union {
		const struct verdict *verdict;
		const struct expiry_round *expiry;
		const struct pipeline *pipeline;
		const char *why;
		struct {
			const struct ack_request *request;
			struct ack_result *result; /* is set */
		} ack;
		struct {
			const struct by_hand *request;
			enum by_hand_result *result; /* is set */
		} by_hand;
		const struct route_test_request *test;
		const struct route_test_history *untested;
		struct {
			const struct correlation_start *v;
			size_t n;
		} starts;
		struct {
			const struct alert_event *v;
			size_t n;
		} ends;
		const struct correlation_reports *heard;
		struct {
			enum alert_kind kind;
			const char *group;
		} join;
	} u;
};

/* Opaque. */
struct evaluator;

/* evaluate_new(setup, w): both stay the caller's, who may change setup->now. */
struct evaluator *evaluate_new(
	const struct run *setup, struct worker *w);
void evaluate_free(struct evaluator *e);

/*
 * evaluate_now(e): the time, in whole milliseconds as a state keeps it: what
 * becomes due now is due at once.
 */
double evaluate_now(const struct evaluator *e);

/*
 * evaluate(e, v, n): decide on n inputs, of different slugs: read their states
 * together, and store them together; then deliver and print. After the store
 * failed, inputs are passed over for some seconds.
 */
void evaluate(struct evaluator *e, const struct evaluate_input *v, size_t n);

/*
 * evaluate_flush(e): a round of verdicts is over: tell what has waited, each
 * server by itself, or those with the same trouble together.
 */
void evaluate_flush(struct evaluator *e);

/*
 * evaluate_failed(e): whether the store failed, or standard output where it is
 * waited for; an error is logged.
 */
bool evaluate_failed(const struct evaluator *e);

#endif
