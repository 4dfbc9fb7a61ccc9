/* SPDX-License-Identifier: MIT */
/*
 * poisoning.c: goes through a definition, and asks the rules of each text in it;
 * which ones, depends on what the text is for.
 */
#include "poisoning/poisoning.h"

#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "poisoning/text.h"

#include <stdlib.h>

const struct poisoning_rule_row poisoning_rules[POISONING_RULES] = {
	[POISONING_INVISIBLE] = {"invisible-characters",
		"invisible characters"},
	[POISONING_BIDIRECTIONAL] = {"bidirectional-characters",
		"characters that change the order in which text is shown"},
	[POISONING_CONTROL] = {"control-characters",
		"terminal escapes and other control characters"},
	[POISONING_LAYOUT] = {"hidden-by-layout",
		"text that readers do not see: after much white space, or in a "
		"comment"},
	[POISONING_ENCODED] = {"encoded-text",
		"words in base64, hexadecimal or escapes"},
	[POISONING_MODEL] = {"addresses-the-model",
		"text that gives instructions to the model, or hides things "
		"from its user"},
	[POISONING_OTHER_TOOL] = {"names-another-tool",
		"a tool of another server as something to call or to replace"},
	[POISONING_SECRETS] = {"reaches-for-secrets",
		"secrets in files, keys or variables that are read or passed "
		"on"},
	[POISONING_SCHEMA] = {"schema-instructs",
		"a schema that gives instructions, or a parameter that is a "
		"side channel"},
	[POISONING_NAME] = {"lookalike-name",
		"a name that resembles a tool of another server"},
};

struct poisoning {
	struct phrases *phrases;
	struct tool_names *names;
	const char **labels; /* of servers, by number */
	size_t n_labels, cap_labels;
};

/* The purpose of a text in a definition. */
enum place {
	PLACE_NAME,	/* the name of the tool */
	PLACE_PROSE,	/* its title, description, annotations */
	PLACE_SCHEMA,	/* titles, descriptions and the like of a schema */
	PLACE_VALUE,	/* defaults, enumerations, constants, examples */
	PLACE_PARAMETER,/* the name of a parameter */
	PLACE_SYNTAX	/* patterns, formats, references: for machines */
};

/* A definition on its way through the rules. */
struct inspection {
	const struct poisoning *p;
	uint32_t server;
	poisoning_found *found;
	void *arg;
	const char *name; /* of the tool, or "" */
	struct buf path;
	const char *parameter; /* that the text describes, or NULL */
	size_t signs[POISONING_RULES];
	/* The text in hand. */
	const char *s;
	size_t n;
	enum place place;
	bool told[POISONING_RULES]; /* one sign of a rule for each text */
};

#define PATH_MAX_BYTES 4096
#define NAME_SHOWN 128
#define PATH_SHOWN 400
#define BEFORE_SHOWN 40
#define EXCERPT_SHOWN 160

/* The start of the character that is up to `back` characters before `at`. */
static size_t earlier(const char *s, size_t at, size_t back)
{
	while (at && back) {
		at--;
		if (((unsigned char)s[at] & 0xc0) != 0x80)
			back--;
	}
	return at;
}

static void put_excerpt(struct buf *b, const char *s, size_t n, size_t at)
{
	size_t from = earlier(s, at, BEFORE_SHOWN), to = from;

	for (size_t i = 0; to < n && i < EXCERPT_SHOWN; i++) {
		uint32_t cp;

		to += char_next(s + to, n - to, &cp);
	}
	if (from)
		buf_str(b, "…");
	show_visible(b, s + from, to - from, EXCERPT_SHOWN);
	if (to < n)
		buf_str(b, "…");
}

