#include "auth/key_pair.h"

#include "base/secrets.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static bool refuse_key_pair(char *why, const char *what, const char *reason)
{
	snprintf(why, KEY_PAIR_WHY, "%s%s", what, reason);
	return false;
}

/* No passphrase: without this OpenSSL would ask the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static X509 *read_cert(const char *path)
{
	BIO *in = BIO_new_file(path, "r");
	X509 *cert =
		in ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL) : NULL;

	BIO_free(in);
	return cert;
}

static EVP_PKEY *read_key(const char *path)
{
	BIO *in = BIO_new_file(path, "r");
	EVP_PKEY *key = in
		? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL)
		: NULL;

	BIO_free(in);
	return key;
}

bool key_pair_check(const char *cert_path, const char *key_path, char *why)
{
	char reason[SECRET_FILE_WHY];
	EVP_PKEY *key;
	X509 *cert;
	bool ok;

	if (!secret_file_private(key_path, reason))
		return refuse_key_pair(why, "its key: ", reason);
	cert = read_cert(cert_path);
	key = read_key(key_path);
	if (!cert)
		ok = refuse_key_pair(
			why, "its cert is no certificate in PEM", "");
	else if (!key)
		ok = refuse_key_pair(why,
			"its key is no key in PEM, or an encrypted one", "");
	else
		ok = X509_check_private_key(cert, key) == 1 ||
		     refuse_key_pair(
			     why, "its key belongs to another certificate", "");
	X509_free(cert);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}
