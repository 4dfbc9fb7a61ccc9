#include "auth/oauth_metadata.h"

#include "protocol/shape.h"

#include <string.h>

/*
 * What both generations of the official SDK check. They want each
 * authorization_endpoint and token_endpoint; a server without some grants needs
 * none (RFC 8414), so oauth.c judges endpoints.
 */
static const struct shape of_resource[] = {
	{"resource", SHAPE_URL, true},
	{"authorization_servers", SHAPE_STRINGS, false},
	{"jwks_uri", SHAPE_URL, false},
	{"scopes_supported", SHAPE_STRINGS, false},
	{"bearer_methods_supported", SHAPE_STRINGS, false},
	{"resource_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"resource_name", SHAPE_STRING, false},
	{"resource_documentation", SHAPE_STRING, false},
	{"resource_policy_uri", SHAPE_URL, false},
	{"resource_tos_uri", SHAPE_URL, false},
	{"tls_client_certificate_bound_access_tokens", SHAPE_BOOLEAN, false},
	{"authorization_details_types_supported", SHAPE_STRINGS, false},
	{"dpop_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"dpop_bound_access_tokens_required", SHAPE_BOOLEAN, false},
};

#define COMMON                                                                 \
	{"issuer", SHAPE_STRING, true},                                        \
		{"response_types_supported", SHAPE_STRINGS, true},             \
		{"authorization_endpoint", SHAPE_URL, false},                  \
		{"token_endpoint", SHAPE_URL, false},                          \
		{"registration_endpoint", SHAPE_URL, false},                   \
		{"scopes_supported", SHAPE_STRINGS, false},                    \
		{"response_modes_supported", SHAPE_STRINGS, false},            \
		{"grant_types_supported", SHAPE_STRINGS, false},               \
		{"token_endpoint_auth_methods_supported", SHAPE_STRINGS,       \
			false},                                                \
		{"token_endpoint_auth_signing_alg_values_supported",           \
			SHAPE_STRINGS, false},                                 \
		{"code_challenge_methods_supported", SHAPE_STRINGS, false},    \
		{"client_id_metadata_document_supported", SHAPE_BOOLEAN, false}

static const struct shape of_server[] = {
	COMMON,
	{"service_documentation", SHAPE_URL, false},
	{"revocation_endpoint", SHAPE_URL, false},
	{"revocation_endpoint_auth_methods_supported", SHAPE_STRINGS, false},
	{"revocation_endpoint_auth_signing_alg_values_supported",
		SHAPE_STRINGS, false},
	{"introspection_endpoint", SHAPE_STRING, false},
	{"introspection_endpoint_auth_methods_supported", SHAPE_STRINGS, false},
	{"introspection_endpoint_auth_signing_alg_values_supported",
		SHAPE_STRINGS, false},
};

static const struct shape of_openid[] = {
	COMMON,
	{"jwks_uri", SHAPE_URL, true},
	{"subject_types_supported", SHAPE_STRINGS, true},
	{"id_token_signing_alg_values_supported", SHAPE_STRINGS, true},
	{"userinfo_endpoint", SHAPE_URL, false},
	{"acr_values_supported", SHAPE_STRINGS, false},
	{"id_token_encryption_alg_values_supported", SHAPE_STRINGS, false},
	{"id_token_encryption_enc_values_supported", SHAPE_STRINGS, false},
	{"userinfo_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"userinfo_encryption_alg_values_supported", SHAPE_STRINGS, false},
	{"userinfo_encryption_enc_values_supported", SHAPE_STRINGS, false},
	{"request_object_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"request_object_encryption_alg_values_supported", SHAPE_STRINGS,
		false},
	{"request_object_encryption_enc_values_supported", SHAPE_STRINGS,
		false},
	{"display_values_supported", SHAPE_STRINGS, false},
	{"claim_types_supported", SHAPE_STRINGS, false},
	{"claims_supported", SHAPE_STRINGS, false},
	{"service_documentation", SHAPE_STRING, false},
	{"claims_locales_supported", SHAPE_STRINGS, false},
	{"ui_locales_supported", SHAPE_STRINGS, false},
	{"claims_parameter_supported", SHAPE_BOOLEAN, false},
	{"request_parameter_supported", SHAPE_BOOLEAN, false},
	{"request_uri_parameter_supported", SHAPE_BOOLEAN, false},
	{"require_request_uri_registration", SHAPE_BOOLEAN, false},
	{"op_policy_uri", SHAPE_URL, false},
	{"op_tos_uri", SHAPE_URL, false},
};

enum metadata_kind oauth_metadata_of(const char *url)
{
	return strstr(url, "/.well-known/openid-configuration")
		? METADATA_OPENID
		: METADATA_SERVER;
}

bool oauth_metadata_judge(const cJSON *doc, enum metadata_kind kind,
	struct failure *f)
{
#define ROWS(rows) rows, sizeof rows / sizeof *rows
	static const struct {
		const char *what;
		const struct shape *rows;
		size_t n;
	} kinds[] = {
		[METADATA_RESOURCE] = {"resource", ROWS(of_resource)},
		[METADATA_SERVER] = {"authorization server's",
			ROWS(of_server)},
		[METADATA_OPENID] = {"authorization server's",
			ROWS(of_openid)},
	};
	char fault[SHAPE_FAULT];

	if (!shape_fault(doc, kinds[kind].rows, kinds[kind].n, fault))
		return true;
	return failure_set(f, "oauth.metadata",
		"in the %s metadata, %s: clients refuse them",
		kinds[kind].what, fault);
}
