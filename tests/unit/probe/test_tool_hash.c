/* SPDX-License-Identifier: MIT */
/*
 * Goal: the hashes of a tool list are those of its canonical form, computed
 * here by hand with `printf %s '…' | sha256sum`; what is no part of a tool's
 * contract does not change them. A list has limits, each with an error of its
 * own; up to them its names are found and put in order; and no list takes longer
 * than it may.
 */
#include "protocol/tools.h"

#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define OBJECT "'inputSchema':{'type':'object'}"
#define A "{'name':'a'," OBJECT "}"
#define B "{'name':'b'," OBJECT "}"
#define NAME_SIZE 100

/* [] */
#define NO_TOOL                                                                \
	"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
/* [{"inputSchema":{"type":"object"},"name":"a"}] */
#define ONLY_A                                                                 \
	"6466400fd2e7d487fd5604f2628816b750b85b429c2064a9d991d7060d80833b"
/* [{"inputSchema":{"type":"object"},"name":"a"},
 * {"inputSchema":{"type":"object"},"name":"b"}], in one line */
#define A_AND_B                                                                \
	"8ae40b28be2653bd3fb809043b93acbde0548da27365fdc7c61e5764739fbaa2"
/* [{"inputSchema":{"properties":{"q":{"maxLength":100,"type":"string"}},
 * "required":["q"],"type":"object"},"name":"find"}], in one line */
#define FIND                                                                   \
	"f7f8b92aca3b3a3e07d3a71eda10e83a164b2865023164a09f2a3cc3c0b46825"
/* [{"annotations":{"readOnlyHint":true},"description":"Finds \"things\".",
 * "inputSchema":{"properties":{"q":{"maxLength":100,"type":"string"}},
 * "required":["q"],"type":"object"},"name":"find",
 * "outputSchema":{"type":"array"},"title":"Find"}], in one line */
#define FULL_FIND                                                              \
	"6c0c737b0e8fa3f753c2f3736c7ecadfeabb9b78045b94201c113c2e9c670203"
/* [{"inputSchema":{"type":"object","~":[1e+21,0.1,0,-5,true,null,
 * "/\303\251\u001f"]},"name":"a"}] in one line, with U+00E9 as \303\251 */
#define VALUES                                                                 \
	"cc8635ac4d341376ee8e820b828e702a86ae6b60001c6ce227fbae93758ea18b"
/* [{"inputSchema":{"type":"object"},"name":N},…] with the names N "B", "a",
 * "aa", U+20AC, U+1F600 (which is D83D DE00 in UTF-16), U+FB33 */
#define NAMES                                                                  \
	"65b07f241c8971ce351bd7cd22f803b876d068e585b5a257eb751049b2589a7f"
/* [{"inputSchema":{"type":"object"},"name":"a\u0000b"}] */
#define NUL_NAME                                                               \
	"58949933c80dd86f1314e62bc7fbd10b26d33774622b12e0cbf78634396f8c83"

static struct budget budget;

/* No tools yet, and the whole budget. */
static void init(struct tools *t, const char *wanted)
{
	static const struct siphash_key key = {{1, 2}};

	budget_init(&budget, NULL, NULL);
	tools_init(t, wanted, &key, &budget);
}

/* Add a page, in which ' stands for "; false and *f as tools_add. */
static bool add(struct tools *t, const char *tools, struct failure *f)
{
	size_t size = strlen(tools) + 32;
	char *text = xmalloc(size), why[JSON_WHY];
	cJSON *page;
	bool ok;

	snprintf(text, size, "{'tools':[%s],'nextCursor':'x'}", tools);
	for (char *p = strchr(text, '\''); p; p = strchr(p, '\''))
		*p = '"';
	page = json_parse(text, strlen(text), &json_reply, why);
	if (!page)
		fail_msg("%s: %s", text, why);
	ok = tools_add(t, page, true, f);
	cJSON_Delete(page);
	free(text);
	return ok;
}

/* Each definition is what the full digest of its tool is of. */
static void check_definitions(const struct tools *t, const struct tools_hash *h)
{
	char digest[SHA256_HEX];
	struct buf b;

	buf_init(&b, 10000);
	for (size_t i = 0; i < h->n; i++) {
		buf_clear(&b);
		tools_definition(t, i, &b);
		sha256_hex(b.p, b.len, digest);
		assert_string_equal(digest, h->digests[i].full);
	}
	buf_release(&b);
}

