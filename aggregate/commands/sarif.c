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
	buf_str(b, "{\"$schema\":\"https://json.schemastore.org/"
		   "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
		   "\"tool\":{\"driver\":{\"name\":\"mcp-aggregate\","
		   "\"version\":\"" VERSION "\",\"rules\":[");
	for (int i = 0; i < n; i++) {
		buf_fmt(b, "%s\n{\"id\":\"%s\",\"shortDescription\":{\"text\":",
			i ? "," : "", rules[i].name);
		json_put_str(b, rules[i].about);
		buf_str(b, "}}");
	}
	buf_str(b, "]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
}

void sarif_result(struct buf *b, const struct sarif_result *r, bool first)
{
	buf_fmt(b,
		"%s\n{\"ruleId\":\"%s\",\"ruleIndex\":%d,"
		"\"level\":\"%s\",\"message\":{\"text\":",
		first ? "" : ",", r->rule, r->rule_index, r->level);
	json_put_str(b, r->message);
	buf_str(b, "},\"locations\":[{\"physicalLocation\":"
		   "{\"artifactLocation\":{\"uri\":");
	put_uri(b, r->path);
	buf_str(b, "}},\"logicalLocations\":[{\"kind\":\"member\"");
	json_put_member(b, "name", r->tool);
	json_put_member(b, "fullyQualifiedName", r->full_name);
	buf_str(b, "}]}]}");
}

void sarif_end(struct buf *b, bool whole)
{
	buf_fmt(b, "],\"invocations\":[{\"executionSuccessful\":%s}]}]}\n",
		whole ? "true" : "false");
}
