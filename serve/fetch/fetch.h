/* SPDX-License-Identifier: MIT */
/*
 * fetch.h: what the answers need of the store. A function makes one round trip.
 * It returns 0, or -1 where the store did not answer, which is logged. Strings
 * from it live until the next round trip. Lists of servers:
 * fetch/fetch_listing.h.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "data/maintenance.h"
#include "data/page_data.h"
#include "store/beat.h"

#include <stdbool.h>
#include <stddef.h>

struct incident_rows;
struct source;
struct store_reply;

/*
 * fetch_server(s, slug, token, server, verdict): the entry and the published
 * verdict of a server, JSON, each NULL if there is none; `token` is the SHA-256
 * of the token that was shown, or NULL. For a private server and not its token,
 * the store is asked, and answers, the same as for a server that does not
 * exist: so that takes the same time.
 */
int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict);

/*
 * fetch_account_entry(s, account, token, json): the entry of an account, JSON,
 * if `token` is the SHA-256 of its token; else NULL.
 */
int fetch_account_entry(struct source *s, const char *account,
	const char *token, const char **json);

/*
 * fetch_token_account(s, token, account): the name of the account whose token has
 * this SHA-256, which has room for SLUG_MAX and a NUL; "" where there is none.
 */
int fetch_token_account(struct source *s, const char *token, char *account);

/*
 * fetch_account_digest(s, account, sha256): the SHA-256 of the token of the
 * account of that name, in sha256, which has SHA256_HEX bytes; "" where there is
 * none. The store is asked, and answers, as much of a name that is none.
 */
int fetch_account_digest(struct source *s, const char *account, char *sha256);

/*
 * fetch_stages(s, at, regions): when each stage ran last; NAN for never; and
 * what KEY_REGIONS holds, or NULL, unless `regions` is NULL.
 */
int fetch_stages(struct source *s, double at[STAGES], const char **regions);

/*
 * fetch_runs(s, texts): what the last run of each stage did and took, for
 * heartbeat_run_read; NULL where that is not known.
 */
int fetch_runs(struct source *s, const char *texts[STAGES]);

/* fetch_site(s, json): the entry of the site for brand_read, or NULL. */
int fetch_site(struct source *s, const char **json);

/* fetch_undelivered(s, n): how many servers have undelivered events. */
int fetch_undelivered(struct source *s, double *n);

/*
 * fetch_unnotified(s, fails): whether operators could not be notified: an error of
 * mcp-alert has named an event that still waits, see fallback_say there. Of the
 * servers with undelivered events, FETCH_UNNOTIFIED are looked at.
 */
#define FETCH_UNNOTIFIED 64
int fetch_unnotified(struct source *s, bool *fails);

/* fetch_maintenances(s, list): what is planned; maintenance_list_release it. */
int fetch_maintenances(struct source *s, struct maintenance_list *list);

/*
 * fetch_forget_plan(s), fetch_forget_incidents(s): free what is kept of the
 * plan, of incidents.
 */
void fetch_forget_plan(struct source *s);
void fetch_forget_incidents(struct source *s);

/* fetch_close(s): forget all that is kept of answers, and disconnect. */
void fetch_close(struct source *s);

/*
 * fetch_heartbeats(r, at): read the heartbeats of all stages from the reply to
 * HMGET.
 */
void fetch_heartbeats(const struct store_reply *r, double at[STAGES]);

/* ---- One server. */

/* JSON as the store holds it, or NULL; lives until the next round trip. */
struct fetched {
	const char *server, *verdict, *site;
};

/*
 * fetch_page(s, slug, token, now, past, got, d): the status page of a server as
 * of now; without `past` only its present: open incidents and maintenances.
 * tool_split, maintenance_now and maintenance_next depend on the entry and the
 * verdict in *got, and are left zero. Where the client may not know of the
 * server, see fetch_server, *got is all NULL. The caller releases incidents,
 * maintenance and watched, and takes the verdict into watched. -1, and nothing
 * to release, where the store did not answer.
 */
int fetch_page(struct source *s, const char *slug, const char *token,
	double now, bool past, struct fetched *got, struct page_data *d);

/* A server and its tools, as the store holds them. */
struct fetched_tools {
	struct fetched got;
	const char **pairs; /* of key_definitions: field and value in turn */
	size_t n;
};