static void tell(struct inspection *in, enum poisoning_rule rule, size_t at,
	const char *why)
{
	struct buf tool, path, excerpt;

	if (in->told[rule])
		return;
	in->told[rule] = true;
	if (in->signs[rule]++ >= POISONING_SIGNS_MAX)
		return;
	buf_init(&tool, SIZE_MAX / 2);
	buf_init(&path, SIZE_MAX / 2);
	buf_init(&excerpt, SIZE_MAX / 2);
	show_visible(&tool, in->name, strlen(in->name), NAME_SHOWN);
	show_visible(&path, in->path.p, in->path.len, PATH_SHOWN);
	put_excerpt(&excerpt, in->s, in->n, at);
	in->found(in->arg, &(struct poisoning_sign) {rule, tool.p, path.p,
				   excerpt.p, why});
	buf_release(&tool);
	buf_release(&path);
	buf_release(&excerpt);
}

/* The flag of a part of a country: a black flag, up to 6 tags, and an end. */
static bool flag_tag(uint32_t cp, size_t flag)
{
	return flag && flag <= 7 && cp > 0xe0020 && cp <= 0xe007f;
}

static const char *why_invisible(uint32_t cp)
{
	if (cp >= 0xe0000 && cp <= 0xe007f)
		return "Tag characters spell text that a model reads but no "
		       "screen shows.";
	if ((cp >= 0xfe00 && cp <= 0xfe0f) || cp >= 0xe0100)
		return "Variation selectors without effect can carry bytes "
		       "that no screen shows.";
	return "This character is not seen, so people read other text than a "
	       "model does.";
}

static void judge_hidden(struct inspection *in, uint32_t before, uint32_t cp,
	size_t at, size_t end, size_t flag)
{
	uint32_t after = 0;

	if (flag_tag(cp, flag))
		return;
	if (end < in->n)
		char_next(in->s + end, in->n - end, &after);
	if (char_misplaced(before, cp, after))
		tell(in, POISONING_INVISIBLE, at, why_invisible(cp));
}

/* The marks among the bidirectional controls, which Arabic and Hebrew need. */
static bool mark(uint32_t cp)
{
	return cp == 0x61c || cp == 0x200e || cp == 0x200f;
}

static bool is_rtl(const char *s, size_t n)
{
	uint32_t cp;

	for (size_t i = 0; i < n; i += char_next(s + i, n - i, &cp)) {
		char_next(s + i, n - i, &cp);
		if (char_rtl(cp))
			return true;
	}
	return false;
}

static void judge_direction(struct inspection *in, size_t marks)
{
	if (marks < in->n && !is_rtl(in->s, in->n))
		tell(in, POISONING_BIDIRECTIONAL, marks,
			"A direction mark is in text that is all written left "
			"to right.");
}

static void judge_control(struct inspection *in, uint32_t cp, size_t at)
{
	tell(in, POISONING_CONTROL, at,
		cp == 0x1b || cp == 0x9b
			? "A terminal obeys this escape, so it may hide text "
			  "that a model reads."
			: "Control characters have no use in text, but can "
			  "hide it.");
}

static void rule_characters(struct inspection *in)
{
	uint32_t before = 0, cp;
	size_t flag = 0, marks = SIZE_MAX, len;

	for (size_t i = 0; i < in->n; i += len, before = cp) {
		len = char_next(in->s + i, in->n - i, &cp);
		if (char_control(cp))
			judge_control(in, cp, i);
		if (cp < 0x80)
			continue;
		flag = cp == 0x1f3f4 ? 1 : flag_tag(cp, flag) ? flag + 1 : 0;
		if (char_hidden(cp))
			judge_hidden(in, before, cp, i, i + len, flag);
		else if (mark(cp) && marks == SIZE_MAX)
			marks = i;
		else if (char_bidi(cp) && !mark(cp))
			tell(in, POISONING_BIDIRECTIONAL, i,
				"The text is displayed in an order that "
				"differs from the order in which it is read "
				"(CVE-2021-42574).");
	}
	judge_direction(in, marks);
}

/* White space that moves text out of view: on one line, or empty lines. */
#define SPACES_MAX 60
#define LINES_MAX 12

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == 0xa0 || cp == 0x3000 ||
		(cp >= 0x2000 && cp <= 0x200a);
}

