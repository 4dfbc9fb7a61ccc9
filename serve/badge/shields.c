#include "badge/shields.h"

#include "badge/words.h"
#include "json/json.h"

void shields_put(struct buf *b, const struct badge_words *w, const char *label,
	int max_age)
{
	buf_str(b, "{\"schemaVersion\":1,\"label\":");
	json_put_str(b, *label ? label : w->label);
	json_put_member(b, "message", w->message);
	json_put_member(b, "color", w->colour);
	buf_fmt(b, ",\"isError\":%s,\"cacheSeconds\":%d}\n",
		w->known ? "false" : "true", max_age);
}
