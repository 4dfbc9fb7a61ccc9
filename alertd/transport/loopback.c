#include "transport/loopback.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool loopback(const char *host)
{
	struct in_addr a;

	return strcasecmp(host, "localhost") == 0 ||
		strcmp(host, "[::1]") == 0 ||
		(inet_pton(AF_INET, host, &a) == 1 &&
			ntohl(a.s_addr) >> 24 == 127);
}
