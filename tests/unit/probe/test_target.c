/* SPDX-License-Identifier: MIT */
/*
 * Goal: a target is what its line says, or is refused with the reason.
 */
#include "target.h"

#include "json/json.h"
#include "secret_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define O "origin = https://h\n"

static int make_folder(void **state)
{
	return secret_folder_make(state) ||
		setenv("MCP_CREDENTIALS", secret_folder, 1);
}

/* Read a target with these members, in which ' stands for ". */
static int read_target(const char *members, struct target *t, char *why)
{
	char text[1000];

	snprintf(text, sizeof text, "{%s}", members);
	for (char *p = strchr(text, '\''); p; p = strchr(p, '\''))
		*p = '"';
	return target_read(text, strlen(text), "local", t, why);
}

#define T "'slug':'s','url':'https://h/mcp?k=v'"

static void test_targets(void **state)
{
	/* Slug, region, timeout or 0, hint, bare 401, tool and arguments,
	 * known and pinned hash, credential; or why there is none. */
	static const struct {
		const char *members, *expected;
	} rows[] = {
		{T, "s local 0 - - - - - -"},
		{T ",'v':1,'type':'target','unknown':[1],'interval':60",
			"s local 0 - - - - - -"},
		{T ",'region':'us-east-1','timeout':0.5,'protocol_hint':'sse',"
		 "'health_tool':{'name':'ping','arguments':{'a':[1]}},"
		 "'known_hash':'" H1 "','pinned_hash':'" H1 "',"
		 "'auth':{'credential':'secret','bare_401':true}",
			"s us-east-1 0.5 sse bare ping {\"a\":[1]} known "
			"pinned A: v"},
		{T ",'region':null,'timeout':null,'interval':null,"
		 "'protocol_hint':null,'health_tool':null,'known_hash':null,"
		 "'pinned_hash':'','auth':null", "s local 0 - - - - - -"},
		{T ",'timeout':300,'health_tool':{'name':'p','arguments':null},"
		 "'auth':{}", "s local 300 - - p - - -"},
		{T ",'auth':{'mode':'none','credential':'secret'}",
			"s local 0 - - - - - -"},
		{T ",'auth':{'mode':'header','credential':'secret'}",
			"s local 0 - - - - - A: v"},
		{T ",'auth':{'mode':'any','credential':'secret'}",
			"s local 0 - - - - - A: v"},
		/* The mode must be that of the credential file. */
		{T ",'auth':{'mode':'bearer','credential':'secret'}",
			"auth.mode: bearer, but the credential is header"},
		{T ",'auth':{'mode':'mtls','credential':'secret'}",
			"auth.mode: mtls, but the credential is header"},
		{"'url':'https://h'", "slug: missing or not a valid name"},
		{"'slug':'S','url':'https://h'",
			"slug: missing or not a valid name"},
		{"'slug':'s'", "url: missing"},
		{"'slug':'s','url':7", "url: missing"},
		{"'slug':'s','url':'h'",
			"url: does not begin with http:// or https://"},
		{"'slug':'s','url':'https://u:p@h'", "url: a URL must not "
						     "contain a secret; use "
						     "--token-file"},
		{T ",'v':2", "v: a version that this program does not know"},
		{T ",'v':null", "v: a version that this program does not know"},
		{T ",'type':'step'", "type: not \"target\""},
		{T ",'type':7", "type: not a string"},
		{T ",'region':'A'", "region: not a valid name"},
		{T ",'region':7", "region: not a string"},
		{T ",'timeout':0", "timeout: not seconds up to 300"},
		{T ",'timeout':300.1", "timeout: not seconds up to 300"},
		{T ",'timeout':'30'", "timeout: not seconds up to 300"},
		{T ",'cache_check':'no'", "cache_check: neither true nor false"},
		{T ",'http_version':'2'", "http_version: neither 1.1 nor 2"},
		{T ",'http_version':3", "http_version: neither 1.1 nor 2"},
		{T ",'http_version':true", "http_version: neither 1.1 nor 2"},
		{T ",'ca':7", "ca: not a string"},
		{T ",'ca':null", "s local 0 - - - - - -"},
		{T ",'ca':'/nowhere'", "s local 0 - - - - - -"},
		{T ",'deny_private':'yes'",
			"deny_private: neither true nor false"},
		{T ",'interval':0", "interval: not seconds"},
		{T ",'interval':'1m'", "interval: not seconds"},
		{T ",'protocol_hint':'modern'", "protocol_hint: no era"},
		{T ",'known_hash':'x'",
			"known_hash: not a SHA-256 in lower-case hex"},
		{T ",'pinned_hash':7", "pinned_hash: not a string"},
		{T ",'known_definitions':{}", "known_definitions: not an array"},
		{T ",'known_definitions':['0123456789abcde']",
			"known_definitions: not 16 digits of a digest"},
		{T ",'known_definitions':['0123456789abcdef0']",
			"known_definitions: not 16 digits of a digest"},
		{T ",'known_definitions':['0123456789ABCDEF']",
			"known_definitions: not 16 digits of a digest"},
		{T ",'known_definitions':[null]",
			"known_definitions: not 16 digits of a digest"},
		{T ",'health_tool':'ping'", "health_tool: has no name"},
		{T ",'health_tool':{'name':''}", "health_tool: has no name"},
		{T ",'health_tool':{'name':'p','arguments':[]}",
			"health_tool.arguments: not an object"},
		{T ",'steps':[1,3]", "s local 0 - - - - - -"},
		{T ",'steps':[1,3],'resume':null", "s local 0 - - - - - -"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p','probe_started_at':5,"
		   "'ms':2,'protocol':null,'session':null,'more':1}",
			"s local 0 - - - - - -"},
		{T ",'steps':3", "steps: not a range like [1,3]"},
		{T ",'steps':[]", "steps: not a range like [1,3]"},
		{T ",'steps':[1]", "steps: not a range like [1,3]"},
		{T ",'steps':[0,3]", "steps: not a range like [1,3]"},
		{T ",'steps':[4,3]", "steps: not a range like [1,3]"},
		{T ",'steps':[4,9]", "steps: not a range like [1,3]"},
		{T ",'steps':[1,2,3]", "steps: not a range like [1,3]"},
		{T ",'steps':['1',3]", "steps: not a range like [1,3]"},
		{T ",'resume':{}", "resume: only with steps"},
		{T ",'steps':[4,8],'resume':{}", "resume: no id, start or time"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p/','probe_started_at':5,"
		   "'ms':2}", "resume: no id, start or time"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p','probe_started_at':-1,"
		   "'ms':2}", "resume: no id, start or time"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p','probe_started_at':5,"
		   "'ms':300001}", "resume: no id, start or time"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p','probe_started_at':5,"
		   "'ms':2,'session':7}", "session: not a string"},
		{T ",'steps':[4,8],'resume':{'probe_id':'p','probe_started_at':5,"
		   "'ms':2,'session':'s','ids':-1}", "resume.ids: not a number"},
		{T ",'auth':'bearer'", "auth: not an object"},
		{T ",'auth':{'mode':'basic'}",
			"auth.mode: not one of none, any, bearer, header, oauth, "
			"mtls"},
		{T ",'auth':{'mode':'any'}",
			"auth.credential: not the name of a file"},
		{T ",'auth':{'mode':'bearer'}",
			"auth.credential: not the name of a file"},
		{T ",'auth':{'credential':'../secret'}",
			"auth.credential: not the name of a file"},
		{T ",'auth':{'credential':'none'}",
			"auth.credential: none: No such file or directory"},
		{T ",'auth':{'credential':7}", "credential: not a string"},
	};
	char why[TARGET_WHY], got[500];
	struct target t;
	struct buf args;

	(void)state;
	secret_file_write(O "header=A\nvalue=v", strlen(O "header=A\nvalue=v"), 0600);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (read_target(rows[i].members, &t, why)) {
			assert_string_equal(why, rows[i].expected);
			continue;
		}
		buf_init(&args, 100);
		if (t.health_args)
			json_put(&args, t.health_args);
		snprintf(got, sizeof got, "%s %s %g %s %s %s%s%s %s %s %s",
			t.slug, t.region, t.timeout_s,
			t.hint ? era_name(t.hint) : "-",
			t.bare_401_ok ? "bare" : "-",
			t.health_tool ? t.health_tool : "-",
			args.len ? " " : "", args.p,
			*t.known_hash ? "known" : "-",
			*t.pinned_hash ? "pinned" : "-",
			t.credential ? credential_field(t.credential) : "-");
		assert_string_equal(got, rows[i].expected);
		assert_string_equal(t.url->shown, "https://h/mcp");
		buf_release(&args);
		target_release(&t);
		assert_null(t.credential);
	}
	assert_int_equal(read_target(T ",'interval':90,'cache_check':false", &t,
		why), 0);
	assert_true(t.interval_s == 90);
	assert_int_equal(t.cache_check, CACHE_CHECK_NEVER);
	assert_false(t.deny_private);
	assert_false(t.http2);
	target_release(&t);
	assert_int_equal(read_target(T ",'http_version':2", &t, why), 0);
	assert_true(t.http2);
	target_release(&t);
	assert_int_equal(read_target(T ",'http_version':1.1", &t, why), 0);
	assert_false(t.http2);
	target_release(&t);
	assert_int_equal(read_target(T ",'http_version':null", &t, why), 0);
	assert_false(t.http2);
	target_release(&t);
	assert_int_equal(read_target(T ",'deny_private':true", &t, why), 0);
	assert_true(t.deny_private);
	target_release(&t);
	assert_int_equal(read_target(T ",'cache_check':true", &t, why), 0);
	assert_int_equal(t.cache_check, CACHE_CHECK_TURNS);
	target_release(&t);
	assert_int_equal(read_target(T ",'steps':[4,7],'resume':{'probe_id':'p',"
		"'probe_started_at':5.5,'ms':2,'protocol':'2025-11-25',"
		"'session':'x','ids':3,'tools':true,'clients_refused':true}",
		&t, why), 0);
	assert_int_equal(t.piece.first, STEP_OAUTH_DISCOVERY);
	assert_int_equal(t.piece.last, STEP_TOOLS_CALL);
	assert_string_equal(t.piece.probe_id, "p");
	assert_true(t.piece.started_at == 5.5 && t.piece.ms == 2);
	assert_string_equal(t.piece.revision, "2025-11-25");
	assert_string_equal(t.piece.session, "x");
	assert_true(t.piece.ids == 3 && t.piece.has_tools &&
		t.piece.clients_refused);
	target_release(&t);
	assert_int_equal(target_read("[]", 2, "local", &t, why), -1);
	assert_string_equal(why, "record: not a JSON object");
	assert_int_equal(target_read("{", 1, "local", &t, why), -1);
	unsetenv("MCP_CREDENTIALS");
	assert_int_equal(read_target(T ",'auth':{'credential':'secret'}", &t,
		why), -1);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", secret_folder, 1), 0);
	assert_int_equal(read_target(T ",'auth':{'credential':'secret'}", &t,
		why), 0);
	target_release(&t);
}

