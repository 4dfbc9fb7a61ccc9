/* SPDX-License-Identifier: MIT */
/*
 * backend.h: where the texts of states are kept: in Redis, or in a file of this
 * machine. state_store.c works with either.
 */
#ifndef STATE_BACKEND_H
#define STATE_BACKEND_H

#include "base/strings.h"

#include <stdbool.h>

/* Room for a revision as text. */
#define STATE_REVISION 32

/* The state of one server, as a backend reads and writes it. */
struct state_row {
	char *slug;
	char *seen; /* the text that was read, "" for none; NULL: not read */
	char revision[STATE_REVISION]; /* of that text; "0" where there is none */
	char *text;	  /* the text to be written, or NULL */
	int ttl_s;	  /* of the text to be written; 0: it never expires */
	bool undelivered; /* it has events to be delivered */
	bool open; /* it has an open incident */
	bool lost;	  /* not written: the revision was another one */
	/* Once it is written: for the history, for key_incidents, see
	   state_keep_event, and for KEY_NEWS. */
	struct strings history, updates, news;
};

/* arg is that of state_store_new_on. Where list, settle or alive is NULL,
   nothing is listed or to be settled, and the backend is always alive. */
struct state_backend {
	/*
	 * Set `seen` of n rows. Where n > 1, it stays NULL for a text that is
	 * too long to be read together with others. False: failed; where n is
	 * 1 an error is logged.
	 */
	bool (*read)(void *arg, struct state_row *const *rows, size_t n);
	/*
	 * Write `text` of n rows, each if its revision is still the stored
	 * one, else set `lost`. A row with undelivered events is in the index
	 * of those before and after the write, so that neither a crash nor
	 * another process that settles it at this moment loses it. False:
	 * failed, and an error is logged.
	 */
	bool (*write)(void *arg, struct state_row *const *rows, size_t n);
	/* See state_store_all, state_store_undelivered, state_store_settled. */
	bool (*list)(void *arg, bool undelivered, struct strings *out);
	bool (*settle)(void *arg, const struct strings *slugs);
	bool (*alive)(void *arg);
};

/* arg: a struct store; a struct outage_file, which holds one state. */
extern const struct state_backend redis_backend, file_backend;

/*
 * outage_file.c: a file of this machine that holds one state while the store
 * does not answer, as a backend of state_store.h; see FILES in mcp-alert(1). A
 * lock keeps other processes out while it is open.
 */

/* Opaque. */
struct outage_file;

/*
 * outage_file_open(url, make): the file that belongs to the store at that
 * address, locked; created where `make`, in the first of the folders of
 * mcp-alert(1) that can be used. Where that one is full when it is written, it
 * goes to the next. NULL where there is none, or another process has it open;
 * where it cannot be created, an error is logged.
 */
struct outage_file *outage_file_open(const char *url, bool make);
void outage_file_close(struct outage_file *l);

/* outage_file_remove(l): delete the file; l is only to be closed. */
void outage_file_remove(struct outage_file *l);

/*
 * The folders in which this program has files, see FILES in mcp-
 * alert(1).
 */

/* For what outlives a reboot; for what does not; in memory. */
enum folder { FOLDER_STATE, FOLDER_RUN, FOLDER_MEMORY, FOLDERS };

/*
 * folder_open(f, make): open that folder, which only this user can write to;
 * others may see the names in it. With `make`, it is made where it is missing.
 * -1: it cannot be used.
 */
int folder_open(enum folder f, bool make);

#endif
