/*
 * dns.h: what this machine's resolver makes of a name, asked in a thread,
 * where it may take its time without holding up other probes. libcurl resolves
 * names itself, but tells only that it could not, and not where a proxy would
 * be led by one.
 */
#ifndef HTTP_DNS_H
#define HTTP_DNS_H

struct dns; /* opaque */
struct http_response;

enum dns_end {
	DNS_RUNNING,
	DNS_PUBLIC,	 /* to addresses of the public internet alone */
	DNS_PRIVATE, /* to another one at least */
	DNS_NO_NAME,
	DNS_NO_ADDRESS, /* a name without an address of this kind */
	DNS_TEMPORARY, /* the resolver or a name server fails for now */
	DNS_FAILED	   /* any other failure */
};

/*
 * dns_start(host, ip_version, wake, arg): ask for addresses of that
 * version, 4 or 6, or 0 for both; wake(arg) is called from the thread once
 * the answer is there. NULL where no thread can be had.
 */
struct dns *dns_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg);

/* dns_result(r): what came of it so far. */
enum dns_end dns_result(struct dns *r);

/*
 * dns_address(r): the first address in text, once the result is
 * DNS_PUBLIC or DNS_PRIVATE; lives as long as r.
 */
const char *dns_address(const struct dns *r);

/* dns_free(r): forget it; a thread that still waits will not call wake. */
void dns_free(struct dns *r);

/*
 * dns_failure(r, end, ip_version): the name did not resolve, and this is why:
 * set r's code and message. ip_version as in dns_start.
 */
void dns_failure(struct http_response *r, enum dns_end end, int ip_version);

#endif
