#include "commands/recording.h"

#include "base/clock.h"
#include "json/json.h"
#include "records/probe.h"

#include <string.h>

void recorded_release(struct recorded *r)
{
	if (r->what == RECORDED_VERDICT)
		verdict_record_release(&r->verdict);
	else if (r->what == RECORDED_MAINTENANCE)
		maintenance_release(&r->maintenance);
	cJSON_Delete(r->doc);
}

/* A record of that type, whose object is r's or freed. 0; or -1 and why. */
static int read_type(cJSON *doc, const char *type, struct recorded *r,
	char *why)
{
	if (strcmp(type, "verdict") == 0) {
		if (verdict_take(doc, &r->verdict, why))
			return -1;
		r->what = RECORDED_VERDICT;
		r->at = r->verdict.verdict.window;
		return 0;
	}
	if (strcmp(type, "maintenance") == 0) {
		if (!maintenance_take(doc, &r->maintenance, why))
			return -1;
		r->what = RECORDED_MAINTENANCE;
		return 0;
	}
	r->doc = doc;
	if (strcmp(type, "expiry") == 0) {
		if (expiry_take(doc, &r->expiry, why)) {
			r->what = RECORDED_EXPIRY;
			r->at = clock_window(r->expiry.at);
			return 0;
		}
	} else if (strcmp(type, "runner") == 0) {
		return 0;
	} else {
		field_fail(why, "type", "not verdict, expiry or maintenance");
	}
	recorded_release(r);
	return -1;
}

int recorded_read(const char *p, size_t n, struct recorded *r, char *why)
{
	const char *type;
	cJSON *doc;

	*r = (struct recorded) {.what = RECORDED_NOTHING};
	doc = json_parse(p, n, &json_record, why);
	type = doc ? record_type(doc, why) : NULL;
	if (type)
		return read_type(doc, type, r, why);
	cJSON_Delete(doc);
	return -1;
}
