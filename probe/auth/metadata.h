/*
 * metadata.h: whether clients take a metadata document: which members it must
 * have, and of which types all are. Pure.
 */
#ifndef AUTH_METADATA_H
#define AUTH_METADATA_H

#include "http/failure.h"

#include <cjson/cJSON.h>

enum metadata_kind {
	METADATA_RESOURCE, /* RFC 9728, section 2 */
	METADATA_SERVER,   /* RFC 8414, section 2 */
	METADATA_OPENID	   /* OpenID Connect Discovery 1.0, section 3 */
};

/*
 * metadata_of(url): the kind of a document of an authorization server, by its
 * well-known URL.
 */
enum metadata_kind metadata_of(const char *url);

/*
 * metadata_judge(doc, kind, f): whether each required member is there, and each
 * known one of its type: clients refuse the whole document otherwise. Unknown
 * members are ignored. False and *f otherwise.
 */
bool metadata_judge(const cJSON *doc, enum metadata_kind kind,
	struct failure *f);

#endif
