/* SPDX-License-Identifier: MIT */
/*
 * retention.h: how many seconds the keys of keys.h live from their last write.
 * A key that is not named here does not expire.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

/* Of one slug, by the functions of keys.h. */
/* key_probe and key_head, by default: see `retention` in fleet.yaml(5). */
#define RETENTION_EVIDENCE_S (24 * 3600)
#define RETENTION_PASSING_S 600 /* key_reporters, too */
#define RETENTION_ROW_S (48 * 3600) /* or as long as evidence */
#define RETENTION_LATENCY_HOUR_S (26 * 3600) /* read for 25 hours */
#define RETENTION_LATEST_S (7 * 86400)
#define RETENTION_HASH_S (30 * 86400) /* key_tool_hash, key_tools */
/* key_definitions, and what it holds from when no region sees it any more. */
#define RETENTION_DEFINITIONS_S (90 * 86400)
#define RETENTION_VERDICT_S (7 * 86400) /* KEY_REGIONS, too */
/* Latency of days, counted; KEY_SPOOLS, KEY_DOCTOR. */
#define RETENTION_ROLLUP_S (35 * 86400)
/*
 * A page shows 90 days of minutes; it may be past midnight elsewhere.
 * key_private lives as long as what it guards.
 */
#define RETENTION_MINUTES_DAYS 92
#define RETENTION_MINUTES_S (RETENTION_MINUTES_DAYS * 86400)
#define RETENTION_ERRORS_HOUR_S (2 * 3600) /* read until the next one ends */
#define RETENTION_ERRORS_DAY_S (5 * 86400)
#define RETENTION_BASELINE_S (2 * 86400)
#define RETENTION_LATE_S 3600 /* as long as a minute may be judged late */
#define RETENTION_PLACES_S (8 * 86400)
#define RETENTION_ALERT_S (30 * 86400) /* not while an incident is open */
/* Of an incident from its beginning, unless it is open; key_incidents. */
#define RETENTION_INCIDENTS_DAYS 92
#define RETENTION_INCIDENTS_S ((RETENTION_INCIDENTS_DAYS + 1) * 86400)

/* Of the fleet, or of a route. */
#define RETENTION_MAINTENANCE_S (35 * 86400) /* and from the end of each */
#define RETENTION_HISTORY_S (93 * 86400) /* whole days, of 92 */
/* key_report: 13 months, from its last write. */
#define RETENTION_REPORT_S (400 * 86400)
#define RETENTION_BUDGET_S (2 * 3600)
#define RETENTION_DIGEST_S 120 /* less where its owner is known to be gone */
#define RETENTION_INBOX_S 3600 /* as long as a minute may be judged late */
#define RETENTION_TARGETS_S 86400
#define RETENTION_CONSOLE_S 86400 /* KEY_CONSOLE; a form is good for 12 h */
#define RETENTION_SIGNUPS_S (2 * 3600) /* key_signups */
#define RETENTION_NEWS_S (2 * 86400) /* KEY_NEWS, KEY_SIGNUPS */
#define RETENTION_RESTORE_S 60 /* KEY_RESTORE; no batch takes longer */

#endif
