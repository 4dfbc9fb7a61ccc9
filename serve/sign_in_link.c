#include "sign_in_link.h"

#include "access/credentials.h"
#include "base/exits.h"
#include "base/log.h"
#include "data/brand.h"
#include "handlers/handler.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A browser keeps the cookie only where it trusts the connection. */
static bool is_trusted(const char *url)
{
	static const char *const begins[] = {"https://", "http://localhost",
		"http://127.0.0.1", "http://[::1]"};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(url, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static int print_link(const char *site, const char *account,
	const char *digest, long long until)
{
	char pass[SESSION_PASS];

	session_sign(SESSION_LINK, account, digest, until, pass);
	if (printf("%s/account/%s/enter/%s\n", site, account, pass) < 0 ||
		fflush(stdout)) {
		log_error("standard output: %s", strerror(errno));
		return EXIT_ENV;
	}
	return EXIT_GOOD;
}

int sign_in_link(struct service *service, const char *account, double life_s,
	double now)
{
	char digest[SHA256_HEX];
	struct brand brand;
	const char *json, *site;
	int rc = EXIT_USAGE;

	if (!slug_valid(account)) {
		log_error("link: that is no name of an account");
		return EXIT_USAGE;
	}
	if (fetch_account_digest(&service->source, account, digest))
		return EXIT_ENV;
	if (fetch_site(&service->source, &json))
		return EXIT_ENV;
	brand_read(json, &brand);
	site = *service->url ? service->url : brand.url;
	if (!*digest)
		log_error("link: %s: the store has no account of that name "
			  "with a token", account);
	else if (!*site)
		log_error("link: the address of the site is not known: set "
			  "MCP_SITE, or url of site in the configuration");
	else
		rc = print_link(site, account, digest,
			(long long)(now + life_s));
	if (!rc && !is_trusted(site))
		log_warn("link: %s: browsers keep the cookie only over https",
			site);
	brand_release(&brand);
	return rc;
}
