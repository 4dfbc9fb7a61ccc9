#include "store/trouble.h"

#include "base/num.h"
#include "store/slots.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NO_PASSWORD "it wants a password: see MCP_STORE_PASSWORD_FILE"
#define A_NODE                                                                 \
	"it is a node of a cluster, whose address is redis+cluster://host"

/* By the first word of an error. */
static const struct row {
	const char *word;
	enum trouble kind;
	const char *sentence;
} rows[] = {
	{"WRONGTYPE", TROUBLE_OWN, NULL},
	{"MOVED", TROUBLE_MOVED, A_NODE},
	{"ASK", TROUBLE_ASK, A_NODE},
	{"TRYAGAIN", TROUBLE_LATER,
		"the slot of a key is being moved to another node"},
	{"CLUSTERDOWN", TROUBLE_LATER,
		"the cluster is down: no node serves some of its slots"},
	{"LOADING", TROUBLE_LATER,
		"it is still loading its data, as after a restart"},
	{"BUSY", TROUBLE_LATER, "it is busy with a script that does not end"},
	{"MASTERDOWN", TROUBLE_MASTER,
		"it is a replica that has lost its master"},
	{"READONLY", TROUBLE_MASTER, "it is read-only: a replica, no master"},
	{"UNBLOCKED", TROUBLE_MASTER, "it has become a replica"},
	{"NOSCRIPT", TROUBLE_SCRIPT, "it has lost a script"},
	{"OOM", TROUBLE_LASTING, "it is full: maxmemory is reached"},
	{"MISCONF", TROUBLE_LASTING,
		"it cannot write to its disk, and so stores nothing"},
	{"NOREPLICAS", TROUBLE_LASTING,
		"it has too few replicas, and so stores nothing"},
	{"NOAUTH", TROUBLE_LASTING,
		NO_PASSWORD},
	{"WRONGPASS", TROUBLE_LASTING,
		"it refuses AUTH, for it knows no such user and password"},
	{"NOPERM", TROUBLE_LASTING, "its user may not do this"},
	/* Without braces, the keys of a server are in many slots. */
	{"CROSSSLOT", TROUBLE_LASTING, A_NODE},
};

/* By what an error has in it that begins with ERR, and is about the store. */
static const struct row phrases[] = {
	{"max number of clients", TROUBLE_LASTING, "it has too many clients"},
	/* A long command, before anybody said who we are. */
	{"unauthenticated ", TROUBLE_LASTING, NO_PASSWORD},
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

enum trouble trouble_read(const char *error)
{
	const struct row *row = find_row(inner(error));

	if (row)
		return row->kind;
	return strncmp(error, "ERR ", 4) == 0 ? TROUBLE_OWN : TROUBLE_LASTING;
}

void trouble_say(const char *error, char *out, size_t size)
{
	const struct row *row = find_row(inner(error));

	if (!row || !row->sentence)
		snprintf(out, size, "refused: %s", error);
	else if (row->kind == TROUBLE_LASTING && strcmp(row->word, "OOM") != 0)
		snprintf(out, size, "%s (%s)", row->sentence, inner(error));
	else
		snprintf(out, size, "%s (%s)", row->sentence, row->word);
}

bool trouble_node(const char *error, unsigned *slot, char *name, int *port)
{
	const char *at = strchr(error, ' '), *host, *colon;
	char text[8];
	long long v;
	size_t n;

	if (!at)
		return false;
	host = strchr(++at, ' ');
	colon = host ? strrchr(host, ':') : NULL;
	if (!colon || (size_t)(host - at) >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)(host - at), at);
	if (!num_parse(text, 0, SLOTS - 1, &v))
		return false;
	*slot = (unsigned)v;
	if (!num_parse(colon + 1, 1, 65535, &v))
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
	for (size_t i = 0; i < n; i++)
		if (!isgraph((unsigned char)host[i]))
			return false;
	memcpy(name, host, n);
	name[n] = '\0';
	return true;
}
