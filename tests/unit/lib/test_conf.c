/* SPDX-License-Identifier: MIT */
/*
 * Goal: fleet.yaml(5) is read as its page says; all faults of a file are told
 * at once, with line and column, and no faults that only follow from others.
 */
#include "conf_heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "records/alert.h"

/* The text of a case goes on behind these: behind SERVER in line 6. */
#define REGIONS "regions:\n- name: us\n- name: eu\n- name: ap\n"
#define SERVER REGIONS "servers: [{slug: a, url: http://a/,\n"
#define ROUTE "alerts: {routes: [{name: a,\n"

static void test_form(void **state)
{
	static const struct conf_case cases[] = {
		{"", "f:1:1: the file is empty\n"},
		{"# nothing\n", "f:2:1: the file is empty\n"},
		{"---\n", "f:2:1: the file is empty\n"},
		{"{}", ""},
		{"\xef\xbb\xbfsite: {title: a}\r\n", ""},
		{"[]", "f:1:1: expected a map of keys, found a list\n"},
		{"a", "f:1:1: expected a map of keys, found a single value\n"},
		{"--- {}\n--- {}\n", "f:2:1: contains a second document\n"},
		{"site: \xff", "f:1:7: not UTF-8\n"},
		{"site: é\n# \a", "f:2:3: a control character, U+0007\n"},
		{"site: é\r# \x7f", "f:2:3: a control character, U+007F\n"},
		{"site: é\r\n# \u2028",
			"f:2:3: a control character, U+2028\n"},
		{"site: \"a\\0b\"", "f:1:7: contains a NUL byte\n"},
		{"site:\n\ttitle: a", "f:2:1: a tab indents this line; YAML is "
				      "indented with spaces\n"},
		{"site:\n  title: a\n \tb: 1", "f:3:2: a tab indents this "
			"line; YAML is indented with spaces\n"},
		{"site: [\n", "f:2:1: did not find expected node content "
			      "while parsing a flow node\n"},
		{"site: {\na: [\nb: 1\n", "f:4:1: did not find expected ',' or "
			"']' while parsing a flow sequence that begins in "
			"line 2\n"},
		{"site: &a {}\nb: &a 1", "f:2:4: found duplicate anchor; first "
					 "occurrence in line 1\n"},
		{"site: *a", "f:1:7: found undefined alias\n"},
		{"site: !!map {}", "f:1:7: tags such as !!str are not "
				   "allowed\n"},
		{"? [site]\n: 1", "f:1:3: a key that is not a plain word\n"},
		{"site:\n  url: http://a\n  title: b\n  url: http://c",
			"f:4:3: url: this key is already in line 2\n"},
		{"site: {title: a: b}", "f:1:16: did not find expected "
			"',' or '}' while parsing a flow mapping\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

static void test_bounds(void **state)
{
	static const struct conf_case cases[] = {
		{"a: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
			"f:1:23: nested too deeply\n"},
		{"servers: &a [*a]", "f:1:10: aliases nest too deeply, or "
				     "contain themselves\n"},
		{"servers: &a {a: {b: [*a]}}", "f:1:18: aliases nest too "
					       "deeply, or contain "
					       "themselves\n"},
		{"a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\n"
		 "c: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\n"
		 "e: &e [*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e]",
			"f:1:18: aliases repeat too many values\n"},
	};
	struct buf b, heard;

	(void)state;
	CONF_CHECK(cases);
	buf_init(&b, 2 * 1024 * 1024);
	buf_str(&b, "a: [");
	while (b.len < 20000 * 2)
		buf_str(&b, "1,");
	buf_str(&b, "1]\n");
	assert_null(conf_hear(b.p, b.len, &heard));
	assert_string_equal(heard.p, "f:1:39999: too many values\n");
	buf_release(&heard);
	buf_clear(&b);
	buf_str(&b, "servers:\n");
	while (b.len < 20000 * 2)
		buf_str(&b, "- a\n");
	for (size_t i = 0; i < 10000; i++)
		buf_str(&b, "- a\n");
	assert_null(conf_hear(b.p, b.len, &heard));
	assert_string_equal(heard.p,
		"f:19999:3: too many values: put a fleet of more than about "
		"4,000 servers in a list that servers_from names\n");
	buf_release(&heard);
	while (b.len <= 1024 * 1024)
		buf_char(&b, '#');
	assert_null(conf_hear(b.p, b.len, &heard));
	assert_string_equal(heard.p, "f:1:1: the file is larger than 1 MiB\n");
	buf_release(&heard);
	buf_release(&b);
}

static void test_types(void **state)
{
	static const struct conf_case cases[] = {
		{"site: 1", "f:1:1: site: expected a map, found a single "
			    "value\n"},
		{"servers: {}", "f:1:1: servers: expected a list, found a "
				"map\n"},
		{"accounts: [~]", "f:1:12: accounts[0]: expected a map, found "
				  "nothing\n"},
		{"site:\nstore: ~\nservers: null\naccounts:", ""},
		{"sit: 1", "f:1:1: sit: unknown key (did you mean site?)\n"},
		{"<<: {}", "f:1:1: <<: unknown key\n"},
		{"site: {titel: a, x: 1}",
			"f:1:8: site.titel: unknown key (did you mean "
			"title?)\nf:1:18: site.x: unknown key\n"},
		{"site: {link: https://a.example, colour: \"#12aBcD\"}", ""},
		{"site: {logo: /logo.svg, intro: a <b>, imprint: "
			"\"https://a.example/i?x=1#y\", privacy: https://a, "
			"support: \"mailto:a@b.example?subject=x\"}", ""},
		{"site: {logo: \"https://cdn.example:8443/a/logo.png?v=2\"}",
			""},
		{"site: {logo: \"http://a/logo.png\"}", "f:1:8: site.logo: "
			"neither https:// nor a path that begins with a "
			"slash\n"},
		{"site: {logo: \"//a/logo.png\"}", "f:1:8: site.logo: "
			"not a path of this site such as /logo.svg\n"},
		{"site: {logo: '/a\" onerror'}", "f:1:8: site.logo: "
			"not a path of this site such as /logo.svg\n"},
		{"site: {logo: \"data:image/png,x\"}", "f:1:8: site.logo: "
			"neither https:// nor a path that begins with a "
			"slash\n"},
		{"site: {logo: \"https://a;script-src/x\"}", "f:1:8: "
							     "site.logo: the "
							     "host contains an "
							     "invalid "
							     "character\n"},
		{"site: {logo: https://a.example}", "f:1:8: site.logo: "
			"not the address of an image\n"},
		{"site: {logo: \"https://[::1]/a\"}", "f:1:8: site.logo: "
						      "cannot be used in a "
						      "Content-Security-Policy\n"},
		{"site: {logo: https://b\xc3\xbc.example/a}", "f:1:8: "
							      "site.logo: "
							      "cannot be used "
							      "in a "
							      "Content-Security-Policy\n"},
		{"site:\n  intro: \"a\\nb\"", "f:2:3: site.intro: contains a "
					      "control character\n"},
		{"site: {imprint: \"http://a\"}", "f:1:8: site.imprint: "
			"neither https:// nor mailto:\n"},
		{"site: {privacy: \"javascript:alert(1)\"}", "f:1:8: "
			"site.privacy: neither https:// nor mailto:\n"},
		{"site: {support: \"mailto:\"}", "f:1:8: site.support: not an "
			"address such as mailto:help@example.com\n"},
		{"site: {support: \"mailto:A <a@b.example>\"}", "f:1:8: "
			"site.support: not an address such as "
			"mailto:help@example.com\n"},
		{"site: {support: \"mailto:a@b.example?body=a b\"}", "f:1:8: "
			"site.support: not an address such as "
			"mailto:help@example.com\n"},
		{"site: {support: \"https://u:p@a\"}", "f:1:8: site.support: a "
						       "URL must not contain a "
						       "user name or "
						       "password\n"},
		{"site: {colour: red}", "f:1:8: site.colour: not a "
			"colour such as \"#0969da\"\n"},
		{"site: {colour: \"#12345\"}", "f:1:8: site.colour: "
			"not a colour such as \"#0969da\"\n"},
		{"site: {title: [a]}", "f:1:8: site.title: expected a single "
				       "value, found a list\n"},
		{"site: {title: \"\"}", "f:1:8: site.title: is empty\n"},
		{"site: {title: \"a\\nb\"}", "f:1:8: site.title: contains a "
					     "control character\n"},
		{"site: {title: 1.50}", ""},
		{SERVER "interval: 10s}]", "f:6:1: servers[0].interval: 10s "
					   "is below 30s\n"},
		{SERVER "interval: 61m}]", "f:6:1: servers[0].interval: 61m "
					   "is above 1h\n"},
		{SERVER "interval: 1 hour}]", "f:6:1: servers[0].interval: "
			"expected a duration such as 60s, 5m or 72h, found 1 "
			"hour\n"},
		{SERVER "interval: \"90s\"}]", ""},
		{SERVER "interval: 90}]", "f:6:1: servers[0].interval: 90 has "
			"no unit: write 90s\n"},
		{SERVER "private: yes}]", "f:6:1: servers[0].private: expected "
					  "true or false, found yes\n"},
		{SERVER "private: \"true\"}]", "f:6:1: servers[0].private: "
			"expected true or false, found true in quotes\n"},
		{SERVER "thresholds: {quorum: 0}}]", "f:6:14: servers[0]."
			"thresholds.quorum: 0 is below 1\n"},
		{SERVER "thresholds: {quorum: 1e1}}]", "f:6:14: servers[0]."
			"thresholds.quorum: expected a whole number, found "
			"1e1\n"},
		{SERVER "thresholds: {quorum: '2'}}]", "f:6:14: servers[0]."
			"thresholds.quorum: expected a whole number, found 2 "
			"in quotes\n"},
		{SERVER "auth: {mode: baerer}}]", "f:6:8: servers[0].auth."
			"mode: expected none, any, bearer, header, oauth or "
			"mtls, found baerer (did you mean bearer?)\n"},
		{SERVER "regions: []}]", "f:6:1: servers[0].regions: the list "
					 "is empty\n"},
		{SERVER "regions: [us, eu, us]}]", "f:6:19: servers[0]."
			"regions[2]: is already in this list\n"},
		{SERVER "health_tool: {name: a, arguments: [1]}}]",
			"f:6:24: servers[0].health_tool.arguments: expected a "
			"map, found a list\n"},
		{SERVER "health_tool: {arguments: {a: [.inf]}}}]",
			"f:6:1: servers[0].health_tool.name: missing\n"
			"f:6:31: servers[0].health_tool.arguments: .inf: JSON "
			"has no such number\n"},
		{SERVER "health_tool: {name: a, arguments:\n"
			"{a: 9007199254740993}}}]", "f:7:5: servers[0]."
			"health_tool.arguments: 9007199254740993: a number "
			"with more digits than JSON keeps; put it in quotes\n"},
		{"regions: [{name: us, position: [91, 0]}]",
			"f:1:22: regions[0].position: expected [latitude, "
			"longitude] in degrees\n"},
		{"regions: [{name: us, asn: 4294967295}]",
			"f:1:22: regions[0].asn: 4294967295 is above "
			"4294967294\n"},
		{ROUTE "type: command, command: [a]}], policies: [{match: "
		 "{severities: [P4]}, steps: []}]}",
			"f:2:65: alerts.policies[0].match.severities[0]: "
			"expected P1, P2 or P3, found P4 (did you mean P1?)\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

#define HEX "0123456789abcdef"
#define FOUR(k) k "0: a, " k "1: a, " k "2: a, " k "3: a"
#define FIVE(k) FOUR(k) ", " k "4: a"

static void test_labels(void **state)
{
	static const char long_value[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e4";
	static const struct conf_case cases[] = {
		{SERVER "owner: 'A <b>', slow_above: 500ms,\n"
			"labels: {team: payments, tier: 1, a.b_c-d: 'x'}}]",
			""},
		{SERVER "labels: {}}]", ""},
		{SERVER "labels: [a]}]", "f:6:1: servers[0].labels: expected a "
			"map, found a list\n"},
		{SERVER "labels: {Team: a, b: [c],\nd: \"x\\ny\", e: ''}}]",
			"f:6:10: servers[0].labels.Team: not the name of a "
			"label: up to 63 lower-case letters, digits, '.', '_' "
			"and '-'\n"
			"f:6:22: servers[0].labels.b: expected a single value, "
			"found a list\n"
			"f:7:4: servers[0].labels.d: contains a control "
			"character\n"
			"f:7:15: servers[0].labels.e: is empty\n"},
		{SERVER "labels: {" FIVE("a") ", " FIVE("b") ",\n" FIVE("c")
			", d: e, e: f}}]",
			"f:6:1: servers[0].labels: more than 16 labels\n"},
		{SERVER "slow_above: 6m, owner: \"a\\nb\"}]",
			"f:6:1: servers[0].slow_above: 6m is above 5m\n"
			"f:6:17: servers[0].owner: contains a control "
			"character\n"},
		{SERVER "labels: {" FIVE("a") "}}]\n"
			"defaults: [{match: ['*'], labels: {" FIVE("b") "}},\n"
			"{match: [a], labels: {" FIVE("a") ", " FIVE("c") "}}]",
			""},
		{SERVER "labels: {" FIVE("a") "}}]\n"
			"defaults: [{match: ['*'], labels: {" FIVE("b") "}},\n"
			"{match: [a], labels: {" FIVE("c") ", d: a, e: a}}]",
			"f:6:1: servers[0].labels: more than 16 labels, with "
			"those of its account and of defaults\n"},
		{ROUTE "type: command, command: [a]}], policies: [{match: "
		 "{labels: {team: a, B: b}}, steps: []}]}",
			"f:2:70: alerts.policies[0].match.labels.B: not the "
			"name of a label: up to 63 lower-case letters, digits, "
			"'.', '_' and '-'\n"},
	};
	char text[1000];
	struct buf heard;

	(void)state;
	CONF_CHECK(cases);
	/* 200 characters, and 201 bytes. */
	snprintf(text, sizeof text, SERVER "labels: {a: \"%s\"}}]",
		long_value);
	assert_null(conf_hear(text, strlen(text), &heard));
	assert_string_equal(heard.p,
		"f:6:13: servers[0].labels.a: longer than 200 bytes\n");
	buf_release(&heard);
}

static void put_care(struct buf *b, const struct conf_server *s)
{
	buf_fmt(b, "%s: %s %s %s %g", s->slug, s->owner ? s->owner : "-",
		s->runbook ? s->runbook : "-",
		s->dashboard ? s->dashboard : "-", s->slow_above_s);
	for (size_t i = 0; i < s->n_labels; i++)
		buf_fmt(b, " %s=%s", s->labels[i].name, s->labels[i].value);
	buf_char(b, '\n');
}

/* A server's own come first, then its account's, then those of defaults. */
static void test_account_keys(void **state)
{
	static const char text[] = REGIONS
		"accounts: [{name: x, token_sha256: " HEX HEX HEX HEX ",\n"
		"  owner: X, slow_above: 3s, runbook: http://x/r,\n"
		"  labels: {team: x, of: x}}]\n"
		"servers:\n"
		"- {slug: a, url: http://a/, account: x}\n"
		"- {slug: b, url: http://a/, account: x, owner: B,\n"
		"   slow_above: 0s, labels: {team: b}}\n"
		"- {slug: c, url: http://a/}\n"
		"- {slug: d, url: http://a/}\n"
		"defaults:\n"
		"- {match: [d], account: x, dashboard: http://d/d}\n"
		"- {match: [a, c, d], owner: all, slow_above: 1s,\n"
		"   labels: {team: all, env: prod}}\n"
		"- {match: ['*'], labels: {env: test, at: here}}\n";
	struct conf *c = conf_must(text, "");
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	for (size_t i = 0; i < 4; i++)
		put_care(&b, &c->servers[i]);
	assert_string_equal(b.p,
		"a: X http://x/r - 3 team=x of=x env=prod at=here\n"
		"b: B http://x/r - 0 team=b of=x env=test at=here\n"
		"c: all - - 1 team=all env=prod at=here\n"
		"d: X http://x/r http://d/d 3 team=x of=x env=prod at=here\n");
	buf_release(&b);
	conf_free(c);
}

#define URL(s) "site: {url: \"" s "\"}"
#define HOST(s) "regions: [" NAMES ", {name: x, host: \"" s "\"}]"
#define NAMES "{name: us}, {name: eu}, {name: ap}"

static void test_texts(void **state)
{
	static const struct conf_case cases[] = {
		{URL("https://a"), ""},
		{URL("http://[::1]:80/?q#f"), ""},
		{URL("http:///a"), "f:1:8: site.url: the host is missing\n"},
		{URL("http://:80"), "f:1:8: site.url: the host is missing\n"},
		{URL("HTTP://a"), "f:1:8: site.url: neither http:// nor "
				  "https://\n"},
		{URL("http://u:p@a/"), "f:1:8: site.url: a URL must not "
				       "contain a user name or password\n"},
		{URL("http://a:0"), "f:1:8: site.url: the port is not a number "
				    "from 1 to 65535\n"},
		{URL("http://[::1]x"), "f:1:8: site.url: the port is not a number "
				       "from 1 to 65535\n"},
		{URL("http://[::1"), "f:1:8: site.url: the brackets do not "
				     "contain an IPv6 address\n"},
		{URL("http://[fe80::1%25eth0]/"), "f:1:8: site.url: the "
						  "brackets do not contain an "
						  "IPv6 address\n"},
		{URL("http://a,b/"), "f:1:8: site.url: the host contains an "
				     "invalid character\n"},
		{URL("http://%61/"), "f:1:8: site.url: the host contains an "
				     "invalid character\n"},
		{URL("http://\xc3\xa4.example/"), ""},
		{URL("http://a b"), "f:1:8: site.url: contains a space or "
				    "backslash\n"},
		{"store: unix:///a", ""},
		{"store: redis://a:1/2", ""},
		{"store: redis+cluster://a,[::1]:2", ""},
		{"store: rediss+sentinel://me@a,b/fleet", ""},
		{"store: redis+sentinel://a,b",
			"f:1:1: store: the name of the master is missing: "
			"redis+sentinel://a,b,c/NAME\n"},
		{"store: unix://a", "f:1:1: store: not unix:///path, "
				    "redis://host:port, rediss://, "
				    "redis+sentinel:// or redis+cluster://\n"},
		{"store_ca: ca.pem",
			"f:1:1: store_ca: not an absolute path\n"},
		{"store_wait: 2", ""},
		{"store_wait: {replicas: 1, timeout: 500ms}", ""},
		{"store: redis:///2", "f:1:1: store: the host is missing\n"},
		{"store: redis://:p@a", "f:1:1: store: a URL must not contain "
					"a password; use "
					"MCP_STORE_PASSWORD_FILE\n"},
		{HOST("u@a.b"), ""},
		{HOST("-oProxyCommand=a"), "f:1:57: regions[3].host: not a "
					   "host for ssh(1)\n"},
		{"regions: [{name: reporters}]",
			"f:1:12: regions[0].name: not a region: lower-case "
			"letters, digits and '-', up to 40, beginning with a "
			"letter; neither reporters nor tool-hash\n"},
		{"accounts: [{name: A, token_sha256: a}]",
			"f:1:13: accounts[0].name: not a name: lower-case "
			"letters, digits, '.', '_' and '-', up to 80, "
			"beginning with a letter or digit\nf:1:22: accounts[0]"
			".token_sha256: not a SHA-256 in 64 lower-case hex "
			"digits\n"},
		{"accounts: [{name: a, token_sha256: \"" HEX HEX HEX HEX
		 "\"}]", ""},
		{"alerts: {policies: [{steps: [], hours: 9-18}]}",
			"f:1:33: alerts.policies[0].hours: not from one time "
			"of day to another, such as 09:00-18:00 or mon-fri "
			"09:00-18:00\n"},
		{"alerts: {zone: ../../etc/passwd}",
			"f:1:10: alerts.zone: not the name of a time "
			"zone, such as Europe/Berlin\n"},
		{"alerts: {policy: {slo: 99.9, flapping: 2h}}", ""},
		{"alerts: {policy: {slo: 99.9999}}",
			"f:1:19: alerts.policy.slo: 99.9999 is above 99.999\n"},
		{"alerts: {policy: {slo: 99.}}",
			"f:1:19: alerts.policy.slo: expected a number, found "
			"99.\n"},
		{"alerts: {policy: {slo: '99'}}",
			"f:1:19: alerts.policy.slo: expected a number, found "
			"99 in quotes\n"},
		{"alerts: {policy: {slo: 1e9}}",
			"f:1:19: alerts.policy.slo: expected a number, found "
			"1e9\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

static void test_fit(void **state)
{
	static const struct conf_case cases[] = {
		{REGIONS "- name: us", "f:5:3: regions[3].name: the name "
				       "us is already in line 2\n"},
		{REGIONS "- {name: x, runner: ssh}", "f:5:13: regions[3]."
			"runner: an ssh runner needs a host\n"},
		{REGIONS "- {name: x, runner: local, host: a}",
			"f:5:28: regions[3].host: only an ssh runner can have a "
			"host\n"},
		{REGIONS "- {name: x, canary: [ftp://a]}",
			"f:5:22: regions[3].canary[0]: neither http:// nor "
			"https://\n"},
		{REGIONS "- {name: x, runner: shh, host: a}",
			"f:5:13: regions[3].runner: expected local, ssh, "
			"lambda, worker or inbox, found shh (did you mean "
			"ssh?)\n"},
		{REGIONS "- {name: x, runner: ssh, host: -}",
			"f:5:26: regions[3].host: not a host for ssh(1)\n"},
		{REGIONS "- {name: x, runner: lambda}", "f:5:13: regions[3]."
			"runner: a lambda runner needs a function\n"},
		{REGIONS "- {name: x, function: -x}", "f:5:13: regions[3]."
			"function: neither the name nor the ARN of a "
			"function\n"},
		{REGIONS "- {name: x, runner: ssh, host: a, function: f}",
			"f:5:35: regions[3].function: only a lambda runner can have "
			"a function\n"},
		{REGIONS "- {name: x, runner: ssh, host: h, chunks: 3}", "f:5:35: "
			"regions[3].chunks: only a worker can have chunks\n"},
		{REGIONS "- {name: x, runner: worker}", "f:5:13: regions[3]."
			"runner: a worker needs a url\nf:5:13: regions[3]."
			"runner: a worker needs a credential\n"},
		{REGIONS "- {name: x, url: https://a}", "f:5:13: regions[3]."
			"url: a worker needs a credential\n"},
		{REGIONS "- {name: x, url: http://a, credential: c}",
			"f:5:13: regions[3].url: not https://\n"},
		{REGIONS "- {name: x, url: http://localhost.a, credential: c}",
			"f:5:13: regions[3].url: not https://\n"},
		{REGIONS "- {name: x, url: https://a@b, credential: c}",
			"f:5:13: regions[3].url: a URL must not contain a user "
			"name or password\n"},
		{REGIONS "- {name: x, url: https://a, credential: c}\n"
		 "- {name: y, url: https://a, credential: c}",
			"f:6:13: regions[4].url: https://a is already the url "
			"of the region in line 5; one machine is one region\n"},
		{REGIONS "- {name: x, url: https://a, credential: answer}",
			"warning: f:5:29: regions[3].credential: answer is the "
			"name of an internal secret of mcp-fleet; use another "
			"name\n"},
		{REGIONS "- {name: x, credential: c}", "f:5:13: regions[3]."
			"credential: only a worker or an inbox with a URL can "
			"have a credential\n"},
		{REGIONS "- {name: x, inbox: https://a}", "f:5:13: regions[3]."
			"inbox: this inbox needs a credential\n"},
		{REGIONS "- {name: x, inbox: http://a, credential: c}",
			"f:5:13: regions[3].inbox: not https://\n"},
		{REGIONS "- {name: x, inbox: ftp://a}", "f:5:13: regions[3]."
			"inbox: neither s3://, dynamodb://, cloudflare-kv://, "
			"gist://, https:// nor file:///\n"},
		{REGIONS "- {name: x, inbox: 's3://a b', credential: c}",
			"f:5:13: regions[3].inbox: contains an invalid "
			"character\n"},
		{REGIONS "- {name: x, runner: local, inbox: file:///a}",
			"f:5:28: regions[3].inbox: only an inbox runner can "
			"have an inbox\n"},
		{REGIONS "- {name: x, runner: inbox, credential: c}",
			"f:5:28: regions[3].credential: only a worker or an "
			"inbox with a URL can have a credential\n"},
		{REGIONS "- {name: x, inbox: file:///a}\n- {name: y, inbox: "
		 "'s3://b/c?region=d', credential: c}", ""},
		{"regions:\n- {name: us}\n- {name: w, url: https://a, "
		 "credential: c}\nservers:\n- {slug: a, url: https://a, "
		 "auth: {mode: mtls, credential: c}}\n- {slug: b, url: "
		 "https://b, regions: [us], auth: {mode: mtls, credential: c}}",
			"f:5:36: servers[0].auth.mode: region w is a worker, "
			"which cannot have a client certificate; name other "
			"regions for this server\n"},
		{"regions: [{city: x}]\nservers:\n- {slug: a, url: "
		 "https://a, auth: {mode: mtls, credential: c}}",
			"f:1:11: regions[0].name: missing\n"},
		{"regions: [{name: w, url: https://a, credential: c}]\n"
		 "defaults: [{match: [a], auth: {mode: mtls, credential: c}}]\n"
		 "servers:\n- {slug: a, url: https://a}",
			"f:4:4: mode of defaults[0]: region w is a worker, "
			"which cannot have a client certificate; name other "
			"regions for this server\n"},
		{REGIONS "- {name: x, host: uk.example.com}\n- {name: y, host: "
		 "uk2.example.com}\n- {name: z, host: me@UK.example.com}",
			"f:7:13: regions[5].host: UK.example.com is already "
			"the host of the region in line 5; one machine is one "
			"region\n"},
		{SERVER "title: a}, {slug: a, url: http://b}]",
			"f:6:13: servers[1].slug: the name a is already in "
			"line 5\n"},
		{SERVER "regions: [us, pa]}]", "f:6:15: servers[0].regions[1]:"
			" no region is named pa (did you mean ap?)\n"},
		{"servers: [{slug: a, url: http://a}]",
			"f:1:1: servers: no region is configured to probe "
			"these servers\n"},
		{"regions: 1\nservers: [{slug: a, url: http://a, regions: [b]"
		 "}]", "f:1:1: regions: expected a list, found a single "
		       "value\n"},
		{"regions: [{name: A}]\nservers: [{slug: a, url: http://a, "
		 "regions: [b]}]",
			"f:1:12: regions[0].name: not a region: lower-case "
			"letters, digits and '-', up to 40, beginning with a "
			"letter; neither reporters nor tool-hash\n"},
		{SERVER "account: b}]", "f:6:1: servers[0].account: no account "
					"is named b\n"},
		{SERVER "group: ''}]", "f:6:1: servers[0].group: is empty\n"},
		{SERVER "group: \"a\\tb\"}]", "f:6:1: servers[0].group: contains "
			"a control character\n"},
		{SERVER "group: " HEX HEX HEX HEX "}]",
			"f:6:1: servers[0].group: too long\n"},
		{SERVER "tags: [eu, Beta]}]", "f:6:12: servers[0].tags[1]: not "
			"a tag: lower-case letters, digits, '.', '_' and '-', "
			"up to 40, beginning with a letter or digit\n"},
		{SERVER "tags: ['a,b']}]", "f:6:8: servers[0].tags[0]: not "
			"a tag: lower-case letters, digits, '.', '_' and '-', "
			"up to 40, beginning with a letter or digit\n"},
		{SERVER "tags: eu}]", "f:6:1: servers[0].tags: expected a "
			"list, found a single value\n"},
		{SERVER "auth: {mode: bearer}}]", "f:6:8: servers[0].auth."
			"mode: this mode needs a credential\n"},
		{SERVER "auth: {mode: mtls}}]", "f:6:8: servers[0].auth."
			"mode: this mode needs a credential\n"},
		{SERVER "auth: {credential: session}}]\nalerts: {routes: "
			"[{name: a, type: slack, secret: store}]}",
			"warning: f:6:8: servers[0].auth.credential: session "
			"is the name of an internal secret of mcp-fleet; use "
			"another name\n"
			"warning: f:7:42: alerts.routes[0].secret: store is "
			"the name of an internal secret of mcp-fleet; use "
			"another name\n"},
		{SERVER "auth: {mode: none, credential: a}}]",
			"f:6:20: servers[0].auth.credential: mode none sends "
			"no credential; remove it, or set another mode\n"},
		{SERVER "auth: {mode: bearer, credential: A}}]",
			"f:6:22: servers[0].auth.credential: not a name: "
			"lower-case letters, digits, '.', '_' and '-', up to "
			"80, beginning with a letter or digit\n"},
		{SERVER "timeout: 90s}]", "f:6:1: servers[0].timeout: a "
			"timeout of 90s is longer than the interval of 60s\n"},
		{SERVER "interval: 5m, thresholds: {lookback: 4m}}]",
			"f:6:28: servers[0].thresholds.lookback: a lookback "
			"of 4m is shorter than the interval of 5m\nf:6:28: "
			"servers[0].thresholds.lookback: a tolerance of 5m is "
			"longer than the lookback of 4m\n"},
		{SERVER "thresholds: {tolerance: 5m}}]",
			"f:6:14: servers[0].thresholds.tolerance: a tolerance "
			"of 5m is longer than the lookback of 3m\n"},
		{SERVER "interval: 5s, thresholds: {tolerance: 5m}}]",
			"f:6:1: servers[0].interval: 5s is below 30s\n"},
		{SERVER "thresholds: {step_alert: 4}}]",
			"f:6:14: servers[0].thresholds.step_alert: a "
			"hard_outage of 3 is below the step_alert of 4\n"},
		{ROUTE "type: webhook}]}", "f:2:1: alerts.routes[0].type: a "
					   "webhook needs a url\n"},
		{ROUTE "type: webhook, url: a}]}", "f:2:16: alerts.routes[0]."
			"url: neither http:// nor https://\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{name: l}]}",
			"f:2:47: alerts.policies[0].steps: missing\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{name: l, "
		 "steps: []}]}", ""},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{name: l, "
		 "steps: [{routes: [b]}, {after: 5m, routes: [a]},\n"
		 "{routes: [a]}]}]}",
			"f:2:75: alerts.policies[0].steps[0].routes[0]: no "
			"route is named b (did you mean a?)\n"
			"f:3:2: alerts.policies[0].steps[2].routes: this step "
			"is earlier than the step before it\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{steps: "
		 "[{routes: []}]}]}",
			"f:2:57: alerts.policies[0].steps[0].routes: the list "
			"is empty\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{match: "
		 "{severities: [P1]},\nsteps: [{routes: [a]}],\nhours: "
		 "'09:00-18:00'}]}",
			"f:4:1: alerts.policies[0].hours: nobody would be "
			"notified at once of a P1 pipeline_stalled of the "
			"fleet that begins mon-sun 00:00-09:00 18:00-24:00 "
			"(UTC): at every minute of the week, the first step of "
			"a policy must notify at once\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{match: "
		 "{severities: [P1]},\nsteps: [{routes: [a]}],\ndigest: "
		 "daily}]}",
			"f:4:1: alerts.policies[0].digest: a policy for P1 "
			"cannot have a digest\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{\n"
		 "steps: [{routes: [a]}, {after: 5m, routes: [a]}],\n"
		 "digest: daily}]}",
			"f:4:1: alerts.policies[0].digest: a policy with hours "
			"or digest can have only one step: write another "
			"policy for the other steps\n"},
		{ROUTE "type: webhook, url: 'https://a'}], policies: [{steps: "
		 "[], match: {accounts: [x]}}]}",
			"f:2:78: alerts.policies[0].match.accounts[0]: no "
			"account is named x\n"},
		{ROUTE "type: command}]}", "f:2:1: alerts.routes[0].type: a "
					   "command needs a command\n"},
		{ROUTE "type: command, command: []}]}", "f:2:16: alerts."
			"routes[0].command: the list is empty\n"},
		{ROUTE "type: webhook, url: http://a, command: [a]}]}",
			"f:2:31: alerts.routes[0].command: a webhook has no "
			"command\n"},
		{ROUTE "type: command, command: [a], url: http://a,\n"
		       "secret: a}]}",
			"f:2:30: alerts.routes[0].url: a command has no url\n"
			"f:3:1: alerts.routes[0].secret: a command has no "
			"secret\n"},
		{ROUTE "secret: a}]}", "f:1:19: alerts.routes[0].type: "
				       "missing\n"},
		{ROUTE "type: command, command: [a]},\n{name: a, type: command"
		       ", command: [b]}]}",
			"f:3:2: alerts.routes[1].name: the name a is already "
			"in line 1\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

static void test_warnings(void **state)
{
	static const struct conf_case cases[] = {
		{"site: {}\nregions: [{name: us}]",
			"warning: f:2:1: regions: fewer than three regions; at "
			"least three are needed to distinguish an outage from "
			"a network fault\n"},
		{"regions: [{name: us, provider: &a x}, {name: eu, provider: "
		 "*a}, {name: ap, provider: *a}]",
			"warning: f:1:1: regions: all regions use one "
			"provider, x; its failures will look like failures of "
			"the servers\n"},
		{"regions: [{name: us, provider: x}, {name: eu, provider: x},"
		 "{name: ap}]", ""},
		{"regions: [{name: us, provider: x}, {name: eu, provider: x},"
		 "{name: ap, provider: y}]", ""},
		{SERVER "private: true}]", "warning: f:6:1: "
					   "servers[0].private: without an "
					   "account, nobody can see this "
					   "server\n"},
		{SERVER "private: true, x: 1}]", "f:6:16: servers[0].x: "
						 "unknown key\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_account_keys),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_warnings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
