/* SPDX-License-Identifier: MIT */
/*
 * probe.h: the records of mcp-records(5) that a probe's side writes and the
 * aggregator reads: step, tool, probe and runner.
 */
#ifndef RECORDS_PROBE_H
#define RECORDS_PROBE_H

#include "base/buf.h"
#include "terms/names.h"
#include "terms/stale_cache_check.h"

#include <cjson/cJSON.h>

#define RECORD_VERSION 1
/* The most that the detail of a step may take. */
#define RECORD_DETAIL_MAX 4096
/* Room for a URL and its NUL; mcp-probe takes no longer one. */
#define RECORD_URL_SIZE 2048
/* The most that the line of a runner may take. */
#define RECORD_RUNNER_MAX 4096
/*
 * The most lines of one probe, and the most bytes that record_write makes of
 * them, with two between each and the next in place of the newline.
 */
#define RECORD_PROBE_LINES 9
#define RECORD_PROBE_MAX (64 * 1024)
#define RECORD_JOINT 2
/*
 * The most bytes of the definition of a tool, in the form of RFC 8785; and of all
 * lines with those of one probe.
 */
#define RECORD_DEFINITION_MAX (64 * 1024)
#define RECORD_DEFINITIONS_MAX (1024 * 1024)

/* The most characters of a server's message about its failure. */
#define RECORD_SAID_MAX 120

/* How many digits of a digest tell one definition, or list, from the others. */
#define DIGEST_HEAD 16

/* Members that all lines of one probe share. */
struct probe_key {
	const char *slug;
	const char *region;
	const char *probe_id;
	double started_at; /* epoch seconds */
	/* These members as probe_key_write wrote them, or NULL. */
	const char *text;
};

struct step_record {
	struct probe_key key;
	enum step step;
	enum step_status status;
	double ms;	     /* NAN where the record has null */
	const char *error;   /* a dotted code, or NULL */
	const char *message; /* one line for people, or NULL */
	const char *detail;  /* the text of a JSON object; NULL for {} */
};

struct tool_digest {
	const char *name; /* may hold what json/json.h says a string may hold */
	char contract[HASH_HEX + 1];
	char full[HASH_HEX + 1];
};

/* A tool's definition: its full digest is the SHA-256 of this. */
struct tool_record {
	struct probe_key key;
	const char *name; /* as in the tools of the summary */
	const char *digest;
	const char *definition; /* in the form of RFC 8785 */
};

/*
 * Members of a probe that its verdict repeats of each region. A new one has a row
 * in FINDING_ROWS; a text is also kept by add_probe (aggregate/histories).
 */
struct probe_findings {
	const char *said; /* by the server, of its failure; or NULL */
	bool clients_refused; /* those of 2026-07-28, and no others */
};
#define FINDING_SAID(T)                                                        \
	FIELD("said", T, found.said, FIELD_LAX | FIELD_OMIT | FIELD_CLEAN,     \
		.max = RECORD_SAID_MAX)
#define FINDING_ROWS(T)                                                        \
	FIELD("clients_refused", T, found.clients_refused,                     \
		FIELD_LAX | FIELD_OMIT)

struct probe_record {
	struct probe_key key;
	const char *url; /* or NULL */
	enum region_state state;
	enum step failed_step; /* STEP_NONE where none failed */
	const char *error;     /* or NULL */
	double total_ms;
	const char *protocol; /* or NULL */
	enum era era;	      /* ERA_NONE where none was agreed on */
	const char *tool_hash; /* or NULL */
	const char *full_hash; /* or NULL */
	int tool_count;	       /* -1 where unknown */
	const struct tool_digest *tools; /* NULL: not in the record */
	size_t n_tools;
	const struct cache_check *cache; /* NULL: not known */
	/* The result of record_tools_write, in place of `tools`; or NULL. */
	const char *tools_text;
	/* How many definitions were asked for and cannot be sent. */
	int definitions_left_out;
	struct probe_findings found;
};

