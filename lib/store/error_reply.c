#include "store/error_reply.h"

#include "base/num.h"
#include "store/slots.h"

#include <stdio.h>
#include <string.h>

#define NO_PASSWORD "it wants a password: see MCP_STORE_PASSWORD_FILE"
#define A_NODE                                                                 \
	"it is a node of a cluster, whose address is redis+cluster://host"

/* By the first word of an error. */
static const struct row {
	const char *word;
	enum error_reply kind;
	const char *sentence;
} rows[] = {
	{"WRONGTYPE", ERROR_REPLY_OWN, NULL},
	{"MOVED", ERROR_REPLY_MOVED, A_NODE},
	{"ASK", ERROR_REPLY_ASK, A_NODE},
	{"TRYAGAIN", ERROR_REPLY_LATER,
		"the slot of a key is being moved to another node"},
	{"CLUSTERDOWN", ERROR_REPLY_LATER,
		"the cluster is down: no node serves some of its slots"},
	{"LOADING", ERROR_REPLY_LATER,
		"it is still loading its data, as after a restart"},
	{"BUSY", ERROR_REPLY_LATER,
		"it is busy with a script that does not end"},
	{"MASTERDOWN", ERROR_REPLY_MASTER,
		"it is a replica that has lost its master"},
	{"READONLY", ERROR_REPLY_MASTER,
		"it is read-only: a replica, no master"},
	{"UNBLOCKED", ERROR_REPLY_MASTER, "it has become a replica"},
	{"NOSCRIPT", ERROR_REPLY_SCRIPT, "it has lost a script"},
	{"OOM", ERROR_REPLY_LASTING, "it is full: maxmemory is reached"},
	{"MISCONF", ERROR_REPLY_LASTING,
		"it cannot write to its disk, and so stores nothing"},
	{"NOREPLICAS", ERROR_REPLY_LASTING,
		"it has too few replicas, and so stores nothing"},
	{"NOAUTH", ERROR_REPLY_LASTING, NO_PASSWORD},
	{"WRONGPASS", ERROR_REPLY_LASTING,
		"it refuses AUTH, for it knows no such user and password"},
	{"NOPERM", ERROR_REPLY_LASTING, "its user may not do this"},
	/* Without braces, the keys of a server are in many slots. */
	{"CROSSSLOT", ERROR_REPLY_LASTING, A_NODE},
};

/* By what an error has in it that begins with ERR, and is about the store. */
static const struct row phrases[] = {
	{"max number of clients", ERROR_REPLY_LASTING,
		"it has too many clients"},
	/* A long command, before anybody said who we are. */
	{"unauthenticated ", ERROR_REPLY_LASTING, NO_PASSWORD},
};

static const struct row *find_row(const char *error)
{
	size_t n = strcspn(error, " ");

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (strncmp(error, "ERR ", 4) == 0 &&
			strstr(error, phrases[i].word))
			return &phrases[i];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].word) == n &&
			strncmp(rows[i].word, error, n) == 0)
			return &rows[i];
	return NULL;
}

/*
 * Up to version 6 Redis puts its own words before those of a command that a
 * script calls: "ERR Error … -OOM command …". Returns where the latter begin.
 */
static const char *inner(const char *error)
{
	static const char *const words[] = {
		" -OOM ", " -READONLY ", " -MISCONF ", " -NOPERM "};

	if (strncmp(error, "ERR ", 4) != 0)
		return error;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *at = strstr(error, words[i]);

		if (at)
			return at + 2;
	}
	return error;
}

enum error_reply error_reply_kind(const char *error)
{
	const struct row *row = find_row(inner(error));

	if (row)
		return row->kind;
	return strncmp(error, "ERR ", 4) == 0 ? ERROR_REPLY_OWN
					      : ERROR_REPLY_LASTING;
}

void error_reply_say(const char *error, char *out, size_t size)
{
	const struct row *row = find_row(inner(error));

	if (!row || !row->sentence)
		snprintf(out, size, "refused: %s", error);
	else if (row->kind == ERROR_REPLY_LASTING &&
		strcmp(row->word, "OOM") != 0)
		snprintf(out, size, "%s (%s)", row->sentence, inner(error));
	else
		snprintf(out, size, "%s (%s)", row->sentence, row->word);
}

bool error_reply_redirection(const char *error, char *name, int *port)
{
	const char *at = strchr(error, ' '), *host, *colon;
	char slot[8];
	long long v;
	size_t n;

	if (!at)
		return false;
	host = strchr(++at, ' ');
	colon = host ? strrchr(host, ':') : NULL;
	if (!colon || (size_t)(host - at) >= sizeof slot)
		return false;
	snprintf(slot, sizeof slot, "%.*s", (int)(host - at), at);
	if (!num_parse(slot, 0, SLOTS - 1, &v) ||
		!num_parse(colon + 1, 1, 65535, &v))
		return false;
	*port = (int)v;
	host++;
	n = (size_t)(colon - host);
	if (n > 1 && *host == '[' && host[n - 1] == ']')
		host++, n -= 2;
	if (n == 1 && *host == '?')
		n = 0;
	if (n > STORE_HOST_MAX)
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	return !n || host_valid(name);
}