static void test_hashes(void **state)
{
	static const struct {
		const char *pages[2], *contract, *full;
	} rows[] = {
		{{"", NULL}, NO_TOOL, NO_TOOL},
		{{A, NULL}, ONLY_A, ONLY_A},
		/* The order of tools, pages and keys makes no difference. */
		{{A "," B, NULL}, A_AND_B, A_AND_B},
		{{B "," A, NULL}, A_AND_B, A_AND_B},
		{{A, B}, A_AND_B, A_AND_B},
		{{B, A}, A_AND_B, A_AND_B},
		{{"{" OBJECT ",'name':'a'}", NULL}, ONLY_A, ONLY_A},
		{{"{'name':'find','description':'Finds \\'things\\'.','title':"
		  "'Find','annotations':{'readOnlyHint':true},'inputSchema':"
		  "{'type':'object','properties':{'q':{'type':'string',"
		  "'maxLength':100}},'required':['q']},'outputSchema':"
		  "{'type':'array'}}", NULL}, FIND, FULL_FIND},
		{{"{'outputSchema':{'type':'array'},'inputSchema':{'required':"
		  "['q'],'properties':{'q':{'maxLength':1e2,'type':'string'}},"
		  "'type':'object'},'title':'Fin\\u0064','annotations':"
		  "{'readOnlyHint':true},'name':'find','description':"
		  "'Finds \\u0022things\\u0022.'}", NULL}, FIND, FULL_FIND},
		{{"{'name':'a','inputSchema':{'~':[1e21,1e-1,-0,-5.0,true,null,"
		  "'\\/\\u00e9\\u001F'],'type':'object'}}", NULL}, VALUES,
			VALUES},
		{{"{'name':'\\ufb33'," OBJECT "},{'name':'\\u20ac'," OBJECT "},"
		  "{'name':'aa'," OBJECT "},{'name':'\\ud83d\\ude00'," OBJECT
		  "}", "{'name':'B'," OBJECT "}," A}, NAMES, NAMES},
		{{"{'name':'a\\u0000b'," OBJECT "}", NULL}, NUL_NAME, NUL_NAME},
		/* The same tool twice counts once. */
		{{A "," A, NULL}, ONLY_A, ONLY_A},
		{{A, A}, ONLY_A, ONLY_A},
		{{A "," B, "{" OBJECT ",'name':'b'}"}, A_AND_B, A_AND_B},
		{{A ",{'name':'a'," OBJECT ",'_meta':{}}", NULL}, ONLY_A,
			ONLY_A},
	};
	struct tools t;
	struct tools_hash h;
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		init(&t, NULL);
		assert_true(add(&t, rows[i].pages[0], &f));
		if (rows[i].pages[1])
			assert_true(add(&t, rows[i].pages[1], &f));
		assert_true(tools_hash(&t, &h, &f));
		if (strcmp(h.contract, rows[i].contract) != 0 ||
			strcmp(h.full, rows[i].full) != 0)
			fail_msg("case %zu: %s, %s", i, h.contract, h.full);
		assert_int_equal(h.n, t.n);
		check_definitions(&t, &h);
		free(h.digests);
		tools_release(&t);
	}
}

/* Other members of tool A, and which hashes they change. */
static void test_members(void **state)
{
	static const struct {
		const char *more;
		bool contract, full; /* this hash is still that of A */
	} rows[] = {
		{"'icons':[{'src':'data:,x'}]", true, true},
		{"'_meta':{'a':1}", true, true},
		{"'execution':{'taskSupport':'forbidden'}", true, true},
		{"'anything':{'at':'all'}", true, true},
		{"'Title':'A'", true, true},
		{"'title':'A'", true, false},
		{"'title':''", true, false},
		{"'description':'does a'", true, false},
		{"'annotations':{}", true, false},
		{"'outputSchema':{'type':'object'}", true, false},
		/* Not to be hashed, but not part of either hash. */
		{"'_meta':{'x':1e999}", true, true},
		{"'icons':[{'src':'\\ud800'}]", true, true},
		{"'execution':{'x':1,'x':2}", true, true},
		{"'icons':1,'icons':[]", true, true},
	};
	struct tools t;
	struct tools_hash h;
	struct failure f;
	char tool[200];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		init(&t, NULL);
		snprintf(tool, sizeof tool, "{'name':'a'," OBJECT ",%s}",
			rows[i].more);
		assert_true(add(&t, tool, &f));
		assert_true(tools_hash(&t, &h, &f));
		if (!strcmp(h.contract, ONLY_A) != rows[i].contract ||
			!strcmp(h.full, ONLY_A) != rows[i].full)
			fail_msg("%s", rows[i].more);
		free(h.digests);
		tools_release(&t);
	}
}