/*
 * fetch_tools(s, slug, token, t): 0, and then fetch_tools_release frees *t, whose
 * strings live until the next round trip; there are none where the client may not
 * know of the server. Or -1.
 */
int fetch_tools(struct source *s, const char *slug, const char *token,
	struct fetched_tools *t);
void fetch_tools_release(struct fetched_tools *t);

/*
 * fetch_tool_count(s, slug, token, n): how many tools the newest list of a server
 * has that any region got; -1 in *n where that is not known, or the client may not
 * know of the server. 0; or -1.
 */
int fetch_tool_count(struct source *s, const char *slug, const char *token,
	int *n);

/*
 * ---- Reports on months, as mcp-aggregate(1) wrote them. What a report says of
 * a server is shown to anybody, as long as anybody may know of the server:
 * whether that is so is asked anew each time.
 */

/* How many months are looked for, the current one included. */
#define REPORT_MONTHS 14

/*
 * fetch_report_months(s, now, months): the months that have a report, as in
 * base/clock.h, the newest first, to months, which has room for REPORT_MONTHS.
 * How many there are; or -1.
 */
int fetch_report_months(
	struct source *s, double now, int months[REPORT_MONTHS]);

/*
 * fetch_report(s, month, head): the report on "2026-11". 1: and
 * month_report_release frees what *head holds; 0: there is none; -1: as in
 * fetch.h, or it cannot be read, which is logged.
 */
int fetch_report(struct source *s, const char *month, struct report_head *head);

/* Some of the servers of a report, in their order. */
struct report_part {
	struct report_entry *v; /* n, those that anybody may know of */
	size_t n;
	size_t hidden; /* of the others */
	cJSON **docs;  /* own the strings of the rows */
	size_t n_docs;
};

/* The most servers that are read in one round trip. */
#define REPORT_BATCH (10 * REPORT_ROWS)

/*
 * fetch_report_part(s, month, as_of, from, n, part): the n servers, at most
 * REPORT_BATCH, from number `from`, a multiple of REPORT_ROWS, on. 1, and
 * report_part_release frees what *part holds; 0: the report has been made anew
 * since as_of, or is no more; -1: as fetch_report.
 */
int fetch_report_part(struct source *s, const char *month, int64_t as_of,
	size_t from, size_t n, struct report_part *part);
void report_part_release(struct report_part *part);

/* ---- Incidents of many servers, and planned maintenances. */

/*
 * fetch_incidents(s, rows): those of all public servers, sorted; 0, and *rows
 * is valid until the next call, for a source that reads `once` until
 * fetch_close; or -1.
 *
 * fetch_own_incidents(s, slugs, n, token, rows): those of the servers, of n, that
 * are public, or private and shown by this digest of a token (NULL: none is).
 * Whatever it returns, incident_rows_release frees what *rows holds.
 */
int fetch_incidents(struct source *s, const struct incident_rows **rows);
int fetch_own_incidents(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows);

/*
 * fetch_plan(s, now, p): what is planned, for all servers; plan_release it. 0, or
 * -1. plan_of(p, slug, account): what goes on now for that server; it
 * lives as long as *p. plan_soon(p, slug, account): when the next one begins for it,
 * epoch seconds; 0 where none begins within PLAN_SOON_S.
 */
#define PLAN_SOON_S (3 * 86400)

struct plan {
	struct maintenance_list list;
	size_t *near; /* the records that may go on now */
	size_t n_near;
	struct occurrence *soon; /* the next time of each record, if it is soon */
	size_t n_soon;
	double max_s; /* see struct brand */
	double now;
};

int fetch_plan(struct source *s, double now, struct plan *p);
struct occurrence plan_of(struct plan *p, const char *slug,
	const char *account);
int64_t plan_soon(const struct plan *p, const char *slug, const char *account);
void plan_release(struct plan *p);

/*
 * fetch_kept_plan(s, now, p): what is planned, kept in memory as the list of servers
 * is (fetch/fetch_listing.h). fetch_maintained(s, slug, account, now, goes_on):
 * whether a maintenance of that server, whose account may be NULL, goes on now. 0;
 * or -1.
 */
int fetch_kept_plan(struct source *s, double now, struct plan **p);
int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on);

#endif
