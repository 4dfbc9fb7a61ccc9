/*
 * resolve.h: what this machine's resolver makes of a name, asked in a thread,
 * where it may take its time without holding up other probes. libcurl resolves
 * names itself, but tells only that it could not, and not where a proxy would
 * be led by one.
 */
#ifndef HTTP_RESOLVE_H
#define HTTP_RESOLVE_H

struct resolve;

enum resolve_end {
	RESOLVE_RUNNING,
	RESOLVE_PUBLIC,	 /* to addresses of the public internet alone */
	RESOLVE_PRIVATE, /* to another one at least */
	RESOLVE_NO_NAME,
	RESOLVE_NO_ADDRESS, /* a name without an address of this kind */
	RESOLVE_TEMPORARY, /* the resolver or a name server fails for now */
	RESOLVE_FAILED	   /* any other failure */
};

/*
 * resolve_start(host, ip_version, wake, arg): ask for addresses of that
 * version, 4 or 6, or 0 for both; wake(arg) is called from the thread once
 * the answer is there. NULL where no thread can be had.
 */
struct resolve *resolve_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg);

/* resolve_result(r): what came of it so far. */
enum resolve_end resolve_result(struct resolve *r);

/*
 * resolve_address(r): the first address in text, once the result is
 * RESOLVE_PUBLIC or RESOLVE_PRIVATE; lives as long as r.
 */
const char *resolve_address(const struct resolve *r);

/* resolve_free(r): forget it; a thread that still waits will not call wake. */
void resolve_free(struct resolve *r);

#endif