static void rule_layout(struct inspection *in)
{
	size_t spaces = 0, lines = 0, len;
	uint32_t cp;

	for (size_t i = 0; i < in->n; i += len) {
		len = char_next(in->s + i, in->n - i, &cp);
		if (is_space(cp)) {
			spaces++;
		} else if (cp == '\n') {
			lines++;
			spaces = 0;
		} else if (cp != '\r') {
			if (spaces > SPACES_MAX || lines > LINES_MAX)
				tell(in, POISONING_LAYOUT, i,
					"So much white space precedes this "
					"text that it is out of view.");
			if (cp == '<' && in->n - i > 4 &&
				memcmp(in->s + i, "<!--", 4) == 0)
				tell(in, POISONING_LAYOUT, i,
					"A comment is not shown where text is "
					"rendered as Markdown or HTML.");
			spaces = lines = 0;
		}
	}
}

static void rule_encoded(struct inspection *in)
{
	size_t at, end;

	if (encoded_text_find(in->s, in->n, &at, &end))
		tell(in, POISONING_ENCODED, at,
			"A model can decode this, but a person cannot read "
			"it.");
}

/* In a schema, an order is a sign of another rule. */
static bool in_schema(const struct inspection *in)
{
	return in->place == PLACE_SCHEMA || in->place == PLACE_VALUE ||
		in->place == PLACE_PARAMETER;
}

static void tell_order(struct inspection *in, size_t at, const char *why)
{
	if (in_schema(in))
		tell(in, POISONING_SCHEMA, at,
			"A schema describes arguments, but this gives "
			"instructions.");
	else
		tell(in, POISONING_MODEL, at, why);
}

/* Names of tags that set text apart for a model, in lower case. */
static const char *const tags[] = {"important", "system", "assistant", "secret",
	"hidden", "instruction", "instructions", "sys", "im_start", "im_end",
	"critical", "override", "inst", "admin", "system_prompt",
	"system_instruction", "system_instructions", "system_reminder",
	"developer", "directive", "urgent", "mandatory"};

/* A name that begins with one of these does so, too. */
static const char *const tag_words[] = {"important_", "mandatory_", "hidden_",
	"urgent_", "critical_", "override_", "instructions_", "secret_instr"};

/* Whether the n bytes at p are such a name, in whatever case. */
static bool is_tag(const char *p, size_t n)
{
	char name[32];

	if (!n || n >= sizeof name)
		return false;
	for (size_t i = 0; i < n; i++)
		name[i] = p[i] == '-' || p[i] == ' ' ? '_'
			: p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 0x20)
						     : p[i];
	name[n] = '\0';
	if (strings_among(tags, sizeof tags / sizeof *tags, name))
		return true;
	for (size_t i = 0; i < sizeof tag_words / sizeof *tag_words; i++)
		if (strncmp(name, tag_words[i], strlen(tag_words[i])) == 0)
			return true;
	return false;
}

/* <IMPORTANT>, </system>, <|im_start|>, <<SYS>>, [INST]; not [system], which is
   used for what may be left out. */
static void rule_tags(struct inspection *in)
{
	const char *p = in->s, *end = in->s + in->n;

	for (; p < end; p++) {
		size_t open, n;

		if (*p != '<' && *p != '[')
			continue;
		open = strspn(p, "<[/|");
		n = strcspn(p + open, "<>[]|/:\n(){}\"'`");
		if (p[open + n] && strchr(">]|:", p[open + n]) &&
			is_tag(p + open, n) &&
			(*p == '<' || (p[open] >= 'A' && p[open] <= 'Z')))
			tell_order(in, (size_t)(p - in->s),
				"A tag sets this text apart for the model.");
		p += open + n - 1;
	}
}

/* Parameters that are a side channel where they ask for contents. */
static bool is_channel(const char *name)
{
	static const char *const names[] = {"sidenote", "side_note", "note",
		"notes", "context", "feedback", "metadata", "debug",
		"debug_info", "extra", "additional_context", "audit",
		"telemetry", "trace", "comment", "reasoning", "history",
		"analytics", "diagnostics", "verification", "auth_context",
		"conversation_history", "chain_of_thought", "system_prompt",
		"tools_list", "tool_list", "_context", "_meta", "ctx"};
	struct buf b;
	bool is = false;

	if (!name || strnlen(name, 65) > 64)
		return false;
	buf_init(&b, 256);
	fold_name(&b, name, false);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		is |= strcmp(names[i], b.p) == 0;
	buf_release(&b);
	return is;
}

