#include "http/certificate.h"

#include "base/text.h"

#include <openssl/pem.h>

/* The most certificates of a chain that are looked at; TLS allows more. */
#define CHAIN_MAX 100

double certificate_time(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;
	double s = 0;

	if (epoch &&
		ASN1_TIME_diff(&days, &seconds, epoch, t))
		s = days * 86400.0 + seconds;
	ASN1_TIME_free(epoch);
	return s;
}

double certificate_file_end(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	double end = cert ? certificate_time(X509_get0_notAfter(cert))
			  : 0;

	X509_free(cert);
	if (f)
		fclose(f);
	return end;
}

/* The common name that a certificate gives itself, or else "unnamed". */
static void name_of(const X509 *cert, char *out, size_t size)
{
	const X509_NAME *name = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *text = NULL;
	int n = -1;

	if (at >= 0)
		n = ASN1_STRING_to_UTF8(&text,
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n > 0)
		text_clean((char *)text, (size_t)n, out, size, 64);
	else
		snprintf(out, size, "unnamed");
	OPENSSL_free(text);
}

double certificate_first_end(SSL *ssl, double after, char *issuer, size_t size)
{
	const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	double first = 0;

	issuer[0] = '\0';
	for (int i = 0; i < sk_X509_num(chain) && i < CHAIN_MAX; i++) {
		const X509 *cert = sk_X509_value(chain, i);
		double end = certificate_time(X509_get0_notAfter(cert));

		if (!(end > after) || (first > 0 && end >= first))
			continue;
		first = end;
		if (i > 0)
			name_of(cert, issuer, size);
	}
	return first;
}