static void test_not_i_json(void **state)
{
	static const struct {
		const char *tools, *shown;
	} rows[] = {
		{"{'name':'a','inputSchema':{'type':'object','x':1e999}}", "a"},
		{"{'name':'a','inputSchema':{'type':'object','x':'\\udc00'}}",
			"a"},
		{"{'name':'a','inputSchema':{'type':'object','x':1,'x':1}}",
			"a"},
		{"{'name':'a'," OBJECT "," OBJECT "}", "a"},
		{"{'title':'x','name':'a'," OBJECT ",'title':'x'}", "a"},
		{"{'name':'b','name':'a'," OBJECT "}", "a"},
		{"{'name':'a'," OBJECT ",'description':'\xff'}", "a"},
		{"{'name':'a'," OBJECT ",'title':'\\ud83d'}", "a"},
		{"{'name':'a\\ud800b'," OBJECT "}", "a???b"},
		{"{'name':'\x80\\n'," OBJECT "}", "??"},
		{"{'name':'a'," OBJECT ",'annotations':{'x':1e999}}", "a"},
		{"{'name':'a'," OBJECT ",'outputSchema':{'x':1e999}}", "a"},
		/* The same once more: of these nobody says that they differ. */
		{"{'name':'a'," OBJECT ",'title':'\xff'},{'name':'a'," OBJECT
		 ",'title':'\xff'}", "a"},
		/* The first of two such tools, among good ones. */
		{A ",{'name':'x'," OBJECT ",'title':'\xff'},{'name':'y',"
		 OBJECT ",'title':'\xff'}," B, "x"},
	};
	struct tools t;
	struct tools_hash h;
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		init(&t, NULL);
		assert_true(add(&t, rows[i].tools, &f));
		assert_false(tools_hash(&t, &h, &f));
		assert_null(h.digests);
		assert_string_equal(f.code, "hash.not-i-json");
		assert_string_equal(t.not_i_json, rows[i].shown);
		assert_non_null(strstr(f.message, rows[i].shown));
		tools_release(&t);
	}
}

/* A list that is known by its hash: it is given once, and freed if it was not. */
static void test_adopt(void **state)
{
	struct tools t;
	struct tools_hash first, second, h;
	struct failure f;

	(void)state;
	init(&t, NULL);
	assert_true(add(&t, A, &f));
	assert_true(tools_hash(&t, &h, &f));
	first = tools_hash_copy(&h);
	free(h.digests);
	tools_release(&t);
	init(&t, NULL);
	assert_true(add(&t, A "," B, &f));
	assert_true(tools_hash(&t, &h, &f));
	second = tools_hash_copy(&h);
	free(h.digests);
	tools_release(&t);
	init(&t, NULL);
	tools_adopt(&t, &first);
	assert_int_equal(t.n, 1);
	tools_adopt(&t, &second);
	assert_int_equal(t.n, 2);
	assert_true(tools_hash(&t, &h, &f));
	assert_string_equal(h.contract, A_AND_B);
	assert_string_equal(h.digests[1].name, "b");
	free(h.digests);
	tools_adopt(&t, &first);
	free(first.digests);
	free(second.digests);
	tools_release(&t);
	/* What is empty may be released. */
	tools_release(&t);
}

static void test_refused(void **state)
{
	static const struct {
		const char *tools, *code;
	} rows[] = {
		{"{}", "mcp.tool-name"},
		{"{" OBJECT "}", "mcp.tool-name"},
		{"{'name':''," OBJECT "}", "mcp.tool-name"},
		{"{'name':7," OBJECT "}", "mcp.tool-name"},
		{"{'name':null," OBJECT "}", "mcp.tool-name"},
		{"null", "mcp.tool-name"},
		{"'a'", "mcp.tool-name"},
		{"[]", "mcp.tool-name"},
		{A ",{'name':'b'}", "mcp.tool-schema"},
		{"{'name':'a','inputSchema':null}", "mcp.tool-schema"},
		{"{'name':'a','inputSchema':true}", "mcp.tool-schema"},
		{"{'name':'a','inputSchema':[]}", "mcp.tool-schema"},
		{"{'name':'a','inputSchema':{}}", "mcp.tool-schema"},
		{"{'name':'a','inputSchema':{'type':'Object'}}",
			"mcp.tool-schema"},
		{"{'name':'a','inputSchema':{'type':'string'}}",
			"mcp.tool-schema"},
		{"{'name':'a','inputSchema':{'type':['object']}}",
			"mcp.tool-schema"},
		{A ",{'name':'a','inputSchema':{'type':'object','x':1}}",
			"mcp.duplicate-tool"},
		{A "," B ",{'name':'a'," OBJECT ",'title':'x'}",
			"mcp.duplicate-tool"},
		{A ",{'name':'a'," OBJECT ",'title':'\xff'}",
			"mcp.duplicate-tool"},
	};
	static const char *const pages[] = {"{}", "[]", "null", "{\"tools\":1}",
		"{\"tools\":{\"a\":1}}", "{\"tools\":null}", "{\"Tools\":[]}"};
	char why[JSON_WHY];
	struct tools t;
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		init(&t, NULL);
		f.code[0] = '\0';
		if (add(&t, rows[i].tools, &f) ||
			strcmp(f.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].tools, f.code);
		tools_release(&t);
	}
	init(&t, NULL);
	for (size_t i = 0; i < COUNT(pages); i++) {
		cJSON *page = json_parse(
			pages[i], strlen(pages[i]), &json_reply, why);

		assert_false(tools_add(&t, page, false, &f));
		assert_string_equal(f.code, "mcp.missing-tools");
		cJSON_Delete(page);
	}
	tools_release(&t);
}

