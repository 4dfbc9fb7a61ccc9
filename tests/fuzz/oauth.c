/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever the documents of an authorization server say, a probe asks
 * only where it may, and takes only a document that is about the target.
 *
 * An input is the URL of a target, a newline, and a document.
 */
#include "fuzz.h"

#include "auth/oauth.h"

#include "json/json.h"

#define OTHER "https://another.example"

static void check_failure(const struct failure *f)
{
	need(fuzz_code(f->code, sizeof f->code));
	need(*f->message);
	need(strnlen(f->message, sizeof f->message) < sizeof f->message);
}

/* Each is a URL of `origin`, and a well-known one. */
static void check_urls(const struct oauth_urls *u, const char *origin)
{
	static struct url v;
	char why[URL_WHY];

	need(u->n >= 0 && u->n <= OAUTH_URLS);
	for (int i = 0; i < u->n; i++) {
		need(url_parse(u->url[i], &v, why));
		need(strcmp(v.origin, origin) == 0);
		need(strstr(v.path, "/.well-known/"));
	}
}

static void issuer(const char *s)
{
	static struct oauth_urls u;
	static struct url i;
	char why[URL_WHY];
	struct failure f;

	memset(&f, 0xaa, sizeof f);
	if (!oauth_issuer_urls(s, &u, &f)) {
		check_failure(&f);
		return;
	}
	need(url_parse(s, &i, why) && url_secure(&i) && u.n > 0);
	check_urls(&u, i.origin);
}

static void documents(const cJSON *doc, const struct url *target)
{
	static struct oauth_facts o;
	static struct url r;
	char why[URL_WHY];
	struct failure f;

	memset(&f, 0xaa, sizeof f);
	memset(&o, 0xaa, sizeof o);
	if (!oauth_judge_resource(doc, target, OTHER, &o, &f)) {
		check_failure(&f);
	} else {
		need(strlen(o.issuer) < sizeof o.issuer);
		need(strlen(o.resource) < sizeof o.resource);
		need(url_parse(json_str(doc, "resource"), &r, why));
		need(url_same_origin(&r, target));
		need(strlen(r.path) <= strlen(target->path) + 1);
		issuer(o.issuer);
	}
	memset(&f, 0xaa, sizeof f);
	if (!oauth_judge_server(doc, NULL, &o, &f)) {
		check_failure(&f);
		return;
	}
	issuer(json_str(doc, "issuer"));
	need(strlen(o.token_endpoint) < sizeof o.token_endpoint);
	need(oauth_judge_server(doc, json_str(doc, "issuer"), &o, &f));
	need(!oauth_judge_server(doc, OTHER, &o, &f) ||
		strcmp(json_str(doc, "issuer"), OTHER) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = fuzz_cut(data, size, '\n');
	char *s = fuzz_string(data, first), why[JSON_WHY + URL_WHY];
	const char *p = (const char *)data + first;
	static struct oauth_urls urls;
	static struct url target;
	cJSON *doc;

	issuer(s);
	if (url_parse(s, &target, why)) {
		oauth_resource_urls(&target, &urls);
		need(urls.n > 0);
		check_urls(&urls, target.origin);
		doc = json_parse(p, size - first, &json_reply, why);
		if (doc)
			documents(doc, &target);
		cJSON_Delete(doc);
	}
	free(s);
	return 0;
}
