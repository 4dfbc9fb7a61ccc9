/* SPDX-License-Identifier: MIT */
#include "commands/sarif.h"

#include "json/json.h"

#include <stdint.h>
#include <string.h>

/* The bytes of a path that a URI reference may hold (RFC 3986), the others
   escaped. */
static void put_uri(struct buf *b, const char *path)
{
	struct buf uri;

	buf_init(&uri, SIZE_MAX / 2);
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || strchr("-._~/", c))
			buf_char(&uri, *p);
		else
			buf_fmt(&uri, "%%%02X", c);
	}
	json_put_str(b, uri.p);
	buf_release(&uri);
}

void sarif_start(struct buf *b, const struct sarif_rule *rules, int n)
{
	json_fmt(b,
		"{'$schema':'https://json.schemastore.org/sarif-2.1.0.json',"
		"'version':'2.1.0','runs':[{'tool':{'driver':{"
		"'name':'mcp-aggregate','version':%s,'rules':[",
		VERSION);
	for (int i = 0; i < n; i++)
		json_fmt(b, ",\n{'id':%s,'shortDescription':{'text':%s}}",
			rules[i].name, rules[i].about);
	json_fmt(b, "]}},'columnKind':'unicodeCodePoints','results':[");
}

void sarif_result(struct buf *b, const struct sarif_result *r, bool first)
{
	buf_str(b, first ? "" : ",");
	json_fmt(b,
		"\n{'ruleId':%s,'ruleIndex':%d,'level':%s,'message':{'text':%s},"
		"'locations':[{'physicalLocation':{'artifactLocation':{'uri':",
		r->rule, r->rule_index, r->level, r->message);
	put_uri(b, r->path);
	json_fmt(b,
		"}},'logicalLocations':[{'kind':'member','name':%s,"
		"'fullyQualifiedName':%s}]}]}",
		r->tool, r->full_name);
}

void sarif_end(struct buf *b, bool whole)
{
	json_fmt(b, "],'invocations':[{'executionSuccessful':%i}]}]}\n", whole);
}