static void test_digests(void **state)
{
	/* {"inputSchema":{"type":"object"},"name":"a"} */
	static const char a[] =
		"60d4353e9a5499b483d09f13d9e28060e70f34edf787bb7040ba30bd390f"
		"85af";
	/* FIND and FULL_FIND without the brackets around them */
	static const char find[] =
		"80a0e8574a78b3a57fed6bd2d51ea978d466422f3b1817eb4fcde48846a2"
		"b14e";
	static const char full_find[] =
		"ff7df04e94ee54d71d505e52d5ad0d6b41441d9204adc587bdd3c49c08b9"
		"04e7";
	struct tools t;
	struct tools_hash h;
	struct failure f;

	(void)state;
	init(&t, "find");
	assert_true(add(&t, "{'name':'find','description':'Finds \\'things\\'."
			    "','title':'Find','annotations':{'readOnlyHint':"
			    "true},'inputSchema':{'type':'object','properties':"
			    "{'q':{'type':'string','maxLength':100}},"
			    "'required':['q']},'outputSchema':{'type':'array'},"
			    "'_meta':{'kept':true}}", &f));
	assert_true(add(&t, A "," A, &f));
	assert_true(tools_hash(&t, &h, &f));
	assert_int_equal(h.n, 2);
	assert_string_equal(h.digests[0].name, "a");
	assert_string_equal(h.digests[0].contract, a);
	assert_string_equal(h.digests[0].full, a);
	assert_string_equal(h.digests[1].name, "find");
	assert_string_equal(h.digests[1].contract, find);
	assert_string_equal(h.digests[1].full, full_find);
	/* The tool that is wanted is kept whole. */
	assert_non_null(json_get(json_get(t.kept, "_meta"), "kept"));
	free(h.digests);
	tools_release(&t);

	init(&t, "b");
	assert_true(add(&t, A, &f));
	assert_null(t.kept);
	tools_release(&t);
}

/* ---- The limits of a list. */

static cJSON *page_of(int n, const char *description)
{
	cJSON *page = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(page, "tools");
	char name[16];

	for (int i = 0; i < n; i++) {
		cJSON *tool = cJSON_CreateObject(), *schema;

		snprintf(name, sizeof name, "tool-%d", i);
		cJSON_AddStringToObject(tool, "name", name);
		schema = cJSON_AddObjectToObject(tool, "inputSchema");
		cJSON_AddStringToObject(schema, "type", "object");
		cJSON_AddStringToObject(tool, "description", description);
		cJSON_AddItemToArray(list, tool);
	}
	return page;
}

