/* SPDX-License-Identifier: MIT */
/*
 * console_doctor.c: what `mcp-fleet doctor` found last, as it left that in the
 * store.
 */
#include "web/console.h"

#include "json/json.h"
#include "records/doctor.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/store.h"

#include <string.h>

static void put_finding(struct buf *b, const struct doctor_finding *f)
{
	console_fmt(b,
		"<article class='%s' tabindex='-1'>\n<h2><b>%s</b> %s</h2>\n"
		"<p>%s</p>\n",
		f->fails ? "P1" : "P2", f->fails ? "FAIL" : "warn", f->subject,
		f->finding);
	if (f->mend)
		console_fmt(b, "<pre tabindex='0'>%s</pre>\n", f->mend);
	buf_str(b, "</article>\n");
}

static void put_record(
	struct buf *b, const struct cgi *c, const struct doctor_record *r)
{
	size_t bad = (size_t)(r->warn + r->fail);

	buf_str(b, bad ? "<p>" : "<p class=\"fine\">");
	console_ago(b, c, r->at);
	console_fmt(b, " on %s: %d failed, %d warning%s, %d ok.</p>\n", r->host,
		r->fail, r->warn, r->warn == 1 ? "" : "s", r->ok);
	for (size_t i = 0; i < r->n; i++)
		put_finding(b, &r->findings[i]);
	if (bad > r->n)
		console_fmt(b, "<p>And %zu more.</p>\n", bad - r->n);
}

void console_doctor(struct buf *b, const struct cgi *c)
{
	static const char *const ask[] = {"GET", KEY_DOCTOR};
	/* The user of the store may not be allowed to. */
	size_t at = store_ask_argv(c->store, 2, ask);
	const char *text = store_run(c->store)
		? NULL : store_text(store_reply(c->store, at));
	struct doctor_record r;
	char why[RECORD_WHY];
	cJSON *doc = text ? json_parse(text, strlen(text), &json_record, why)
			  : NULL;

	buf_str(b, "<h2>What mcp-fleet doctor found</h2>\n");
	if (doc && record_type(doc, why) && doctor_take(doc, &r, why))
		put_record(b, c, &r);
	else
		buf_str(b, "<p>It has left nothing here. Let cron run it each "
			   "day.</p>\n");
	cJSON_Delete(doc);
}