/* A definition is known by the first 16 digits of its digest. */
static void test_definitions(void **state)
{
	static const char end[] =
		"0000000000000000000000000000000000000000000000ff";
	static const struct {
		const char *list;
		bool knows[3]; /* digests that begin with 01, fe and 00 */
	} rows[] = {
		{"", {true, true, true}},
		{",'known_definitions':null", {true, true, true}},
		{",'known_definitions':[]", {false, false, false}},
		{",'known_definitions':['fedcba9876543210']",
			{false, true, false}},
		{",'known_definitions':['fedcba9876543210','0000000000000000',"
		 "'0123456789abcdef','fedcba9876543210']", {true, true, true}},
		{",'known_definitions':['0123456789abcdee','fedcba9876543211']",
			{false, false, false}},
	};
	static const char *const heads[] = {"0123456789abcdef",
		"fedcba9876543210", "0000000000000000"};
	char why[TARGET_WHY], members[400], digest[HASH_HEX + 1];
	struct target t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(members, sizeof members, "%s%s", T, rows[i].list);
		assert_int_equal(read_target(members, &t, why), 0);
		for (size_t k = 0; k < COUNT(heads); k++) {
			snprintf(digest, sizeof digest, "%s%s", heads[k], end);
			assert_int_equal(target_knows(&t, digest),
				rows[i].knows[k]);
		}
		target_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_definitions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder,
		secret_folder_remove);
}
