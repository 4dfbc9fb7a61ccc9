#include "steps/tool_hash.h"

#include "base/clock.h"
#include "steps/stale_cache.h"

/* A list of so many bytes takes a while to hash. */
#define LARGE MIB

/* All is known that step 8 reports: it ends. */
static struct next report_hash(struct probe *p)
{
	const struct target *t = p->target;
	const char *more = p->cache.result == CACHE_STALE
		? "; clients get an older list than the server's"
		: "";
	struct failure f;

	buf_clear(&p->detail);
	buf_fmt(&p->detail, "{\"tool_hash\":\"%s\",\"full_hash\":\"%s\"",
		p->hash.contract, p->hash.full);
	stale_cache_detail(p, &p->detail);
	buf_char(&p->detail, '}');
	if (*t->pinned_hash && strcmp(t->pinned_hash, p->hash.contract) != 0) {
		failure_set(&f, "hash.pinned",
			"the tools are not those that were pinned: %.12s "
			"instead of %.12s%s",
			p->hash.contract, t->pinned_hash, more);
		return step_fail_kept(p, &f);
	}
	return step_pass(p, clock_mono_ms(), "%.12s%s%s", p->hash.contract,
		*t->pinned_hash ? ", as pinned" : "", more);
}

struct next tool_hash_begin(struct probe *p)
{
	p->steps.since_ms = clock_mono_ms();
	if (p->list.tools.text.len < LARGE)
		return tool_hash_make(p);
	return step_next(NEXT_LATER);
}

struct next tool_hash_make(struct probe *p)
{
	struct failure f;

	if (!tools_hash(&p->list.tools, &p->hash, &f))
		return step_fail(p, NULL, &f);
	if (stale_cache_begin(p))
		return step_send(REQUEST_LIST_AGAIN);
	return report_hash(p);
}

struct next tool_hash_cache_reply(struct probe *p, const struct reply *r)
{
	if (stale_cache_take(p, r))
		return step_send(REQUEST_LIST_AGAIN);
	return report_hash(p);
}
