/* SPDX-License-Identifier: MIT */
/*
 * api.h: the answers for programs: the feed and the calendar of a server or of
 * many, metrics, reports as tables, openapi.json, and what search engines read.
 * Pure.
 */
#ifndef API_API_H
#define API_API_H

#include "base/buf.h"
#include "base/stats.h"
#include "data/maintenance.h"
#include "http/escape.h"
#include "store/beat.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct brand;
struct incident_rows;
struct listing;
struct report_entry;
struct report_head;
struct status_page;
struct tool_history;
struct view;

/*
 * calendar_put(b, servers, n, times, n_times): append those times that are for
 * one of the servers, as iCalendar (RFC 5545).
 */
void calendar_put(struct buf *b, const struct maintained *servers, size_t n,
	const struct occurrence *times, size_t n_times);

/*
 * feed_put(b, subject): append the incidents and planned maintenances of a
 * server as an Atom feed (RFC 4287). Each is one entry, which changes only when
 * there is news of it.
 */
void feed_put(struct html *b, const struct status_page *subject);

/*
 * feed_put_changes(b, subject, history): append the feed of what changed of the tools
 * of a server. Of *subject its data is not read, and may be NULL.
 */
void feed_put_changes(struct html *b, const struct status_page *subject,
	const struct tool_history *history);

/* The feed of all public servers, or of those of an account. */
struct fleet_feed {
	const struct brand *brand;
	const char *account; /* or NULL */
	const struct maintained *servers;
	size_t n_servers;
	const struct incident_rows *incidents;
	const struct occurrence *times; /* of maintenances, of any servers */
	size_t n_times;
	double now;
};

/* feed_put_fleet(b, f): append it. */
void feed_put_fleet(struct html *b, const struct fleet_feed *f);

/* openapi.json, of which the Makefile makes a source file. */
extern const char openapi[];
extern const size_t openapi_size;

/*
 * The published verdicts as metrics, in the text format of Prometheus, version
 * 0.0.4. A sample without a value is left out, and so is a metric without a
 * sample.
 */
struct prometheus_server {
	const char *slug;
	const struct view *view;
	size_t expected; /* regions configured for it; 0 if not known */
};

/* The last run of a stage. */
struct prometheus_run {
	enum stage stage;
	double at; /* its end, epoch seconds */
	struct stats took;
};

/* A region, and what it delivered, of public servers; NAN: not known. */
struct prometheus_region {
	char name[REGION_MAX + 1];
	double expected, reported; /* servers */
	double last; /* when its newest probe started, epoch seconds */
};

/* The most regions on a scrape. */
#define PROMETHEUS_REGIONS 256

/* All servers, and how far prometheus_more has come; begin with zeros. */
struct prometheus_fleet {
	double now;	    /* epoch seconds */
	double at[STAGES];  /* heartbeats, epoch seconds; NAN for never */
	double undelivered; /* servers with events not delivered yet */
	double left_out;    /* lines of lists of servers; NAN: not known */
	struct prometheus_run runs[STAGES];
	size_t n_runs;
	struct prometheus_region regions[PROMETHEUS_REGIONS];
	size_t n_regions;
	size_t n;	    /* public servers */
	struct prometheus_server (*server)(
		const struct prometheus_fleet *f, size_t i); /* each of them */
	const void *servers; /* for that function */
	size_t gauge, next;  /* what is appended next */
	bool headed;
};

/* prometheus_put(b, server): append the four gauges of the contract. */
void prometheus_put(struct buf *b, const struct prometheus_server *server);

/*
 * prometheus_more(f, b, piece): append all gauges of all servers, and those of
 * the fleet, until b holds that many bytes or a line more; true where there is
 * more to come, for a metric after the other needs all servers each.
 */
bool prometheus_more(struct prometheus_fleet *f, struct buf *b, size_t piece);

/*
 * A report on a month, as JSON and as CSV (RFC 4180), in pieces.
 * report_json_begin(b, head), report_json_entry(b, e, first),
 * report_json_end(b): append the beginning, a server, and the end.
 */
void report_json_begin(struct buf *b, const struct report_head *head);
void report_json_entry(struct buf *b, const struct report_entry *e, bool first);
void report_json_end(struct buf *b);

/*
 * report_csv_begin(b), report_csv_entry(b, month, e): append the line with the
 * names of the columns; the line of a server. What a program for tables would
 * take for a formula has an apostrophe before it.
 */
void report_csv_begin(struct buf *b);
void report_csv_entry(
	struct buf *b, const char *month, const struct report_entry *e);

/*
 * For search engines, of the site as a whole: robots.txt (RFC 9309), and its
 * sitemap (https://www.sitemaps.org/protocol.html), in parts, so that each is
 * small however many servers there are.
 */
/* The servers of a part; 50,000 addresses are allowed in a file. */
#define SITEMAP_SERVERS 1000

/* sitemap_robots(b, site): robots.txt of a site; its address, or "". */
void sitemap_robots(struct buf *b, const char *site);

/* sitemap_parts(servers): how many parts there are, at least one. */
size_t sitemap_parts(size_t servers);

/* sitemap_list(b, site, parts): append the list of the parts. */
void sitemap_list(struct html *b, const char *site, size_t parts);

/* Pages that are not of a server. */
struct sitemap_page {
	const char *path;
	int64_t changed; /* epoch seconds; 0: not known */
};

/*
 * sitemap_part(b, site, l, part, pages, n): append a part, from 1 on: its servers
 * of the list, each with the minute of its verdict, of which its page is; and the
 * n pages.
 */
void sitemap_part(struct html *b, const char *site, const struct listing *l,
	size_t part, const struct sitemap_page *pages, size_t n);

#endif