/* Whether the name of the tool has one of the words of a business. */
static bool has_business(const struct inspection *in, const char *words)
{
	struct buf b;
	bool has = false;
	char *next;

	buf_init(&b, 1024);
	for (const char *p = in->name; *p && p < in->name + 256; p++) {
		/* A capital letter begins a word. */
		if (*p >= 'A' && *p <= 'Z' && p > in->name &&
			!(p[-1] >= 'A' && p[-1] <= 'Z'))
			buf_char(&b, '_');
		buf_char(&b, *p);
	}
	next = buf_take(&b);
	fold_name(&b, next, false);
	free(next);
	next = b.p;
	while (*next && !has) {
		size_t n = strcspn(next, "_");
		char word[34];

		if (n && n < sizeof word - 2) {
			snprintf(word, sizeof word, " %.*s ", (int)n, next);
			has = strstr(words, word) != NULL;
		}
		next += n + (next[n] == '_');
	}
	buf_release(&b);
	return has;
}

static bool phrase(void *arg, const struct phrase_hit *hit)
{
	struct inspection *in = arg;

	switch (hit->kind) {
	case PHRASE_MODEL:
		if (in->place != PLACE_PARAMETER)
			tell_order(in, hit->at,
				"This addresses the model, not the reader of "
				"the description.");
		break;
	case PHRASE_SECRET:
		if (!in->told[POISONING_SECRETS] &&
			!has_business(in, hit->business))
			tell(in, POISONING_SECRETS, hit->at,
				"The name of this tool gives no reason to use "
				"such a secret.");
		break;
	case PHRASE_CHANNEL:
		if (in->place != PLACE_NAME)
			tell(in, POISONING_SCHEMA, hit->at,
				"The conversation of model and user is not an "
				"argument of a tool.");
		break;
	case PHRASE_CONTENT:
		if (in->place == PLACE_SCHEMA && is_channel(in->parameter))
			tell(in, POISONING_SCHEMA, hit->at,
				"The tool has no use for this parameter: it is "
				"a side channel.");
		break;
	case PHRASE_KINDS:
		break;
	}
	return true;
}

/* Whether a character may stand in the name of a tool. */
static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
		(unsigned char)c >= 0x80;
}

/* Whether n bytes are a name, rather than a word of English. */
static bool is_identifier(const char *p, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++)
		if (p[i] == '_' || p[i] == '-' || p[i] == '.' ||
			(p[i] >= 'A' && p[i] <= 'Z' && p[i - 1] >= 'a' &&
				p[i - 1] <= 'z'))
			return true;
	return false;
}

/* Whether a word of a list, which are between spaces, is among the n bytes at p,
   in lower case. */
static bool near(const char *p, size_t n, const char *words)
{
	char word[16];

	for (size_t i = 0, len; i < n; i += len + 1) {
		for (len = 0; i + len < n && in_name(p[i + len]);)
			len++;
		if (!len || len > sizeof word - 3)
			continue;
		word[0] = ' ';
		for (size_t k = 0; k < len; k++)
			word[k + 1] = (char)(p[i + k] | 0x20);
		word[len + 1] = ' ';
		word[len + 2] = '\0';
		if (strstr(words, word))
			return true;
	}
	return false;
}

/* The bytes before and behind a name that may say how to use its tool. */
#define CUES 48
#define CUES_BEFORE                                                            \
	" call calls calling use uses using invoke invoking run running "      \
	"execute instead than replace replaces replacing override overrides "  \
	"supersedes before after when whenever also prefer over with "
#define CUES_BEHIND                                                            \
	" tool tools function instead must should is deprecated called "       \
	"invoked available broken anymore "