static void test_limits(void **state)
{
	const struct {
		int tools;
		size_t length; /* of each description */
		bool passes;
	} rows[] = {
		{10000, 10, true},
		{10001, 10, false},
		{1, 11 * 1024 * 1024, true},
		{1, 13 * 1024 * 1024, false},
		{2, 7 * 1024 * 1024, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = xcalloc(rows[i].length + 1, 1);
		struct failure f = {.code = ""};
		struct tools t;
		cJSON *page;

		memset(text, 'x', rows[i].length);
		page = page_of(rows[i].tools, text);
		init(&t, NULL);
		assert_true(tools_add(&t, page, false, &f) == rows[i].passes);
		assert_string_equal(f.code,
			rows[i].passes ? "" : "body.too-large");
		tools_release(&t);
		cJSON_Delete(page);
		free(text);
	}
}

/* A page of tools FIRST to FIRST + n - 1 whose names differ at their end. */
static bool add_names(struct tools *t, int first, int n, struct failure *f)
{
	char name[NAME_SIZE];
	cJSON *page = page_of(n, "x");
	cJSON *tool = page->child->child;
	bool ok;

	memset(name, 'n', sizeof name);
	for (int i = 0; i < n; i++, tool = tool->next) {
		snprintf(name + NAME_SIZE - 8, 8, "%07d", first + i);
		cJSON_ReplaceItemInObject(
			tool, "name", cJSON_CreateString(name));
	}
	ok = tools_add(t, page, false, f);
	cJSON_Delete(page);
	return ok;
}

/* Names are found again and put in order, however many there are. */
static void test_many_names(void **state)
{
	struct tools_hash one, other;
	struct failure f;
	struct tools t;

	(void)state;
	init(&t, NULL);
	assert_true(add_names(&t, 5000, 5000, &f));
	assert_true(add_names(&t, 0, 5000, &f));
	assert_true(add_names(&t, 2500, 5000, &f));
	assert_int_equal(t.n, 10000);
	assert_true(budget.held > t.text.len);
	assert_false(add_names(&t, 9999, 2, &f));
	assert_string_equal(f.code, "body.too-large");
	assert_true(tools_hash(&t, &one, &f));
	for (size_t i = 1; i < one.n; i++)
		assert_true(strcmp(one.digests[i - 1].name,
				    one.digests[i].name) < 0);
	free(one.digests);
	tools_release(&t);

	init(&t, NULL);
	assert_true(add_names(&t, 0, 10000, &f));
	assert_true(tools_hash(&t, &other, &f));
	assert_string_equal(one.contract, other.contract);
	assert_string_equal(one.full, other.full);
	free(other.digests);
	tools_release(&t);
}

static void test_name_length(void **state)
{
	static const char head[] = "{'name':'", tail[] = "'," OBJECT "}";
	static const struct {
		size_t n;
		const char *code;
	} rows[] = {{1024, ""}, {1025, "mcp.tool-name-too-long"}};
	struct failure f;
	struct tools t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 4096);
		buf_str(&b, head);
		while (b.len < sizeof head - 1 + rows[i].n)
			buf_char(&b, 'n');
		buf_str(&b, tail);
		f.code[0] = '\0';
		init(&t, NULL);
		assert_true(add(&t, b.p, &f) == !*rows[i].code);
		assert_string_equal(f.code, rows[i].code);
		tools_release(&t);
		buf_release(&b);
	}
}

/* The tool that is called is kept whole, but not at any cost. */
static void test_kept_size(void **state)
{
	struct failure f = {.code = ""};
	struct tools t;
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	buf_str(&b, "{'name':'a','inputSchema':{'type':'object','x':[0");
	for (int i = 0; i < 30000; i++)
		buf_str(&b, ",0");
	buf_str(&b, "]}}");
	init(&t, "b");
	assert_true(add(&t, b.p, &f));
	assert_null(t.kept);
	tools_release(&t);
	init(&t, "a");
	assert_false(add(&t, b.p, &f));
	assert_string_equal(f.code, "body.too-complex");
	tools_release(&t);
	buf_release(&b);
}

/* The deadline passes at the late_at-th time that it is asked about. */
static int late_at;

static bool late(void *arg)
{
	int *asked = arg;

	return ++*asked >= late_at;
}

static void test_late(void **state)
{
	static const struct {
		int at;
		bool added, hashed;
	} rows[] = {{1, false, false}, {3, false, false}, {4, true, false},
		{6, true, false}, {7, true, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failure f = {.code = ""};
		struct tools_hash h = {.digests = NULL};
		struct tools t;
		int asked = 0;
		bool added, hashed;

		init(&t, NULL);
		budget_init(&budget, late, &asked);
		late_at = rows[i].at;
		added = add(&t, A "," B ",{'name':'c'," OBJECT "}", &f);
		hashed = added && tools_hash(&t, &h, &f);
		assert_true(added == rows[i].added);
		assert_true(hashed == rows[i].hashed);
		assert_string_equal(f.code, hashed ? "" : "deadline");
		assert_true((h.digests != NULL) == hashed);
		free(h.digests);
		tools_release(&t);
	}
}

/* The vectors of the paper and of its reference code. */
static void test_siphash(void **state)
{
	static const struct {
		size_t n;
		uint64_t expected;
	} rows[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},
		{7, 0xab0200f58b01d137}, {8, 0x93f5f5799a932462},
		{15, 0xa129ca6149be45e5}};
	const struct siphash_key key = {
		{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
	unsigned char text[15];

	(void)state;
	for (unsigned char i = 0; i < sizeof text; i++)
		text[i] = i;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_true(siphash(&key, text, rows[i].n) == rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_not_i_json),
		cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_name_length),
		cmocka_unit_test(test_kept_size),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_siphash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
