/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenSSL, whose names do not go with those of err.h: so nothing of ours is included but
 * what cmocka needs.
 */
#include "tests/lib/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define HOUR_S 3600

struct tls {
	SSL_CTX *context;
	SSL *ssl;
};

static X509 *make_cert(EVP_PKEY *key)
{
	static const unsigned char name[] = "localhost";
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -HOUR_S));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), HOUR_S));
	assert_int_equal(
		X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0),
		1);
	assert_int_equal(X509_set_issuer_name(cert, subject), 1);
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

void tls_make_pair(const char *cert_path, const char *key_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_cert(key);
	FILE *cert_file = fopen(cert_path, "we"), *key_file = fopen(key_path, "we");

	assert_true(cert_file && key_file);
	assert_int_equal(PEM_write_X509(cert_file, cert), 1);
	assert_int_equal(PEM_write_PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL),
			 1);
	assert_int_equal(fclose(cert_file), 0);
	assert_int_equal(fclose(key_file), 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}

struct tls *tls_connect(int fd)
{
	struct tls *tls = malloc(sizeof(*tls));

	assert_non_null(tls);
	tls->context = SSL_CTX_new(TLS_client_method());
	tls->ssl = SSL_new(tls->context);
	assert_int_equal(SSL_set_fd(tls->ssl, fd), 1);
	assert_int_equal(SSL_connect(tls->ssl), 1);
	return tls;
}

void tls_free(struct tls **tls)
{
	SSL_free((*tls)->ssl);
	SSL_CTX_free((*tls)->context);
	free(*tls);
	*tls = NULL;
}