static void judge_other_tool(struct inspection *in, size_t at, size_t n)
{
	const struct tool_name *other = tool_names_foreign(in->p->names,
		in->server, in->s + at, n);
	size_t from = at < CUES ? 0 : at - CUES;
	size_t rest = in->n - at - n;
	bool quoted = at && strchr("`'\"", in->s[at - 1]);
	struct buf why;

	if (!other || (!is_identifier(in->s + at, n) && !quoted))
		return;
	if (is_identifier(in->s + at, n)
			? !near(in->s + from, at - from, CUES_BEFORE) &&
				!near(in->s + at + n,
					rest < CUES / 2 ? rest : CUES / 2,
					CUES_BEHIND)
			: !near(in->s + at + n, rest < 8 ? rest : 8,
				  " tool function "))
		return;
	buf_init(&why, SIZE_MAX / 2);
	buf_str(&why, "The server ");
	show_visible(&why, in->p->labels[other->server],
		strlen(in->p->labels[other->server]), NAME_SHOWN);
	buf_str(&why, " has a tool of this name, and this server has none.");
	tell(in, POISONING_OTHER_TOOL, at, why.p);
	buf_release(&why);
}

static void rule_other_tool(struct inspection *in)
{
	size_t n;

	for (size_t i = 0; i < in->n && !in->told[POISONING_OTHER_TOOL];
		i += n + 1) {
		for (n = 0; i + n < in->n && in_name(in->s[i + n]);)
			n++;
		while (n && in->s[i + n - 1] == '.')
			n--;
		if (n > 2 && n <= 1024)
			judge_other_tool(in, i, n);
	}
}

