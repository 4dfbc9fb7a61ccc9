#include "state/write_batch.h"

#include "base/xalloc.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/*
 * The state is replaced if its revision is the one that was seen: "0" where
 * nothing was there, "" where nothing readable was.
 */
static const char replace[] =
	"local old = redis.call('GET', KEYS[1])\n"
	"local revision = '0'\n"
	"if old then\n"
	"  local head = '^{\"v\":1,\"revision\":(%d+),'\n"
	"  revision = string.match(old, head) or ''\n"
	"end\n"
	"if revision ~= ARGV[1] then return 0 end\n"
	"if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2])\n"
	"else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end\n"
	"return 1\n";

void write_batch_release(struct write_batch *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].slug);
		free(l->v[i].text);
	}
	free(l->v);
	*l = (struct write_batch) {0};
}

void write_batch_add(struct write_batch *l, const struct write_batch_item *w)
{
	struct write_batch_item *to;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	to = &l->v[l->n++];
	*to = *w;
	to->slug = xstrdup(w->slug);
	to->text = xstrdup(w->text);
}

/* The compare-and-set, queued. */
static void queue(struct store *s, const struct write_batch_item *w)
{
	char key[KEY_MAX], ttl[32];

	snprintf(ttl, sizeof ttl, "%d", w->ttl_s);
	store_add(s, "EVAL", replace, "1", key_alert(key, w->slug),
		w->revision, w->text, ttl, NULL);
}

/*
 * What came of one that was refused. A batch may have gone out twice; then it
 * was we who were faster.
 */
static enum state_store_result show_again(struct store *s,
	const struct write_batch_item *w)
{
	const struct store_reply *r;
	const char *text;
	char key[KEY_MAX];

	r = store_one(s, "GET", key_alert(key, w->slug), NULL);
	if (!r)
		return STATE_STORE_FAILED;
	text = store_text(r);
	return text && strcmp(text, w->text) == 0 ? STATE_STORE_OK
						  : STATE_STORE_CONFLICT;
}

/* Those that have something to be delivered stand in the index, queued. */
static bool queue_index(
	struct store *s, const struct write_batch_item *v, size_t n)
{
	const char **args = xcalloc(n + 2, sizeof *args);
	size_t k = 2;

	args[0] = "SADD";
	args[1] = KEY_UNDELIVERED;
	for (size_t i = 0; i < n; i++)
		if (v[i].undelivered)
			args[k++] = v[i].slug;
	if (k > 2)
		store_add_argv(s, k, args);
	free(args);
	return k > 2;
}

/*
 * Writes them. The index before and after: see state_store_put. Where their
 * replies begin; or -1 where the store failed.
 */
static int write_all(
	struct store *s, const struct write_batch_item *v, size_t n)
{
	bool index = queue_index(s, v, n);

	for (size_t i = 0; i < n; i++)
		queue(s, &v[i]);
	queue_index(s, v, n);
	return store_run(s) ? -1 : index;
}

static bool refused(const struct store *s, size_t i)
{
	return store_int(store_reply(s, i), 0) != 1;
}

enum state_store_result write_batch_now(
	const struct write_batch_item *w, struct store *s)
{
	int at = write_all(s, w, 1);

	if (at < 0)
		return STATE_STORE_FAILED;
	return refused(s, (size_t)at) ? show_again(s, w) : STATE_STORE_OK;
}

bool write_batch_run(
	struct write_batch *l, struct store *s, struct strings *again)
{
	int at = write_all(s, l->v, l->n);
	bool ok = at >= 0;

	/* Looking again asks the store: first all that it answered. */
	for (size_t i = 0; i < l->n && ok; i++)
		l->v[i].refused = refused(s, (size_t)at + i);
	for (size_t i = 0; i < l->n && ok; i++) {
		enum state_store_result r = l->v[i].refused
			? show_again(s, &l->v[i])
			: STATE_STORE_OK;

		ok = r != STATE_STORE_FAILED;
		if (r == STATE_STORE_CONFLICT)
			strings_add(again, l->v[i].slug);
	}
	write_batch_release(l);
	return ok;
}
