/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenSSL reads PEM and X.509; here is only the question whether a server could use them.
 * A key with a passphrase is refused: nobody is there to type it.
 */
#include "common/crypto/pem.h"

/* OpenSSL has a type of this name. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>

#define CHAIN_MOST 16

static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
	return -1;
}

static void fill_info(X509 *cert, struct pem_info *info)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *digits = number ? BN_bn2hex(number) : NULL;
	BIO *text = BIO_new(BIO_s_mem());

	snprintf(info->serial, sizeof(info->serial), "%s", digits ? digits : "");
	if (text && ASN1_TIME_print(text, X509_get0_notAfter(cert))) {
		int len = BIO_read(text, info->not_after, sizeof(info->not_after) - 1);
		info->not_after[len > 0 ? len : 0] = '\0';
	}
	info->over = X509_cmp_current_time(X509_get0_notAfter(cert)) < 0;
	OPENSSL_free(digits);
	BN_free(number);
	BIO_free(text);
}

/* The first certificate; the others of the chain are read and thrown away. */
static X509 *read_chain(FILE *file)
{
	X509 *first = PEM_read_X509(file, NULL, no_passphrase, NULL);
	bool more = first != NULL;

	for (unsigned i = 0; more && i < CHAIN_MOST; i++) {
		X509 *next = PEM_read_X509(file, NULL, no_passphrase, NULL);
		more = next != NULL;
		X509_free(next);
	}
	unsigned long error = ERR_peek_last_error();
	bool at_end = !more && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
	if (first && !at_end) {
		X509_free(first);
		return NULL;
	}
	return first;
}

static enum err compare(X509 *cert, EVP_PKEY *key, const char *cert_path,
			const char *key_path, struct str *why)
{
	if (!cert)
		str_addf(why, "%s holds no certificate, or a broken one", cert_path);
	else if (!key)
		str_addf(why, "%s holds no private key without a passphrase", key_path);
	if (!cert || !key)
		return ERR_BAD;
	if (X509_check_private_key(cert, key) == 1)
		return ERR_OK;
	str_addf(why, "the key in %s is not that of the certificate in %s", key_path,
		 cert_path);
	return ERR_WRONG_KEY;
}

enum err pem_pair(const char *cert_path, const char *key_path, struct pem_info *ret_info,
		  struct str *why)
{
	FILE *cert_file = fopen(cert_path, "re"), *key_file = fopen(key_path, "re");
	enum err err = ERR_OK;

	*ret_info = (struct pem_info){0};
	if (!cert_file || !key_file) {
		str_addf(why, "cannot read %s", cert_file ? key_path : cert_path);
		err = ERR_IO;
	} else {
		X509 *cert = read_chain(cert_file);
		EVP_PKEY *key = PEM_read_PrivateKey(key_file, NULL, no_passphrase, NULL);
		err = compare(cert, key, cert_path, key_path, why);
		if (cert)
			fill_info(cert, ret_info);
		X509_free(cert);
		EVP_PKEY_free(key);
		ERR_clear_error();
	}
	if (cert_file)
		fclose(cert_file);
	if (key_file)
		fclose(key_file);
	return err;
}