/* Whether a name has Latin letters and Greek or Cyrillic ones that look Latin. */
static bool mixes_alphabets(const char *name)
{
	bool latin = false, other = false;
	size_t n = strlen(name);
	uint32_t cp, like;

	for (size_t len; n; name += len, n -= len) {
		len = char_next(name, n, &cp);
		if ((cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z'))
			latin = true;
		else if (cp >= 0x370 && cp < 0x530 &&
			fold_char(cp, &like) == FOLD_LETTER && like < 0x80)
			other = true;
	}
	return latin && other;
}

static void rule_name(struct inspection *in)
{
	enum likeness how;
	const struct tool_name *other =
		tool_names_alike(in->p->names, in->server, in->name, &how);
	struct buf why;

	if (!other && mixes_alphabets(in->name))
		tell(in, POISONING_NAME, 0,
			"It mixes similar letters of two alphabets.");
	if (!other)
		return;
	buf_init(&why, SIZE_MAX / 2);
	buf_fmt(&why, "It %s ",
		how == LIKENESS_LOOKS ? "looks like" : "is one letter from");
	show_visible(&why, other->name, strlen(other->name), NAME_SHOWN);
	buf_str(&why, " of the server ");
	show_visible(&why, in->p->labels[other->server],
		strlen(in->p->labels[other->server]), NAME_SHOWN);
	buf_char(&why, '.');
	tell(in, POISONING_NAME, 0, why.p);
	buf_release(&why);
}

static void inspect(struct inspection *in, const char *s, enum place place)
{
	in->s = s;
	in->n = strlen(s);
	in->place = place;
	memset(in->told, 0, sizeof in->told);
	rule_characters(in);
	if (place == PLACE_SYNTAX)
		return;
	rule_layout(in);
	rule_encoded(in);
	phrases_find(in->p->phrases, s, in->n,
		place == PLACE_NAME || place == PLACE_PARAMETER, phrase, in);
	if (place == PLACE_NAME) {
		rule_name(in);
		return;
	}
	rule_tags(in);
	rule_other_tool(in);
}

/* Append a token to the path; what to cut it to, to take it away again. */
static size_t push(struct inspection *in, const char *token)
{
	size_t before = in->path.len;

	buf_char(&in->path, '/');
	for (; *token && buf_ok(&in->path); token++) {
		if (*token == '~' || *token == '/')
			buf_str(&in->path, *token == '~' ? "~0" : "~1");
		else
			buf_char(&in->path, *token);
	}
	return before;
}

static void pop(struct inspection *in, size_t before)
{
	in->path.bad = false;
	buf_cut(&in->path, before);
}

/* The kinds of members of a schema. */
static const struct keyword {
	const char *name;
	enum place place;
	bool names; /* its members are named by the author */
} keywords[] = {
	{"properties", PLACE_SCHEMA, true},
	{"patternProperties", PLACE_SCHEMA, true},
	{"$defs", PLACE_SCHEMA, true},
	{"definitions", PLACE_SCHEMA, true},
	{"dependentSchemas", PLACE_SCHEMA, true},
	{"dependentRequired", PLACE_PARAMETER, true},
	{"required", PLACE_PARAMETER, false},
	{"default", PLACE_VALUE, false},
	{"enum", PLACE_VALUE, false},
	{"const", PLACE_VALUE, false},
	{"examples", PLACE_VALUE, false},
	{"example", PLACE_VALUE, false},
	{"pattern", PLACE_SYNTAX, false},
	{"format", PLACE_SYNTAX, false},
	{"type", PLACE_SYNTAX, false},
	{"$ref", PLACE_SYNTAX, false},
	{"$id", PLACE_SYNTAX, false},
	{"$schema", PLACE_SYNTAX, false},
};

static const struct keyword *keyword(const char *name)
{
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return NULL;
}

/*
 * All text in a value and below. `names`: the keys of the value are names of
 * parameters; schema: they are keywords of a schema. How deep values are nested
 * is limited by the parser.
 */
static void walk(struct inspection *in, const cJSON *v, enum place place,
	bool names, bool schema)
{
	const cJSON *member;
	size_t number = 0;

	if (cJSON_IsString(v)) {
		inspect(in, v->valuestring, place);
		return;
	}
	cJSON_ArrayForEach(member, v)
	{
		const struct keyword *k = NULL;
		const char *described = in->parameter;
		char token[24];
		size_t before;

		snprintf(token, sizeof token, "%zu", number++);
		before = push(in, member->string ? member->string : token);
		if (names)
			in->parameter = member->string;
		else if (member->string && schema)
			k = keyword(member->string);
		if (member->string && !k)
			inspect(in, member->string,
				names ? PLACE_PARAMETER : place);
		walk(in, member, k ? k->place : place, k && k->names,
			schema && (!k || k->place == PLACE_SCHEMA));
		in->parameter = described;
		pop(in, before);
	}
}

struct poisoning *poisoning_new(void)
{
	struct poisoning *p = xcalloc(1, sizeof *p);

	p->phrases = phrases_new();
	p->names = tool_names_new();
	return p;
}

void poisoning_free(struct poisoning *p)
{
	if (!p)
		return;
	phrases_free(p->phrases);
	tool_names_free(p->names);
	free(p->labels);
	free(p);
}

void poisoning_learn(struct poisoning *p, uint32_t server, const char *label,
	const cJSON *definition)
{
	const char *name = json_str(definition, "name");

	while (p->n_labels <= server) {
		p->labels = xgrow(p->labels, &p->cap_labels, p->n_labels + 1,
			sizeof *p->labels);
		p->labels[p->n_labels++] = "";
	}
	p->labels[server] = label;
	if (name)
		tool_names_add(p->names, server, name);
}

void poisoning_signs(const struct poisoning *p, uint32_t server,
	const cJSON *definition, poisoning_found *found, void *arg)
{
	static const struct {
		const char *name;
		enum place place;
		bool schema;
	} members[] = {
		{"name", PLACE_NAME, false},
		{"title", PLACE_PROSE, false},
		{"description", PLACE_PROSE, false},
		{"annotations", PLACE_PROSE, false},
		{"inputSchema", PLACE_SCHEMA, true},
		{"outputSchema", PLACE_SCHEMA, true},
	};
	const char *name = json_str(definition, "name");
	struct inspection in = {.p = p,
		.server = server,
		.found = found,
		.arg = arg,
		.name = name ? name : ""};

	buf_init(&in.path, PATH_MAX_BYTES);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *v = json_get(definition, members[i].name);
		size_t before = push(&in, members[i].name);

		if (v)
			walk(&in, v, members[i].place, false,
				members[i].schema);
		pop(&in, before);
	}
	buf_release(&in.path);
}
