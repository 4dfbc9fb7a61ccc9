/* SPDX-License-Identifier: MIT */
/*
 * target.h: what to probe, from the command line or from a target record of
 * mcp-records(5).
 */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include "auth/credential.h"
#include "http/trust.h"
#include "http/url.h"
#include "terms/names.h"

#include <cjson/cJSON.h>

#define TIMEOUT_DEFAULT_S 30.0
#define TIMEOUT_MAX_S 300.0

/* When a probe looks for a cache that gives clients old tools. */
enum cache_check_when {
	CACHE_CHECK_TURNS,  /* where a response shows a cache; else in turn */
	CACHE_CHECK_ALWAYS, /* in each probe */
	CACHE_CHECK_NEVER
};

/*
 * Which steps of a probe to make, where others are made by other invocations; and
 * what the piece before handed on, in a resume record.
 */
struct piece {
	enum step first, last; /* STEP_NONE: the probe is whole */
	char probe_id[PROBE_ID_MAX + 1]; /* "": it is the first piece */
	double started_at, ms; /* of the probe; and how long the pieces took */
	/* The session of a server that is open and speaks Streamable HTTP. */
	char revision[32]; /* "": there is none, and the handshake is made anew */
	char *session; /* Mcp-Session-Id; owned; NULL: the server gave none */
	int ids; /* of requests in it */
	bool has_tools;
	bool clients_refused; /* see struct probe_record */
};

struct target {
	char slug[SLUG_MAX + 1];
	char region[REGION_MAX + 1];
	struct url *url;	       /* owned */
	struct credential *credential; /* owned; NULL for none */
	/*
	 * Whose certificates are trusted besides: certificates in PEM, or the
	 * file that has them; owned, NULL for none. target_trust reads them.
	 */
	char *ca;
	struct http_trust *trust; /* not owned */
	char *health_tool;	       /* owned; NULL for none */
	cJSON *health_args;	       /* owned; NULL for none */
	enum era hint;		       /* the era that was seen last */
	char known_hash[HASH_HEX + 1];  /* "" for none */
	char pinned_hash[HASH_HEX + 1]; /* "" for none */
	/*
	 * The digests of definitions that need not be sent: the number of the
	 * first 16 digits of each, in ascending order. Owned; NULL: none is
	 * wanted.
	 */
	uint64_t *known_definitions;
	size_t n_known_definitions;
	bool bare_401_ok;  /* a 401 needs no WWW-Authenticate */
	double timeout_s;  /* 0: not given */
	double interval_s; /* 0: not given, and no probe has a turn */
	enum cache_check_when cache_check;
	bool http2; /* speak HTTP/2 with a server that offers it */
	bool deny_private; /* no request may reach a private address */
	struct piece piece;
	bool canary; /* any web server: shows whether the region works */
};

/* Room for the reason why a target was refused. */
#define TARGET_WHY 400

/*
 * target_read(p, n, region, t, why): fill *t from a line of n bytes; `region`
 * is used where the line names none. The credential that it names is read from
 * the credentials folder. 0, and target_release frees what *t holds; or -1 and
 * why, of TARGET_WHY bytes.
 */
int target_read(const char *p, size_t n, const char *region, struct target *t,
	char *why);
void target_release(struct target *t);

/*
 * target_trust(t, why): read the certificates of t->ca, if there is one, into
 * t->trust. False and why, of TARGET_WHY bytes: they cannot be read.
 */
bool target_trust(struct target *t, char *why);

/*
 * target_knows(t, full): whether the definition of a tool need not be sent: its
 * full digest, in hex, is known, or no definition is wanted.
 */
bool target_knows(const struct target *t, const char *full);

#endif
