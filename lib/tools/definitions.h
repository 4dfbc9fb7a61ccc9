/* SPDX-License-Identifier: MIT */
/*
 * definitions.h: the definitions of a server's tools, read from whatever holds
 * them. Pure.
 *
 * A definition is an object with those members that clients give to a model,
 * or check a call by: annotations, description, inputSchema, name, outputSchema
 * and title. Its canonical text (RFC 8785) is what the full digest of a tool is
 * made of, see mcp-records(5).
 */
#ifndef TOOLS_DEFINITIONS_H
#define TOOLS_DEFINITIONS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* More tools, or bytes of one, are refused. */
#define DEFINITIONS_MAX 10000
#define DEFINITION_BYTES ((size_t)64 * 1024) /* of the canonical text */
#define DEFINITION_NAME 1024		     /* bytes */
#define DEFINITION_DEPTH 64		     /* of nesting */
#define DEFINITIONS_BYTES ((size_t)32 * 1024 * 1024) /* of a whole text */

struct definition {
	const char *name; /* that of the tree */
	cJSON *tree; /* members of every object in the order of jcs_compare */
	char *text;  /* the canonical text */
	bool refused; /* only the name is known: tree and text are NULL */
	char *kept_name; /* of what is refused */
};

struct definitions {
	struct definition *v; /* each name once, in the order of jcs_compare */
	size_t n, cap;
};

/* Room for the reason why a tool or a text was refused. */
#define DEFINITIONS_WHY 400

/*
 * definitions_read(d, p, n, refuse, arg, why): fill *d with the tools of the n
 * bytes at p, which are one of these, or a line each of several:
 *
 *   - an answer of JSON-RPC to tools/list, or its result, one page of several
 *   - an array of tools
 *   - a record of type "tool" of mcp-records(5), or of type "definition" of
 *     mcp-tools(7); other records are passed over
 *
 * A tool that cannot be used is told by refuse(arg, reason), which names it,
 * and is in *d without its definition, if it has a name. The same tool twice
 * counts once; of two that differ nobody knows which one counts, so neither can
 * be used. False, and why, which has DEFINITIONS_WHY bytes, where the text
 * is none of these, or too large; *d is then empty. definitions_release in both
 * cases.
 */
typedef void definitions_refuse(void *arg, const char *reason);
bool definitions_read(struct definitions *d, const char *p, size_t n,
	definitions_refuse *refuse, void *arg, char *why);

/*
 * definitions_add(d, tool, digest, refuse, arg): add one tool to *d, which was all
 * zero before the first one; the tree stays the caller's. digest: what its
 * canonical text must have, all of it or the first DIGEST_HEAD digits; or NULL.
 * definitions_add_text: the same of a JSON text.
 * definitions_sort(d, refuse, arg): after the last one: *d is as definitions_read
 * leaves it.
 */
void definitions_add(struct definitions *d, const cJSON *tool,
	const char *digest, definitions_refuse *refuse, void *arg);
void definitions_add_text(struct definitions *d, const char *text,
	const char *digest, definitions_refuse *refuse, void *arg);
void definitions_sort(
	struct definitions *d, definitions_refuse *refuse, void *arg);
void definitions_release(struct definitions *d);

#endif
