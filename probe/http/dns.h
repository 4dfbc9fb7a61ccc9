/*
 * dns.h: DNS errors: asks this machine's resolver about a name, in a thread of
 * its own, so that a slow answer holds up no other probe. libcurl resolves
 * names itself, but does not tell why it could not, nor which address a proxy
 * would connect to.
 */
#ifndef HTTP_DNS_H
#define HTTP_DNS_H

struct dns; /* opaque */
struct http_response;

enum dns_end {
	DNS_RUNNING,
	DNS_PUBLIC,	 /* all its addresses are public */
	DNS_PRIVATE, /* at least one is not */
	DNS_NO_NAME,
	DNS_NO_ADDRESS, /* the name has no address of this version */
	DNS_TEMPORARY, /* the resolver or a name server fails for now */
	DNS_SHORT, /* this machine lacks open files, threads or memory */
	DNS_FAILED	   /* any other failure */
};

/*
 * dns_start(host, ip_version, wake, arg): ask for addresses of that version, 4
 * or 6, or 0 for both; wake(arg) is called from the thread once the answer is
 * there. NULL where no thread can be started.
 */
struct dns *dns_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg);

/* dns_result(r): the answer, or DNS_RUNNING. */
enum dns_end dns_result(struct dns *r);

/*
 * dns_address(r): the first address in text, once the result is
 * DNS_PUBLIC or DNS_PRIVATE; lives as long as r.
 */
const char *dns_address(const struct dns *r);

/* dns_free(r): free it; a thread that still waits will not call wake. */
void dns_free(struct dns *r);

/*
 * dns_failure(r, end, ip_version): the name did not resolve, and this is why:
 * set r's code and message, or with DNS_SHORT HTTP_OURS. ip_version as in
 * dns_start.
 */
void dns_failure(struct http_response *r, enum dns_end end, int ip_version);

#endif
