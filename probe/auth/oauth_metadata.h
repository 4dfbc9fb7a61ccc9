/*
 * oauth_metadata.h: whether clients accept an OAuth metadata document: required
 * members, and the types of all that are known. Pure.
 */
#ifndef AUTH_OAUTH_METADATA_H
#define AUTH_OAUTH_METADATA_H

#include "http/failure.h"

#include <cjson/cJSON.h>

enum metadata_kind {
	METADATA_RESOURCE, /* RFC 9728, section 2 */
	METADATA_SERVER,   /* RFC 8414, section 2 */
	METADATA_OPENID	   /* OpenID Connect Discovery 1.0, section 3 */
};

/*
 * oauth_metadata_of(url): the kind of a document of an authorization server, by
 * its well-known URL.
 */
enum metadata_kind oauth_metadata_of(const char *url);

/*
 * oauth_metadata_judge(doc, kind, f): whether each required member is there, and
 * each known one has its type: clients refuse the whole document otherwise.
 * Unknown members are ignored. False and *f: it is not so.
 */
bool oauth_metadata_judge(const cJSON *doc, enum metadata_kind kind,
	struct failure *f);

#endif