struct runner_record {
	const char *region;
	double at; /* epoch seconds */
	enum runner_status status;
	const char *version; /* or NULL */
	const char *message; /* or NULL */
	/* How far its clock is ahead, in seconds, where that was measured. */
	bool measured;
	double offset_min, offset_max;
	/* Canaries of its region; both 0: none was probed. */
	int canaries_answered, canaries_failed;
	/* The region by the runner's own settings; written, and never read. */
	const char *own_region; /* or NULL */
	/* Which machine it is: two runners that share one of these are one, see
	   collect_machine. */
	const char *host_key; /* or NULL */
	const char *egress;   /* a public address, or NULL */
	const char *pop; /* of a platform, where it runs; or NULL */
};

/* The most canaries that a region may have. */
#define RECORD_CANARIES_MAX 8

/*
 * x_record_write(b, r): append the record as a line, its newline included.
 * Foreign text is cut and cleaned on the way. Of a definition nothing is lost: what
 * cannot be seen in a tool record is escaped. A probe record leaves its tools out where the
 * line would pass the limit of a line; of a runner record the text is cut further
 * where it would pass RECORD_RUNNER_MAX.
 */
void step_record_write(struct buf *b, const struct step_record *r);
void tool_record_write(struct buf *b, const struct tool_record *r);
void probe_record_write(struct buf *b, const struct probe_record *r);
void runner_record_write(struct buf *b, const struct runner_record *r);

/* probe_key_write(b, k): append the members that k has in each record of its
   probe to b, which is empty. */
void probe_key_write(struct buf *b, const struct probe_key *k);

/*
 * record_tools_write(b, tools, n): append the tools as the object that is the
 * member "tools" of a probe record: names are cut and cleaned, and of names that
 * become equal the first counts.
 */
void record_tools_write(struct buf *b, const struct tool_digest *tools,
	size_t n);

/* Of RECORD_EXPIRY (expiry.h), RECORD_SPOOL (spool.h), RECORD_DOCTOR (doctor.h)
   only the type is read. */
enum record_type {
	RECORD_STEP,
	RECORD_PROBE,
	RECORD_RUNNER,
	RECORD_TOOL,
	RECORD_EXPIRY,
	RECORD_SPOOL,
	RECORD_DOCTOR
};

struct record {
	enum record_type type;
	union {
		struct step_record step;
		struct probe_record probe;
		struct runner_record runner;
		struct tool_record tool;
	} u;
	cJSON *doc;		   /* owns the strings */
	struct tool_digest *tools; /* owns u.probe.tools */
	struct cache_check cache;  /* is u.probe.cache, if there is one */
	char *detail; /* owns u.step.detail, or u.tool.definition */
};

/* Room for the reason why a line was refused. */
#define RECORD_WHY FIELD_WHY

/* The members of each record, but for v and type. */
extern const struct field step_fields[], tool_fields[], probe_fields[],
	runner_fields[];

/*
 * record_type(doc, why): the type of a record whose version is known, or NULL
 * and why.
 */
const char *record_type(const cJSON *doc, char *why);

/*
 * record_read(p, n, r, why): read a line of n bytes, without its newline. 0,
 * and then record_release frees what *r holds; or -1, and why, which has
 * RECORD_WHY bytes, says what is wrong with it. What was read is within the
 * limits of mcp-records(5): text is cut and cleaned, a detail or a line that is
 * too long is refused, and so is a definition that is not what its digest is of. Of
 * members that are not known nothing is kept but in
 * doc.
 */
int record_read(const char *p, size_t n, struct record *r, char *why);
void record_release(struct record *r);

/*
 * record_write(b, r): append a record that was read, as we would write it: the
 * members that we know, without tools and how many definitions were left out;
 * nothing where only the type was read.
 * record_size(r): how many of the RECORD_PROBE_MAX bytes of its probe
 * it takes.
 */
void record_write(struct buf *b, const struct record *r);
size_t record_size(const struct record *r);

/*
 * record_put(b, type, fields, s, l): append a record of any type without a
 * newline; l as in fields_put. record_put_within(b, most, type, fields, s,
 * chars): as a line of `most` bytes at most; text that is cleaned is cut to so
 * many characters, and to half and half again while the line is too long.
 */
void record_put(struct buf *b, const char *type, const struct field *fields,
	const void *s, const struct field_limits *l);
void record_put_within(struct buf *b, size_t most, const char *type,
	const struct field *fields, const void *s, size_t chars);

#endif
