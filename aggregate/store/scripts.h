/*
 * scripts.h: what must change together in the store, as scripts that run there.
 * Their texts are the files *.lua beside this one; uptime.lua, for example, counts
 * each minute once. The Makefile says which files make a script.
 */
#ifndef STORE_SCRIPTS_H
#define STORE_SCRIPTS_H

/*
 * script_ingest: take in the records of one probe. The result is the same
 * whatever the order, and however often, probes and pieces of them arrive.
 * tally.lua has how a probe is counted, tool_lists.lua and tool_room.lua how
 * lists of tools are kept.
 *
 * KEYS: 1 probe, 2 reporters, 3 latest, 4 tool-hash, 5 latency of the hour and
 *       6 of the day, 7 errors of the hour and 8 of the day, 9 baseline,
 *       10 tools, 11 head
 * ARGV: 1 region, 2 probe id, 3 probe_started_at with 6 decimals, 4 the tool
 *       hash of its summary or "-", 5 field and 6 text of its tools or "",
 *       7 "1" where it is to be counted; 8 the life in seconds of probe; 9 the
 *       most bytes of lists of tools; the lives of 10 latest, 11 tool-hash,
 *       12 latency; 13 the instant after which a probe is from the future;
 *       14 the minute of the hour and 15 the hour of the day in which it
 *       started, 16 the life of the errors of an hour and 17 of a day, 18 the
 *       day; 19 how many of its pieces follow; 20 the most bytes of the array
 *       at KEYS[1]; then pairs of mark and text of these pieces, and after them
 *       of those that `latest` keeps; see batch.h
 *
 * Nothing is found in the text of a record: it has no raw control character in
 * it, so that ",\n" and tabs part one from the next; and all that the script
 * needs to know of them stands beside. The head of KEYS[1] is
 *
 *	"<id> <at> <1 where it was counted, else 0> <mark> <mark> …"
 *
 * with the marks of its records in their order; a row of `latest`
 *
 *	"<at>\t<id>\t<tool hash or -> <mark> …\t<record>\t…"
 *
 * A KEYS[1] without a head, and rows whose third column is a record, are from
 * before there were any: they stay until they expire, or fall out.
 *
 * Of the probes of one window and region, the one that started first stands at
 * KEYS[1], of equals that with the lower id, and it alone is counted: in the
 * histograms where it was not broken, in the errors once it is whole, see
 * offline/collect.h. `latest` keeps the last 16 of a region, beside them as
 * many from the future, and the newest that has a hash, however old; of those
 * that started at one instant the same one.
 *
 * Returns 1; or a text, and nothing was changed: why it cannot be taken in. So
 * it is with a probe whose id an earlier one has that `latest` still holds, and
 * one that would grow too large.
 */
extern const char script_ingest[];

/*
 * script_figures: what the figures of a server are read from. One script, as so
 * many commands cost three times as much; and hours are added up where they
 * are, so that thousands of buckets need not travel. Nothing is written.
 *
 * KEYS: 1 baseline, 2 to 3 errors of hours, 4 to 7 of days, then latency of
 *       hours
 * Returns the values of the first seven; then, of all these hours
 * together, the buckets that hold the median and the 95th percentile, '-' where
 * there is none.
 */
extern const char script_figures[];

/*
 * script_baseline: the baseline as of a day, from the store or, where it is of
 * another day or was dropped since, reckoned anew and kept.
 *
 * KEYS: 1 baseline, then latency of each whole day
 * ARGV: 1 the day as of which, 2 how many probes make a baseline, 3 its life
 * Returns the value of key_baseline.
 */
extern const char script_baseline[];

/*
 * A minute is counted where its bit in the key `counted` of its day is not yet
 * set. A day that has counts and no such key was counted by those who knew no
 * such keys: then every minute up to the last published one is taken for
 * counted, so that none is counted twice.
 */

/*
 * script_uncount: what the probe of a window was counted as, by script_ingest,
 * is taken back, once: its region was cut off. KEYS and ARGV are numbered as
 * those of script_ingest; read are 1, 5 to 8 and 11, and 3, 14 and 15.
 */
extern const char script_uncount[];

/*
 * script_publish: publish a verdict and count its minute, unless that or a
 * later one was published already.
 *
 * KEYS: 1 verdict, 2 minutes, 3 tools, 4 counted
 * ARGV: 1 window, 2 the verdict up to the value of its uptime_30d, and 3 from
 *       behind that on, 4 its colour, 5 life of the verdict, 6 of minutes, 7 of
 *       tools and 8 of counted in seconds, 9 of how many days minutes are kept,
 *       then pairs of field and text to set in tools, "" for one to be deleted
 * Returns the verdict that stands published now.
 */
extern const char script_publish[];

/*
 * script_count: count minutes of one day that nobody has counted. Published is
 * nothing; the verdicts on those that are counted now are kept where there is a
 * third key.
 *
 * KEYS: 1 minutes, 2 counted, 3 late or none
 * ARGV: 1 day, 2 life of minutes and 3 of counted in seconds, then pairs of a
 *       minute of the day, from 0, and its colour; with late, 4 its life, then
 *       triples of these and a verdict
 * Returns the minutes of these that were not counted before.
 */
extern const char script_count[];

#endif
