/* SPDX-License-Identifier: MIT */
/*
 * view.h: what the world may know of a server: the published verdict, as it
 * stands at an instant of the reader's own clock.
 *
 * One ETag, one body, to the byte. The age of the last probe is reckoned from
 * when the verdict was published, and so stands still while the verdict is what
 * it should be. From VIEW_LATE_S after as_of on, it grows by whole minutes, and
 * the ETag says by how many.
 */
#ifndef DATA_VIEW_H
#define DATA_VIEW_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/phrase.h"
#include "terms/names.h"

#include <stddef.h>
#include <stdint.h>

/* From this age on the next verdict is overdue, and the view says so. */
#define VIEW_LATE_S 120
/* A verdict older than this says nothing about now. */
#define VIEW_STALE_S 300

enum freshness {
	VIEW_NONE,  /* never judged */
	VIEW_STALE, /* no verdict within VIEW_STALE_S */
	VIEW_FRESH
};

enum place {
	PLACE_WORKING,
	PLACE_NOT_WORKING,
	PLACE_NO_DATA,
	PLACE_UNCHECKED /* our checks from there are kept out */
};
#define PLACE_STATES (PLACE_UNCHECKED + 1)

struct view_region {
	char name[REGION_MAX + 1];
	enum place place;
	double since;  /* epoch seconds; NAN where it is not known */
	double p95_ms; /* whole; NAN where there is none */
	bool refused; /* our credential is, there */
};

#define VIEW_ETAG 64

struct view {
	enum freshness freshness;
	/* The rest is for a view that is not VIEW_NONE. */
	enum verdict_colour verdict; /* green, amber or red */
	enum checks checks; /* why, where that says nothing of the server */
	/* tools.lock has the server; its tools are other ones. */
	bool pinned, unapproved;
	bool tools_differ; /* it is not green because of what its tools are */
	int64_t as_of;		     /* epoch seconds */
	char as_of_text[CLOCK_RFC3339];
	double uptime_30d;	     /* percent; NAN where there is none */
	double p95_ms;		     /* whole; NAN where there is none */
	char last_probe_ago[PHRASE_AGE]; /* "" where there is none */
	double last_probe_s;	       /* the same in whole seconds, or NAN */
	double last_success_s;	       /* of the newest that was not broken */
	char etag[VIEW_ETAG];	       /* with its quotes */
	struct view_region *regions;
	size_t n_regions;
};

/* Room for the reason why a verdict was refused. */
#define VIEW_WHY 200

/*
 * view_read(json, regions, now, v, why): the view at `now` of a published
 * verdict, which may be NULL; without its regions where these are not wanted.
 * 0, and then view_release frees what *v holds; or -1 and why, which has
 * VIEW_WHY bytes, and *v is a view of nothing.
 */
int view_read(const char *json, bool regions, double now, struct view *v,
	char *why);
void view_release(struct view *v);

/* view_place(v, region): the state of a region; PLACE_NO_DATA if unknown. */
enum place view_place(const struct view *v, const char *region);

/* view_region(v, region): the region of that name, or NULL. */
const struct view_region *view_region(const struct view *v, const char *region);

/*
 * view_state(v): "up", "degraded" or "down"; NULL for a view that is not fresh,
 * for then nobody knows.
 */
const char *view_state(const struct view *v);

/*
 * view_put_json(b, v, maintenance): append the fields of a fresh view, and that a
 * maintenance goes on where one does, as a line.
 */
void view_put_json(struct buf *b, const struct view *v, bool maintenance);

/*
 * view_put_fields(b, v): append the five fields of any view, as members without
 * braces; null for what is not known now. What keeps our checks out follows, where
 * anything does.
 */
void view_put_fields(struct buf *b, const struct view *v);

/*
 * Which regions see which tools, where not all see the same: the member "sides"
 * of a verdict. Which tools these are is for operators.
 */
#define TOOL_SPLIT_SIDES 16
#define TOOL_SPLIT_REGIONS 100

struct tool_split_side {
	int64_t first_seen; /* epoch seconds; 0 where it is not known */
	char (*regions)[REGION_MAX + 1];
	size_t n_regions;
};

struct tool_split {
	/* the one seen first comes first */
	struct tool_split_side v[TOOL_SPLIT_SIDES];
	size_t n;		  /* 0, or at least 2 */
};

/*
 * tool_split_read(json, s): read the sides from a published verdict, which may
 * be NULL, or anything. tool_split_release frees them.
 */
void tool_split_read(const char *json, struct tool_split *s);
void tool_split_release(struct tool_split *s);

#endif
